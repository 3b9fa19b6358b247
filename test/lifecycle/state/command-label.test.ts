import { expect } from "chai";
import fc from "fast-check";
import {
  contentPart,
  isPartOf,
  newInstance,
  newLabel,
  parseLabel,
  urnHashOf,
  urnHint,
} from "../../../provider/lifecycle/state/command-label";
import { digestA, digestB } from "../given";

const urnHash = urnHashOf("urn:pulumi:dev::shop::pulumi-nodejs:dynamic/esper:Certificate::corp-client");
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function labelOf(random: () => number, digest = digestA, instance = "abcdefgh"): string {
  return newLabel({ instance, alias: "corp-client", digest }, random);
}

describe("the label of a request", () => {
  it("has at most 64 characters, of the same form for every chance", () => {
    const form = /^pulumi-esper:[\w-]{8}:[\w-]{6}:[\w-]{11}:::[\w-]{6}$/;
    fc.assert(
      fc.property(chance, (random) => {
        const label = labelOf(
          () => random,
          digestA,
          newInstance(urnHash, () => random),
        );
        expect(label).to.match(form);
        expect(label.length).to.be.at.most(64);
      }),
    );
  });

  it("is another for each attempt", () => {
    expect(new Set(Array.from({ length: 100 }, () => labelOf(Math.random))).size).to.equal(100);
  });

  it("says which resource and which content it is about, and nothing of names", () => {
    const label = labelOf(Math.random);
    expect(parseLabel(label)).to.include({ form: "instance", instance: "abcdefgh", content: contentPart(digestA) });
    expect(label).not.to.match(/shop|corp-client/);
  });

  it("tells content from other content", () => {
    const parsed = parseLabel(labelOf(Math.random));
    if (parsed === undefined) throw new Error("The label is not read.");
    expect([isPartOf(digestA, parsed.content), isPartOf(digestB, parsed.content)]).to.deep.equal([true, false]);
  });

  it("is read in the first form too, where the resource is a hash of its URN", () => {
    const parsed = parseLabel("pulumi-esper:0123456789ab:aaaaaaaa:00000001");
    expect(parsed).to.deep.equal({ form: "urn", urnHash: "0123456789ab", content: "aaaaaaaa" });
    expect(parsed !== undefined && isPartOf(digestA, parsed.content)).to.equal(true);
  });

  for (const label of ["", "corp", "pulumi-esper", "pulumi-esper:a:b:c", "other:abcdefgh:abcdef:x:::y"]) {
    it(`is not read out of "${label}"`, () => {
      expect(parseLabel(label)).to.equal(undefined);
    });
  }
});

describe("the id of a resource", () => {
  it("differs between two stacks of the same names, and hints at the URN that they share", () => {
    const ids = Array.from({ length: 100 }, () => newInstance(urnHash, Math.random));
    expect(new Set(ids).size).to.equal(100);
    for (const id of ids) expect(id.startsWith(urnHint(urnHash))).to.equal(true);
  });
});
