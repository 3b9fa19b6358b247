// Asks Esper for the names of the devices in the targets of a stack: reads only. Where it cannot, a hint says why, and the
// report goes on with the names that the state has. Follows docs/device-certificates.md.

import { systemClock } from "../../../provider/clock";
import { createClient, type Client } from "../../../provider/client";
import type { Settings } from "../../../provider/config";
import { readFleet } from "../../../provider/lifecycle/facts/members/fleet";
import { isOfOtherTenant } from "../../../provider/lifecycle/facts/tenant";
import { wordsOf } from "../../doctor/checks";
import { findSettings, type FoundSettings, type SettingsOf } from "../../doctor/settings";
import type { Console } from "../../terminal/console";
import { isOfDevices, readStored } from "../facts";
import { nameOf, type StackExport, type StoredCertificate } from "../stack-export";
import type { DeviceNames } from "./listed-devices";

/** Several resources may have one target. */
const listMaxAgeMs = 60_000;

export async function askNames(given: Console, stack: SettingsOf, { certificates }: StackExport): Promise<DeviceNames> {
  const names = new Map<string, string>();
  const ofDevices = certificates.filter(isOfDevices);
  if (ofDevices.length === 0) return names;
  const found = await findSettings(given, stack);
  const client = found.settings && clientFor(given, found.settings);
  for (const certificate of ofDevices) {
    const told = await namesFor(certificate, client, found);
    if (typeof told !== "string") for (const [id, name] of told) names.set(id, name);
    else given.hint(`The names of the devices with ${nameOf(certificate.urn)} are not known: ${told}`);
  }
  return names;
}

function clientFor(given: Console, settings: Settings): Client {
  const say = (line: string): void => {
    given.hint(line);
  };
  return createClient({ settings, clock: systemClock, random: Math.random, say });
}

/** The names, or why there are none. */
async function namesFor(
  certificate: StoredCertificate,
  client: Client | undefined,
  { findings }: FoundSettings,
): Promise<DeviceNames | string> {
  if (client === undefined) {
    const wrong = findings.find(({ verdict }) => verdict === "wrong");
    return wrong?.message ?? "its settings cannot be used; `pulumi-esper doctor` tells more.";
  }
  if (certificate.secrets.includes("target")) return "the target is a secret.";
  const state = readStored(certificate);
  if ("message" in state) return state.message;
  if (isOfOtherTenant(client, state)) return "they are of another tenant than the settings.";
  try {
    const { members } = await readFleet(client, state.settings.target, listMaxAgeMs);
    return new Map([...members].map(([id, { name }]) => [id, name]));
  } catch (error) {
    return wordsOf(error);
  }
}
