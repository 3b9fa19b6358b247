// What Esper says of the requests: keeps the newest counts of each and reads rows only where counts do not tell enough.
// It asks the client; it judges nothing (device-status.ts and policy/awaited.ts do).

import {
  type Client,
  countOf,
  countStates,
  fewDevices,
  knownStates,
  sameCounts,
  type Sighting,
  type StateCounts,
  type StatusRow,
  totalOf,
} from "../../client";
import type { Answers } from "./device-status";
import { countsEveryone, devicesIn } from "../state/sent-request";
import type { Exception, SentRequest, State } from "../state/state";
import { mapById } from "../state/members/ids";

/** The most rows that a page has, and of how many devices one read can ask for the rows. */
const rowsAPage = 250;
const devicesARead = 40;

const otherThanSuccess = knownStates.filter((state) => state !== "Success");

export class CommandResults {
  private readonly seen = new Map<string, { readonly counts: StateCounts; readonly answers?: Answers }>();
  private readonly forgottenIds = new Set<string>();
  private readonly knownById: ReadonlyMap<string, SentRequest>;

  /**
   * @param known what was last known: it stands in for the history of requests that Esper has dropped
   * @param others devices of the target that are no members
   */
  constructor(
    private readonly client: Client,
    private readonly known?: State,
    private readonly others: ReadonlySet<string> = new Set(),
  ) {
    this.knownById = mapById(known?.commands ?? []);
    for (const request of known?.commands ?? []) {
      if (this.isAllSuccess(request)) this.seen.set(request.id, { counts: request.states ?? {} });
    }
  }

  note(requestId: string, { counts, rows }: Sighting): void {
    const before = this.seen.get(requestId);
    const answers = rows ? { rows: byDevice(rows), othersSucceeded: false } : undefined;
    const kept = answers ?? (before && sameCounts(before.counts, counts) ? before.answers : undefined);
    this.seen.set(requestId, { counts, ...(kept && { answers: kept }) });
  }

  countsOf(requestId: string): StateCounts {
    return this.seen.get(requestId)?.counts ?? {};
  }

  /** Requests whose history Esper has dropped; known after `look`. */
  get forgotten(): ReadonlySet<string> {
    return this.forgottenIds;
  }

  /** Reads the counts of these requests again (of small ones their rows). */
  async look(all: readonly SentRequest[]): Promise<void> {
    // Where every device has succeeded nothing can change any more, and Esper may forget it.
    const requests = all.filter((request) => !this.isAllSuccess(request));
    const small = requests.filter((request) => request.devices <= fewDevices);
    const large = requests.filter((request) => request.devices > fewDevices);
    const [rows] = await Promise.all([
      small.length > 0 ? this.client.rows({ requestIds: small.map((request) => request.id) }) : [],
      Promise.all(large.map((request) => this.lookAtCounts(request.id))),
    ]);
    const rowsById = new Map<string, StatusRow[]>(small.map(({ id }) => [id, []]));
    for (const row of rows) rowsById.get(row.requestId)?.push(row);
    for (const [id, own] of rowsById) {
      if (own.length === 0) await this.lookAtCounts(id);
      else this.note(id, { counts: countStates(own), rows: own });
    }
  }

  /** Whether the state knew this request before the run. */
  wasKnown(requestId: string): boolean {
    return this.knownById.has(requestId);
  }

  /** Whether it had ended in Success on all its devices when the state was written. */
  isAllSuccess(request: SentRequest): boolean {
    if (this.known === undefined) return false;
    const seen = this.knownById.get(request.id)?.states ?? {};
    const isCounted = countsEveryone(request, seen, this.known.coverage.unsupported);
    return isCounted && totalOf(seen) > 0 && totalOf(seen) === seen.Success;
  }

  /** Whether by its counts everyone whom it was sent to has a row. */
  hasRowsOfAll({ id, devices, commandType, unsupported = 0 }: SentRequest): boolean {
    const outside = commandType === "DEVICE" ? 0 : Math.max(unsupported, this.others.size);
    return totalOf(this.countsOf(id)) >= devices + outside;
  }

