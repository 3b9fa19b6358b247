// The quickstart as an ES module: one certificate on one group of devices, and how far it has come.

import { Config } from "@pulumi/pulumi";
import { Certificate, getGroup } from "pulumi-esper";

const config = new Config();
const group = await getGroup({ name: config.get("group") ?? "Shops" });

const client = new Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.id },
  // The file here is a test certificate, and its password is published.
  source: { file: "corp-client.p12", password: config.getSecret("p12Password") ?? "changeit" },
});

export const { coverage } = client;
