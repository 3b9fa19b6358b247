// Tests of pages must not be skipped where a browser comes with the packages: there one is always found.

import { existsSync } from "node:fs";
import { expect } from "chai";
import { findBrowser } from "./browser";

const isBrought = process.platform === "linux" && process.arch === "x64";

describe("the browser for tests of pages", () => {
  it("is the one that CHROME_PATH names", () => {
    expect(findBrowser({ CHROME_PATH: "/opt/my-browser" })).to.deep.equal({
      executablePath: "/opt/my-browser",
      env: {},
    });
  });

  it("comes with the packages on Linux on x64, where nothing has to be installed", function () {
    this.timeout(60_000);
    const found = findBrowser({ PATH: "" });
    expect(found === undefined).to.equal(!isBrought);
    if (found !== undefined) expect(existsSync(found.executablePath)).to.equal(true);
  });
});
