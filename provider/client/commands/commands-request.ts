// The Commands Request API (`/commands/v0/`), Esper's default: what is sent and read, by the operations' own names.
// It must not decide when to repeat or how fast; request.ts does.
// Source: docs/background/esper-api.md, 2a, 3a and 4a.

import type { Clock } from "../../clock";
import { isApiError, isDecodeError, isNotFound } from "../../errors";
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
import { AcceptedJson, Anything, CommandJson, StatsJson, StatusJson } from "../codecs";
import { bodyOf, sentAs, sentCommandOf, targetsOf } from "./command-json";
import { attemptsInRound, type CommandsEndpoint, type HowToRead, type Round } from "./endpoint";
import { pageRows, PageSize } from "../http/pages";
import { readAll } from "../http/whole-lists";
import { RecentCommands } from "./recent-commands";
import { refusalOfCommand } from "./refusals";
import { pathOf, type Requester } from "../http/request";
import type { Redaction } from "../../redaction/redaction";
import { chunksOf } from "../coalesce";
import { countStates, readState, sumTotals } from "./command-states";
import { fewDevices, idsInUrl, rowReads, RowReader, rowsAskedFor } from "./status-rows";

const commandsPath = "/commands/v0/commands/";
const statusPath = "/commands/v0/status/";
const toRead = "to read device commands";
/** The answers to a cancel that came too late; 304 is the documented one. */
const tooLateStatuses = [304, 400, 409];
/** The list may show a moment later what was cancelled. */
const looksAfterCancelMs = [0, 1_000];
/** So many times without counts, though the request is there: the route seems to be missing, and is left alone … */
const misses = 3;
/** … for so long: the counts of several new requests may just have been late. */
const askAgainMs = 60_000;

/** A label is nearly always among the very newest; further back it is looked for in what the first look has read. */
const looksForLabel = [
  { roomMs: 2_000, maxAgeMs: 0 },
  { roomMs: 10 * 60_000, maxAgeMs: 60_000 },
] as const;

export interface EndpointParts {
  readonly requester: Requester;
  readonly secrecy: Redaction;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

export class CommandsRequest implements CommandsEndpoint {
  readonly hasLabels = true;
  private readonly rowReader: RowReader;
  private readonly recent: RecentCommands;
  private readonly pageSize = new PageSize(pageRows);
  private statsMissed = 0;
  private statsMissedAtMs = 0;

  constructor(private readonly parts: EndpointParts) {
    this.rowReader = new RowReader(parts.secrecy, parts.say);
    this.recent = new RecentCommands({ ...parts, list: (command) => Promise.resolve(listOf(command)) });
  }

  async post(command: CommandToSend): Promise<SentCommand> {
    const accepted = await this.parts.requester.call({
      method: "POST",
      path: commandsPath,
      body: { ...bodyOf(command), alias: command.label },
      codec: AcceptedJson,
      attempt: `send ${command.command} to ${targetsOf(command)}`,
      permission: `\`create:device_command:${command.command}\``,
      readRefusal: (status, text) => refusalOfCommand(status, text, command),
    });
    return { ...sentAs(command, accepted, this.parts.clock.now()), label: command.label };
  }

  /** By the label, which is unique; the instants only bound how far back the list is read, since clocks may be wrong. */
  async find({ command, label }: CommandToSend, attemptedAtMs: number): Promise<SentCommand | undefined> {
    const earliestMs = Math.min(attemptedAtMs, this.parts.requester.serverTime(attemptedAtMs));
    for (const { roomMs, maxAgeMs } of looksForLabel) {
      const sinceAt = new Date(earliestMs - roomMs).toISOString();
      await this.recent.since({ commands: [command], sinceAt, maxAgeMs });
      const found = this.recent.labelled(label);
      if (found?.command === command) return sentCommandOf(found);
    }
    return undefined;
  }

  commandsSince(query: CommandsQuery): Promise<RecentCommandsFound> {
    return this.recent.since(query);
  }

