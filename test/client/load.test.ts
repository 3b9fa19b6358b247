import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** Everything that is asked for while this file of the provider is loaded. */
function askedFor(file: string): unknown {
  const script = `
    const { registerHooks } = require("node:module");
    const asked = [];
    registerHooks({ resolve: (name, context, next) => { asked.push(name); return next(name, context); } });
    require(${JSON.stringify(resolve(__dirname, "../../provider", file))});
    console.log(JSON.stringify(asked));`;
  const output = execFileSync(process.execPath, ["--import", "tsx", "-e", script], {
    cwd: resolve(__dirname, "../.."),
    encoding: "utf8",
  });
  return JSON.parse(output);
}

describe("loading a program", function () {
  this.timeout(60_000);

  it("loads neither the client nor the PKCS#12 module before they are used", () => {
    const asked = askedFor("index.ts");
    expect(asked).to.include("./certificate").and.to.include("./lookups").and.to.include("./pkcs12-helpers");
    for (const heavy of ["./client/index.js", "./pkcs12", "./pkcs12/index.js", "io-ts"]) {
      expect(asked).not.to.include(heavy);
    }
  });
});

describe("loading the client", function () {
  this.timeout(60_000);

  it("loads no HTTP library and no proxy agent before the first request", () => {
    const asked = askedFor("client/index.ts");
    expect(asked).to.include("io-ts").and.to.include("fp-ts/Either");
    for (const heavy of ["node-fetch", "https-proxy-agent", "proxy-from-env", "node:https", "fp-ts"]) {
      expect(asked).not.to.include(heavy);
    }
  });
});