  private async lookAtCounts(requestId: string): Promise<void> {
    const counts = await this.client.counts(requestId);
    if (counts === undefined) this.forgottenIds.add(requestId);
    else this.note(requestId, { counts });
  }

  /**
   * The answers of one request, as of the counts last seen. With `devicesAreKnown` it is known which devices it was sent
   * to, so that reading the exceptions is enough where every one of those is counted.
   *
   * @param joined members whom it was not sent to: Esper may have. Asked for only where it matters: they are many
   */
  async answers(
    request: SentRequest,
    devicesAreKnown: boolean,
    joined: () => readonly string[] = () => [],
  ): Promise<Answers> {
    const known = this.seen.get(request.id);
    if (known?.answers !== undefined && (devicesAreKnown || !known.answers.othersSucceeded)) return known.answers;
    const counts = known?.counts ?? {};
    const onlyExceptions = devicesAreKnown && totalOf(counts) >= request.devices && (counts.Unknown ?? 0) === 0;
    const exceptions = onlyExceptions ? await this.exceptionRows(request, counts, joined) : undefined;
    const rows = exceptions ?? (await this.client.rows({ requestIds: [request.id] }));
    const answers = { rows: byDevice(rows), othersSucceeded: exceptions !== undefined };
    this.seen.set(request.id, { counts: exceptions === undefined ? countStates(rows) : counts, answers });
    return answers;
  }

  // Of a forgotten request the exceptions listed in the state are what was last seen. When there were more than the list
  // holds, nobody can say of the rest which had answered; they stay pending, so that nothing is sent again on that ground.
  remembered(requestId: string): Answers {
    const rows = (this.known?.exceptions ?? []).map((exception) => rowOf(requestId, exception));
    return {
      rows: byDevice(rows.filter((row) => row !== undefined)),
      othersSucceeded: this.known?.exceptionsOmitted === 0,
    };
  }

  private async exceptionRows(
    request: SentRequest,
    counts: StateCounts,
    joined: () => readonly string[],
  ): Promise<readonly StatusRow[] | undefined> {
    if (!(await this.areAllCounted(request, counts, joined))) return undefined;
    const states = otherThanSuccess.filter((state) => (counts[state] ?? 0) > 0);
    if (states.length === 0) return [];
    const rows = await this.client.rows({ requestIds: [request.id], states });
    const distinct = devicesIn(rows);
    // A device that changed its state between the counts and the rows may be in none of them; then every row is read.
    return distinct.size < countOf(counts, states) ? undefined : rows;
  }

  /** Rows of devices that are no members are asked for by id, where that is less than to read every row. */
  private async areAllCounted(
    request: SentRequest,
    counts: StateCounts,
    joined: () => readonly string[],
  ): Promise<boolean> {
    const isAsStored = this.known !== undefined && sameCounts(this.knownById.get(request.id)?.states ?? {}, counts);
    const { accounted, ...fresh } = request;
    if (countsEveryone(isAsStored ? request : fresh, counts, this.others.size)) return true;
    const outside = [...this.others, ...joined()];
    const isLess = Math.ceil(outside.length / devicesARead) < Math.ceil(totalOf(counts) / rowsAPage);
    // Whoever was no member when it was sent, and is not in the target any more, has an id that nobody knows.
    if (outside.length === 0 || !isLess || this.others.size < (request.unsupported ?? 0)) return false;
    const rows = await this.client.rows({ requestIds: [request.id], devices: outside });
    return totalOf(counts) - devicesIn(rows).size === request.devices;
  }
}

function rowOf(requestId: string, { device, state, reason, since }: Exception): StatusRow | undefined {
  if (state === "Never sent") return undefined;
  const known = knownStates.find((name) => name === state) ?? "Queued";
  return { id: "", requestId, deviceId: device, state: known, stateText: state, reason, updatedAt: since };
}

function byDevice(rows: readonly StatusRow[]): ReadonlyMap<string, StatusRow> {
  return new Map(rows.map((row) => [row.deviceId, row]));
}
