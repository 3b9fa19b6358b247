// Has certificates revoked that were replaced or removed, once their devices have confirmed. What cannot be revoked now is tried
// again by the next run. It decides nothing; state/ledger/revocations.ts does. Follows docs/design.md, section 13.

import type { Revoking } from "../../content/device-contents";
import { revocationFailedSentence, unknownSerialsSentence } from "../../messages/issued";
import { deviceKey, holdsContent, type Revocation } from "../../state/ledger/ledger";
import { confirmedIn, endedBy } from "../../state/ledger/revocations";
import { devicesSent } from "../../state/sent-request";
import type { State } from "../../state/state";
import type { Sent } from "../send";

/** What a run has come to, with what is still to be revoked. */
export async function revokeConfirmed(
  { record, ...state }: State,
  prior: State | undefined,
  sent: readonly Sent[],
  revoking: Revoking | undefined,
): Promise<{ readonly state: State; readonly warnings: readonly string[] }> {
  const { own } = record;
  if (own?.made === undefined || revoking === undefined) return { state: { ...state, record }, warnings: [] };
  const before = prior?.record.own;
  const removed = new Set([...devicesSent(sent, "uninstall").keys()].map(deviceKey));
  const { ended, unknown } = endedBy(before?.ledger, own.ledger, removed);
  const pending = [...(before?.made?.revoke?.pending ?? []), ...ended];
  const confirmed = confirmedIn(pending, own, state.commands);
  const { left, warnings } = await revokeAll(confirmed, revoking, "again");
  const waiting = pending.filter((one) => !confirmed.includes(one));
  const made = { ...own.made, revoke: { pending: [...waiting, ...left], source: revoking.source } };
  return {
    state: { ...state, record: { ...record, own: { ...own, made } } },
    warnings: [...warnings, ...(unknown > 0 ? [unknownSerialsSentence(unknown)] : [])],
  };
}

/** After a destroy, all that devices had, and what was pending. */
export async function revokeEverything({ record: { own } }: State, revoking: Revoking): Promise<readonly string[]> {
  const held = [...(own?.ledger ?? [])].flatMap(([key, { serial }]) => (serial === undefined ? [] : [{ key, serial }]));
  const holders = [...(own?.ledger.values() ?? [])].filter(holdsContent);
  const unknown = holders.filter(({ serial }) => serial === undefined).length;
  const { warnings } = await revokeAll([...held, ...(own?.made?.revoke?.pending ?? [])], revoking, "never");
  return [...warnings, ...(unknown > 0 ? [unknownSerialsSentence(unknown)] : [])];
}

async function revokeAll(
  all: readonly Revocation[],
  { revoke }: Revoking,
  tried: "again" | "never",
): Promise<{ readonly left: readonly Revocation[]; readonly warnings: readonly string[] }> {
  const failures = await Promise.all(all.map(async (one) => ({ one, reason: await revoke(one.serial) })));
  const byReason = new Map<string, Revocation[]>();
  for (const { one, reason } of failures) {
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), one]);
  }
  const warnings = [...byReason].map(([reason, some]) =>
    revocationFailedSentence(
      some.map(({ serial }) => serial),
      reason,
      tried === "again",
    ),
  );
  return { left: [...byReason.values()].flat(), warnings };
}
