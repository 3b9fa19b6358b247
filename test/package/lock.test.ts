// What `npm ci` may put on a machine: each package of the lock file is pinned by the hash of its content, and none by the
// address of a registry, so that every registry must give the same bytes.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { at } from "../support/story";
import { root } from "./packed";

/** One line for each package that another registry could give with other bytes, or that only one can give. */
function unpinned(lock: unknown): readonly string[] {
  const packages = at(lock, "packages");
  if (typeof packages !== "object" || packages === null) throw new Error("The lock file lists no packages.");
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (path === "") return [];
    const integrity = at(entry, "integrity");
    const isPinned = typeof integrity === "string" && /^sha512-[A-Za-z0-9+/]{86}==$/u.test(integrity);
    return [
      ...(isPinned ? [] : [`${path} has no SHA-512 of its content`]),
      ...(at(entry, "resolved") === undefined ? [] : [`${path} names an address`]),
    ];
  });
}

describe("the lock file", () => {
  const lock: unknown = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

  it("pins every package by the hash of its content, and none by an address", () => {
    expect(at(lock, "packages", "node_modules/io-ts", "integrity")).to.be.a("string");
    expect(unpinned(lock)).to.deep.equal([]);
  });

  it("belongs to package.json: `npm ci` takes it as it is", function () {
    this.timeout(60_000);
    const npmCi = ["ci", "--dry-run", "--ignore-scripts", "--offline"];
    execFileSync("npm", npmCi, { cwd: root, stdio: "pipe", shell: process.platform === "win32" });
  });

  it("would be refused with a package that has no hash, a weak one, or an address", () => {
    const integrity = `sha512-${"A".repeat(86)}==`;
    const packages = {
      "": { name: "own" },
      "node_modules/pinned": { integrity },
      "node_modules/bare": { version: "1.0.0" },
      "node_modules/weak": { integrity: "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
      "node_modules/placed": { integrity, resolved: "https://registry.example/placed.tgz" },
    };
    expect(unpinned({ packages })).to.deep.equal([
      "node_modules/bare has no SHA-512 of its content",
      "node_modules/weak has no SHA-512 of its content",
      "node_modules/placed names an address",
    ]);
  });
});
