// The bench's own arithmetic: how runs become a ratio, ratios become verdicts, and figures become a picture.
// The figures here are made up; no engine runs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { LifeFigures, StepFigures } from "../../bench/life";
import { figuresOf, withFigures } from "../../bench/page";
import { pictureOf } from "../../bench/picture";
import type { Profile } from "../../bench/profiles";
import { beyondMs, median, ratioOf, ratiosOf } from "../../bench/statistics";
import { rowsOf } from "../../bench/wanted";

const step = (ownMs: number, requests: number): StepFigures => ({
  pairs: [{ ownMs, floorMs: 1000 }],
  cpu: [
    {
      own: { engine: 400, program: 300, provider: 200 },
      echo: { engine: 390, program: 300, provider: 100 },
      floor: { engine: 300, program: 290, provider: 90 },
    },
  ],
  requests,
  byRoute: {},
  busyMs: 0,
  ownBytes: 150_000_000,
  floorBytes: 140_000_000,
});

const life = (profile: Partial<Profile>, requests: number): LifeFigures => ({
  profile: { name: "1 x 1,000", certificates: 1, devices: 1000, target: "group", rounds: 1, ...profile },
  steps: {
    create: step(1200, requests),
    "no-change up": step(1050, 0),
    preview: step(1150, 0),
    refresh: step(1300, requests),
    destroy: step(1100, requests),
  },
  stateBytes: 3000,
  curlMs: [],
});

