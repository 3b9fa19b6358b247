// The Commands V2 endpoint (`/v0/enterprise/{id}/command/`), for tenants that need it: bare bodies, no label, no counts
// route, no cancel. What it lacks is made up for here or refused in a sentence.
// A request's status is read through the endpoint it was sent by: the two do not show the same.
// Source: docs/background/esper-api.md, 1b, 2c, 3b and 4a.

import { isNotFound } from "../../errors";
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
import { AcceptedJson, CommandJson, StatusJson } from "../codecs";
import { bodyOf, sentAs, sentCommandOf, targetsOf } from "./command-json";
import type { EndpointParts } from "./commands-request";
import { attemptsInRound, type CommandsEndpoint, type HowToRead, type Round } from "./endpoint";
import type { Enterprise } from "../fleet/groups";
import { pageRows, PageSize, readPage } from "../http/pages";
import { readAll } from "../http/whole-lists";
import { leastRecentRows, NewestFirst, recentRows } from "./newest-first";
import { RecentCommands } from "./recent-commands";
import { refusalOfCommand } from "./refusals";
import { pathOf } from "../http/request";
import { countOf, countStates, finalStates, readState, sumTotals } from "./command-states";
import { fewDevices, rowReads, RowReader, rowsAskedFor } from "./status-rows";

const toRead = "to read device commands";
/** More requests than this are counted through the list, which holds 50 a page. */
const fewRequests = 4;
/** The server's clock is known to about two seconds. */
const clockToleranceMs = 2_000;

export interface V2Parts extends EndpointParts {
  readonly enterprise: Enterprise;
}

export class CommandsV2 implements CommandsEndpoint {
  readonly hasLabels = false;
  private readonly rowReader: RowReader;
  private readonly recent: RecentCommands;
  private readonly pageSize = new PageSize(pageRows);
  private readonly recentSize = new PageSize(recentRows, leastRecentRows);
  /** The requests of this process, by id, with the server's instant. */
  private readonly own = new Map<string, number>();
  private saidNoCancel = false;

  constructor(private readonly parts: V2Parts) {
    this.rowReader = new RowReader(parts.secrecy, parts.say);
    this.recent = new RecentCommands({ ...parts, list: (command) => this.listOf(command) });
  }

  async post(command: CommandToSend): Promise<SentCommand> {
    const { enterprise, requester, clock } = this.parts;
    const path = pathOf`/v0/enterprise/${await enterprise.id()}/command/`;
    const attempt = `send ${command.command} to ${targetsOf(command)}`;
    const permission = `\`create:device_command:${command.command}\``;
    const accepted = await requester.call({
      method: "POST",
      path,
      body: bodyOf(command),
      codec: AcceptedJson,
      attempt,
      permission,
      // The documented list of this endpoint's commands has no certificate command; a refusal is most likely that.
      readRefusal: (status, text) =>
        refusalOfCommand(status, text, command) ?? (status === 400 ? { meaning: "commandNotKnown" } : undefined),
    });
    const sent = sentAs(command, accepted, requester.serverTime(clock.now()));
    this.own.set(sent.id, Date.parse(sent.createdAt));
    return sent;
  }

  /** Without a label: the newest request of the same kind, targets and alias since the attempt, that is nobody else's. */
  async find(
    command: CommandToSend,
    attemptedAtMs: number,
    knownIds: ReadonlySet<string>,
  ): Promise<SentCommand | undefined> {
    const sinceMs = this.parts.requester.serverTime(attemptedAtMs) - clockToleranceMs;
    const query = { commands: [command.command], sinceAt: new Date(sinceMs).toISOString(), maxAgeMs: 0 };
    const wanted = sentAs(command, { id: "" }, 0);
    const found = (await this.recent.since(query)).commands
      .map(sentCommandOf)
      .find(({ id, ...sent }) => !this.own.has(id) && !knownIds.has(id) && isSameCommand(sent, wanted));
    if (found !== undefined) this.own.set(found.id, Date.parse(found.createdAt));
    return found;
  }

  commandsSince(query: CommandsQuery): Promise<RecentCommandsFound> {
    return this.recent.since(query);
  }

  private async listOf(command: string | undefined) {
    return {
      path: pathOf`/v0/enterprise/${await this.parts.enterprise.id()}/command/`,
      query: command === undefined ? {} : { command },
      item: CommandJson,
      attempt: "look for the latest commands",
      permission: toRead,
    };
  }

  /** The request's own counts stand in the list only; one that is no more among the latest is counted by its rows. */
  async counts(requestId: string): Promise<StateCounts | undefined> {
    const listed = await this.countsOf([requestId]);
    const counts = listed.get(requestId);
    if (counts !== undefined) return counts;
    const rows = await this.rowsOf(requestId, {}, {});
    return rows === undefined ? undefined : countStates(rows);
  }

