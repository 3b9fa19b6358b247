// The Commands Request API (`/commands/v0/`), Esper's default: what is sent and read, by the operations' own names.
// It must not decide when to repeat or how fast; request.ts does.
// Source: docs/background/esper-api.md, 2a, 3a and 4a.

import type { Clock } from "../../clock";
import { isApiError, isDecodeError, isNotFound } from "../../errors";
import type { CommandToSend, RowQuery, SentCommand, Sighting, StateCounts, StatusRow, Watched } from "../client";
import { AcceptedJson, Anything, CommandJson, StatsJson, StatusJson } from "../codecs";
import { bodyOf, sentAs, targetsOf } from "./command-json";
import type { CommandsEndpoint, Round } from "./endpoint";
import { PAGE_ROWS, readAll } from "../http/pages";
import { Latest } from "./newest-first";
import { readRecent, sentCommandOf } from "./recent-commands";
import { pathOf, type Requester } from "../http/request";
import type { Redaction } from "../../redaction/redaction";
import { chunksOf, Gather } from "../coalesce";
import { countStates, readState, sumTotals } from "./command-states";
import { FEW_DEVICES, IDS_IN_URL, rowReads, RowReader, rowsAskedFor } from "./status-rows";

const COMMANDS = "/commands/v0/commands/";
const STATUS = "/commands/v0/status/";
const TO_READ = "to read device commands";
/** The answers to a cancel that came too late; 304 is the documented one. */
const TOO_LATE = [304, 400, 409];
/** So many times without counts, though the request is there: the route seems to be missing, and is left alone … */
const MISSES = 3;
/** … for so long: the counts of several new requests may just have been late. */
const ASK_AGAIN_MS = 60_000;

/** One request is looked for by its label among the latest. */
interface Question {
  readonly sinceMs: number;
  readonly label: string;
}

export interface EndpointParts {
  readonly requester: Requester;
  readonly secrecy: Redaction;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

export class CommandsRequest implements CommandsEndpoint {
  private readonly parts: EndpointParts;
  private readonly rowReader: RowReader;
  private readonly latest: Latest;
  private readonly searches = new Map<string, Gather<Question, readonly SentCommand[]>>();
  private statsMissed = 0;
  private statsMissedAtMs = 0;

  constructor(parts: EndpointParts) {
    this.parts = parts;
    this.rowReader = new RowReader(parts.secrecy, parts.say);
    this.latest = new Latest({ ...parts, list: (command) => Promise.resolve(listOf(command)) });
  }

  async post(command: CommandToSend): Promise<SentCommand> {
    const accepted = await this.parts.requester.call({
      method: "POST",
      path: COMMANDS,
      body: { ...bodyOf(command), alias: command.label },
      codec: AcceptedJson,
      attempt: `send ${command.command} to ${targetsOf(command)}`,
      permission: `\`create:device_command:${command.command}\``,
    });
    return { ...sentAs(command, accepted, this.parts.clock.now()), label: command.label };
  }

  /** By the label, which is unique; the instant only bounds the search, with room for a clock that is wrong. */
  async find(command: CommandToSend, attemptedAtMs: number): Promise<SentCommand | undefined> {
    const { label } = command;
    const sinceMs = this.parts.requester.serverTime(attemptedAtMs) - 10 * 60_000;
    const known = this.searches.get(command.command);
    const search = known ?? new Gather(this.parts.clock, (asked) => this.search(command.command, asked));
    this.searches.set(command.command, search);
    return (await search.ask({ sinceMs, label })).find((sent) => sent.label === label);
  }

  private async search(command: string, questions: readonly Question[]): Promise<readonly SentCommand[]> {
    const rows = await readRecent(this.parts.requester, listOf(command), {
      sinceMs: Math.min(...questions.map(({ sinceMs }) => sinceMs)),
      isEnough: (read) => questions.every(({ label }) => read.some(({ alias }) => alias === label)),
    });
    return rows.map(sentCommandOf).filter((sent) => sent.command === command);
  }

  recent(command: string, sinceAt: string, maxAgeMs: number): Promise<readonly SentCommand[]> {
    return this.latest.since(command, Date.parse(sinceAt), maxAgeMs);
  }