describe("figures of the bench", () => {
  it("a ratio is the middle one of the pairs, so that a slow spell of the machine does not count", () => {
    const pairs = [
      { ownMs: 1100, floorMs: 1000 },
      { ownMs: 9000, floorMs: 9000 },
      { ownMs: 2400, floorMs: 2000 },
    ];
    expect(ratioOf(pairs)).to.equal(1.1);
    expect(ratiosOf(pairs)).to.deep.equal({ lowest: 1, middle: 1.1, highest: 1.2 });
    expect(beyondMs(pairs)).to.equal(100);
    expect(median([3, 1, 2])).to.equal(2);
  });

  it("where many resources are measured, the ratio to a provider that stores the same stands beside that to the floor", () => {
    const pairs = [{ ownMs: 1_500, floorMs: 1_000, echoMs: 1_200 }];
    const { steps: usual, ...rest } = life({ name: "100 x 1", certificates: 100 }, 3);
    const rows = rowsOf([{ ...rest, steps: { ...usual, create: { ...usual.create, pairs } } }], {});
    expect(rows[0]).to.deep.include({ what: "create over the floor, 100 x 1", seen: "1.50; 1.25 to echo" });
  });

  it("an unchanged up of certificates of devices is judged beyond the floor, with the engine's price for the state told apart", () => {
    const pairs = [{ ownMs: 1_500, floorMs: 1_000, echoMs: 1_400 }];
    const { steps: usual, ...rest } = life({ name: "own 1,000", own: true }, 3);
    const rows = rowsOf([{ ...rest, steps: { ...usual, "no-change up": { ...usual["no-change up"], pairs } } }], {});
    expect(rows.at(-1)).to.deep.equal({
      what: "no-change up beyond the floor, own 1,000",
      wanted: "at most 0.3 s",
      seen: "0.50 s; 0.10 s beyond echo",
      isReached: false,
    });
  });

  it("each figure stands beside what was wanted, and what was not measured is not shown", () => {
    const rows = rowsOf([life({}, 3)], {});
    const verdicts = Object.fromEntries(rows.map(({ what, isReached }) => [what, isReached]));
    expect(verdicts).to.deep.equal({
      "create over the floor, 1 x 1,000": true,
      "no-change up over the floor, 1 x 1,000": true,
      "preview over the floor, 1 x 1,000": false,
      "requests, no-change up and preview, 1 x 1,000": true,
      "refresh over the floor, 1 x 1,000": false,
      "requests, refresh, 1 x 1,000": false,
    });
  });

  it("certificates that an issuer makes are judged beside files for as many devices, by the provider's processor time", () => {
    const made = life({ name: "issued 1,000", own: true, issued: true }, 1043);
    const usual = made.steps.create;
    const taking = (provider: number): LifeFigures => {
      const cpu = usual.cpu.map((sides) => ({ ...sides, own: { ...sides.own, provider } }));
      return { ...made, steps: { ...made.steps, create: { ...usual, cpu, byRoute: { "POST /commands": 1000 } } } };
    };
    const files = life({ name: "own 1,000", own: true }, 1043);
    const rows = rowsOf([files, taking(2_650)], {}).filter(({ what }) => what.includes("issued 1,000"));
    expect(rows.map(({ what, seen, isReached }) => [what, seen, isReached])).to.deep.include.members([
      ["POSTs, create, issued 1,000", "1,000", true],
      ["other requests, create, issued 1,000", "43", true],
      ["provider memory, MB, issued 1,000", "150", true],
      ["processor of the provider beyond own 1,000, a device, create, issued 1,000", "2.45 ms", true],
    ]);
    const [slow] = rowsOf([files, taking(2_750)], {}).filter(({ what }) => what.startsWith("processor"));
    expect(slow).to.include({ seen: "2.55 ms", isReached: false });
    expect(rowsOf([taking(200)], {}).filter(({ what }) => what.startsWith("processor"))).to.deep.equal([]);
  });

  it("growth is judged from a thousand devices to ten thousand, in time beyond the floor and in requests", () => {
    const rows = rowsOf([life({}, 2), life({ name: "1 x 10,000", devices: 10_000 }, 11)], {});
    const growth = rows.filter(({ what }) => what.startsWith("growth"));
    expect(growth.map(({ seen, isReached }) => [seen, isReached])).to.deep.equal([
      ["0.20 s from 0.20 s", true],
      ["11 from 2", false],
      ["0.30 s from 0.30 s", true],
      ["11 from 2", false],
    ]);
  });

  it("the picture is one SVG document with a line for each figure", () => {
    const svg = pictureOf([life({ devices: 10 }, 3), life({}, 3), life({ devices: 10_000 }, 12)]);
    expect(svg)
      .to.match(/^<svg [^>]*>\n/)
      .and.to.match(/<\/svg>\n$/);
    expect(svg.match(/<polyline /g)).to.have.length(7);
    expect(svg).not.to.include("NaN");
  });

  it("time beyond the floor that drowns in the engine's jitter counts as that jitter", () => {
    const at = (devices: number, beyond: number): LifeFigures => {
      const made = life({ name: `1 x ${devices.toLocaleString("en")}`, devices }, 2);
      return { ...made, steps: { ...made.steps, create: step(1000 + beyond, 2) } };
    };
    const verdictOf = (small: number, large: number): boolean | undefined =>
      rowsOf([at(1000, small), at(10_000, large)], {}).find(({ what }) => what.startsWith("growth of the time"))
        ?.isReached;
    expect(verdictOf(-20, 500)).to.equal(true);
    expect(verdictOf(-20, 501)).to.equal(false);
    expect(verdictOf(200, 2000)).to.equal(true);
    expect(verdictOf(200, 2001)).to.equal(false);
  });

  it("the page gets the figures between its marks, and keeps the rest", () => {
    const conditions = {
      ...{
        startedAt: "2026-11-25T12:00:00.000Z",
        cpus: 2,
        cpu: "a CPU",
        node: "v22",
        pulumi: "3.250.0",
        sdk: "3.270.0",
      },
      loadBefore: 0.1,
    };
    const lives = [life({}, 2)];
    const figures = figuresOf(conditions, rowsOf(lives, {}), lives);
    expect(figures).to.include("| preview over the floor, 1 x 1,000 | at most 1.10 | 1.15 | not reached |");
    expect(figures).to.include("| 1 x 1,000 | create | 1.20 | 1.00 | 1.20 (1.20 to 1.20) |  | 2 | 150 | 140 | 0.00 |");
    expect(figures, "one certificate needs no profile").not.to.include("0.40 / 0.39 / 0.30");
    const many = figuresOf(conditions, [], [life({ name: "100 x 1", certificates: 100 }, 2)]);
    expect(many).to.include("| 100 x 1 | create | 0.40 / 0.39 / 0.30 | 0.30 / 0.30 / 0.29 | 0.20 / 0.10 / 0.09 |");
    const page = readFileSync(join(__dirname, "../../docs/performance.md"), "utf8");
    const once = withFigures(page, figures);
    expect(once).to.include(figures);
    expect(withFigures(once, "other")).to.equal(withFigures(page, "other")).and.not.include("| preview over");
    expect(() => withFigures("no marks", figures)).to.throw("lost the marks");
  });
});
