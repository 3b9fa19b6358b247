// The certificate of one site: the stack's name is that of the site's group in Esper. Each site is a stack of its own.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const site = config.get("group") ?? pulumi.getStack();

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: esper.getGroup({ name: site }).then(({ id }) => id) },
  // Nothing secret comes into the states.
  source: { file: "corp-client.p12", passwordEnv: "P12_PASSWORD" },
});

export const coverage = client.coverage;
