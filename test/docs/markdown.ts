// What the tests of the documents read out of Markdown: which documents there are, their code, headings, links and tables.
// As much of Markdown as these documents use; GitHub's rules for anchors.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = dirname(dirname(__dirname));

export interface Document {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Code {
  readonly language: string;
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

function read(path: string): Document {
  return { path: relative(root, path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") };
}

/** The documents at the top, those in `docs/`, and the pages of the examples; what is generated is left out. */
export function documents(): readonly Document[] {
  const inFolder = (folder: string): readonly string[] => {
    if (!existsSync(join(root, folder))) return [];
    const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".md")).map((name) => join(root, folder, name));
  };
  const atTop = readdirSync(root)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(root, name));
  const isOurs = (path: string): boolean => !/node_modules|docs[\\/]api[\\/]/.test(path);
  return [...atTop, ...inFolder("docs"), ...inFolder("examples")].filter(isOurs).map(read);
}

export function document(path: string): Document {
  return read(join(root, path));
}

/** What stands under a heading of the second level; empty when there is none. */
export function sectionOf({ text }: Pick<Document, "text">, heading: string): Pick<Document, "text"> {
  const [, after = ""] = text.split(`\n## ${heading}\n`);
  return { text: after.split("\n## ")[0] ?? "" };
}

export function codeIn({ text }: Pick<Document, "text">): readonly Code[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```/gmu)].map((match) => {
    const [, indent = "", language = "", body = ""] = match;
    const line = text.slice(0, match.index).split("\n").length + 1;
    return { language, line, text: body.replaceAll(new RegExp(`^${indent}`, "gmu"), "") };
  });
}

function withoutCode(text: string): string {
  return text.replaceAll(/^( *)```[\s\S]*?^\1```/gmu, "").replaceAll(/`[^`\n]*`/gu, "");
}

/** The targets of links and pictures. */
export function linksIn({ text }: Pick<Document, "text">): readonly string[] {
  const prose = withoutCode(text);
  const inline = [...prose.matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/gu)].map(([, target = ""]) => target);
  const html = [...prose.matchAll(/(?:src|href|srcset)="([^"]+)"/gu)].map(([, target = ""]) => target);
  const references = [...prose.matchAll(/^\[[^\]]+\]: +(\S+)/gmu)].map(([, target = ""]) => target);
  return [...inline, ...html, ...references];
}

/** The anchors that GitHub makes of the headings. */
export function anchorsIn({ text }: Pick<Document, "text">): ReadonlySet<string> {
  const anchors = new Set<string>();
  const headings = text.replaceAll(/^( *)```[\s\S]*?^\1```/gmu, "").matchAll(/^#{1,6} +(.+?) *$/gmu);
  for (const [, title = ""] of headings) {
    const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1").toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/gu, "-");
    const same = [...anchors].filter((other) => other === anchor || other.startsWith(`${anchor}-`)).length;
    anchors.add(anchors.has(anchor) ? `${anchor}-${same}` : anchor);
  }
  for (const [, id = ""] of text.matchAll(/<a (?:id|name)="([^"]+)"/gu)) anchors.add(id);
  return anchors;
}

/** The rows of all tables, without their heads, cell by cell. */
export function rowsIn({ text }: Pick<Document, "text">): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const isHead = (index: number): boolean => /^\|[ :|-]+\|$/u.test(lines[index + 1] ?? "");
  return lines
    .filter((line, index) => /^\|.*\|$/u.test(line) && !/^\|[ :|-]+\|$/u.test(line) && !isHead(index))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/u)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}
