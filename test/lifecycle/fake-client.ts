// A client for the lifecycle's tests: a plain object whose tenant is a function of time, and whose every exchange takes
// time on the test's own clock. It answers what concerns sent requests, notes each question, and refuses all else.

import type { Client, CommandState, Sighting, StateCounts, StatusRow } from "../../provider/client/client";
import { fewDevices } from "../../provider/client/commands/status-rows";
import { steppedClock, type SteppedClock } from "../support/quick-clock";

/** The rows of a request at a moment, counted from the start; undefined when Esper has forgotten the request. */
export type Tenant = (requestId: string, passedMs: number) => readonly StatusRow[] | undefined;

export interface FakeClient {
  readonly client: Client;
  readonly clock: SteppedClock;
  readonly passedMs: () => number;
  /** The exchanges, for example `counts r1` or `rows r1 Failure`. */
  readonly asked: string[];
}

export function fakeClient(tenant: Tenant, { startMs = 0, exchangeMs = 0, pollMs = 1_000 } = {}): FakeClient {
  const clock = steppedClock(startMs);
  const asked: string[] = [];
  const passedMs = (): number => clock.now() - startMs;
  const exchange = async (question: string): Promise<void> => {
    asked.push(question);
    await clock.pass(exchangeMs);
  };
  const rowsNow = (requestId: string): readonly StatusRow[] => tenant(requestId, passedMs()) ?? [];
  const isAskedFor = (states: readonly CommandState[] | undefined, row: StatusRow): boolean =>
    states === undefined || states.includes(row.state);

  async function* watch(
    requests: Parameters<Client["watch"]>[0],
    untilMs: number,
  ): AsyncGenerator<ReadonlyMap<string, Sighting>> {
    for (;;) {
      const seen = requests.map(({ requestId, devices }): [string, Sighting] => {
        const rows = rowsNow(requestId);
        return [requestId, { counts: countOf(rows), ...(devices <= fewDevices && { rows }) }];
      });
      asked.push("round");
      yield new Map(seen);
      if (clock.now() >= untilMs) return;
      await clock.pass(Math.min(pollMs, untilMs - clock.now()));
    }
  }

  const client: Client = {
    hasLabels: true,
    tenantHash: "tenant-hash",
    counts: async (requestId) => {
      const rows = tenant(requestId, passedMs());
      await exchange(`counts ${requestId}`);
      return rows && countOf(rows);
    },
    rows: async ({ requestIds, states, devices }) => {
      await exchange(["rows", ...requestIds, ...(states ?? []), ...(devices ?? [])].join(" "));
      const rows = requestIds.flatMap((id) => rowsNow(id).filter((row) => isAskedFor(states, row)));
      return rows.filter(({ deviceId }) => devices?.includes(deviceId) !== false);
    },
    watch,
    send: refuse,
    commandsSince: refuse,
    cancel: refuse,
    devices: refuse,
    devicesById: refuse,
    group: refuse,
    groups: refuse,
  };
  return { client, clock, passedMs, asked };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("Nothing but answers of requests is asked for in these tests."));
}

export function countOf(rows: readonly StatusRow[]): StateCounts {
  const counts: Partial<Record<CommandState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
