// Waits until the devices that are waited for have answered, or the time is up.
// The verdict of a round is pure (`isAnswered`); the loop around it asks the client through the answer book.
//
// Counts alone end most waits. Rows are read only when the counts say that the open answers could all belong to devices
// nobody waits for (offline ones), and only once for the same counts.

import { type Client, countOf, finalStates, type StateCounts, totalOf } from "../../client";
import type { Clock } from "../../clock";
import type { CommandResults } from "../facts/command-results";
import type { Answers } from "../facts/device-status";
import type { SentRequest } from "../state/state";

/** A TimeOut may become a Success; it is watched this long after the last other answer (docs/design.md, section 2). */
const timeOutGraceMs = 60_000;

export interface Awaited {
  readonly request: SentRequest;
  /** The devices of this request that are waited for. */
  readonly devices: ReadonlySet<string>;
}

export interface Waiting {
  readonly client: Client;
  readonly clock: Clock;
  readonly book: CommandResults;
  /** Called after each round of reading. */
  readonly onRound: () => void;
}

export async function waitForAnswers(
  { client, clock, book, onRound }: Waiting,
  all: readonly Awaited[],
  untilMs: number,
): Promise<void> {
  const open = new Map(all.filter(({ devices }) => devices.size > 0).map((awaited) => [awaited.request.id, awaited]));
  if (open.size === 0) return;
  const lastAnswers = new Map<string, { readonly number: number; readonly atMs: number }>();
  const watched = [...open.values()].map(({ request }) => ({ requestId: request.id, devices: request.devices }));
  for await (const sightings of client.watch(watched, untilMs)) {
    for (const [id, sighting] of sightings) book.note(id, sighting);
    onRound();
    for (const awaited of [...open.values()]) {
      const { id } = awaited.request;
      const counts = book.countsOf(id);
      const number = countOf(counts, [...finalStates, "TimeOut"]);
      const before = lastAnswers.get(id);
      const last = before?.number === number ? before : { number, atMs: clock.now() };
      lastAnswers.set(id, last);
      const quietMs = clock.now() - last.atMs;
      if (!mayBeAnswered(awaited, counts, quietMs)) continue;
      const answers = await book.answers(awaited.request, true);
      if (isAnswered(awaited, answers, quietMs)) open.delete(id);
    }
    if (open.size === 0) return;
  }
}

/** Whether the open answers could all be of devices that nobody waits for: a cheap look at the counts. */
export function mayBeAnswered({ request, devices }: Awaited, counts: StateCounts, quietMs: number): boolean {
  const expected = Math.max(request.devices, totalOf(counts));
  const openCount = expected - countOf(counts, finalStates);
  const unwaited = expected - devices.size;
  if (openCount <= unwaited) return true;
  // Timed-out devices, and devices that Esper made no row for, are given up after the grace time.
  const givenUp = (counts.TimeOut ?? 0) + Math.max(0, request.devices - totalOf(counts));
  return quietMs >= timeOutGraceMs && openCount - givenUp <= unwaited;
}

/** Whether every device waited for has answered. */
export function isAnswered({ devices }: Awaited, answers: Answers, quietMs: number): boolean {
  for (const id of devices) {
    const state = answers.rows.get(id)?.state ?? (answers.othersSucceeded ? "Success" : undefined);
    if (state !== undefined && finalStates.includes(state)) continue;
    const graceOver = quietMs >= timeOutGraceMs && (state === "TimeOut" || state === undefined);
    if (!graceOver) return false;
  }
  return true;
}
