// Reads every import of the package and refuses an arrow that docs/design.md, section 9 does not draw; and holds what else
// keeps the house in order. Each rule is shown something that it refuses, to prove that it can fail.

import { expect } from "chai";
import { filesMax, linesMax, oversized, refusedCode } from "./architecture/code-rules";
import { refusedArrows, rules } from "./architecture/rules";
import { cyclesIn, folders, made, modulesOf, readSources } from "./support/imports";

/** Circles that stand as yet: this list only ever gets shorter. */
const knownCycles: readonly (readonly string[])[] = [];

/** What is larger than it should be: this list only ever gets shorter. */
const knownOversized: readonly string[] = [
  "provider/", // what programs import, each by its own name
  "provider/certificate", // the arguments with their meaning, which is what a program's author reads
  "provider/device-certificates", // likewise
  "provider/policies", // rules, each with its words
  "provider/client/client",
  "provider/client/commands/",
  "provider/client/commands/commands-request",
  "provider/client/commands/commands-v2",
  "provider/client/http/request",
  "provider/pkcs12/",
  "provider/pkcs12/advice/findings",
  "provider/pkcs12/container/",
  "provider/pkcs12/container/safes",
];

const sources = readSources();

describe("the imports of the package", () => {
  const modules = modulesOf(sources);

  it("go one way, as the layout draws them", () => {
    expect(refusedArrows(modules)).to.deep.equal([]);
  });

  it("lead to modules that exist", () => {
    const own = [...modules].flatMap(([from, imports]) => imports.map(({ to }) => [from, to] as const));
    const lost = own.filter(
      ([, to]) => folders.includes(to.split("/")[0] ?? "") && !to.endsWith(".json") && !modules.has(to),
    );
    expect(lost).to.deep.equal([]);
  });

  it("go round in no circle", () => {
    expect(cyclesIn(modules)).to.deep.equal(knownCycles);
  });

  it("are all read: every rule is about some module", () => {
    for (const { from, says } of rules)
      expect(
        [...modules.keys()].some((module) => from.test(module)),
        says,
      ).to.equal(true);
    expect([...modules.values()].flat().length).to.be.above(200);
  });
});

describe("the code of the package", () => {
  it("decides without waiting, and sends from one folder", function () {
    this.timeout(60_000);
    expect(refusedCode(sources)).to.deep.equal([]);
  });

  it(`has no file above ${linesMax} lines and no folder above ${filesMax} files, but for those known`, () => {
    expect([...oversized(sources)].sort()).to.deep.equal([...knownOversized].sort());
  });
});

