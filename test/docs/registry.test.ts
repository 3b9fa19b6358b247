// What the Pulumi Registry asks of a package: two pages with their front matter, each setting of the schema on the second, words
// and a category in the schema, and a logo.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { schemaText } from "../../provider/packaged/schema";
import { at, listAt } from "../support/story";
import { root } from "./markdown";

function read(path: string): string {
  return readFileSync(join(root, "docs", path), "utf8");
}

describe("the papers for the Pulumi Registry", () => {
  const schema: unknown = JSON.parse(schemaText());

  for (const page of ["_index.md", "installation-configuration.md"]) {
    it(`${page} begins with the front matter of a package's page`, () => {
      const [, matter = ""] = /^---\n(.*?)\n---\n/su.exec(read(page)) ?? [];
      expect(parse(matter)).to.have.all.keys("title", "meta_desc", "layout").and.include({ layout: "package" });
    });
  }

  it("name every setting with its environment variable", () => {
    const page = read("installation-configuration.md");
    const settings = Object.entries(at(schema, "config", "variables") ?? {});
    expect(settings).to.have.length.above(5);
    for (const [name, setting] of settings) {
      const [variable] = /ESPER_\w+/u.exec(String(at(setting, "description"))) ?? [];
      expect(page).to.match(new RegExp(`\\| \`esper:${name}\` +\\| \`${String(variable)}\` +\\|`, "u"));
    }
  });

  it("have words, a category and a licence in the schema, and a logo", () => {
    expect(listAt(schema, "keywords")).to.include.members(["category/infrastructure", "kind/native"]);
    for (const field of ["displayName", "description", "license"]) expect(at(schema, field), field).to.be.a("string");
    expect(read("logo.svg")).to.match(/^<svg .*<\/svg>\s*$/su);
  });
});
