// What comes along with the package: every dependency at run time has a licence that its users can live with, and NOTICE
// names them all. Read from the lock file, in which npm writes each package's own licence.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { at } from "../support/story";
import { root } from "./packed";

/** Licences that ask for no more than to be named. */
const allowed = [
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"],
  "(BSD-3-Clause AND Apache-2.0)",
];

interface Dependency {
  readonly name: string;
  readonly licence: string;
}

/** What an installation of the package brings, by name; what only its development needs is marked in the lock file. */
function dependenciesIn(lock: unknown): readonly Dependency[] {
  const packages = at(lock, "packages");
  if (typeof packages !== "object" || packages === null) throw new Error("The lock file lists no packages.");
  const names = Object.entries(packages)
    .filter(([path, entry]) => path !== "" && at(entry, "dev") !== true)
    .map(([path, entry]) => {
      const licence = at(entry, "license");
      const name = path.replace(/^.*node_modules\//u, "");
      return { name, licence: typeof licence === "string" ? licence : "none named" };
    });
  return names.toSorted((one, other) => one.name.localeCompare(other.name, "en"));
}

function refused(dependencies: readonly Dependency[]): readonly Dependency[] {
  return dependencies.filter(({ licence }) => !allowed.includes(licence));
}

function namedIn(notice: string): readonly string[] {
  return [...notice.matchAll(/^- (\S+ \(.+\))$/gmu)].map(([, line = ""]) => line);
}

describe("the dependencies at run time", () => {
  const read = (name: string): string => readFileSync(join(root, name), "utf8");
  const lock: unknown = JSON.parse(read("package-lock.json"));
  const dependencies = dependenciesIn(lock);

  it("have licences that are allowed", () => {
    expect(dependencies.map(({ name }) => name)).to.include.members(["commander", "io-ts", "node-fetch", "ms"]);
    expect(refused(dependencies)).to.deep.equal([]);
  });

  it("are all named in NOTICE with their licences, and no others", () => {
    expect(namedIn(read("NOTICE"))).to.deep.equal(dependencies.map(({ name, licence }) => `${name} (${licence})`));
  });

  it("would be refused with another licence, or with none", () => {
    const packages = {
      "": { license: "Apache-2.0" },
      "node_modules/@a/free": { license: "MIT" },
      "node_modules/a/node_modules/b": { license: "GPL-3.0-only" },
      "node_modules/silent": {},
      "node_modules/tool": { dev: true, license: "UNLICENSED" },
    };
    expect(refused(dependenciesIn({ packages }))).to.deep.equal([
      { name: "b", licence: "GPL-3.0-only" },
      { name: "silent", licence: "none named" },
    ]);
  });
});
