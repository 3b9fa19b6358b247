// Reads the imports of source files, and tells where they lead. It knows no rule: test/architecture holds those.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";

export interface Import {
  /** A module of this repository from its root, without extension, or a package's name with its path. */
  readonly to: string;
  /** Gone when the program runs. */
  readonly isTypeOnly: boolean;
  /** The values it takes by name; `*` for all there are. */
  readonly values: readonly string[];
}

/** The imports of each module, by its path from the repository's root, without extension. */
export type Modules = ReadonlyMap<string, readonly Import[]>;

/** What is imported at run time by `from`, directly and through others than `faces`, each with the way to it. */
export function reached(modules: Modules, from: string, faces: RegExp): ReadonlyMap<string, string> {
  const ways = new Map<string, string>();
  const open = [{ module: from, way: from }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { to, isTypeOnly } of modules.get(next.module) ?? []) {
      if (isTypeOnly || ways.has(to)) continue;
      const way = `${next.way} -> ${to}`;
      ways.set(to, way);
      if (!faces.test(to)) open.push({ module: to, way });
    }
  }
  return ways;
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

function valuesOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] {
  if (isTypeOnly(statement)) return [];
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
  const bindings = clause !== undefined && ts.isImportClause(clause) ? clause.namedBindings : clause?.exportClause;
  if (bindings === undefined || (!ts.isNamedImports(bindings) && !ts.isNamedExports(bindings))) return ["*"];
  const names: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = [...bindings.elements];
  return names.filter((name) => !name.isTypeOnly).map(({ name, propertyName }) => (propertyName ?? name).text);
}

export interface SourceImport {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  readonly values: readonly string[];
}

/** The imports of a source text: import and export statements, import(…), require(…), and types by import("…"). */
export function importsIn(text: string): readonly SourceImport[] {
  const found: SourceImport[] = [];
  const visit = (part: ts.Node): void => {
    if ((ts.isImportDeclaration(part) || ts.isExportDeclaration(part)) && part.moduleSpecifier !== undefined) {
      if (ts.isStringLiteral(part.moduleSpecifier)) {
        found.push({ specifier: part.moduleSpecifier.text, isTypeOnly: isTypeOnly(part), values: valuesOf(part) });
      }
    }
    if (ts.isCallExpression(part)) {
      const [argument] = part.arguments;
      const isImport = part.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(part.expression) && part.expression.text === "require";
      if ((isImport || isRequire) && argument !== undefined && ts.isStringLiteralLike(argument)) {
        found.push({ specifier: argument.text, isTypeOnly: false, values: ["*"] });
      }
    }
    if (ts.isImportTypeNode(part) && ts.isLiteralTypeNode(part.argument) && ts.isStringLiteral(part.argument.literal)) {
      found.push({ specifier: part.argument.literal.text, isTypeOnly: true, values: [] });
    }
    ts.forEachChild(part, visit);
  };
  visit(ts.createSourceFile("module.ts", text, ts.ScriptTarget.ES2022, true));
  return found;
}

/** A source text without its comments and types. */
export function codeOf(text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

const root = dirname(dirname(__dirname));
export const folders = ["provider", "cli", "simulator"];

/** The source text of each module of the package, its command and its simulator. */
export function readSources(): ReadonlyMap<string, string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
  );
  return new Map(files.map((file) => [file.replace(/\.ts$/, ""), readFileSync(join(root, file), "utf8")]));
}

export function modulesOf(sources: ReadonlyMap<string, string>): Modules {
  const resolve = (from: string, specifier: string): string => {
    if (!specifier.startsWith(".")) return specifier;
    const path = posix.join(posix.dirname(from), specifier).replace(/\.js$/, "");
    // Data is no module, and imports nothing.
    return sources.has(path) || path.endsWith(".json") ? path : posix.join(path, "index");
  };
  const read = (file: string, text: string): readonly Import[] =>
    importsIn(text).map(({ specifier, ...rest }) => ({ ...rest, to: resolve(file, specifier) }));
  return new Map([...sources].map(([file, text]) => [file, read(file, text)]));
}

/** Modules that do not exist, to show that a rule can fail. */
export function made(arrows: Readonly<Record<string, readonly string[]>>, isTypeOnly = false): Modules {
  const values = isTypeOnly ? [] : ["*"];
  return new Map(Object.entries(arrows).map(([from, all]) => [from, all.map((to) => ({ to, isTypeOnly, values }))]));
}

/** Circles: each as the modules on it that can reach each other, by name; types count as well. */
export function cyclesIn(modules: Modules): readonly (readonly string[])[] {
  const reachedFrom = new Map([...modules.keys()].map((module) => [module, allReached(modules, module)]));
  const isCircular = (module: string): boolean => reachedFrom.get(module)?.has(module) === true;
  const meets = (one: string, other: string): boolean =>
    reachedFrom.get(one)?.has(other) === true && reachedFrom.get(other)?.has(one) === true;
  const circular = [...modules.keys()].filter(isCircular).sort();
  const groups = circular.map((module) => circular.filter((other) => other === module || meets(module, other)));
  return groups.filter(([first], index) => first === circular[index]);
}

function allReached(modules: Modules, from: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { to } of modules.get(next) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}
