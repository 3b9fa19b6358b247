// A certificate that devices take in a maintenance window: Esper keeps the command until the window opens.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const group = esper.getGroup({ name: config.get("group") ?? "Shops" });

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  // The file here is a test certificate, and its password is published.
  source: { file: "corp-client.p12", password: config.getSecret("p12Password") ?? "changeit" },
  schedule: {
    window: {
      // A window that is open for a long time: set your own.
      start: config.get("start") ?? "2026-01-01T00:00:00Z",
      end: config.get("end") ?? "2039-12-31T00:00:00Z",
      timeZone: "console",
    },
  },
});

export const coverage = client.coverage;
