// Reads every import of the package and refuses an arrow that docs/design.md, section 9 does not draw.
// The rules are a table; the checker is a plain function, which is shown arrows that do not exist to prove that it can fail.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { expect } from "chai";
import ts from "typescript";

interface Import {
  /** A module of this repository from its root, without extension, or a package's name with its path. */
  readonly to: string;
  /** Gone when the program runs. */
  readonly isTypeOnly: boolean;
}

/** The imports of each module, by its path from the repository's root, without extension. */
type Modules = ReadonlyMap<string, readonly Import[]>;

interface Rule {
  /** The modules it is about: the beginning of their path, or all of it. */
  readonly from: RegExp;
  readonly mayImport: RegExp;
  readonly says: string;
  /** The rule holds for what is imported when it runs, by whatever is imported on the way; types are free. */
  readonly atRunTime?: true;
}

function only(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join("|")})$`);
}

function allBut(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?!(?:${patterns.join("|")})$)`);
}

const node = "node:.*";
const pulumi = "@pulumi/pulumi(?:/.*)?";
const codecs = ["io-ts(?:/.*)?", "fp-ts(?:/.*)?"];

const rules: readonly Rule[] = [
  {
    from: /^provider\//,
    mayImport: allBut("(?:simulator|cli|test|tools|bench|examples)/.*"),
    says: "the package stands without the simulator, the command and the tests",
  },
  {
    from: /^provider\/(?!(?:certificate|index|lookups|policies|engine\/sdk-log)$)/,
    mayImport: allBut(pulumi),
    says: "only certificate, index, lookups, policies and the SDK's log know Pulumi",
  },
  {
    from: /^provider\/certificate$/,
    mayImport: only(pulumi, "provider/engine/(?:short-traces|installed)", "provider/type-token"),
    says: "the resource's arguments know nothing of Esper's API or of PKCS#12",
  },
  {
    from: /^provider\/provider$/,
    mayImport: allBut("provider/(?:certificate|index|lookups|policies)"),
    says: "what the stored text loads does not depend on what programs import",
  },
  {
    from: /^provider\/lifecycle\//,
    mayImport: only(
      "provider/(?:lifecycle|client|pkcs12)/.*",
      "provider/(?:clock|errors|printable)",
      "provider/redaction/.*",
      ...codecs,
      node,
    ),
    says: "the lifecycle stands on the client and on pkcs12, and on nothing above it",
  },
  {
    from: /^provider\/lifecycle\/policy\/(?:diff|plan)$/,
    mayImport: only("provider/lifecycle/.*", ...codecs, "node:(?:util|crypto)"),
    says: "diff and plan are pure: no client, no clock, no Pulumi",
    atRunTime: true,
  },
  {
    from: /^provider\/client\//,
    mayImport: only(
      ...["provider/client/.*", "provider/(?:errors|clock|config|printable)", "provider/redaction/.*", ...codecs],
      ...["node-fetch", "https-proxy-agent", "proxy-from-env", node],
    ),
    says: "the client knows neither Pulumi nor certificates",
  },
  {
    from: /^provider\/pkcs12\//,
    mayImport: only("provider/pkcs12/.*", node),
    says: "pkcs12 is its own ground",
  },
  {
    from: /^provider\/redaction\//,
    mayImport: only("provider/redaction/.*", "provider/printable", node),
    says: "redaction knows secrets, and not where texts go",
  },
  {
    from: /^provider\/(?:errors|clock|printable)$/,
    mayImport: only(node),
    says: "errors, clock and printable are leaves",
  },
  {
    from: /^provider\/config$/,
    mayImport: only("provider/errors", node),
    says: "the settings are read from what is given",
  },
  {
    from: /^simulator\//,
    mayImport: only("simulator/.*", "provider/(?:clock|pkcs12(?:/.*)?)", ...codecs, node),
    says: "the simulator is not made of the client that it tests",
  },
  {
    from: /^cli\//,
    mayImport: allBut("(?:test|tools|bench|examples)/.*"),
    says: "the command is shipped without the tests",
  },
];

