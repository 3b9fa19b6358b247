import { expect } from "chai";
import { timeLeft, timeLeftMs, type Sighting } from "../../../provider/lifecycle/messages/time-left";

/** A round each second, with so many answers in all. */
function everySecond(...answered: readonly number[]): readonly Sighting[] {
  return answered.map((number, second) => ({ atMs: 1_000_000 + second * 1_000, answered: number }));
}

function until(seconds: number, answeredAt: (second: number) => number): readonly Sighting[] {
  return everySecond(...Array.from({ length: seconds + 1 }, (_, second) => answeredAt(second)));
}

const steady = (second: number): number => second * 2;
/** A twentieth of the 1,000 devices that are left answers in each second. */
const dwindling = (second: number): number => Math.round(1_000 * (1 - Math.exp(-second / 20)));

describe("the time that a wait still takes", () => {
  const rows: Readonly<
    Record<string, readonly [seen: readonly Sighting[], open: number, leftSeconds: number | undefined]>
  > = {
    "is not told before anything was read": [[], 100, undefined],
    "is not told by one round": [everySecond(40), 100, undefined],
    "is not told while nobody has answered": [until(60, () => 0), 100, undefined],
    "is not told by fewer than five answers": [everySecond(0, 1, 1, 2, 2, 3, 3, 4), 100, undefined],
    "is not told in the first five seconds": [until(4, (second) => second * 50), 100, undefined],
    "is not told by answers that came all at once": [everySecond(0, 0, 0, 90, 90, 90, 90), 10, undefined],
    "is not told by the answers of earlier runs": [until(60, () => 412), 85, undefined],
    "is not told once answers have stopped": [until(60, (second) => Math.min(steady(second), 40)), 100, undefined],
    "is not told when nobody is waited for": [until(60, steady), 0, undefined],
    "goes by the pace": [until(30, steady), 100, 50],
    "goes by the pace of the later half, where answers begin late": [
      until(60, (second) => Math.max(0, second - 30) * 2),
      100,
      50,
    ],
    "counts from the first round, whatever was answered before": [
      until(30, (second) => 1_000 + steady(second)),
      100,
      50,
    ],
    // 1,000 devices, of which 1,000 · e^(-60/20) = 50 are left: 20 s · (1 + 1/2 + … + 1/50) = 90 s.
    "grows with the logarithm where answers dwindle": [until(60, dwindling), 50, 90],
  };
  for (const [title, [seen, open, leftSeconds]] of Object.entries(rows)) {
    it(title, () => {
      const leftMs = timeLeftMs(seen, open);
      if (leftSeconds === undefined) expect(leftMs).to.equal(undefined);
      else expect((leftMs ?? 0) / 1_000).to.be.closeTo(leftSeconds, 1);
    });
  }

  for (const [ms, words] of [
    [1, "about 10 s left"],
    [24_000, "about 20 s left"],
    [54_999, "about 50 s left"],
    [55_000, "about 1 min left"],
    [125_000, "about 2 min left"],
    [5_900_000, "about 98 min left"],
    [10_800_000, "about 3 h left"],
  ] as const) {
    it(`is said as "${words}"`, () => {
      expect(timeLeft(ms)).to.equal(words);
    });
  }
});
