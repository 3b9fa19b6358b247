// The bench's own arithmetic: how runs become a ratio, ratios become verdicts, and figures become a picture.
// The figures here are made up; no engine runs.

import { expect } from "chai";
import type { LifeFigures, StepFigures } from "../../bench/life";
import { pictureOf } from "../../bench/picture";
import type { Profile } from "../../bench/profiles";
import { beyondMs, median, ratioOf } from "../../bench/statistics";
import { rowsOf } from "../../bench/wanted";

const step = (ownMs: number, requests: number): StepFigures => ({
  pairs: [{ ownMs, floorMs: 1000 }],
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
    expect(beyondMs(pairs)).to.equal(100);
    expect(median([3, 1, 2])).to.equal(2);
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
});
