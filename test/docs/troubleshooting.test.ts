// Provokes every sentence of docs/troubleshooting.md and compares it. Both ways: an error that no row has, and a row that
// nothing provokes, are failures. `…` in a row stands for any text; a sentence counts for the row with the most words.

import { expect } from "chai";
import { document, rowsIn } from "./markdown";
import { programArguments } from "./provoked/arguments";
import { deviceFiles } from "./provoked/device-files";
import { devices } from "./provoked/devices";
import { esper } from "./provoked/esper";
import { files } from "./provoked/files";
import { issuerArguments } from "./provoked/issuer-arguments";
import { issuers } from "./provoked/issuers";
import { lookups } from "./provoked/lookups";
import { plugin } from "./provoked/plugin";
import type { Provoke, Shown } from "./provoked/provocation";
import { settings } from "./provoked/settings";

const groups = {
  settings,
  arguments: programArguments,
  files,
  "files of devices": deviceFiles,
  "an issuer's arguments": issuerArguments,
  issuers,
  "Esper's answers": esper,
  devices,
  lookups,
  plugin,
};

interface Row {
  readonly text: string;
  readonly pattern: RegExp;
}

function rowOf(text: string): Row {
  const literals = text.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  return { text, pattern: new RegExp(`^${literals.join(".*")}$`, "su") };
}

function literalLength({ text }: Row): number {
  return text.replaceAll("…", "").length;
}

function rowFor(rows: readonly Row[], sentence: string): Row | undefined {
  return rows
    .filter(({ pattern }) => pattern.test(sentence))
    .sort((one, other) => literalLength(other) - literalLength(one))[0];
}

async function shownBy(provoke: Provoke): Promise<Required<Shown>> {
  const shown = await provoke();
  return "errors" in shown ? { said: [], ...shown } : { errors: shown, said: [] };
}

describe("the troubleshooting table", function () {
  this.timeout(60_000);
  const cells = rowsIn(document("docs/troubleshooting.md"));
  const rows = cells.map(([sentence = ""]) => rowOf(sentence));
  const met = new Set<Row>();

  for (const [group, provocations] of Object.entries(groups)) {
    for (const [title, provoke] of Object.entries(provocations)) {
      it(`has what is said of ${group}: ${title}`, async () => {
        const { errors, said } = await shownBy(provoke);
        expect([...errors, ...said]).not.to.have.length(0);
        expect(errors.filter((sentence) => rowFor(rows, sentence) === undefined)).to.deep.equal([]);
        for (const sentence of [...errors, ...said]) {
          const row = rowFor(rows, sentence);
          if (row !== undefined) met.add(row);
        }
      });
    }
  }

  it("has no row that nothing provokes", () => {
    expect(rows.filter((row) => !met.has(row)).map(({ text }) => text)).to.deep.equal([]);
  });

  it("tells for every sentence why it comes and what to do", () => {
    expect(cells.filter((row) => row.length !== 3 || row.includes(""))).to.deep.equal([]);
    expect(new Set(rows.map(({ text }) => text)).size).to.equal(rows.length);
  });
});

describe("a row of the table", () => {
  const rows = ["alias: must not be empty", "…: must not be empty", "The key … is …."].map(rowOf);
  const belongings: Readonly<Record<string, string | undefined>> = {
    "alias: must not be empty": "alias: must not be empty",
    "file: must not be empty": "…: must not be empty",
    "The key of x is weak.": "The key … is ….",
    "The key of x is weak": undefined,
    "the key of x is weak.": undefined,
  };
  for (const [sentence, text] of Object.entries(belongings)) {
    it(`${text === undefined ? "is none" : `is "${text}"`} for "${sentence}"`, () => {
      expect(rowFor(rows, sentence)?.text).to.equal(text);
    });
  }
});
