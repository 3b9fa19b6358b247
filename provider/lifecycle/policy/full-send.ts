// The reasons to send the certificate to everyone in the target, the first that holds. Preview and run ask the same chain.
// Pure. Follows docs/design.md, section 3.

import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../arguments/arguments";
import type { Target } from "../arguments/target";
import { digestHeld } from "../state/holding";
import type { AskedMade } from "../content/device-contents";
import { sentToAllAt, type State } from "../state/state";
import {
  contentChanged,
  interruptedRun,
  reinstallDue,
  reinstallSentence,
  sentenceOf,
  triggersChanged,
  type Reason,
} from "./reasons";

/** What the program asks for; a part is absent when a preview does not know it yet. */
export interface Asked {
  readonly alias?: string | undefined;
  readonly target?: Target | undefined;
  readonly digest?: string | undefined;
  readonly settings?: Settings | undefined;
  /** Stands for the tenant's address by the present settings. */
  readonly tenantHash?: string | undefined;
  /** Where each device has its own content: the files that there are. */
  readonly files?: AskedFiles | undefined;
  /** Where certificates are made: by what, and when they are due. */
  readonly made?: AskedMade | undefined;
}

export interface AskedFiles {
  /** Each stands for a file by its name and bytes. */
  readonly hashes: ReadonlySet<string>;
  /** How many files those are; two may share a hash by chance. */
  readonly count: number;
  /** Stands for so many of them together. */
  readonly digestOf: (hashes: readonly string[]) => string;
}

/** A reason with the sentence that people read of it. */
export interface Finding {
  readonly reason: Reason;
  readonly sentence: string;
}

type Check = (prior: State, asked: Asked, nowMs: number) => Finding | undefined;

const chain: readonly Check[] = [
  runInterrupted, // it is not known what devices hold
  contentDiffers, // it overwrites what devices hold
  triggersDiffer, // the program asks for it
  installIsOld, // `reinstallAfterDays` asks for it
];

export function fullSendReason(prior: State, asked: Asked, nowMs: number): Finding | undefined {
  for (const check of chain) {
    const finding = check(prior, asked, nowMs);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function runInterrupted({ record }: State): Finding | undefined {
  if (record.holding.kind !== "unknown") return undefined;
  return { reason: interruptedRun, sentence: sentenceOf(interruptedRun) };
}

function contentDiffers(prior: State, { digest }: Asked): Finding | undefined {
  if (digest === undefined || digest === digestHeld(prior)) return undefined;
  return { reason: contentChanged, sentence: sentenceOf(contentChanged) };
}

function triggersDiffer(prior: State, { settings }: Asked): Finding | undefined {
  if (settings === undefined || isDeepStrictEqual(settings.triggers, prior.settings.triggers)) return undefined;
  return { reason: triggersChanged, sentence: sentenceOf(triggersChanged) };
}

const dayMs = 24 * 3_600_000;

function installIsOld(prior: State, { settings }: Asked, nowMs: number): Finding | undefined {
  const days = settings?.reinstallAfterDays;
  const sentAt = sentToAllAt(prior);
  if (days === undefined || sentAt === undefined || nowMs - Date.parse(sentAt) <= days * dayMs) return undefined;
  return { reason: reinstallDue, sentence: reinstallSentence(days) };
}
