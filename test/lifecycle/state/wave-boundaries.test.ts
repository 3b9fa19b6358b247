import { expect } from "chai";
import fc from "fast-check";
import { defaultRollout, type Amount, type Rollout } from "../../../provider/lifecycle/arguments/rollout";
import type { WaveBoundaries } from "../../../provider/lifecycle/state/state";
import {
  isStaged,
  nextWave,
  placeOf,
  waveCount,
  waveBoundaries,
  waveOf,
} from "../../../provider/lifecycle/state/wave-boundaries";
import { uuid } from "../given";

const alias = "corp-client";
const everybody: Amount = { percent: 100 };
const someCanary = { kind: "set", groups: [], devices: [uuid(0xca)] } as const;

function members(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => uuid(index));
}

/** How many of the devices each wave has, the last number being those beyond the last wave. */
function sizes(
  boundaries: WaveBoundaries,
  ids: readonly string[],
  canary: ReadonlySet<string> = new Set(),
): readonly number[] {
  const waves = ids.map((id) => waveOf(boundaries, alias, id, canary));
  const numbers = Array.from({ length: waveCount(boundaries) }, (_, index) => index + 1);
  return [...numbers, undefined].map((wave) => waves.filter((each) => each === wave).length);
}

interface Row {
  readonly waves: readonly Amount[];
  readonly members: number;
  /** So many of the members, and so many devices outside the target. */
  readonly canaries?: readonly [inside: number, outside: number];
  readonly sizes: readonly number[];
}

const rows: Readonly<Record<string, Row>> = {
  "1 %, 10 % and everyone of a thousand": {
    waves: [{ percent: 1 }, { percent: 10 }, everybody],
    members: 1_000,
    sizes: [10, 90, 900, 0],
  },
  "shares of an odd number, rounded up": {
    waves: [{ percent: 1 }, { percent: 50 }, everybody],
    members: 101,
    sizes: [2, 49, 50, 0],
  },
  "a share of very few devices, which is at least one": {
    waves: [{ percent: 1 }, everybody],
    members: 3,
    sizes: [1, 2, 0],
  },
  "counts, then everyone": { waves: [{ count: 5 }, { count: 8 }, everybody], members: 10, sizes: [5, 3, 2, 0] },
  "a count larger than the fleet": { waves: [{ count: 5 }, { count: 500 }], members: 10, sizes: [5, 5, 0] },
  "a last wave below 100 %, which leaves the rest": { waves: [{ percent: 10 }], members: 50, sizes: [5, 45] },
  "a count below a share that is smaller here": {
    waves: [{ count: 20 }, { percent: 10 }, everybody],
    members: 100,
    sizes: [20, 0, 80, 0],
  },
  "canary devices before everyone, when no waves are given": {
    waves: [],
    members: 10,
    canaries: [2, 0],
    sizes: [2, 8, 0],
  },
  "canary devices, which count towards the first share": {
    waves: [{ percent: 50 }, everybody],
    members: 10,
    canaries: [2, 0],
    sizes: [2, 3, 5, 0],
  },
  "canary devices that are more than the first share": {
    waves: [{ percent: 10 }, everybody],
    members: 10,
    canaries: [4, 0],
    sizes: [4, 0, 6, 0],
  },
  "canary devices outside the target, who are nobody's": {
    waves: [{ percent: 50 }, everybody],
    members: 10,
    canaries: [1, 5],
    sizes: [1, 4, 5, 0],
  },
  "canary devices that are everyone": { waves: [everybody], members: 4, canaries: [4, 0], sizes: [4, 0, 0] },
  "nobody at all": { waves: [{ count: 5 }, everybody], members: 0, sizes: [0, 0, 0] },
};

describe("the waves of a rollout", () => {
  for (const [title, { waves, members: count, canaries, sizes: expected }] of Object.entries(rows)) {
    it(`are ${title}`, () => {
      const ids = members(count);
      const [inside = 0, outside = 0] = canaries ?? [];
      const strangers = Array.from({ length: outside }, (_, index) => uuid(0xfff0 + index));
      const canary = new Set([...ids.slice(0, inside), ...strangers]);
      const rollout = { ...defaultRollout, waves, ...(canaries !== undefined && { canary: someCanary }) };
      expect(sizes(waveBoundaries(rollout, alias, ids, canary), ids, canary)).to.deep.equal(expected);
    });
  }

  it("tell which one comes next, and of how many devices, by the number of those served", () => {
    const waves = [{ percent: 1 }, { percent: 10 }, everybody];
    const rollout = { ...defaultRollout, waves };
    const canary = { kind: "set", groups: [], devices: [uuid(1)] } as const;
    expect(nextWave(rollout, 1_000, 0)).to.deep.equal({ wave: 1, of: 3, devices: 10 });
    expect(nextWave(rollout, 1_000, 10)).to.deep.equal({ wave: 2, of: 3, devices: 90 });
    expect(nextWave(rollout, 1_000, 100)).to.deep.equal({ wave: 3, of: 3, devices: 900 });
    expect(nextWave(rollout, 1_000, 1_000)).to.equal(undefined);
    expect(nextWave({ ...rollout, canary }, 1_000, 1)).to.deep.equal({ wave: 2, of: 4, devices: 9 });
    expect(nextWave(defaultRollout, 20, 2)).to.deep.equal({ wave: 1, of: 1, devices: 18 });
    expect(nextWave({ ...defaultRollout, waves: [{ count: 5 }] }, 20, 5)).to.equal(undefined);
  });

  it("differ from alias to alias, so that it is not always the same devices that go first", () => {
    const ids = members(1_000);
    const rollout = { ...defaultRollout, waves: [{ percent: 10 }] };
    const first = (name: string): readonly string[] => {
      const boundaries = waveBoundaries(rollout, name, ids, new Set());
      return ids.filter((id) => waveOf(boundaries, name, id, new Set()) === 1);
    };
    const others = new Set(first("two"));
    // By chance a tenth of the hundred.
    expect(first("one").filter((id) => others.has(id))).to.have.length.within(1, 30);
  });

  it("are fixed in what a state keeps: the places are hashes that must never change from release to release", () => {
    expect(placeOf(alias, uuid(1))).to.equal("1a5b14961c");
  });

  it("are told from sending to everyone at once", () => {
    expect(isStaged(defaultRollout)).to.equal(false);
    expect(isStaged({ ...defaultRollout, waves: [everybody] })).to.equal(true);
    expect(isStaged({ ...defaultRollout, canary: someCanary })).to.equal(true);
  });
});

