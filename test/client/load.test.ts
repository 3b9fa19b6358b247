import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

describe("loading the client", () => {
  it("loads no HTTP library and no proxy agent before the first request", () => {
    const script = `
      const { registerHooks } = require("node:module");
      const asked = [];
      registerHooks({ resolve: (name, context, next) => { asked.push(name); return next(name, context); } });
      require(${JSON.stringify(resolve(__dirname, "../../provider/client/create.ts"))});
      console.log(JSON.stringify(asked));`;
    const output = execFileSync(process.execPath, ["--import", "tsx", "-e", script], {
      cwd: resolve(__dirname, "../.."),
      encoding: "utf8",
    });
    const asked: unknown = JSON.parse(output);
    expect(asked).to.include("io-ts").and.to.include("fp-ts/Either");
    for (const heavy of ["node-fetch", "https-proxy-agent", "proxy-from-env", "node:https", "fp-ts"]) {
      expect(asked).not.to.include(heavy);
    }
  });
});
