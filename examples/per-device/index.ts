// A certificate of its own on each device: certs/<serial number>.p12 goes to the device with that serial number.

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const folder = "certs";

export = async () => {
  const group = await esper.getGroup({ name: config.get("group") ?? "Berlin" });
  const devices = await esper.getDevices({ group: group.id });
  const files = readdirSync(folder).filter((file) => file.endsWith(".p12"));
  const fileOf = ({ serial = "" }: esper.Device): string => `${serial}.p12`;

  const served = devices.filter((device) => files.includes(fileOf(device)));
  const without = devices.filter((device) => !files.includes(fileOf(device)));
  const unused = files.filter((file) => !devices.some((device) => fileOf(device) === file));
  if (without.length > 0) {
    const who = some(without.map(({ name, serial = "no serial number" }) => `${name} (${serial})`));
    await pulumi.log.warn(`${without.length} of ${devices.length} devices in ${group.name} have no file: ${who}`);
  }
  if (unused.length > 0) {
    await pulumi.log.warn(`Files that belong to no device in ${group.name}: ${some(unused)}`);
  }

  const certificates = served.map((device) => {
    const file = fileOf(device);
    const { certificate } = new esper.Certificate(basename(file, ".p12"), {
      alias: "corp-client",
      target: { devices: [device.id] },
      // Nothing secret comes into the state.
      source: { file: `${folder}/${file}`, passwordEnv: "P12_PASSWORD" },
    });
    return [device.name, certificate.subject] as const;
  });
  return { certificates: Object.fromEntries(certificates), withoutFile: without.length };
};

function some(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
