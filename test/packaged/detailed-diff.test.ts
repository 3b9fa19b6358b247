// What of a resource's inputs has changed, path by path.

import { expect } from "chai";
import { detailedDiff } from "../../provider/packaged/detailed-diff";

function shown(before: object, after: object, replaces: readonly string[] = []): Readonly<Record<string, string>> {
  const found = detailedDiff({ before: { ...before }, after: { ...after } }, replaces);
  return Object.fromEntries(
    [...found].map(([path, { kind, isReplacement, isInput }]) => [
      path,
      `${kind}${isReplacement ? " replaces" : ""}${isInput ? "" : " output"}`,
    ]),
  );
}

describe("the detailed diff", () => {
  it("names each changed value by its path", () => {
    const before = {
      alias: "corp",
      source: { file: "a.p12", password: "p" },
      target: { devices: ["1", "2"] },
      strict: true,
    };
    const after = { alias: "corp", source: { file: "b.p12", passwordEnv: "P" }, target: { devices: ["1", "3", "4"] } };
    expect(shown(before, after)).to.deep.equal({
      "source.file": "update",
      "source.password": "delete",
      "source.passwordEnv": "add",
      "target.devices[1]": "update",
      "target.devices[2]": "add",
      strict: "delete",
    });
  });

  it("says which path asks for another resource", () => {
    expect(shown({ alias: "a", strict: true }, { alias: "b" }, ["alias"])).to.deep.equal({
      alias: "update replaces",
      strict: "delete",
    });
  });

  it("looks for drift among the outputs, and not at all at what the dynamic resource keeps", () => {
    const before = { drift: "1 device joined", __provider: "text", __defaults: [] };
    expect(shown(before, {})).to.deep.equal({ drift: "delete output" });
  });

  it("takes null for nothing, and puts a name that is no word in brackets", () => {
    expect(shown({ a: null }, {})).to.deep.equal({});
    expect(shown({}, { triggers: { "a.b": 1 } })).to.deep.equal({ triggers: "add" });
    expect(shown({ triggers: {} }, { triggers: { "a.b": 1 } })).to.deep.equal({ 'triggers["a.b"]': "add" });
  });
});