  async counts(requestId: string, attempts?: number): Promise<StateCounts | undefined> {
    const limited = attempts === undefined ? {} : { attempts };
    const { clock } = this.parts;
    if (this.statsMissed < MISSES || clock.now() - this.statsMissedAtMs > ASK_AGAIN_MS) {
      try {
        const stats = await this.parts.requester.call({
          method: "GET",
          path: pathOf`/commands/v0/commands/${requestId}/stats/`,
          codec: StatsJson,
          attempt: "read the counts of a command",
          permission: TO_READ,
          ...limited,
        });
        this.statsMissed = 0;
        for (const { state } of stats.status) if (readState(state) === "Unknown") this.rowReader.noteUnknown(state);
        return sumTotals(stats.status);
      } catch (error) {
        if (!isApiError(error) || ![404, 405, 501].includes(error.status)) throw error;
        if (!(await this.isKnown(requestId, attempts))) return undefined;
        this.statsMissed += 1;
        this.statsMissedAtMs = clock.now();
      }
    }
    const rows = await this.rows({ requestIds: [requestId] }, attempts);
    return rows.length > 0 || (await this.isKnown(requestId, attempts)) ? countStates(rows) : undefined;
  }

  private async isKnown(requestId: string, attempts?: number): Promise<boolean> {
    try {
      await this.parts.requester.call({
        method: "GET",
        path: pathOf`/commands/v0/commands/${requestId}/`,
        codec: Anything,
        attempt: "read a command",
        permission: TO_READ,
        ...(attempts === undefined ? {} : { attempts }),
      });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async rows(query: RowQuery, attempts?: number): Promise<readonly StatusRow[]> {
    const reads = rowReads(query).map(async (filters) => {
      const list = {
        path: STATUS,
        query: filters,
        item: StatusJson,
        limit: PAGE_ROWS,
        attempt: "read the status of commands",
        permission: TO_READ,
        ...(attempts === undefined ? {} : { attempts }),
      };
      return readAll(this.parts.requester, list).catch((error: unknown) => {
        // History that Esper has dropped.
        if (isNotFound(error)) return [];
        throw error;
      });
    });
    const byId = new Map((await Promise.all(reads)).flat().map((json) => [json.id, this.rowReader.row(json)]));
    return rowsAskedFor([...byId.values()], query);
  }

  /** Small requests as rows, many in one read; a large one by its counts, which cost the same for any number of devices. */
  async look(requests: readonly Watched[]): Promise<Round> {
    const sightings = new Map<string, Sighting>();
    const failures = new Map<string, unknown>();
    const few = requests.filter(({ devices }) => devices <= FEW_DEVICES).map(({ requestId }) => requestId);
    const many = requests.filter(({ devices }) => devices > FEW_DEVICES).map(({ requestId }) => requestId);
    const lookAtFew = chunksOf(few, IDS_IN_URL).map(async (requestIds) => {
      try {
        const rows = await this.rows({ requestIds }, 1);
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
        const counts = await this.counts(id, 1);
        if (counts !== undefined) sightings.set(id, { counts });
      } catch (error) {
        failures.set(id, error);
      }
    });
    await Promise.all([...lookAtFew, ...lookAtMany]);
    return { sightings, failures };
  }

  async cancel(row: StatusRow): Promise<boolean> {
    const path = pathOf`/commands/v0/status/${row.id}/`;
    const attempt = "cancel a command";
    const permission = "to update device commands";
    const body = { state: "Command Cancelled", reason: "Cancelled by pulumi-esper" };
    try {
      await this.parts.requester.call({ method: "PUT", path, body, codec: Anything, attempt, permission });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      const isOpen = isDecodeError(error) || (isApiError(error) && TOO_LATE.includes(error.status));
      if (!isOpen) throw error;
    }
    // What stands there now tells: an answer without a body says nothing, and a repeated PUT whose first answer was lost
    // looks like one that came too late.
    const now = await this.parts.requester.call({ method: "GET", path, codec: StatusJson, attempt, permission });
    return readState(now.state) === "Cancelled";
  }
}

function listOf(command: string | undefined) {
  return {
    path: COMMANDS,
    query: command === undefined ? {} : { command },
    item: CommandJson,
    attempt: `look for the latest ${command === undefined ? "" : `${command} `}commands`,
    permission: TO_READ,
  };
}
