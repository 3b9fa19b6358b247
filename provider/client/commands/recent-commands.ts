// The tenant's newest command requests, whoever sent them, kept for a while: a caller that asks how far back is answered
// from what was read already, and a list is read on only where a caller asks further. Questions of the same short span
// share the reads, and to read anew reads only the pages that came since. One page of all commands answers for every
// command where little goes on; where it does not reach back far enough, each command's own list does.
// It must not know which endpoint the lists are of.

import type { Clock } from "../../clock";
import { Gather } from "../coalesce";
import type { CommandSighting, CommandsQuery, RecentCommandsFound } from "../client";
import { PageSize, readPage, type ListCall } from "../http/pages";
import type { Requester } from "../http/request";
import { sightingOf, type RequestRow } from "./command-json";
import { believableMs, leastRecentRows, NewestFirst, recentRows } from "./newest-first";

/** Other people's commands may fill any number of them. */
const maxPagesOfAll = 1;
/** What is kept of one list at most: requests, and ids of devices and groups in them. */
const maxRows = 100_000;
const maxIds = 2_000_000;
/** A request may turn up in the list a little later than one that was made after it. */
const lateRowsMs = 60_000;

interface Question {
  readonly sinceMs: number;
  readonly maxAgeMs: number;
  readonly maxPages: number;
}

export interface RecentCommandsOptions {
  readonly requester: Requester;
  readonly clock: Clock;
  /** The list of one command, or of all. */
  readonly list: (command: string | undefined) => Promise<Omit<ListCall<RequestRow>, "size">>;
}

/** What has been read of a list. */
interface Reading {
  readonly list: NewestFirst<RequestRow>;
  readonly rows: Map<string, CommandSighting>;
  beganAtMs: number;
  reachesMs: number;
  pagesRead: number;
  ids: number;
  isEnd: boolean;
  isCut: boolean;
}

export class RecentCommands {
  private readonly pageSize = new PageSize(recentRows, leastRecentRows);
  private readonly walks = new Map<string | undefined, Walk>();

  constructor(private readonly options: RecentCommandsOptions) {}

  async since(query: CommandsQuery): Promise<RecentCommandsFound> {
    const { commands, sinceAt, maxAgeMs, maxPages = Infinity, signal } = query;
    const question = { sinceMs: Date.parse(sinceAt), maxAgeMs, maxPages };
    const all = await this.walk(undefined, maxPagesOfAll).ask(question, signal);
    const readings = answers(all, question)
      ? [all]
      : await Promise.all(commands.map((command) => this.walk(command, Infinity).ask(question, signal)));
    const byId = new Map<string, CommandSighting>();
    for (const { rows } of readings) {
      for (const row of rows.values()) {
        // A server that does not know the filter gives all commands.
        if (commands.includes(row.command) && Date.parse(row.createdAt) >= question.sinceMs) byId.set(row.id, row);
      }
    }
    const newestFirst = [...byId.values()].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
    return { commands: newestFirst, isComplete: readings.every((reading) => answers(reading, question)) };
  }

