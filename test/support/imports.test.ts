import { expect } from "chai";
import { codeOf, cyclesIn, importsIn, made } from "./imports";

describe("the imports of a source text are read", () => {
  const rows: readonly (readonly [text: string, specifier: string, isTypeOnly: boolean])[] = [
    ['import { a } from "./a";', "./a", false],
    ['import { type A, b } from "./a";', "./a", false],
    ['import { type A, type B } from "./a";', "./a", true],
    ['import type { A } from "./a";', "./a", true],
    ['import a, { type B } from "./a";', "./a", false],
    ['import * as a from "./a";', "./a", false],
    ['import "./a";', "./a", false],
    ['export { a } from "./a";', "./a", false],
    ['export * from "./a";', "./a", false],
    ['export type { A } from "./a";', "./a", true],
    ['const a = await import("./a");', "./a", false],
    ['const a = require("./a");', "./a", false],
    ['let a: import("./a").A;', "./a", true],
    ["const a = import(`./a`);", "./a", false],
  ];
  for (const [text, specifier, isType] of rows) {
    it(text, () => {
      const [read, ...more] = importsIn(text);
      expect(read).to.include({ specifier, isTypeOnly: isType });
      expect(more).to.deep.equal([]);
    });
  }

  it("and not what only looks like one, in a comment or a text", () => {
    expect(importsIn('// import { a } from "./a";\nconst b = "import c from \\"./c\\"";')).to.deep.equal([]);
  });

  it("with the values that they take by name", () => {
    const values = (text: string): unknown => importsIn(text)[0]?.values;
    expect(values('import { type A, b, c as d } from "./a";')).to.deep.equal(["b", "c"]);
    expect(values('import type { A } from "./a";')).to.deep.equal([]);
    expect(values('import * as a from "./a";')).to.deep.equal(["*"]);
    expect(values('export * from "./a";')).to.deep.equal(["*"]);
  });

  it("and its code, without comments and types", () => {
    expect(codeOf("// await\nlet a: Await = 1; /* Date.now() */")).to.equal("let a = 1;\n");
  });
});

describe("circles among imports are found", () => {
  it("of two modules, and of a longer way round, each once", () => {
    const arrows = { a: ["b"], b: ["a", "c"], c: ["d"], d: ["e"], e: ["c", "f"], f: [] };
    expect(cyclesIn(made(arrows))).to.deep.equal([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("also where only types go back", () => {
    expect(cyclesIn(made({ a: ["b"], b: ["a"] }, true))).to.deep.equal([["a", "b"]]);
  });

  it("and none where two ways lead to one module", () => {
    expect(cyclesIn(made({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).to.deep.equal([]);
  });
});
