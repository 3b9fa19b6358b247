import { expect } from "chai";
import type { Client } from "../../provider/client/client";
import { readFleet } from "../../provider/lifecycle/facts/members/fleet";
import { refresh } from "../../provider/lifecycle/refresh";
import { AliasTurns } from "../../provider/lifecycle/alias-turns";
import { Claims } from "../../provider/lifecycle/claims";
import type { OperationContext } from "../../provider/lifecycle/context";
import { sketchOf } from "../../provider/lifecycle/state/members/membership-sketch";
import { fakeClient } from "./fake-client";
import { at, devices, listOf, nowMs, request, row, state } from "./given";

const silent = (): void => undefined;

describe("a refresh", () => {
  it("looks again at a request of which some rows were not there yet, although all that were had ended", async () => {
    const members = devices(12);
    const rows = members.map((_, number) => row(number, "Success"));
    const fake = fakeClient(() => rows, { startMs: nowMs });
    const client: Client = {
      ...fake.client,
      devices: () => Promise.resolve(listOf(members)),
      commandsSince: () => Promise.resolve({ commands: [], isComplete: true }),
    };
    const context: OperationContext = {
      ...{ client, clock: fake.clock, random: () => 0, urnHash: "0123456789ab", instance: "abcdefgh" },
      ...{ claims: new Claims(), turns: new AliasTurns() },
      ...{ status: silent, note: silent },
    };
    const prior = state({
      coverage: { installed: 5, pending: 7 },
      record: { sentTo: sketchOf(new Set(members.map(({ id }) => id))) },
      rest: { commands: [request({ sentAt: at(3_600_000), targetWide: true, states: { Success: 5 } })] },
    });
    const { digest } = await readFleet(client, prior.settings.target, 0);
    const refreshed = await refresh(context, { ...prior, record: { ...prior.record, membersDigest: digest } });
    expect(refreshed.state.coverage).to.include({ members: 12, installed: 12, pending: 0 });
  });
});
