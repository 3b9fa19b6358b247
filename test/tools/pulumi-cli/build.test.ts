// What a build from source needs, without building. Follows tools/pulumi-cli/build.ts.

import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtVersion, goProblem, oldestGo } from "../../../tools/pulumi-cli/build";
import { oldestUsableCli, isAtLeast } from "../../../tools/pulumi-cli/version";

describe("tools/pulumi-cli/build", () => {
  const goMod = readFileSync(join(__dirname, "../../../tools/pulumi-cli/pulumi/go.mod"), "utf8");

  it("builds the version that go.mod pins, with the Go that go.mod asks for", () => {
    expect(goMod).to.match(new RegExp(`github.com/pulumi/pulumi/pkg/v3 v${builtVersion} `));
    expect(goMod).to.match(new RegExp(`^go ${oldestGo}$`, "m"));
    expect(isAtLeast(builtVersion, oldestUsableCli)).to.equal(true);
  });

  it("accepts a Go that is new enough, or that fetches a newer one by itself", () => {
    expect(goProblem("go1.26.8", "local")).to.equal(undefined);
    expect(goProblem("go1.25.11", "local")).to.equal(undefined);
    expect(goProblem("go1.21.0", "auto")).to.equal(undefined);
    expect(goProblem("go1.22.1", "go1.22.1+auto")).to.equal(undefined);
  });

  it("refuses a Go that is too old and stays so, and says which one is needed", () => {
    const tooOld = "Go 1.25.10 is too old (1.25.11 or later is needed)";
    for (const toolchain of ["local", "path", "go1.25.10"]) {
      expect(goProblem("go1.25.10", toolchain), toolchain).to.equal(tooOld);
    }
    expect(goProblem("go1.20.3", "")).to.contain("Go 1.20.3 is too old");
  });
});
