import { expect } from "chai";
import fc from "fast-check";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import {
  addresses,
  chunkSize,
  resourceId,
  sameTarget,
  type Target,
} from "../../../provider/lifecycle/arguments/target";
import { groupA, groupB, inputsOf, program, uuid } from "../given";

interface Refused {
  readonly target: unknown;
  readonly property: string;
  readonly reason: string | RegExp;
}

const accepted: Readonly<Record<string, { readonly target: unknown; readonly means: Target }>> = {
  "one group": { target: { group: groupA }, means: { kind: "group", group: groupA } },
  "ids in capitals, which are the same ids": {
    target: { group: groupA.toUpperCase() },
    means: { kind: "group", group: groupA },
  },
  "several groups": {
    target: { groups: [groupB, groupA] },
    means: { kind: "set", groups: [groupA, groupB].sort(), devices: [] },
  },
  "single devices": {
    target: { devices: [uuid(2), uuid(1)] },
    means: { kind: "set", groups: [], devices: [uuid(1), uuid(2)] },
  },
  "groups and devices together": {
    target: { groups: [groupA], devices: [uuid(1)] },
    means: { kind: "set", groups: [groupA], devices: [uuid(1)] },
  },
  "an empty list beside a full one": {
    target: { groups: [], devices: [uuid(1)] },
    means: { kind: "set", groups: [], devices: [uuid(1)] },
  },
  "a device written twice, once in capitals, as one": {
    target: { devices: [uuid(0xabc), uuid(0xabc).toUpperCase(), uuid(0xabc)] },
    means: { kind: "set", groups: [], devices: [uuid(0xabc)] },
  },
};