  /** Among everything that was read, whatever its date: clocks may be wrong, a label is not. */
  labelled(label: string): CommandSighting | undefined {
    for (const walk of this.walks.values()) {
      const found = walk.labelled(label);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private walk(command: string | undefined, maxPages: number): Walk {
    const { clock, requester, list } = this.options;
    const nowMs = (): number => Math.max(clock.now(), requester.serverTime(clock.now()));
    const begin = async (): Promise<NewestFirst<RequestRow>> => {
      const call = { ...(await list(command)), size: this.pageSize };
      return new NewestFirst((offset, signal) => readPage(requester, { ...call, signal }, offset), nowMs);
    };
    const walk = this.walks.get(command) ?? new Walk(clock, nowMs, begin, maxPages);
    this.walks.set(command, walk);
    return walk;
  }
}

function answers({ reachesMs, isEnd, isCut }: Reading, { sinceMs }: Question): boolean {
  return reachesMs < sinceMs || (isEnd && !isCut);
}

/** One list, read from its newest end on. */
class Walk {
  private readonly gather: Gather<Question, Reading>;
  private reading: Reading | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly nowMs: () => number,
    private readonly begin: () => Promise<NewestFirst<RequestRow>>,
    private readonly maxPages: number,
  ) {
    this.gather = new Gather(clock, (questions, signal) => this.inTurn(() => this.read(questions, signal)));
  }

  async ask(question: Question, signal?: AbortSignal): Promise<Reading> {
    return this.fitting(question) ?? this.gather.ask(question, signal);
  }

  labelled(label: string): CommandSighting | undefined {
    for (const row of this.reading?.rows.values() ?? []) if (row.label === label) return row;
    return undefined;
  }

  /** What was read, when it is young enough and nothing is gained by reading on. */
  private fitting({ sinceMs, maxAgeMs, maxPages }: Question): Reading | undefined {
    const { reading } = this;
    if (reading === undefined || this.clock.now() - reading.beganAtMs > maxAgeMs) return undefined;
    const isFarEnough = reading.pagesRead >= Math.min(maxPages, this.maxPages);
    return reading.isEnd || reading.reachesMs < sinceMs || isFarEnough ? reading : undefined;
  }

  /** One walk through the list at a time; a failed one is the matter of those who asked for it. */
  private inTurn(read: () => Promise<Reading>): Promise<Reading> {
    const own = this.turn.then(read);
    this.turn = own.catch(() => undefined);
    return own;
  }

  private async read(questions: readonly Question[], signal: AbortSignal): Promise<Reading> {
    const sinceMs = Math.min(...questions.map((question) => question.sinceMs));
    const maxAgeMs = Math.min(...questions.map((question) => question.maxAgeMs));
    const maxPages = Math.min(this.maxPages, Math.max(...questions.map((question) => question.maxPages)));
    const isYoung = this.reading !== undefined && this.clock.now() - this.reading.beganAtMs <= maxAgeMs;
    const reading =
      isYoung && this.reading !== undefined ? this.reading : await this.anew(this.reading, maxPages, signal);
    this.reading = reading;
    while (!reading.isEnd && reading.reachesMs >= sinceMs && reading.pagesRead < maxPages) {
      await this.readOn(reading, signal);
    }
    return reading;
  }

  /** The pages that came since; where they meet what was known, that counts on. */
  private async anew(before: Reading | undefined, maxPages: number, signal: AbortSignal): Promise<Reading> {
    const beganAtMs = this.clock.now();
    const progress = { reachesMs: Infinity, pagesRead: 0, ids: 0, isEnd: false, isCut: false };
    const reading: Reading = { list: await this.begin(), rows: new Map(), beganAtMs, ...progress };
    if (before === undefined || before.rows.size === 0) return reading;
    const newestMs = [...before.rows.values()].reduce((most, row) => Math.max(most, Date.parse(row.createdAt)), 0);
    const meetsAtMs = Math.min(newestMs, before.beganAtMs) - lateRowsMs;
    while (!reading.isEnd && reading.reachesMs >= meetsAtMs && reading.pagesRead < maxPages) {
      await this.readOn(reading, signal);
    }
    if (reading.isEnd || reading.reachesMs >= meetsAtMs) return reading;
    before.list.shift([...reading.rows.keys()].filter((id) => !before.rows.has(id)).length);
    for (const row of reading.rows.values()) keep(before, row);
    before.beganAtMs = beganAtMs;
    return before;
  }

  private async readOn(reading: Reading, signal: AbortSignal): Promise<void> {
    const { items, reachesMs, isEnd, isCut } = await reading.list.next(signal);
    const nowMs = this.nowMs();
    // Only what is kept of them: each row repeats the file that was sent.
    for (const row of items) keep(reading, sightingOf(row, believableMs(row.created_at, nowMs)));
    reading.pagesRead += 1;
    reading.reachesMs = Math.min(reading.reachesMs, reachesMs);
    const isFull = !isEnd && (reading.rows.size >= maxRows || reading.ids >= maxIds);
    reading.isEnd = isEnd || isFull;
    reading.isCut = isCut || isFull;
  }
}

function keep(reading: Reading, row: CommandSighting): void {
  if (!reading.rows.has(row.id)) reading.ids += (row.devices?.length ?? 0) + (row.groups?.length ?? 0);
  reading.rows.set(row.id, row);
}
