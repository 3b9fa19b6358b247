import { expect } from "chai";
import { Throttle } from "../../../provider/client/http/throttle";
import { retryAfterMs } from "../../../provider/client/http/retry-after";
import { steppedClock, type SteppedClock } from "../../support/quick-clock";

interface Verdict {
  readonly isOk: boolean;
  readonly retryAfter?: string;
}

/** Lets `requests` go through the throttle to a server that answers after 5 ms, until all are done. */
async function drive(
  requests: number,
  server: (nowMs: number) => Verdict,
  requestsPerMinute?: number,
): Promise<{
  readonly seconds: number;
  readonly sentAtMs: number[];
  readonly order: number[];
  readonly limited: number;
  readonly said: string[];
}> {
  const clock = steppedClock();
  const said: string[] = [];
  const throttle = new Throttle({
    clock,
    random: () => 0.5,
    say: (line) => said.push(line),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  });
  const startedAtMs = clock.now();
  const sentAtMs: number[] = [];
  const order: number[] = [];
  let limited = 0;
  const one = async (index: number): Promise<void> => {
    const ticket = throttle.ticket();
    for (;;) {
      const turn = await throttle.turn(ticket);
      sentAtMs.push(clock.now() - startedAtMs);
      await clock.sleep(5);
      const { isOk, retryAfter } = server(clock.now());
      if (isOk) throttle.accepted();
      else throttle.limited(retryAfterMs(retryAfter, clock.now()), turn);
      throttle.ended();
      if (isOk) {
        order.push(index);
        return;
      }
      limited += 1;
    }
  };
  for (let index = 0; index < requests; index += 1) void one(index);
  await untilDone(clock, () => order.length === requests);
  return { seconds: (clock.now() - startedAtMs) / 1000, sentAtMs, order, limited, said };
}

async function untilDone(clock: SteppedClock, isDone: () => boolean): Promise<void> {
  for (let step = 0; !isDone(); step += 1) {
    if (step > 40_000) throw new Error("It never ended.");
    await clock.pass(100);
  }
}

/** A bucket of `perSecond` requests that fills with time. */
function limitOf(perSecond: number, retryAfter?: string): (nowMs: number) => Verdict {
  let room = perSecond;
  let seenMs = 0;
  return (nowMs) => {
    if (seenMs > 0) room = Math.min(perSecond, room + ((nowMs - seenMs) / 1000) * perSecond);
    seenMs = nowMs;
    if (room < 1) return { isOk: false, ...(retryAfter === undefined ? {} : { retryAfter }) };
    room -= 1;
    return { isOk: true };
  };
}

const always = (): Verdict => ({ isOk: true });

describe("the pace of requests", () => {
  it("is not held back without a limit", async () => {
    const { seconds } = await drive(500, always);
    expect(seconds).to.be.below(0.5);
  });

  it("learns a limit of 20 a second within a quarter more than the least time", async () => {
    const { seconds, limited } = await drive(600, limitOf(20, "1"));
    expect(seconds).to.be.below((600 / 20) * 1.25);
    expect(limited).to.be.below(40);
  });

  it("learns it too where Retry-After is absent", async () => {
    const { seconds } = await drive(600, limitOf(20));
    expect(seconds).to.be.below((600 / 20) * 1.25);
  });

  it("serves first come first, also those who have to come again", async () => {
    const { order } = await drive(100, limitOf(10, "1"));
    const displaced = order.map((index, place) => Math.abs(index - place));
    // As far as exchanges at the same time may overtake each other.
    expect(Math.max(...displaced)).to.be.below(16);
  });

  it("stays below the ceiling of the settings in any minute", async () => {
    const { sentAtMs } = await drive(150, always, 60);
    const busiest = Math.max(
      ...sentAtMs.map((from) => sentAtMs.filter((at) => at >= from && at < from + 60_000).length),
    );
    expect(busiest).to.be.at.most(60);
    expect(Math.max(...sentAtMs)).to.be.within(148_000, 151_000);
  });

  it("lets a second's worth of the ceiling go at once", async () => {
    const { sentAtMs } = await drive(20, always, 600);
    expect(sentAtMs.filter((at) => at < 100)).to.have.length(10);
  });

  it("waits as long as Esper says, and says so", async () => {
    let asked = 0;
    const { seconds, said } = await drive(3, () => ({ isOk: (asked += 1) > 3, retryAfter: "12" }));
    expect(seconds).to.be.within(12, 14);
    expect(said).to.deep.equal(["waiting 13 s: Esper's rate limit"]);
  });

  it("waits ever longer while every answer is a refusal", async () => {
    let asked = 0;
    const { sentAtMs } = await drive(1, () => ({ isOk: (asked += 1) > 5 }));
    const gaps = sentAtMs.slice(1).map((at, index) => Math.round((at - (sentAtMs[index] ?? 0)) / 1000));
    expect(gaps).to.deep.equal([2, 4, 8, 17, 34]);
  });
});