/** What is imported at run time by `from`, directly and through others of this repository, each with the way to it. */
function reached(modules: Modules, from: string): ReadonlyMap<string, string> {
  const ways = new Map<string, string>();
  const open = [{ module: from, way: from }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { to, isTypeOnly } of modules.get(next.module) ?? []) {
      if (isTypeOnly || ways.has(to)) continue;
      const way = `${next.way} -> ${to}`;
      ways.set(to, way);
      open.push({ module: to, way });
    }
  }
  return ways;
}

/** One line for each arrow that a rule does not allow. */
function refusedArrows(modules: Modules): readonly string[] {
  return rules.flatMap(({ from, mayImport, says, atRunTime }) =>
    [...modules].flatMap(([module, imports]) => {
      if (!from.test(module)) return [];
      const direct = imports.map(({ to }): [string, string] => [to, `${module} -> ${to}`]);
      const arrows = atRunTime === true ? [...reached(modules, module)] : direct;
      return arrows.filter(([to]) => !mayImport.test(to)).map(([, way]) => `${way}: ${says}`);
    }),
  );
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
  if (clause === undefined) return false;
  const isMarked = ts.isImportClause(clause) ? clause.phaseModifier === ts.SyntaxKind.TypeKeyword : clause.isTypeOnly;
  if (isMarked) return true;
  if (ts.isImportClause(clause) && clause.name !== undefined) return false;
  const bindings = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause;
  if (bindings === undefined || (!ts.isNamedImports(bindings) && !ts.isNamedExports(bindings))) return false;
  const names: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = [...bindings.elements];
  return names.length > 0 && names.every((name) => name.isTypeOnly);
}

/** The specifiers in a source text: import and export statements, import(…), require(…), and types by import("…"). */
function importsIn(text: string): readonly { readonly specifier: string; readonly isTypeOnly: boolean }[] {
  const found: { specifier: string; isTypeOnly: boolean }[] = [];
  const visit = (part: ts.Node): void => {
    if ((ts.isImportDeclaration(part) || ts.isExportDeclaration(part)) && part.moduleSpecifier !== undefined) {
      if (ts.isStringLiteral(part.moduleSpecifier)) {
        found.push({ specifier: part.moduleSpecifier.text, isTypeOnly: isTypeOnly(part) });
      }
    }
    if (ts.isCallExpression(part)) {
      const [argument] = part.arguments;
      const isImport = part.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(part.expression) && part.expression.text === "require";
      if ((isImport || isRequire) && argument !== undefined && ts.isStringLiteralLike(argument)) {
        found.push({ specifier: argument.text, isTypeOnly: false });
      }
    }
    if (ts.isImportTypeNode(part) && ts.isLiteralTypeNode(part.argument) && ts.isStringLiteral(part.argument.literal)) {
      found.push({ specifier: part.argument.literal.text, isTypeOnly: true });
    }
    ts.forEachChild(part, visit);
  };
  visit(ts.createSourceFile("module.ts", text, ts.ScriptTarget.ES2022, true));
  return found;
}

const root = dirname(__dirname);
const folders = ["provider", "cli", "simulator"];

function readModules(): Modules {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => posix.join(folder, name.replaceAll("\\", "/")).replace(/\.ts$/, "")),
  );
  const resolve = (from: string, specifier: string): string => {
    if (!specifier.startsWith(".")) return specifier;
    const path = posix.join(posix.dirname(from), specifier).replace(/\.js$/, "");
    return files.includes(path) ? path : posix.join(path, "index");
  };
  return new Map(
    files.map((file) => {
      const imports = importsIn(readFileSync(join(root, `${file}.ts`), "utf8"));
      return [
        file,
        imports.map(({ specifier, isTypeOnly: type }) => ({ to: resolve(file, specifier), isTypeOnly: type })),
      ];
    }),
  );
}

