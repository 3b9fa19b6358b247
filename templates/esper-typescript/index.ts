// One certificate on one group of devices, and how far it has come.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const group = esper.getGroup({ name: config.get("group") ?? "Shops" });

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  // The file here is a test certificate, and its password is published.
  source: { file: "corp-client.p12", password: config.getSecret("p12Password") ?? "changeit" },
});

export const coverage = client.coverage;