const refused: Readonly<Record<string, Refused>> = {
  "no target": { target: undefined, property: "", reason: "target: is required: { group } or { groups, devices }" },
  "a bare id": { target: groupA, property: "", reason: "target: must be an object" },
  "an empty target": { target: {}, property: "target.groups", reason: /^the target is empty/ },
  "empty lists": { target: { groups: [], devices: [] }, property: "target.groups", reason: /^the target is empty/ },
  "a group's name instead of its id": {
    target: { group: "Shops" },
    property: "target.group",
    reason: "must be a group's id (a UUID); esper.getGroup finds it by name",
  },
  "an empty group id": { target: { group: "" }, property: "target.group", reason: /^must be a group's id/ },
  "a group and groups": {
    target: { group: groupA, groups: [groupB] },
    property: "target.group",
    reason: /^stands alone/,
  },
  "a group and devices": {
    target: { group: groupA, devices: [uuid(1)] },
    property: "target.group",
    reason: /^stands alone/,
  },
  "a list with something else in it": {
    target: { devices: [uuid(1), 7] },
    property: "target.devices",
    reason: "every entry must be a device's id (a UUID)",
  },
  "a group's name in the list": {
    target: { groups: ["Shops"] },
    property: "target.groups",
    reason: "every entry must be a group's id (a UUID)",
  },
  "one id that is no list": { target: { groups: groupA }, property: "target.groups", reason: "must be a list" },
  "an unknown name": {
    target: { group: groupA, tags: ["pos"] },
    property: "target.tags",
    reason: "there is no such argument; known are group, groups, devices",
  },
};

const anyIds = fc.array(fc.uuid(), { maxLength: 40 });

function targetOf(target: unknown): Target {
  return inputsOf(program({ target })).target;
}

describe("the target", () => {
  for (const [title, { target, means }] of Object.entries(accepted)) {
    it(`is ${title}`, () => {
      expect(targetOf(target)).to.deep.equal(means);
    });
  }

  for (const [title, { target, property, reason }] of Object.entries(refused)) {
    it(`is refused: ${title}`, () => {
      const { failures, inputs } = readInputs(program({ target }));
      expect(failures.map((failure) => failure.property)).to.deep.equal([property]);
      if (reason instanceof RegExp) expect(failures[0]?.reason).to.match(reason);
      else expect(failures[0]?.reason).to.equal(reason);
      expect(inputs).to.equal(undefined);
    });
  }

  it("is the same set in whatever order, case and number of doubles it is written", () => {
    const mention = fc.record({ id: fc.uuid(), again: fc.nat(), isInCapitals: fc.boolean() });
    fc.assert(
      fc.property(fc.array(mention, { minLength: 1, maxLength: 40 }), (all) => {
        const ids = all.map(({ id }) => id);
        const others = [...all].sort((a, b) => a.again - b.again);
        const rewritten = others.map(({ id, isInCapitals }) => (isInCapitals ? id.toUpperCase() : id));
        const one = targetOf({ devices: ids });
        expect(one).to.deep.equal({ kind: "set", groups: [], devices: [...new Set(ids)].sort() });
        expect(sameTarget(one, targetOf({ devices: [...rewritten, ...ids] }))).to.equal(true);
      }),
    );
  });

  it("differs when one id, or the kind of target, differs", () => {
    const set = (groups: readonly string[], devices: readonly string[]): Target => ({ kind: "set", groups, devices });
    expect(sameTarget(set([groupA], []), set([groupA, groupB], []))).to.equal(false);
    expect(sameTarget(set([groupA], []), set([], [groupA]))).to.equal(false);
    expect(sameTarget(set([groupA], []), { kind: "group", group: groupA })).to.equal(false);
    expect(sameTarget({ kind: "group", group: groupB }, { kind: "group", group: groupA })).to.equal(false);
  });
});

describe("the requests that address a target", () => {
  const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => uuid(index));
  const shape = (groups: number, devices: number): unknown =>
    addresses(ids(groups), ids(devices)).map((each) => [each.commandType, each.groups.length, each.devices.length]);

  const rows: readonly (readonly [title: string, groups: number, devices: number, requests: unknown])[] = [
    ["one group is one GROUP request", 1, 0, [["GROUP", 1, 0]]],
    ["500 devices are one DEVICE request", 0, 500, [["DEVICE", 0, 500]]],
    [
      "501 devices are two",
      0,
      501,
      [
        ["DEVICE", 0, 500],
        ["DEVICE", 0, 1],
      ],
    ],
    [
      "501 groups are two",
      501,
      0,
      [
        ["GROUP", 500, 0],
        ["GROUP", 1, 0],
      ],
    ],
    ["groups and devices are one DYNAMIC request", 2, 3, [["DYNAMIC", 2, 3]]],
    [
      "what is left of a mixed set is of one kind",
      2,
      600,
      [
        ["DYNAMIC", 2, 500],
        ["DEVICE", 0, 100],
      ],
    ],
    ["nobody is no request", 0, 0, []],
  ];
  for (const [title, groups, devices, requests] of rows) {
    it(title, () => {
      expect(shape(groups, devices)).to.deep.equal(requests);
    });
  }

  it("name everyone exactly once, at most 500 of a kind each", () => {
    const size = fc.nat({ max: 3 * chunkSize + 1 });
    fc.assert(
      fc.property(size, size, (groups, devices) => {
        const all = addresses(ids(groups), ids(devices));
        expect(all.flatMap((each) => each.groups)).to.deep.equal(ids(groups));
        expect(all.flatMap((each) => each.devices)).to.deep.equal(ids(devices));
        for (const each of all) {
          expect(Math.max(each.groups.length, each.devices.length)).to.be.within(1, 500);
          const kind = each.groups.length === 0 ? "DEVICE" : each.devices.length === 0 ? "GROUP" : "DYNAMIC";
          expect(each.commandType).to.equal(kind);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("the id of a resource", () => {
  it("is the alias and the group's id", () => {
    expect(resourceId("corp-client", { kind: "group", group: groupA }, "0123456789ab")).to.equal(
      `corp-client@${groupA}`,
    );
  });

  it("of a set stays the same while the set's members change, and is another for another resource", () => {
    fc.assert(
      fc.property(anyIds, anyIds, (some, others) => {
        const id = (devices: readonly string[], urnHash: string): string =>
          resourceId("corp-client", { kind: "set", groups: [], devices }, urnHash);
        expect(id(some, "0123456789ab")).to.equal(id(others, "0123456789ab"));
        expect(id(some, "0123456789ab")).not.to.equal(id(some, "ba9876543210"));
      }),
    );
  });
});
