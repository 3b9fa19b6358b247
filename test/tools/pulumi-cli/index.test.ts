// What people read when no way to a CLI works, and what the CLI is run with. Follows tools/pulumi-cli/index.ts.

import { expect } from "chai";
import { delimiter, join } from "node:path";
import { environmentFor, nothingWorked } from "../../../tools/pulumi-cli";

describe("tools/pulumi-cli", () => {
  it("says in one sentence what was found, what was tried and what to install", () => {
    const sentence = nothingWorked(
      ["/usr/bin/pulumi is 3.100.0, not 3.216.0 or a later 3.x"],
      ["the download cannot be reached", "it cannot be built from source because Go is not installed"],
    );
    expect(sentence).to.equal(
      "There is no usable Pulumi CLI (/usr/bin/pulumi is 3.100.0, not 3.216.0 or a later 3.x; " +
        "the download cannot be reached; it cannot be built from source because Go is not installed): " +
        "install Pulumi 3.216.0 or a later 3.x (https://www.pulumi.com/docs/install/), " +
        "or Go 1.25.11 or later (https://go.dev/dl/), and run this again.",
    );
  });

  it("runs programs on this project's Node, and finds the CLI's helpers", () => {
    const cli = { command: "/opt/pulumi/bin/pulumi", binFolder: "/opt/pulumi/bin", version: "3.250.0" };
    const path = environmentFor(cli, { PATH: "/usr/bin" })["PATH"]?.split(delimiter) ?? [];
    expect(path[0]).to.match(new RegExp(`${join("node_modules", "node", "bin")}$`));
    expect(path.slice(1)).to.deep.equal(["/opt/pulumi/bin", "/usr/bin"]);
  });
});