  private async countsOf(ids: readonly string[], how: HowToRead = {}): Promise<ReadonlyMap<string, StateCounts>> {
    const sinceMs = Math.min(
      ...ids.map((id) => this.own.get(id) ?? this.parts.requester.serverTime(this.parts.clock.now()) - 24 * 3_600_000),
    );
    const wanted = new Set(ids);
    const counts = new Map<string, StateCounts>();
    const call = {
      ...(await this.listOf(undefined)),
      size: this.recentSize,
      ...how,
    };
    const list = new NewestFirst(
      (offset) => readPage(this.parts.requester, call, offset),
      () => this.parts.clock.now(),
    );
    for (let reachesMs = Infinity, isEnd = false; !isEnd && reachesMs >= sinceMs - clockToleranceMs;) {
      const page = await list.next();
      ({ isEnd } = page);
      reachesMs = Math.min(reachesMs, page.reachesMs);
      for (const { id, status } of page.items) {
        if (!wanted.has(id) || status === null || status === undefined) continue;
        for (const { state } of status) if (readState(state) === "Unknown") this.rowReader.noteUnknown(state);
        counts.set(id, sumTotals(status));
      }
    }
    return counts;
  }

  async rows(query: RowQuery, how: HowToRead = {}): Promise<readonly StatusRow[]> {
    const { requestIds, states, devices, maxPages } = query;
    // `device` takes one id here, so that of many devices the whole is read.
    const single = devices !== undefined && devices.length <= fewRequests ? devices : [undefined];
    // Each request has a list of its own here.
    const reads = [...new Set(requestIds)].slice(0, maxPages).flatMap((id) =>
      rowReads({ requestIds: [id], ...(states !== undefined && { states }) }).flatMap(({ state }) =>
        single.map((device) => {
          const filter = { ...(device !== undefined && { device }), ...(state !== undefined && { state }) };
          return this.rowsOf(id, filter, how, maxPages === undefined ? undefined : 1);
        }),
      ),
    );
    const rows = (await Promise.all(reads)).flatMap((some) => some ?? []);
    return rowsAskedFor([...new Map(rows.map((row) => [row.id, row])).values()], query);
  }

  /** Undefined when Esper does not know the request any more. */
  private async rowsOf(
    requestId: string,
    query: Readonly<Record<string, string>>,
    how: HowToRead,
    maxPages?: number,
  ): Promise<readonly StatusRow[] | undefined> {
    const list = {
      path: pathOf`/v0/enterprise/${await this.parts.enterprise.id()}/command/${requestId}/status/`,
      query,
      item: StatusJson,
      size: this.pageSize,
      attempt: "read the status of a command",
      permission: toRead,
      ...how,
    };
    try {
      return (await readAll(this.parts.requester, list, maxPages)).map((json) => this.rowReader.row(json));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Few requests by their rows; many by the counts in the list, and then rows of those that are small and final. */
  async look(requests: readonly Watched[], signal: AbortSignal): Promise<Round> {
    const how = { attempts: attemptsInRound, signal };
    const sightings = new Map<string, Sighting>();
    const failures = new Map<string, unknown>();
    let listed: ReadonlyMap<string, StateCounts> = new Map();
    const isListed = requests.length > fewRequests || requests.some(({ devices }) => devices > fewDevices);
    if (isListed) {
      try {
        listed = await this.countsOf(
          requests.map(({ requestId }) => requestId),
          how,
        );
      } catch (error) {
        for (const { requestId } of requests) failures.set(requestId, error);
        return { sightings, failures };
      }
    }
    const looks = requests.map(async ({ requestId, devices }) => {
      const counts = listed.get(requestId);
      if (counts !== undefined && (devices > fewDevices || countOf(counts, finalStates) < devices)) {
        sightings.set(requestId, { counts });
        return;
      }
      try {
        const rows = await this.rowsOf(requestId, {}, how);
        if (rows !== undefined) sightings.set(requestId, { counts: countStates(rows), rows });
      } catch (error) {
        failures.set(requestId, error);
      }
    });
    await Promise.all(looks);
    return { sightings, failures };
  }

  cancel(rows: readonly StatusRow[]): Promise<readonly StatusRow[]> {
    if (!this.saidNoCancel && rows.length > 0) {
      this.saidNoCancel = true;
      this.parts.say(
        "Esper's Commands V2 endpoint cannot cancel a command, so what waits for offline devices stays there",
      );
    }
    return Promise.resolve(rows);
  }
}

function isSameCommand(one: Omit<SentCommand, "id">, other: Omit<SentCommand, "id">): boolean {
  const sameIds = (these: readonly string[], those: readonly string[]): boolean =>
    new Set(these).size === new Set(those).size && these.every((id) => those.includes(id));
  return (
    one.command === other.command &&
    one.commandType === other.commandType &&
    one.aliasName === other.aliasName &&
    sameIds(one.devices, other.devices) &&
    sameIds(one.groups, other.groups)
  );
}