interface Story {
  readonly rollout: Rollout;
  readonly ids: readonly string[];
  readonly canary: ReadonlySet<string>;
  readonly joining: readonly string[];
  readonly leaving: ReadonlySet<string>;
}

const amount = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((count): Amount => ({ count })),
  fc.integer({ min: 1, max: 1_000 }).map((tenths): Amount => ({ percent: tenths / 10 })),
);

/** Waves of every kind and order; those of `readRollout` are among them. */
const stories: fc.Arbitrary<Story> = fc
  .record({
    waves: fc.array(amount, { minLength: 1, maxLength: 5 }),
    isWhole: fc.boolean(),
    ids: fc.uniqueArray(fc.nat({ max: 100_000 }), { maxLength: 60 }),
    canaries: fc.option(fc.array(fc.nat({ max: 100_000 }), { maxLength: 8 }), { nil: undefined }),
    insideCanaries: fc.nat({ max: 8 }),
    joining: fc.array(fc.integer({ min: 100_001, max: 200_000 }), { maxLength: 20 }),
    leaving: fc.nat({ max: 30 }),
  })
  .map(({ waves, isWhole, ids, canaries, insideCanaries, joining, leaving }) => {
    const all = ids.map(uuid);
    const canary = new Set(canaries === undefined ? [] : [...canaries.map(uuid), ...all.slice(0, insideCanaries)]);
    return {
      rollout: {
        ...defaultRollout,
        waves: isWhole ? [...waves, everybody] : waves,
        ...(canaries !== undefined && { canary: someCanary }),
      },
      ...{ ids: all, canary, joining: joining.map(uuid), leaving: new Set(all.slice(-leaving)) },
    };
  });

describe("the waves of any rollout of any fleet", () => {
  const boundariesOf = ({ rollout, ids, canary }: Story): WaveBoundaries => waveBoundaries(rollout, alias, ids, canary);
  const holds = (property: (story: Story) => void): void => {
    fc.assert(fc.property(stories, property), { numRuns: 300 });
  };

  it("have every member exactly once, or beyond the last wave", () => {
    holds((story) => {
      const boundaries = boundariesOf(story);
      const total = sizes(boundaries, story.ids, story.canary).reduce((sum, each) => sum + each, 0);
      expect(total).to.equal(story.ids.length);
    });
  });

  it("are nested: after each wave so many devices are served as it says, or as an earlier one had served before", () => {
    holds((story) => {
      const { rollout, ids, canary } = story;
      const boundaries = boundariesOf(story);
      const canaries = ids.filter((id) => canary.has(id)).length;
      const after = (wave: number): number =>
        ids.filter((id) => (waveOf(boundaries, alias, id, canary) ?? Infinity) <= wave).length;
      const first = rollout.canary === undefined ? 0 : 1;
      let least = canaries;
      for (const [index, wave] of rollout.waves.entries()) {
        // Worked out here in whole numbers, since rounding up is what is tested.
        const tenths = "percent" in wave ? Math.round(wave.percent * 10) : 0;
        const wanted = "count" in wave ? wave.count : Number((BigInt(tenths) * BigInt(ids.length) + 999n) / 1_000n);
        least = Math.max(least, Math.min(wanted, ids.length));
        expect(after(index + 1 + first), `after wave ${index + 1 + first}`).to.equal(least);
      }
    });
  });

  it("begin with the canary devices, and with no other", () => {
    holds((story) => {
      if (story.rollout.canary === undefined) return;
      const first = story.ids.filter((id) => waveOf(boundariesOf(story), alias, id, story.canary) === 1);
      expect(new Set(first)).to.deep.equal(new Set(story.ids.filter((id) => story.canary.has(id))));
    });
  });

  it("are the same in every order of the list, and the next time", () => {
    holds((story) => {
      const again = { ...story, ids: [...story.ids].reverse() };
      expect(boundariesOf(again)).to.deep.equal(boundariesOf(story));
    });
  });

  it("are as many as the program names, with one for the canary devices", () => {
    holds((story) => {
      const { waves, canary } = story.rollout;
      expect(waveCount(boundariesOf(story))).to.equal(waves.length + (canary === undefined ? 0 : 1));
    });
  });

  it("keep who is in them when others join or leave", () => {
    holds((story) => {
      const { ids, canary, joining, leaving, rollout } = story;
      const boundaries = boundariesOf(story);
      const before = new Map(ids.map((id) => [id, waveOf(boundaries, alias, id, canary)]));
      const today = [...ids.filter((id) => !leaving.has(id)), ...joining];
      const after = new Map(today.map((id) => [id, waveOf(boundaries, alias, id, canary)]));
      for (const id of ids) if (after.has(id)) expect(after.get(id)).to.equal(before.get(id));
      // Late joiners land somewhere.
      const isWhole = rollout.waves.some((wave) => "percent" in wave && wave.percent === 100);
      if (isWhole) for (const id of joining) expect(after.get(id)).to.be.within(1, waveCount(boundaries));
    });
  });
});
