// What each of Esper's two command endpoints must be able to do for the client; commands-request and commands-v2
// implement it. Internal to this folder: types only. What an endpoint lacks, its adapter makes up for or refuses.

import type {
  CommandsQuery,
  CommandToSend,
  RecentCommandsFound,
  RowQuery,
  SentCommand,
  Sighting,
  StateCounts,
  StatusRow,
  Watched,
} from "../client";

/** One round of reading: what was seen, and what failed, by request. A forgotten request is in neither. */
export interface Round {
  readonly sightings: ReadonlyMap<string, Sighting>;
  readonly failures: ReadonlyMap<string, unknown>;
}

/** How often one request is tried, and what ends it. */
export interface HowToRead {
  readonly attempts?: number;
  readonly signal?: AbortSignal | undefined;
}

/** In a round of many pages some fail: each is tried so often before the round counts as failed. */
export const attemptsInRound = 3;

export interface CommandsEndpoint {
  readonly hasLabels: boolean;
  /** One POST; it throws whatever leaves the outcome open (send.ts answers that). */
  post(command: CommandToSend): Promise<SentCommand>;
  /** The request that an attempt at this instant (of our clock) has left at Esper, if there is one. */
  find(command: CommandToSend, attemptedAtMs: number, knownIds: ReadonlySet<string>): Promise<SentCommand | undefined>;
  commandsSince(query: CommandsQuery): Promise<RecentCommandsFound>;
  counts(requestId: string): Promise<StateCounts | undefined>;
  rows(query: RowQuery, how?: HowToRead): Promise<readonly StatusRow[]>;
  /** Never throws; a page that fails is asked for again a few times, the round is not. */
  look(requests: readonly Watched[], signal: AbortSignal): Promise<Round>;
  /** Those that could not be cancelled. */
  cancel(rows: readonly StatusRow[]): Promise<readonly StatusRow[]>;
}
