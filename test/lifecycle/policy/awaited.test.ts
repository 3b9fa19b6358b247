import { expect } from "chai";
import fc from "fast-check";
import type { CommandState, StateCounts, StatusRow } from "../../../provider/client/client";
import { CommandResults } from "../../../provider/lifecycle/facts/command-results";
import { waitForAnswers } from "../../../provider/lifecycle/apply/wait";
import { isAnswered, mayBeAnswered, type Awaited } from "../../../provider/lifecycle/policy/awaited";
import { countOf, fakeClient } from "../fake-client";
import { answers, request, row, uuid } from "../given";

const minuteMs = 60_000;

function awaited(sentTo: number, waitedFor: readonly number[], id = "r1"): Awaited {
  return { request: request({ id, devices: sentTo }), devices: new Set(waitedFor.map(uuid)) };
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}

interface CountsRow {
  readonly sentTo: number;
  readonly waitedFor: number;
  readonly counts: StateCounts;
  readonly quietMs?: number;
  readonly mayBe: boolean;
}

const byCounts: Readonly<Record<string, CountsRow>> = {
  "nothing is seen yet": { sentTo: 100, waitedFor: 100, counts: {}, mayBe: false },
  "all have answered": { sentTo: 100, waitedFor: 100, counts: { Success: 98, Failure: 1, Cancelled: 1 }, mayBe: true },
  "one is still at it": { sentTo: 100, waitedFor: 100, counts: { Success: 99, "In Progress": 1 }, mayBe: false },
  "the open ones could be those nobody waits for": {
    sentTo: 100,
    waitedFor: 90,
    counts: { Success: 90, Queued: 10 },
    mayBe: true,
  },
  "there are more open ones than nobody waits for": {
    sentTo: 100,
    waitedFor: 90,
    counts: { Success: 89, Queued: 11 },
    mayBe: false,
  },
  "rows that are not there yet are open": { sentTo: 100, waitedFor: 100, counts: { Success: 60 }, mayBe: false },
  "a TimeOut is no answer yet": { sentTo: 100, waitedFor: 100, counts: { Success: 99, TimeOut: 1 }, mayBe: false },
  "a TimeOut is given up after a quiet minute": {
    sentTo: 100,
    waitedFor: 100,
    counts: { Success: 99, TimeOut: 1 },
    quietMs: minuteMs,
    mayBe: true,
  },
  "a device that Esper made no row for is given up after a quiet minute": {
    sentTo: 100,
    waitedFor: 100,
    counts: { Success: 99 },
    quietMs: minuteMs,
    mayBe: true,
  },
  "a queued device is not given up however quiet it is": {
    sentTo: 100,
    waitedFor: 100,
    counts: { Success: 99, Queued: 1 },
    quietMs: 60 * minuteMs,
    mayBe: false,
  },
};

describe("what the counts tell of a wait", () => {
  for (const [title, { sentTo, waitedFor, counts, quietMs, mayBe }] of Object.entries(byCounts)) {
    it(`${mayBe ? "may be over" : "goes on"}: ${title}`, () => {
      expect(mayBeAnswered(awaited(sentTo, upTo(waitedFor)), counts, quietMs ?? minuteMs - 1)).to.equal(mayBe);
    });
  }
});

interface RowsRow {
  readonly states: readonly (CommandState | undefined)[];
  /** The devices 0, 1 … that are waited for. */
  readonly waitedFor: readonly number[];
  readonly othersSucceeded?: boolean;
  readonly quietMs?: number;
  readonly is: boolean;
}

const byRows: Readonly<Record<string, RowsRow>> = {
  "everyone has answered, one way or another": {
    states: ["Success", "Failure", "Cancelled"],
    waitedFor: [0, 1, 2],
    is: true,
  },
  "nobody waits for the one that is open": { states: ["Success", "Queued"], waitedFor: [0], is: true },
  "the open one is waited for, though another answered": { states: ["Queued", "Success"], waitedFor: [0], is: false },
  "a TimeOut within the quiet minute": { states: ["Success", "TimeOut"], waitedFor: [0, 1], is: false },
  "a TimeOut after the quiet minute": {
    states: ["Success", "TimeOut"],
    waitedFor: [0, 1],
    quietMs: minuteMs,
    is: true,
  },
  "a state that Esper invents later": { states: ["Unknown"], waitedFor: [0], quietMs: minuteMs, is: false },
  "a device at work after the quiet minute": { states: ["In Progress"], waitedFor: [0], quietMs: minuteMs, is: false },
  "a device without a row within the quiet minute": { states: [undefined], waitedFor: [0], is: false },
  "a device without a row after the quiet minute": { states: [undefined], waitedFor: [0], quietMs: minuteMs, is: true },
  "a device without a row where only exceptions were read": {
    states: [undefined, "Failure"],
    waitedFor: [0, 1],
    othersSucceeded: true,
    is: true,
  },
};

function rowsOf(states: readonly (CommandState | undefined)[], requestId = "r1"): readonly StatusRow[] {
  return states.flatMap((state, number) => (state === undefined ? [] : [row(number, state, { requestId })]));
}

