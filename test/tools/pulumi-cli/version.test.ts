// The versions by which a Pulumi CLI is chosen. Follows tools/pulumi-cli/version.ts.

import { expect } from "chai";
import { compareVersions, isAtLeast, versionIn } from "../../../tools/pulumi-cli/version";

describe("tools/pulumi-cli/version", () => {
  it("finds the version in what pulumi and go say of themselves", () => {
    expect(versionIn("v3.250.0\n")).to.equal("3.250.0");
    expect(versionIn("v3.251.0-alpha.x1b5949")).to.equal("3.251.0");
    expect(versionIn("go1.26")).to.equal("1.26");
    expect(versionIn("devel")).to.equal(undefined);
  });

  it("compares versions by their numbers, not by their letters", () => {
    expect(["3.9.0", "3.250.0", "3.30.1", "3.30"].sort(compareVersions)).to.deep.equal([
      "3.9.0",
      "3.30",
      "3.30.1",
      "3.250.0",
    ]);
  });

  it("takes the oldest usable version and later ones, but no other major version", () => {
    expect(isAtLeast("3.216.0", "3.216.0")).to.equal(true);
    expect(isAtLeast("3.250.1", "3.216.0")).to.equal(true);
    expect(isAtLeast("3.215.9", "3.216.0")).to.equal(false);
    expect(isAtLeast("4.0.0", "3.216.0")).to.equal(false);
  });
});
