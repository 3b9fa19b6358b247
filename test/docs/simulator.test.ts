// docs/simulator.md names every option of the command, every fault and every control, and none that does not exist; and the
// picture beside it is there, and small.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { simulatorCommand } from "../../cli/simulator";
import { faultNames } from "../../simulator/faults/read-faults";
import { document, root } from "./markdown";

/** The first cell of each row in the table under a heading, without its code marks. */
function firstColumn(heading: string): readonly string[] {
  const [, section = ""] = document("docs/simulator.md").text.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/^\| `([^`]+)`/gmu)].map(([, cell = ""]) => cell);
}

describe("the document of the simulator", () => {
  it("has every option of the command", () => {
    const options = simulatorCommand().options.map(({ long }) => long);
    expect([...firstColumn("Options")].sort()).to.deep.equal(options.sort());
  });

  it("has every fault", () => {
    expect([...firstColumn("Faults")].sort()).to.deep.equal([...faultNames].sort());
  });

  it("has every control that stands at the head of control-routes.ts", () => {
    const source = readFileSync(join(root, "simulator", "control", "control-routes.ts"), "utf8");
    const routes = [...source.matchAll(/^\/\/ {3}(GET|POST) +(\S+?),?(?: |$)/gmu)].map(([, method = "", path = ""]) => {
      return `${method} ${path.replace(/\?.*/u, "")}`;
    });
    const documented = firstColumn("Controls by HTTP").map((route) => route.replace(/\?.*/u, ""));
    expect([...documented].sort()).to.deep.equal(routes.sort());
    expect(routes).to.have.length(13);
  });

  it("has a picture of the page that every reader can load quickly", () => {
    const picture = readFileSync(join(root, "docs", "simulator.png"));
    expect(picture.subarray(1, 4).toString("latin1")).to.equal("PNG");
    expect(picture.length).to.be.within(20_000, 150_000);
    for (const path of ["README.md", "docs/simulator.md"])
      expect(document(path).text).to.match(/!\[[^\]]+\]\(\S*simulator\.png\)/u);
  });
});