describe("what the rows tell of a wait", () => {
  for (const [title, { states, waitedFor, othersSucceeded, quietMs, is }] of Object.entries(byRows)) {
    it(`${is ? "is over" : "goes on"}: ${title}`, () => {
      const given = answers(rowsOf(states), othersSucceeded ?? false);
      expect(isAnswered(awaited(states.length, waitedFor), given, quietMs ?? minuteMs - 1)).to.equal(is);
    });
  }

  it("never says over where the counts said that it goes on", () => {
    const state = fc.constantFrom<CommandState | undefined>(
      ...(["Queued", "In Progress", "Success", "Failure", "Cancelled", "TimeOut", undefined] as const),
    );
    const device = fc.record({ state, isWaitedFor: fc.boolean() });
    fc.assert(
      fc.property(fc.array(device, { minLength: 1 }), fc.constantFrom(0, minuteMs), (all, quietMs) => {
        const states = all.map((each) => each.state);
        const wait = awaited(
          all.length,
          upTo(all.length).filter((number) => all[number]?.isWaitedFor),
        );
        const isOver = isAnswered(wait, answers(rowsOf(states)), quietMs);
        if (isOver) expect(mayBeAnswered(wait, countOf(rowsOf(states)), quietMs)).to.equal(true);
      }),
    );
  });
});

type World = (passedMs: number) => readonly (CommandState | undefined)[];

interface Waited {
  readonly endedAfterMs: number;
  readonly asked: readonly string[];
  readonly rounds: number;
}

async function wait(world: World, waitedFor: readonly number[], timeoutMs = 10 * minuteMs): Promise<Waited> {
  const { client, clock, passedMs, asked } = fakeClient((id, passed) => rowsOf(world(passed), id));
  const results = new CommandResults(client);
  let rounds = 0;
  const onRound = (): void => {
    rounds += 1;
  };
  await waitForAnswers(
    { client, clock, results, onRound },
    [awaited(world(0).length, waitedFor)],
    clock.now() + timeoutMs,
  );
  return { endedAfterMs: passedMs(), asked, rounds };
}

function many(count: number, state: CommandState): readonly CommandState[] {
  return Array.from({ length: count }, () => state);
}

describe("waiting for devices", () => {
  it("asks nothing when nobody is waited for", async () => {
    const { asked, rounds } = await wait(() => ["Queued"], []);
    expect(asked).to.deep.equal([]);
    expect(rounds).to.equal(0);
  });

  it("ends with the last answer, good or bad, and tells of each round on the way", async () => {
    const world: World = (passedMs) => ["Success", passedMs < 5_000 ? "In Progress" : "Failure"];
    const { endedAfterMs, rounds } = await wait(world, [0, 1]);
    expect(endedAfterMs).to.equal(5_000);
    expect(rounds).to.equal(6);
  });

  it("reads no row of a large request while the counts say that it goes on, and none when all succeeded", async () => {
    const world: World = (passedMs) => [...many(99, "Success"), passedMs < 30_000 ? "Queued" : "Success"];
    const { asked, endedAfterMs } = await wait(world, upTo(100));
    expect(endedAfterMs).to.equal(30_000);
    expect(asked.filter((question) => question !== "round")).to.deep.equal([]);
  });

  it("does not wait for a device that nobody waits for", async () => {
    const world: World = (passedMs) => [passedMs < 3_000 ? "In Progress" : "Success", ...many(99, "Queued")];
    const { endedAfterMs } = await wait(world, [0]);
    expect(endedAfterMs).to.equal(3_000);
  });

  it("is not deceived when another device answers in place of one that is waited for", async () => {
    const world: World = (passedMs) => [
      passedMs < 20_000 ? "In Progress" : "Success",
      "Success",
      ...many(98, "Queued"),
    ];
    const { endedAfterMs, asked } = await wait(world, [0]);
    expect(endedAfterMs).to.equal(20_000);
    expect(asked.filter((question) => question.startsWith("rows"))).to.have.length(2);
  });

  it("ends at the deadline", async () => {
    const { endedAfterMs } = await wait(() => ["Success", "Queued"], [0, 1], 90_500);
    expect(endedAfterMs).to.equal(90_500);
  });

  it("still looks once when there is no time to wait", async () => {
    const { endedAfterMs, rounds } = await wait(() => ["Queued"], [0], 0);
    expect(endedAfterMs).to.equal(0);
    expect(rounds).to.equal(1);
  });

  it("sees a TimeOut that turns into Success within a minute", async () => {
    const world: World = (passedMs) => ["Success", passedMs < 42_000 ? "TimeOut" : "Success"];
    expect((await wait(world, [0, 1])).endedAfterMs).to.equal(42_000);
  });

  it("watches a TimeOut no longer than a minute after the last other answer", async () => {
    const world: World = (passedMs) => [passedMs < 10_000 ? "In Progress" : "Success", "TimeOut"];
    expect((await wait(world, [0, 1])).endedAfterMs).to.equal(70_000);
  });

  it("does not take it for an answer when an offline device comes back and starts to work", async () => {
    const steps = ["Queued", "Initiated", "Acknowledged", "In Progress"] as const;
    const world: World = (passedMs) => ["Success", "TimeOut", steps[Math.floor(passedMs / 30_000) % 4]];
    expect((await wait(world, [0, 1])).endedAfterMs).to.equal(60_000);
  });

  it("watches a TimeOut no longer than the deadline", async () => {
    expect((await wait(() => ["TimeOut"], [0], 20_000)).endedAfterMs).to.equal(20_000);
  });

  it("waits for the slowest of several requests", async () => {
    const slow = (id: string): number => (id === "r2" ? 8_000 : 2_000);
    const { client, clock, passedMs } = fakeClient((id, passed) =>
      rowsOf([passed < slow(id) ? "Queued" : "Success"], id),
    );
    const all = [awaited(1, [0], "r1"), awaited(1, [0], "r2"), awaited(1, [], "r3")];
    const waiting = { client, clock, results: new CommandResults(client), onRound: () => undefined };
    await waitForAnswers(waiting, all, clock.now() + minuteMs);
    expect(passedMs()).to.equal(8_000);
  });
});
