// The newest requests, kept for a while: whoever asks how far back is answered from what was read already, and a list is
// read on only where somebody asks further. Questions of the same short span share the reads. One page of all commands
// answers for every command where little goes on; where it does not reach back far enough, the command's own list does.
// It must not know which endpoint the lists are of.

import type { Clock } from "../../clock";
import type { SentCommand } from "../client";
import type { ListCall } from "../http/pages";
import { recentPages, sentCommandOf, type RecentPage, type RequestRow } from "./recent-commands";
import type { Requester } from "../http/request";
import { Gather } from "../coalesce";

/** Other people's commands may fill any number of them. */
const maxPagesOfAll = 1;

interface Question {
  readonly sinceMs: number;
  readonly maxAgeMs: number;
}

export interface LatestOptions {
  readonly requester: Requester;
  readonly clock: Clock;
  /** The list of one command, or of all. */
  readonly list: (command: string | undefined) => Promise<Omit<ListCall<RequestRow>, "limit">>;
}

export class Latest {
  private readonly byCommand = new Map<string | undefined, Walk>();

  constructor(private readonly options: LatestOptions) {}

  /** The requests of this command created at `sinceMs` (the server's time) or later, newest first. */
  async since(command: string, sinceMs: number, maxAgeMs: number): Promise<readonly SentCommand[]> {
    const question = { sinceMs, maxAgeMs };
    const found =
      (await this.walk(undefined, maxPagesOfAll).since(question)) ??
      (await this.walk(command, Infinity).since(question)) ??
      [];
    // A server that does not know the filter gives all commands.
    return found.filter((sent) => sent.command === command);
  }

  private walk(command: string | undefined, maxPages: number): Walk {
    const { clock, requester, list } = this.options;
    const begin = async () => recentPages(requester, await list(command));
    const walk = this.byCommand.get(command) ?? new Walk(clock, begin, maxPages);
    this.byCommand.set(command, walk);
    return walk;
  }
}

type Pages = AsyncGenerator<RecentPage<RequestRow>, void, undefined>;

/** What has been read of a list, and the way to its next page. */
interface Reading {
  readonly beganAtMs: number;
  readonly sent: Map<string, SentCommand>;
  readonly pages: Pages;
  pagesRead: number;
  reachesMs: number;
}

/** One list, read from its newest end on. */
class Walk {
  private readonly gather: Gather<Question, Reading>;
  private reading: Reading | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly begin: () => Promise<Pages>,
    private readonly maxPages: number,
  ) {
    this.gather = new Gather(clock, (questions) => this.inTurn(() => this.read(questions)));
  }

  /** Undefined when the list would have to be read further than is allowed. */
  async since(question: Question): Promise<readonly SentCommand[] | undefined> {
    const { sent, reachesMs } = this.fitting(question) ?? (await this.gather.ask(question));
    if (reachesMs >= question.sinceMs) return undefined;
    return [...sent.values()]
      .filter(({ createdAt }) => Date.parse(createdAt) >= question.sinceMs)
      .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
  }

  /** What was read, when it is young enough and nothing is gained by reading on. */
  private fitting({ sinceMs, maxAgeMs }: Question): Reading | undefined {
    const { reading } = this;
    if (reading === undefined || this.clock.now() - reading.beganAtMs > maxAgeMs) return undefined;
    return reading.reachesMs < sinceMs || reading.pagesRead >= this.maxPages ? reading : undefined;
  }

  /** One walk through the list at a time; a failed one is the matter of those who asked for it. */
  private inTurn(read: () => Promise<Reading>): Promise<Reading> {
    const own = this.turn.then(read);
    this.turn = own.catch(() => undefined);
    return own;
  }

  private async read(questions: readonly Question[]): Promise<Reading> {
    const sinceMs = Math.min(...questions.map((question) => question.sinceMs));
    const maxAgeMs = Math.min(...questions.map((question) => question.maxAgeMs));
    const isYoung = this.reading !== undefined && this.clock.now() - this.reading.beganAtMs <= maxAgeMs;
    const reading = isYoung && this.reading !== undefined ? this.reading : await this.newReading();
    this.reading = undefined;
    while (reading.reachesMs >= sinceMs && reading.pagesRead < this.maxPages) await readOn(reading);
    this.reading = reading;
    return reading;
  }

  private async newReading(): Promise<Reading> {
    const beganAtMs = this.clock.now();
    return { beganAtMs, sent: new Map(), pages: await this.begin(), pagesRead: 0, reachesMs: Infinity };
  }
}

async function readOn(reading: Reading): Promise<void> {
  const next = await reading.pages.next();
  // Only what is kept of them: each row repeats the file that was sent.
  if (next.done !== true) for (const row of next.value.items) reading.sent.set(row.id, sentCommandOf(row));
  reading.reachesMs = next.done === true ? -Infinity : next.value.reachesMs;
  reading.pagesRead += 1;
}