describe("an arrow that is not drawn is refused:", () => {
  const wrong: Readonly<Record<string, readonly [from: string, to: string]>> = {
    "from the provider to the simulator": ["provider/provider", "simulator/index"],
    "from the provider to the tests": ["provider/lifecycle/state", "test/lifecycle/given"],
    "from the lifecycle to Pulumi": ["provider/lifecycle/converge", "@pulumi/pulumi"],
    "from the provider to a part of Pulumi": ["provider/provider", "@pulumi/pulumi/log"],
    "from the lifecycle to the resource": ["provider/lifecycle/state", "provider/certificate"],
    "from the resource to the client": ["provider/certificate", "provider/client/client"],
    "from the stored provider to what programs import": ["provider/provider", "provider/index"],
    "from the operations to the dynamic resource's face": ["provider/operations/resource", "provider/provider"],
    "from the lifecycle to the plugin": ["provider/lifecycle/reconcile", "provider/packaged/limit"],
    "from the plugin to the SDK": ["provider/packaged/wire/server", "@pulumi/pulumi"],
    "from the plugin's resources to the wire's messages": [
      "provider/packaged/resource",
      "@pulumi/pulumi/proto/provider_pb",
    ],
    "from the client to the lifecycle": ["provider/client/send", "provider/lifecycle/state"],
    "from the client to pkcs12": ["provider/client/send", "provider/pkcs12/read"],
    "from the client to a package nobody named": ["provider/client/send", "axios"],
    "from pkcs12 to the clock": ["provider/pkcs12/chain", "provider/clock"],
    "from pkcs12 to a package": ["provider/pkcs12/chain", "node-forge"],
    "from diff past the face of the client": ["provider/lifecycle/policy/diff", "provider/client/client"],
    "from the command past the face of the client": ["cli/doctor/esper", "provider/client/create"],
    "from the command past the face of pkcs12": ["cli/inspect/inspect", "provider/pkcs12/read"],
    "from the lifecycle to a client of its own": ["provider/lifecycle/facts/members/fleet", "provider/client/index"],
    "from arguments to content": ["provider/lifecycle/arguments/source", "provider/lifecycle/content/content"],
    "from the state to facts": ["provider/lifecycle/state/state", "provider/lifecycle/facts/device-status"],
    "from facts to the policy": ["provider/lifecycle/facts/gather", "provider/lifecycle/policy/plan"],
    "from facts to what sends": ["provider/lifecycle/facts/orphaned", "provider/lifecycle/apply/cancel"],
    "from the policy to what sends": ["provider/lifecycle/policy/plan", "provider/lifecycle/apply/send"],
    "from applying to concluding": ["provider/lifecycle/apply/apply", "provider/lifecycle/conclude/conclude"],
    "from concluding to a verb": ["provider/lifecycle/conclude/conclude", "provider/lifecycle/reconcile"],
    "from a message to facts at run time": [
      "provider/lifecycle/messages/failures",
      "provider/lifecycle/facts/device-status",
    ],
    "from plan to the clock": ["provider/lifecycle/policy/plan", "provider/clock"],
    "from plan to files": ["provider/lifecycle/policy/plan", "node:fs"],
    "from errors to anything": ["provider/errors", "provider/config"],
    "from the simulator to the client": ["simulator/server", "provider/client/codecs"],
    "from the command to the tests": ["cli/main", "test/support/engine"],
  };
  for (const [title, [from, to]] of Object.entries(wrong)) {
    it(title, () => {
      expect(refusedArrows(made({ [from]: [to] })).join("\n")).to.include(`${from} -> ${to}`);
    });
  }

  it("from plan to the clock by way of another module", () => {
    const arrows = {
      "provider/lifecycle/policy/plan": ["provider/lifecycle/facts/x"],
      "provider/lifecycle/facts/x": ["provider/clock"],
    };
    expect(refusedArrows(made(arrows))).to.have.length(1);
    expect(refusedArrows(made(arrows))[0]).to.match(
      /^provider\/lifecycle\/policy\/plan -> provider\/lifecycle\/facts\/x -> provider\/clock: /,
    );
  });

  it("but types are free where a rule is about what runs, and a message may be about facts", () => {
    expect(refusedArrows(made({ "provider/lifecycle/policy/plan": ["provider/client/index"] }, true))).to.deep.equal(
      [],
    );
    const message = { "provider/lifecycle/messages/failures": ["provider/lifecycle/facts/device-status"] };
    expect(refusedArrows(made(message, true))).to.deep.equal([]);
  });
});

describe("code that is not as it should be is refused:", () => {
  const wrong: Readonly<Record<string, readonly [module: string, text: string]>> = {
    "a policy that waits": ["provider/lifecycle/policy/plan", "async function plan() { await facts(); }"],
    "a policy that looks at the clock": ["provider/lifecycle/policy/retry", "const nowMs = Date.now();"],
    "a state that makes its own time": ["provider/lifecycle/state/state", "const at = new Date().toISOString();"],
    "a conclusion that prints": ["provider/lifecycle/conclude/conclude", "console.log(outcome);"],
    "an argument that is read from the environment": ["provider/lifecycle/arguments/target", "process.env.TARGET"],
    "facts that send": ["provider/lifecycle/facts/orphaned", "void client.send(command);"],
    "a verb that cancels by itself": ["provider/lifecycle/destroy", "void client.cancel(row);"],
  };
  for (const [title, [module, text]] of Object.entries(wrong)) {
    it(title, () => {
      expect(refusedCode(new Map([[module, text]]))).to.have.length(1);
    });
  }

  it("a file with more lines, and a folder with more files", () => {
    const long = "let a;\n".repeat(linesMax);
    expect(oversized(new Map([["cli/a", long]]))).to.deep.equal([]);
    expect(oversized(new Map([["cli/a", `${long}let a;\n`]]))).to.deep.equal(["cli/a"]);
    const many = (count: number): ReadonlyMap<string, string> =>
      new Map(Array.from({ length: count }, (_, number) => [`cli/${number}`, ""]));
    expect(oversized(many(filesMax))).to.deep.equal([]);
    expect(oversized(many(filesMax + 1))).to.deep.equal(["cli/"]);
  });
});
