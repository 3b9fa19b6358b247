import { createHash } from "node:crypto";
import { expect } from "chai";
import { difference, sketchOf } from "../../../provider/lifecycle/state/members/membership-sketch";

/** Ids that look like Esper's, the same ones every time. */
function ids(from: number, to: number): Set<string> {
  const made = new Set<string>();
  for (let number = from; number < to; number += 1) {
    const hex = createHash("sha256").update(`device ${number}`).digest("hex");
    made.add([hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-"));
  }
  return made;
}

describe("the sketch of a fleet", () => {
  it("sees no difference in the same fleet, however large", () => {
    for (const size of [0, 1, 25, 26, 10_000]) {
      const fleet = ids(0, size);
      expect(difference(sketchOf(fleet), fleet), String(size)).to.deep.equal({ joined: new Set(), leftCount: 0 });
    }
  });

  it("names the devices that joined a fleet of 10,000 and counts those that left, from a kilobyte", () => {
    const sketch = sketchOf(ids(0, 10_000));
    expect(sketch.length).to.be.below(1_050);
    expect(difference(sketch, ids(20, 10_030))).to.deep.equal({ joined: ids(10_000, 10_030), leftCount: 20 });
  });

  it("names them in a fleet of ten as well", () => {
    expect(difference(sketchOf(ids(0, 10)), ids(3, 40))).to.deep.equal({ joined: ids(10, 40), leftCount: 3 });
  });

  it("tells 50 differences apart in 99 of 100 fleets, and never wrongly", () => {
    let solved = 0;
    for (let fleet = 0; fleet < 100; fleet += 1) {
      const from = fleet * 1_000;
      const seen = difference(sketchOf(ids(from, from + 100)), ids(from + 25, from + 125));
      if (seen === undefined) continue;
      expect(seen).to.deep.equal({ joined: ids(from + 100, from + 125), leftCount: 25 });
      solved += 1;
    }
    expect(solved).to.be.at.least(99);
  });

  it("says that it does not know when too much has changed", () => {
    expect(difference(sketchOf(ids(0, 1_000)), ids(500, 1_500))).to.equal(undefined);
  });

  it("says that it does not know when the text is no sketch", () => {
    expect(difference("tAAAA", ids(0, 3))).to.equal(undefined);
  });
});
