// Every link of the documents to a file of this project leads to one, and every anchor to a heading of it. Links to other
// sites are not followed.

import { existsSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { expect } from "chai";
import { anchorsIn, document, documents, linksIn, root, type Document } from "./markdown";

/** One line for each link that leads nowhere. */
function brokenLinks({ path, text }: Document): readonly string[] {
  return linksIn({ text }).flatMap((target) => {
    if (/^(https?:|mailto:)/u.test(target)) return [];
    const [file = "", anchor] = target.split("#");
    const to = file === "" ? path : posix.join(dirname(path), decodeURIComponent(file));
    const broken = (why: string): readonly string[] => [`${path}: ${target} (${why})`];
    if (to.startsWith("..") || !existsSync(join(root, to))) return broken("no such file");
    if (anchor === undefined) return [];
    if (statSync(join(root, to)).isDirectory() || !to.endsWith(".md")) return broken("no anchors there");
    return anchorsIn(file === "" ? { text } : document(to)).has(anchor) ? [] : broken("no such heading");
  });
}

describe("the links of the documents", () => {
  it("lead to files and headings that exist", () => {
    expect(documents().flatMap(brokenLinks)).to.deep.equal([]);
  });

  it("are all read", () => {
    expect(documents().flatMap(linksIn).length).to.be.above(40);
  });

  it("reach every page of docs/ from its first", () => {
    const pages = documents().map(({ path }) => path);
    const linked = linksIn(document("docs/README.md")).map((target) => posix.join("docs", target.split("#")[0] ?? ""));
    const own = pages.filter((path) => /^docs\/[^/]+\.md$/u.test(path) && path !== "docs/README.md");
    expect(linked).to.include.members(own);
  });

  for (const [what, text] of Object.entries({
    "a file that is not there": "[x](no-such.md)",
    "a heading that is not there": "[x](concepts.md#no-such-heading)",
    "a heading of its own that is not there": "# A\n[x](#b)",
    "a picture that is not there": "![x](no-such.svg)",
    "a place outside the project": "[x](../../x.md)",
  })) {
    it(`would be refused: ${what}`, () => {
      expect(brokenLinks({ path: "docs/x.md", text })).to.have.length(1);
    });
  }

  it("find headings as GitHub names them", () => {
    const text =
      "# What `pulumi up` does\n## PKCS#12 & Android, again\n## [A link](x.md)\n## Same\n## Same\n```\n# no\n```\n";
    expect([...anchorsIn({ text })]).to.deep.equal([
      "what-pulumi-up-does",
      "pkcs12--android-again",
      "a-link",
      "same",
      "same-1",
    ]);
  });
});
