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
import type { Exception, SentRequest, State } from "../state/state";

const otherThanSuccess = knownStates.filter((state) => state !== "Success");

export class CommandResults {
  private readonly seen = new Map<string, { readonly counts: StateCounts; readonly answers?: Answers }>();
  private readonly forgottenIds = new Set<string>();
  private readonly knownById: ReadonlyMap<string, SentRequest>;

  /** With what was last known: it stands in for the history of requests that Esper has dropped. */
  constructor(
    private readonly client: Client,
    private readonly known?: State,
  ) {
    this.knownById = new Map((known?.commands ?? []).map((request) => [request.id, request]));
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
  isAllSuccess({ id, devices }: SentRequest): boolean {
    const seen = this.knownById.get(id)?.states;
    return seen !== undefined && (seen.Success ?? 0) >= devices && totalOf(seen) === seen.Success;
  }

  private async lookAtCounts(requestId: string): Promise<void> {
    const counts = await this.client.counts(requestId);
    if (counts === undefined) this.forgottenIds.add(requestId);
    else this.note(requestId, { counts });
  }

  /**
   * The answers of one request, as of the counts last seen. With `devicesAreKnown` it is known which devices it was sent
   * to, so that reading the exceptions is enough.
   */
  async answers(request: SentRequest, devicesAreKnown: boolean): Promise<Answers> {
    const known = this.seen.get(request.id);
    if (known?.answers !== undefined && (devicesAreKnown || !known.answers.othersSucceeded)) return known.answers;
    const counts = known?.counts ?? {};
    const onlyExceptions = devicesAreKnown && totalOf(counts) >= request.devices && (counts.Unknown ?? 0) === 0;
    const exceptions = onlyExceptions ? await this.exceptionRows(request.id, counts) : undefined;
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

  private async exceptionRows(requestId: string, counts: StateCounts): Promise<readonly StatusRow[] | undefined> {
    const states = otherThanSuccess.filter((state) => (counts[state] ?? 0) > 0);
    if (states.length === 0) return [];
    const rows = await this.client.rows({ requestIds: [requestId], states });
    const distinct = new Set(rows.map((row) => row.deviceId));
    // A device that changed its state between the counts and the rows may be in none of them; then every row is read.
    return distinct.size < countOf(counts, states) ? undefined : rows;
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