function made(arrows: Readonly<Record<string, readonly string[]>>, isTypeOnly = false): Modules {
  return new Map(Object.entries(arrows).map(([from, all]) => [from, all.map((to) => ({ to, isTypeOnly }))]));
}

describe("the imports of the package", () => {
  const modules = readModules();

  it("go one way, as the layout draws them", () => {
    expect(refusedArrows(modules)).to.deep.equal([]);
  });

  it("lead to modules that exist", () => {
    const own = [...modules].flatMap(([from, imports]) => imports.map(({ to }) => [from, to] as const));
    const lost = own.filter(([, to]) => folders.includes(to.split("/")[0] ?? "") && !modules.has(to));
    expect(lost).to.deep.equal([]);
  });

  it("are all read: every rule is about some module", () => {
    for (const { from, says } of rules)
      expect(
        [...modules.keys()].some((module) => from.test(module)),
        says,
      ).to.equal(true);
    expect([...modules.values()].flat().length).to.be.above(200);
  });
});

describe("an arrow that is not drawn is refused:", () => {
  const wrong: Readonly<Record<string, readonly [from: string, to: string]>> = {
    "from the provider to the simulator": ["provider/provider", "simulator/index"],
    "from the provider to the tests": ["provider/lifecycle/state", "test/lifecycle/given"],
    "from the lifecycle to Pulumi": ["provider/lifecycle/converge", "@pulumi/pulumi"],
    "from the provider to a part of Pulumi": ["provider/provider", "@pulumi/pulumi/log"],
    "from the lifecycle to the resource": ["provider/lifecycle/state", "provider/certificate"],
    "from the resource to the client": ["provider/certificate", "provider/client/client"],
    "from the stored provider to what programs import": ["provider/provider", "provider/index"],
    "from the client to the lifecycle": ["provider/client/send", "provider/lifecycle/state"],
    "from the client to pkcs12": ["provider/client/send", "provider/pkcs12/read"],
    "from the client to a package nobody named": ["provider/client/send", "axios"],
    "from pkcs12 to the clock": ["provider/pkcs12/chain", "provider/clock"],
    "from pkcs12 to a package": ["provider/pkcs12/chain", "node-forge"],
    "from diff to the client": ["provider/lifecycle/policy/diff", "provider/client/client"],
    "from plan to the clock": ["provider/lifecycle/policy/plan", "provider/clock"],
    "from plan to files": ["provider/lifecycle/policy/plan", "node:fs"],
    "from errors to anything": ["provider/errors", "provider/config"],
    "from the simulator to the client": ["simulator/server", "provider/client/codecs"],
    "from the command to the tests": ["cli/main", "test/support/engine"],
  };
  for (const [title, [from, to]] of Object.entries(wrong)) {
    it(title, () => {
      expect(refusedArrows(made({ [from]: [to] })).join("\n")).to.include(`${from} -> ${to}`);
    });
  }

  it("from plan to the client by way of another module", () => {
    const arrows = {
      "provider/lifecycle/policy/plan": ["provider/lifecycle/x"],
      "provider/lifecycle/x": ["provider/client/send"],
    };
    expect(refusedArrows(made(arrows))).to.have.length(1);
    expect(refusedArrows(made(arrows))[0]).to.match(
      /^provider\/lifecycle\/policy\/plan -> provider\/lifecycle\/x -> provider\/client\/send: /,
    );
  });

  it("but types are free where a rule is about what runs", () => {
    expect(refusedArrows(made({ "provider/lifecycle/policy/plan": ["provider/client/client"] }, true))).to.deep.equal(
      [],
    );
  });
});

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
      expect(importsIn(text)).to.deep.equal([{ specifier, isTypeOnly: isType }]);
    });
  }

  it("and not what only looks like one, in a comment or a text", () => {
    expect(importsIn('// import { a } from "./a";\nconst b = "import c from \\"./c\\"";')).to.deep.equal([]);
  });
});
