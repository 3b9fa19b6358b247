import { expect } from "chai";
import { backOffMs, judge, type Attempts, type Outcome, type Verdict } from "../../../provider/client/http/retry";
import { retryAfterMs } from "../../../provider/client/http/retry-after";
import { startAnswering } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor } from "../harness";

const answer = (status: number, more: Partial<Outcome & { kind: "answer" }> = {}): Outcome => ({
  kind: "answer",
  status,
  text: "",
  readable: true,
  ...more,
});
const failure = (reason: "unreachable" | "certificate" | "timedOut" | "cut" | "answerTooLarge"): Outcome => ({
  kind: "failure",
  reason,
  mayHaveArrived: reason !== "unreachable" && reason !== "certificate",
});
const first: Attempts = { method: "GET", made: 1, rateLimited: 1, elapsedMs: 100, waitedMs: 0, allowed: 5 };

describe("whether a request is sent again", () => {
  const rows: readonly [string, Outcome, Partial<Attempts>, Verdict["action"], Verdict["reason"]][] = [
    ["an answer is used", answer(200), {}, "use", "answered"],
    ["a POST that was accepted is used", answer(201), { method: "POST" }, "use", "answered"],
    ["429 slows down and repeats", answer(429), {}, "slowDown", "rateLimited"],
    [
      "429 to a POST is safe to repeat: it was refused unread",
      answer(429),
      { method: "POST" },
      "slowDown",
      "rateLimited",
    ],
    [
      "a 403 that speaks of too many requests counts as 429",
      answer(403, { text: "Too many requests" }),
      {},
      "slowDown",
      "rateLimited",
    ],
    ["429 for ever is given up", answer(429), { rateLimited: 13 }, "giveUp", "rateLimited"],
    ["429 for half an hour is given up", answer(429), { elapsedMs: 1_800_000 }, "giveUp", "rateLimited"],
    ["401 is final", answer(401), {}, "giveUp", "refused"],
    ["404 is final", answer(404), {}, "giveUp", "refused"],
    ["a redirect is final", answer(302), {}, "giveUp", "refused"],
    ["a read that met a 503 is repeated", answer(503), {}, "repeat", "serverError"],
    ["a read that was cut is repeated", failure("cut"), {}, "repeat", "noAnswer"],
    ["a read without an answer in time is repeated", failure("timedOut"), {}, "repeat", "noAnswer"],
    ["a read whose JSON was cut short is repeated", answer(200, { readable: false }), {}, "repeat", "unreadable"],
    ["a PUT sets one state and may be repeated", answer(502), { method: "PUT" }, "repeat", "serverError"],
    [
      "a PUT that was taken, with an unreadable answer, is open",
      answer(204, { readable: false }),
      { method: "PUT" },
      "giveUp",
      "ambiguous",
    ],
    ["as many attempts as allowed are enough", answer(503), { made: 5 }, "giveUp", "enough"],
    ["a minute and a half is enough", answer(503), { elapsedMs: 91_000 }, "giveUp", "enough"],
    ["a caller that asks again by itself has one attempt", answer(503), { allowed: 1 }, "giveUp", "enough"],
    ["a 503 that names a near time is repeated", answer(503), { retryAfterMs: 5_000 }, "repeat", "serverError"],
    ["a 503 that names a time beyond the patience ends it", answer(503), { retryAfterMs: 91_000 }, "giveUp", "closed"],
    [
      "of the patience counts what is left",
      answer(503),
      { elapsedMs: 60_000, retryAfterMs: 31_000 },
      "giveUp",
      "closed",
    ],
    [
      "a POST with a 503 may have been accepted",
      answer(503),
      { method: "POST", retryAfterMs: 91_000 },
      "giveUp",
      "ambiguous",
    ],
    ["a POST with a 5xx may have been accepted", answer(500), { method: "POST" }, "giveUp", "ambiguous"],
    ["a POST that was cut may have been accepted", failure("cut"), { method: "POST" }, "giveUp", "ambiguous"],
    [
      "a POST answered by a page may have been accepted",
      answer(200, { readable: false }),
      { method: "POST" },
      "giveUp",
      "ambiguous",
    ],
    ["a POST that never left is repeated", failure("unreachable"), { method: "POST" }, "repeat", "notSent"],
    ["a host that cannot be reached is tried three times", failure("unreachable"), { made: 3 }, "giveUp", "enough"],
    ["a wrong TLS certificate stays wrong", failure("certificate"), {}, "giveUp", "hopeless"],
    ["a body that is too large stays too large", failure("answerTooLarge"), {}, "giveUp", "hopeless"],
  ];
  for (const [name, outcome, attempts, action, reason] of rows) {
    it(name, () => {
      expect(judge(outcome, { ...first, ...attempts }, () => 0.5)).to.include({ action, reason });
    });
  }

  it("what it waited for its turn is no time of trying: a read that met a 502 after a long pause is repeated", async () => {
    const server = await startAnswering((_, index) => {
      if (index === 0) return { status: 429, headers: { "Retry-After": "120" } };
      return index === 1 ? { status: 502 } : { body: { id: "d", name: "till" } };
    });
    const found = await benchFor(server.url, quickClock(500)).client.devicesById(["d"], 0);
    await server.close();
    expect([...found.keys()]).to.deep.equal(["d"]);
  });

  it("a 503 is asked again no sooner than it says", async () => {
    const times: number[] = [];
    const clock = quickClock(100);
    const server = await startAnswering((_, index) => {
      times.push(clock.now());
      return index === 0 ? { status: 503, headers: { "Retry-After": "20" } } : { body: { status: [] } };
    });
    await benchFor(server.url, clock).client.counts("r");
    await server.close();
    expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.at.least(20_000);
  });

  it("who waited long for a first turn has the whole patience with the rate limit", async () => {
    const server = await startAnswering((_, index) =>
      index === 22 ? { status: 429, headers: { "Retry-After": "1" } } : { body: { status: [] } },
    );
    const { client } = benchFor(server.url, quickClock(5000), {
      requestsPerMinute: 1,
      requestTimeoutMs: 3_600_000,
    });
    const counts = await Promise.all(Array.from({ length: 23 }, (_, index) => client.counts(`r${String(index)}`)));
    await server.close();
    expect(counts).to.have.length(23);
    expect(server.asked).to.have.length(24);
  });

  it("waits longer each time, between a half and the whole of it", () => {
    expect([1, 2, 3, 4].map((made) => backOffMs(made, () => 0))).to.deep.equal([250, 500, 1000, 2000]);
    expect([1, 2, 3, 9].map((made) => backOffMs(made, () => 0.999999))).to.satisfy((waits: number[]) =>
      waits.every((ms, index) => Math.round(ms) === [500, 1000, 2000, 15_000][index]),
    );
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  const rows: readonly [string, string | undefined, number | undefined][] = [
    ["as seconds", "12", 12_000],
    ["as fractions of a second", "0.5", 500],
    ["as a date", "Sun, 01 Mar 2026 12:00:30 GMT", 30_000],
    ["as a date that is over", "Sun, 01 Mar 2026 11:00:00 GMT", 0],
    ["absent", undefined, undefined],
    ["as words", "soon", undefined],
    ["as a number with a unit", "1 banana", undefined],
    ["negative", "-5", undefined],
    ["empty", "", undefined],
  ];
  for (const [name, header, expected] of rows) {
    it(`${name} is ${expected === undefined ? "no word at all" : `${String(expected)} ms`}`, () => {
      expect(retryAfterMs(header, now)).to.equal(expected);
    });
  }
});
