// What is to be sent: from what is wanted, what was known and where each member stands, to steps with reason and sentence.
// Pure: no client, no clock (the time is an argument), no Pulumi. Follows docs/design.md, section 3.
// A step for "everyone" is addressed as the target is written; every other one goes to single devices.

import { isReinstallDue, mayRetry, roundsUsed } from "./diff";
import type { Inputs } from "../arguments/arguments";
import { count } from "../messages/failures";
import type { DeviceStatus } from "../facts/device-status";
import type { State } from "../state/state";
import { isDeepStrictEqual } from "node:util";

export type StepReason =
  | "new"
  | "contentChanged"
  | "triggersChanged"
  | "reinstallDue"
  | "devicesFailed"
  | "devicesMissing"
  | "installsExpired"
  | "devicesLeft"
  | "removalsFailed";

export interface Step {
  readonly action: "install" | "uninstall";
  readonly reason: StepReason;
  /** One sentence for people. */
  readonly message: string;
  /** Everyone in the target, or these devices. */
  readonly devices: "everyone" | readonly string[];
}

export interface Situation {
  readonly wanted: Inputs;
  /** The digest of the wanted content. */
  readonly digest: string;
  readonly known: State | undefined;
  /** Where today's members stand with the requests that are known. */
  readonly standings: readonly DeviceStatus[];
  /** Devices that were members through the old target and are not covered by the new one. */
  readonly left: readonly string[];
  /** Devices on which an earlier removal failed, and that are still outside the target. */
  readonly removalsFailed: readonly string[];
  readonly now: number;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Retry rounds used up once these steps are carried out. */
  readonly rounds: number;
  /** Whether everyone is sent the content, so that earlier requests count no more. */
  readonly startsOver: boolean;
}

export function plan(situation: Situation): Plan {
  const everyone = wholeInstall(situation);
  const removals = removalSteps(situation);
  if (everyone !== undefined) return { steps: [everyone, ...removals], rounds: 0, startsOver: true };
  const { known, wanted } = situation;
  const retries = known !== undefined && mayRetry(known, wanted) ? retrySteps(situation) : [];
  const used = known === undefined ? 0 : roundsUsed(known, wanted);
  return {
    steps: [...retries, ...catchUpSteps(situation), ...removals],
    rounds: retries.length > 0 ? used + 1 : used,
    startsOver: false,
  };
}

/** The reasons to send to everyone, the first that holds. */
function wholeInstall({ wanted, digest, known, standings, now }: Situation): Step | undefined {
  const step = (reason: StepReason, message: string): Step => ({
    ...{ action: "install", reason, message },
    devices: "everyone",
  });
  const devices = count(standings.length, "device");
  if (known === undefined) return step("new", `Installs the certificate on ${devices}.`);
  if (known.record.digest !== digest) return step("contentChanged", `Overwrites the certificate on ${devices}.`);
  if (!isDeepStrictEqual(known.settings.triggers, wanted.triggers)) {
    return step("triggersChanged", `Installs the certificate on ${devices} again, as the triggers changed.`);
  }
  if (isReinstallDue(known, wanted, now)) {
    return step("reinstallDue", `Installs the certificate on ${devices} again, as the last time is too long ago.`);
  }
  return undefined;
}

function retrySteps({ standings }: Situation): readonly Step[] {
  const failed = idsOf(standings, (standing) => standing.phase === "failed");
  return installOn(failed, "devicesFailed", `Tries again on ${count(failed.length, "device")} that failed.`);
}

function catchUpSteps({ standings }: Situation): readonly Step[] {
  const isExpired = (standing: DeviceStatus): boolean => standing.phase === "missing" && standing.state === "Expired";
  const expired = idsOf(standings, isExpired);
  const missing = idsOf(standings, (standing) => standing.phase === "missing" && !isExpired(standing));
  return [
    ...installOn(missing, "devicesMissing", `Installs on ${count(missing.length, "device")} without it.`),
    ...installOn(
      expired,
      "installsExpired",
      `Installs on ${count(expired.length, "device")} that did not take it in 30 days.`,
    ),
  ];
}

function installOn(devices: readonly string[], reason: StepReason, message: string): readonly Step[] {
  return devices.length === 0 ? [] : [{ action: "install", reason, message, devices }];
}

function removalSteps({ left, removalsFailed }: Situation): readonly Step[] {
  const again = removalsFailed.filter((id) => !left.includes(id));
  const steps: Step[] = [];
  if (left.length > 0) {
    const message = `Removes the certificate from ${count(left.length, "device")} that left the target.`;
    steps.push({ action: "uninstall", reason: "devicesLeft", message, devices: left });
  }
  if (again.length > 0) {
    const message = `Tries again to remove the certificate from ${count(again.length, "device")}.`;
    steps.push({ action: "uninstall", reason: "removalsFailed", message, devices: again });
  }
  return steps;
}

function idsOf(standings: readonly DeviceStatus[], which: (standing: DeviceStatus) => boolean): readonly string[] {
  return standings.filter(which).map((standing) => standing.device.id);
}
