// A certificate that is replaced by its successor: same alias, same devices, another file.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const group = esper.getGroup({ name: config.get("group") ?? "Shops" });

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  // The files here are test certificates, and their password is published.
  source: { file: config.get("file") ?? "first.p12", password: config.getSecret("p12Password") ?? "changeit" },
});

export const coverage = client.coverage;
