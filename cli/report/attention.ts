// The reasons why a certificate needs attention, each as a code for programs and a sentence with the next step. Pure.
// A command that waits for an offline device is no such reason, nor is a wave that is held back on purpose.

import { contentRejected, sentenceOf } from "../../provider/lifecycle/policy/reasons";
import { mayRetry } from "../../provider/lifecycle/policy/retry";
import { count } from "../../provider/lifecycle/messages/words";
import { orphanedIds } from "../../provider/lifecycle/state/holding";
import { leftAlone } from "../../provider/lifecycle/state/ledger/ledger";
import { type State } from "../../provider/lifecycle/state/state";
import type { CertificateFacts, Expiry } from "./facts";
import { issuedAttention } from "./issued/issued-words";

export interface Attention {
  readonly code:
    | "unreadable"
    | "cutOff"
    | "leftOver"
    | "failed"
    | "missing"
    | "drift"
    | "stopped"
    | "rolledBack"
    | "removalsFailed"
    | "renewal"
    | "expired";
  readonly message: string;
}

type Look = (facts: CertificateFacts, state: State) => Attention | undefined;

const looks: readonly Look[] = [expiry, rollout, failed, missing, drift, removals];

export function attentionOf(facts: CertificateFacts, state: State, isLeftOver: boolean): readonly Attention[] {
  if (isLeftOver) {
    const message =
      "This is the old copy of a replaced certificate, still to be removed; the next `pulumi up` removes it.";
    return [{ code: "leftOver", message }];
  }
  return looks.flatMap((look) => look(facts, state) ?? []);
}

function expiry(facts: CertificateFacts): Attention | undefined {
  const { expiry: ends } = facts;
  // What an issuer makes, the next run renews.
  if (facts.issued !== undefined) return issuedAttention(facts.issued);
  if (ends?.readyForRenewal !== true) return undefined;
  if (ends.expired) {
    return { code: "expired", message: `It ${expiryWords(ends)}: give the source a new certificate.` };
  }
  const since = ends.renewAt.slice(0, 10);
  return { code: "renewal", message: `It ${expiryWords(ends)}; it has been due for renewal since ${since}.` };
}

/** For example `expires on 2026-12-13, in 19 days`. */
export function expiryWords({ notAfter, days, expired }: Expiry): string {
  const date = notAfter.slice(0, 10);
  if (!expired) return `expires on ${date}, ${days === 0 ? "within a day" : `in ${count(days, "day")}`}`;
  return `expired on ${date}, ${days === -1 ? "less than a day" : count(-days - 1, "day")} ago`;
}

function rollout({ progress, coverage, heldBack }: CertificateFacts): Attention | undefined {
  if (progress.state === "rolledBack") return { code: "rolledBack", message: sentenceOf(contentRejected) };
  // What a refresh has seen to end well since has nothing left to stop for.
  if (progress.state !== "stopped" || coverage.installed === coverage.members) return undefined;
  if (progress.waves === 1) {
    // Failures say it better.
    if (coverage.failed > 0) return undefined;
    return { code: "stopped", message: "The last run ended with problems; the next `pulumi up` continues." };
  }
  const waiting = heldBack === 0 ? "" : `; later waves (${count(heldBack, "device")}) were not started`;
  const message = `The rollout stopped at wave ${progress.wave} of ${progress.waves}${waiting}.`;
  return { code: "stopped", message };
}

function failed({ coverage }: CertificateFacts, state: State): Attention | undefined {
  if (coverage.failed === 0) return undefined;
  const { settings } = state;
  const next = mayRetry(state, settings)
    ? "the next `pulumi up` retries only those."
    : "no retries are left. Fix the cause, then raise `retryRounds` or change `triggers`.";
  return { code: "failed", message: `${coverage.failed} of ${count(coverage.members, "device")} failed; ${next}` };
}

function missing({ coverage, heldBack }: CertificateFacts, { record }: State): Attention | undefined {
  // What no run can do anything about for now, the exceptions tell.
  const lacking = coverage.missing - heldBack - leftAlone(record);
  if (lacking <= 0) return undefined;
  const devices = count(coverage.members, "device");
  const message = `${lacking} of ${devices} ${lacking === 1 ? "lacks" : "lack"} the certificate; the next \`pulumi up\` installs it on those.`;
  return { code: "missing", message };
}

function drift({ drift: words }: CertificateFacts, state: State): Attention | undefined {
  const orphaned = orphanedIds(state).length;
  const seen = words ?? (orphaned === 0 ? undefined : `${count(orphaned, "newer command")} of an interrupted run`);
  if (seen === undefined) return undefined;
  return { code: "drift", message: `Drift: ${seen}; the next \`pulumi up\` corrects it.` };
}

function removals(_facts: CertificateFacts, { record }: State): Attention | undefined {
  const left = record.removalsFailed ?? 0;
  if (left === 0) return undefined;
  const message = `${count(left, "device")} outside the target ${left === 1 ? "still has" : "still have"} the certificate; the next \`pulumi up\` removes it.`;
  return { code: "removalsFailed", message };
}
