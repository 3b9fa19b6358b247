// Whether certificates that are made are due, by the ledger and the day alone: neither Esper nor the issuer is asked. Pure.
// Follows docs/design.md, section 13.

import { certificatesDueSentence, revocationsDueSentence } from "../../messages/issued";
import { dueIn } from "../../state/ledger/made";
import { confirmedIn } from "../../state/ledger/revocations";
import type { State } from "../../state/state";
import type { Asked, Finding } from "../full-send";
import { certificatesDue, revocationsDue } from "../reasons";

export function madeDue({ record: { own } }: State, { made }: Asked, nowMs: number): Finding | undefined {
  if (own === undefined || made === undefined) return undefined;
  const due = dueIn(own.ledger, made, nowMs);
  if (due.ends + due.template === 0) return undefined;
  return { reason: certificatesDue, sentence: certificatesDueSentence(due, made) };
}

export function revocationsAreDue({ record: { own }, commands }: State, { made }: Asked): Finding | undefined {
  if (own === undefined || made?.revokes !== true) return undefined;
  const { length } = confirmedIn(own.made?.revoke?.pending ?? [], own, commands);
  return length === 0 ? undefined : { reason: revocationsDue, sentence: revocationsDueSentence(length) };
}
