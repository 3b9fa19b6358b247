// A certificate that comes to a canary group first, then to half of the devices, then to all: it pauses where it is told to,
// and takes back what it has sent when too many devices fail.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const group = esper.getGroup({ name: config.get("group") ?? "Shops" });
const canaries = esper.getGroup({ name: config.get("canaries") ?? "Berlin" });
const pauseAfterWave = config.getNumber("pauseAfterWave");

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  // The file here is a test certificate, and its password is published.
  source: { file: config.get("file") ?? "corp-client.p12", password: config.getSecret("p12Password") ?? "changeit" },
  rollout: {
    canary: { group: canaries.then(({ id }) => id) },
    waves: ["50%", "100%"],
    soakMinutes: config.getNumber("soakMinutes") ?? 0,
    maxFailures: "5%",
    onFailure: "rollback",
    ...(pauseAfterWave === undefined ? {} : { pauseAfterWave }),
  },
});

export const progress = client.progress;
export const coverage = client.coverage;
