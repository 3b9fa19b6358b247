// Each argument of a program that cannot be used, refused by the provider's own `check`.

import { groupA, uuid } from "../../lifecycle/given";
import { refusals, type Provocations } from "./provocation";

const usable = { alias: "corp", target: { group: groupA }, source: { file: "no-such.p12" } };
const pem = { certificate: "-", privateKey: "-" };
const week = { start: "2026-12-01T00:00:00Z", end: "2026-12-08T00:00:00Z" };

const changes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "no alias": { alias: undefined },
  "an empty alias": { alias: " " },
  "an alias of two lines": { alias: "corp\nclient" },
  "an alias that the CLI cannot show": { alias: "<{%bogus%}>" },
  "an alias that is no text": { alias: 7 },
  "an argument that does not exist": { wiat: {} },
  "no target": { target: undefined },
  "a group and more": { target: { group: groupA, devices: [uuid(1)] } },
  "a group by its name": { target: { group: "Shops" } },
  "groups by their names": { target: { groups: ["Shops"] } },
  "devices by their names": { target: { devices: ["till-0001"] } },
  "an empty target": { target: { groups: [] } },
  "a target that is no object": { target: groupA },
  "devices that are no list": { target: { devices: uuid(1) } },
  "no source": { source: undefined },
  "two sources": { source: { file: "a.p12", base64: "MIIK" } },
  "two passwords": { source: { file: "a.p12", password: "x", passwordEnv: "X" } },
  "an empty path": { source: { file: "" } },
  "another asset": { source: { file: { text: "x" } } },
  "base64 that is none": { source: { base64: "*" } },
  "pem without its parts": { source: { pem: {} } },
  "a word that is not offered": { encoding: "legacy", deviceType: "on", wait: { for: "ever" } },
  "numbers that are none": { wait: { timeoutMinutes: -1 }, rollout: { soakMinutes: -1 }, retryRounds: 0.5 },
  "days that are none": { reinstallAfterDays: 0, renewBeforeDays: -1 },
  "strict that is no boolean": { strict: "yes" },
  "a device by its name, to be sent again": { resend: { "till-0001": "1" } },
  "waves that are none": { rollout: { waves: ["0%"] } },
  "waves that shrink": { rollout: { waves: ["50%", "10%"] } },
  "no wave to pause after": { rollout: { pauseAfterWave: 0 } },
  "an amount that is none": { rollout: { maxFailures: "some" } },
  "an empty canary": { rollout: { canary: {} } },
  "a schedule of two kinds": { schedule: {} },
  "a window without a start": { schedule: { window: { end: week.end } } },
  "a window that ends first": { schedule: { window: { start: week.end, end: week.start } } },
  "days without names": { schedule: { recurring: { ...week, days: ["Mo"], from: "02:00", to: "04:00" } } },
  "a time of day that is none": { schedule: { recurring: { ...week, days: ["Monday"], from: "2", to: "04:00" } } },
  "a password in the place of its variable's name": { source: { file: "a.p12", passwordEnv: "s3cret!" } },
  "a variable that is not set": { source: { file: "a.p12", passwordEnv: "NO_SUCH_VARIABLE_IS_SET" } },
  "no such file": { source: { file: "no-such-folder/no-such.p12" } },
  "a folder as file": { source: { file: "." } },
  "a path through a file": { source: { file: "package.json/x.p12" } },
  "pem that is none": { source: { pem } },
};

export const programArguments: Provocations = Object.fromEntries(
  Object.entries(changes).map(([title, change]) => [title, () => refusals({ ...usable, ...change })]),
);
