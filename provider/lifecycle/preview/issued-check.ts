// What `check` and `diff` say of certificates that an issuer makes: how many devices get one, why, and who cannot be named. The
// issuer is not asked, and nothing is issued. Follows docs/design.md, section 13.

import { nameDevices } from "../../issuers/index";
import type { DeviceInputs } from "../arguments/devices/device-inputs";
import type { IssuingSource } from "../arguments/devices/device-source";
import { askedMade } from "../content/made/issued-by";
import { readFleet, type Fleet } from "../facts/members/fleet";
import { recordedOf } from "../facts/own/gather-contents";
import { dueSentence, newOnesSentence, unnamedSentences } from "../messages/issued";
import { fullSendReason, type Asked } from "../policy/full-send";
import { mayRetry } from "../policy/retry";
import { deviceKey, holdsContent } from "../state/ledger/ledger";
import { dueBy, dueIn } from "../state/ledger/made";
import type { State } from "../state/state";
import { impactOf, type Checked, type Checking } from "./check";
import { listMaxAgeMs, newTarget } from "./new-target";

export async function checkNewIssued(
  checking: Checking,
  inputs: DeviceInputs,
  { issued }: IssuingSource,
): Promise<Omit<Checked, "inputs">> {
  const { failures, notes, seen } = await newTarget(checking, inputs);
  if (seen === undefined) return { failures, warnings: [], notes };
  const { named, missing } = nameDevices(issued.template, [...seen.members.values()]);
  const made = askedMade(issued, inputs.renewBeforeDays, checking.surroundings);
  return {
    failures,
    warnings: unnamedSentences(missing, nameIn(seen.members)),
    notes: [`${seen.reach}; ${newOnesSentence(named.size, made)}`, ...seen.already],
  };
}

/** What a preview says of a change. */
export async function previewIssued(
  checking: Checking,
  prior: State,
  inputs: DeviceInputs,
  { issued }: IssuingSource,
): Promise<Pick<Checked, "warnings" | "notes">> {
  const made = askedMade(issued, inputs.renewBeforeDays, checking.surroundings);
  const impact = await impactOf(checking, inputs, undefined);
  if (impact?.unknownGroups === undefined) {
    // Without the members the ledger tells who is due by time and template.
    const { ledger } = prior.record.own ?? { ledger: new Map<string, never>() };
    const due = { ...dueIn(ledger, made, checking.nowMs), none: 0 };
    const devices = due.ends + due.template;
    return { warnings: [], notes: devices === 0 ? [] : [dueSentence(due, devices, made)] };
  }
  const { members } = await readFleet(checking.client(), inputs.target, listMaxAgeMs);
  const { named, missing } = nameDevices(issued.template, [...members.values()]);
  const recorded = recordedOf(members, prior);
  const due = { none: 0, failed: 0, template: 0, ends: 0 };
  const asked: Asked = { ...inputs, settings: inputs, digest: undefined };
  const everyone = fullSendReason(prior, asked, checking.nowMs) !== undefined;
  for (const id of named.keys()) {
    const entry = recorded.get(id);
    const why = holdsContent(entry) ? dueBy(entry, deviceKey(id), made, checking.nowMs) : "none";
    if (why !== undefined) due[why] += 1;
  }
  due.failed = mayRetry(prior, inputs) ? openFailures(prior, due.none) : 0;
  const devices = everyone ? named.size : due.none + due.failed + due.template + due.ends;
  return {
    warnings: unnamedSentences(missing, nameIn(members)),
    notes: devices === 0 ? [] : [dueSentence(due, devices, made)],
  };
}

/** Of those that failed, some may never have had a certificate and are counted as such. */
function openFailures({ coverage: { failed } }: State, none: number): number {
  return Math.max(0, failed - none);
}

function nameIn(members: Fleet["members"]): (id: string) => string {
  return (id) => members.get(id)?.name ?? id;
}