  async counts(requestId: string, how: HowToRead = {}): Promise<StateCounts | undefined> {
    const { clock } = this.parts;
    if (this.statsMissed < misses || clock.now() - this.statsMissedAtMs > askAgainMs) {
      try {
        const stats = await this.parts.requester.call({
          method: "GET",
          path: pathOf`/commands/v0/commands/${requestId}/stats/`,
          codec: StatsJson,
          attempt: "read the counts of a command",
          permission: toRead,
          ...how,
        });
        this.statsMissed = 0;
        for (const { state } of stats.status) if (readState(state) === "Unknown") this.rowReader.noteUnknown(state);
        return sumTotals(stats.status);
      } catch (error) {
        if (!isApiError(error) || ![404, 405, 501].includes(error.status)) throw error;
        if (!(await this.isKnown(requestId, how))) return undefined;
        this.statsMissed += 1;
        this.statsMissedAtMs = clock.now();
      }
    }
    const rows = await this.rows({ requestIds: [requestId] }, how);
    return rows.length > 0 || (await this.isKnown(requestId, how)) ? countStates(rows) : undefined;
  }

  private async isKnown(requestId: string, how: HowToRead): Promise<boolean> {
    try {
      await this.parts.requester.call({
        method: "GET",
        path: pathOf`/commands/v0/commands/${requestId}/`,
        codec: Anything,
        attempt: "read a command",
        permission: toRead,
        ...how,
      });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async rows(query: RowQuery, how: HowToRead = {}): Promise<readonly StatusRow[]> {
    const reads = rowReads(query).map(async (filters) => {
      const list = {
        path: statusPath,
        query: filters,
        item: StatusJson,
        size: this.pageSize,
        attempt: "read the status of commands",
        permission: toRead,
        ...how,
      };
      return readAll(this.parts.requester, list, query.maxPages).catch((error: unknown) => {
        // History that Esper has dropped.
        if (isNotFound(error)) return [];
        throw error;
      });
    });
    const byId = new Map((await Promise.all(reads)).flat().map((json) => [json.id, this.rowReader.row(json)]));
    return rowsAskedFor([...byId.values()], query);
  }

  /** Small requests as rows, many in one read; a large one by its counts, which cost the same for any number of devices. */
  async look(requests: readonly Watched[], signal: AbortSignal): Promise<Round> {
    const how = { attempts: attemptsInRound, signal };
    const sightings = new Map<string, Sighting>();
    const failures = new Map<string, unknown>();
    const few = requests.filter(({ devices }) => devices <= fewDevices).map(({ requestId }) => requestId);
    const many = requests.filter(({ devices }) => devices > fewDevices).map(({ requestId }) => requestId);
    const lookAtFew = chunksOf(few, idsInUrl).map(async (requestIds) => {
      try {
        const rows = await this.rows({ requestIds }, how);
        for (const id of requestIds) {
          const own = rows.filter(({ requestId }) => requestId === id);
          sightings.set(id, { counts: countStates(own), rows: own });
        }
      } catch (error) {
        for (const id of requestIds) failures.set(id, error);
      }
    });
    const lookAtMany = many.map(async (id) => {
      try {
        const counts = await this.counts(id, how);
        if (counts !== undefined) sightings.set(id, { counts });
      } catch (error) {
        failures.set(id, error);
      }
    });
    await Promise.all([...lookAtFew, ...lookAtMany]);
    return { sightings, failures };
  }

  async cancel(rows: readonly StatusRow[]): Promise<readonly StatusRow[]> {
    if (rows.length === 0) return [];
    await Promise.all(rows.map((row) => this.cancelOne(row)));
    // What stands there now tells: an answer without a body says nothing, one that came too late may be a repeated one, and
    // one that says well may be wrong.
    let left = rows;
    for (const afterMs of looksAfterCancelMs) {
      await this.parts.clock.sleep(afterMs);
      const requestIds = [...new Set(left.map(({ requestId }) => requestId))];
      const cancelled = new Set((await this.rows({ requestIds, states: ["Cancelled"] })).map(({ id }) => id));
      left = left.filter(({ id }) => !cancelled.has(id));
      if (left.length === 0) break;
    }
    return left;
  }

  private async cancelOne({ id }: StatusRow): Promise<void> {
    const path = pathOf`/commands/v0/status/${id}/`;
    const words = { attempt: "cancel a command", permission: "to update device commands" };
    const body = { state: "Command Cancelled", reason: "Cancelled by pulumi-esper" };
    try {
      await this.parts.requester.call({ method: "PUT", path, body, codec: Anything, ...words });
    } catch (error) {
      const saysNothing = isDecodeError(error) || (isApiError(error) && tooLateStatuses.includes(error.status));
      if (!saysNothing && !isNotFound(error)) throw error;
    }
  }
}

function listOf(command: string | undefined) {
  return {
    path: commandsPath,
    query: command === undefined ? {} : { command },
    item: CommandJson,
    attempt: `look for the latest ${command === undefined ? "" : `${command} `}commands`,
    permission: toRead,
  };
}
