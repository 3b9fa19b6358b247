// Every program in the documents compiles against the package as it is: strictly, in memory, `pulumi-esper` being this
// project's own source. What stands in shell blocks names scripts and commands that exist.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { codeIn, documents, root } from "./markdown";

interface Program {
  /** Where it stands, for people. */
  readonly place: string;
  readonly isTypeScript: boolean;
  readonly text: string;
}

const languages = ["ts", "typescript", "js", "javascript"];

/** A part of a program goes without them; they stand on its first line, so that lines are counted as they are read. */
const imports = `import * as pulumi from "@pulumi/pulumi"; import * as esper from "pulumi-esper"; `;

function programs(): readonly Program[] {
  return documents().flatMap((document) =>
    codeIn(document)
      .filter(({ language }) => languages.includes(language))
      .map(({ language, line, text }) => {
        const whole = /\b(import|require)\b/u.test(text) ? text : imports + text;
        return { place: `${document.path}:${line}`, isTypeScript: language.startsWith("t"), text: whole };
      }),
  );
}

function compilerOptions(): ts.CompilerOptions {
  const read = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  const paths = { "pulumi-esper": ["./provider/index.ts"], "pulumi-esper/simulator": ["./simulator/index.ts"] };
  return { ...options, allowJs: true, checkJs: true, isolatedModules: false, paths, noEmit: true };
}

/** One line for each mistake. All programs are one compilation: most of its time goes into Pulumi's own types. */
function mistakes(given: readonly Program[]): readonly string[] {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const virtual = new Map(
    given.map((program, index) => {
      return [join(root, "docs", `program-${index}.${program.isTypeScript ? "ts" : "js"}`), program] as const;
    }),
  );
  const own: ts.CompilerHost = {
    ...host,
    fileExists: (path) => virtual.has(path) || host.fileExists(path),
    readFile: (path) => virtual.get(path)?.text ?? host.readFile(path),
    getSourceFile: (path, version) => {
      const program = virtual.get(path);
      return program === undefined
        ? host.getSourceFile(path, version)
        : ts.createSourceFile(path, program.text, version);
    },
  };
  const compiled = ts.createProgram([...virtual.keys()], options, own);
  return [...virtual].flatMap(([path, { place }]) => {
    const source = compiled.getSourceFile(path);
    const found = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start = 0 }) => {
      const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `${place}, its line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}

/** What a shell block runs of this project: `npm run x`, `npx pulumi-esper x`. */
function unknownCommands(text: string): readonly string[] {
  const scripts = readFileSync(join(root, "package.json"), "utf8");
  const command = readFileSync(join(root, "cli", "main.ts"), "utf8");
  const runs = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/gu)].map(([, name = ""]) => name);
  const subcommands = [...text.matchAll(/npx pulumi-esper ([a-z]+)/gu)].map(([, name = ""]) => name);
  return [
    ...runs.filter((name) => !scripts.includes(`"${name}": "`)),
    ...subcommands.filter((name) => !command.includes(`${name}Command()`)),
  ];
}

const wrong = "a wrong program";

/** Compiled with the others, to see that mistakes are found. */
function wrongPrograms(): readonly Program[] {
  const program = (text: string): Program => ({ place: wrong, isTypeScript: true, text });
  const usable = `alias: "a", target: { group: "g" }, source: { file: "f" }`;
  const of = (args: string): Program => program(`${imports}new esper.Certificate("x", ${args});\n`);
  return [
    of(`{ ${usable} }`),
    of(`{ ${usable}, wiat: {} }`),
    of(`{ ${usable}, strict: "yes" }`),
    program(`import { Certificat } from "pulumi-esper";\nexport const x = Certificat;\n`),
    program(`const x = ;\n`),
  ];
}

describe("the programs in the documents", function () {
  this.timeout(60_000);
  let found: readonly string[];

  before(() => {
    found = mistakes([...programs(), ...wrongPrograms()]);
  });

  it("compile", () => {
    expect(programs().length).to.be.above(5);
    expect(found.filter((mistake) => !mistake.startsWith(wrong))).to.deep.equal([]);
  });

  it("would be refused with an argument that does not exist, a wrong type, or a name that is not exported", () => {
    expect(found.filter((mistake) => mistake.startsWith(wrong))).to.have.length(4);
  });
});

describe("the shell blocks of the documents", () => {
  it("run scripts and commands that exist", () => {
    const shells = documents().flatMap((document) =>
      codeIn(document).filter(({ language }) => ["sh", "bash", "console", "yaml"].includes(language)),
    );
    expect(shells.length).to.be.above(3);
    expect(shells.flatMap(({ text }) => unknownCommands(text))).to.deep.equal([]);
  });

  it("would be refused otherwise", () => {
    expect(unknownCommands("npm run nothing\nnpx pulumi-esper nothing x")).to.deep.equal(["nothing", "nothing"]);
  });
});
