// Paths of requests: a value is one part of a path, whatever it holds.

import { expect } from "chai";
import { pathOf } from "../../../provider/client";

describe("a path of a request", () => {
  for (const value of ["..", ".", "../../admin", "a/b?c=d#e", "\ud800", "x\udfffy", "%2e%2e", "", "..;", "\\..\\"]) {
    it(`has ${JSON.stringify(value)} as one part, which leads to no other path`, () => {
      const { pathname, search, hash } = new URL(`https://x.example/api${pathOf`/v2/devices/${value}/rows/`}`);
      expect(pathname.split("/")).to.have.length(7);
      expect(pathname).to.match(/^\/api\/v2\/devices\/[^/]*\/rows\/$/);
      expect(search + hash).to.equal("");
    });
  }
});
