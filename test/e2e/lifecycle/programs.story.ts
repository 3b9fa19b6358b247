// What programs may be written in and where a certificate may come from, through the real engine: ES modules, TypeScript,
// files as assets, base64, passwords out of the environment; and the lookups a program uses (docs/design.md, section 2).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { withStack } from "../../support/engine";
import { makeIdentity, p12Of } from "../../support/certificates";
import {
  at,
  commandsOf,
  connectionTo,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  storedResource,
} from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-programs-story";

describe("programs", () => {
  let simulator: Simulator;
  let p12: Uint8Array;
  let group: string;

  before(async () => {
    p12 = await p12Of(makeIdentity("programs.example"), password);
  });

  beforeEach(async () => {
    simulator = await givenFleet(
      {
        Shops: 0,
        "Shops/Berlin": [
          { alias: "b1", serial: "SN-1" },
          { alias: "b2", serial: "SN-10" },
        ],
        Offices: 0,
        "Offices/Berlin": [{ alias: "o1", osVersion: "14" }],
      },
      { deviceMs: 60, pageSize: 3 },
    );
    group = simulator.world.group("All devices/Shops/Berlin").id;
  });

  afterEach(() => simulator.close());

  it("are ES modules, with a file as an asset and its password out of the environment, and leave no secret in the state", async function () {
    this.timeout(240_000);
    const program = `
import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";
import { Certificate } from "pulumi-esper";
const args = { alias: "corp", target: { group: "${group}" } };
const file = new pulumi.asset.FileAsset("./corp.p12");
const corp = new esper.Certificate("corp", { ...args, source: { file, passwordEnv: "P12_PASSWORD" } });
export const coverage = corp.coverage;
export const same = esper.Certificate === Certificate;
`;
    const env = { ...connectionTo(simulator), P12_PASSWORD: password };
    await withStack(program, { env, extension: "mjs" }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      expectOperations(await stack.up(), { created: 2 });
      expect(await stack.outputs()).to.deep.include({ same: true });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2"]);
      const exported = await stack.exported();
      expect(exported).not.to.contain("ciphertext");
      for (const secret of [password, simulator.apiKey, Buffer.from(p12).toString("base64").slice(40, 80)]) {
        expect(exported).not.to.contain(secret);
      }
      await expectNothingToDo(stack, simulator, 2);

      stack.setEnvironment("P12_PASSWORD", undefined);
      const unset = await stack.up();
      expect(unset.code).not.to.equal(0);
      expect(unset.text).to.contain("the environment variable P12_PASSWORD is not set");
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("are TypeScript, with a whole file in base64 and lookups by name, and their types fit", async function () {
    this.timeout(240_000);
    const program = `
import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();

export = async () => {
  const berlin: esper.Group = await esper.getGroup({ path: "All devices/Shops/Berlin" });
  const tills: readonly esper.Device[] = await esper.getDevices({ group: berlin.id, serial: "SN-1" });
  const args: esper.CertificateArgs = {
    alias: "corp",
    target: { devices: tills.map((till) => till.id) },
    source: { base64: config.requireSecret("p12"), password: config.requireSecret("p12Password") },
    wait: { for: "reachable", timeoutMinutes: 1, onTimeout: "fail" },
  };
  const corp = new esper.Certificate("corp", args);
  const installed: pulumi.Output<number> = corp.coverage.installed;
  const first: pulumi.Output<string | undefined> = corp.commands.apply(([command]) => command?.commandType);
  return { installed, first, names: tills.map(({ name }) => name) };
};
`;
    await withStack(program, { env: connectionTo(simulator), extension: "ts" }, async (stack) => {
      const base64 = Buffer.from(p12).toString("base64");
      await stack.setConfig("p12", base64, true);
      await stack.setConfig("p12Password", password, true);
      expectOperations(await stack.up(), { created: 2 });
      expect(await stack.outputs()).to.deep.include({ installed: 1, first: "DEVICE" });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1"]);
      const exported = await stack.exported();
      expect(exported).not.to.contain(base64.slice(40, 80));
      expect(exported).not.to.contain(password);
      const stored = await storedResource(stack, "corp");
      expect(at(stored, "outputs", "source")).to.equal(undefined);
      expect(JSON.stringify(at(stored, "stackTrace")), "the program's frames").to.match(/index\.ts#/);
      expect(JSON.stringify(at(stored, "stackTrace")), "no others").not.to.contain("node_modules");

      simulator.resetTraffic();
      expectOperations(await stack.up(), { unchanged: 2 });
      expect(Object.keys(simulator.traffic.byRoute).filter((route) => !route.startsWith("GET "))).to.deep.equal([]);
      expect(commandsOf(simulator)).to.have.length(1);
    });
  });

  it("are told which groups and devices come near when a lookup finds none or several", async function () {
    this.timeout(240_000);
    const program = `
const pulumi = require("@pulumi/pulumi");
const esper = require("pulumi-esper");
const words = (lookup) => lookup.then((found) => JSON.stringify(found), (error) => error.message);
exports.several = words(esper.getGroup({ name: "Berlin" }));
exports.none = words(esper.getGroup({ name: "berlin" }));
exports.noPath = words(esper.getGroup({ path: "All devices/Berlin" }));
exports.noDevice = words(esper.getDevices({ search: "nobody-has-this-name" }));
exports.byVersion = esper.getDevices({ osVersion: "14" }).then((found) => found.some((device) => device.serial === "SN-1"));
exports.all = esper.getDevices({ group: ${JSON.stringify(simulator.world.group("All devices").id)} }).then((found) => found.length);
`;
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      expect((await stack.up()).code).to.equal(0);
      const outputs = await stack.outputs();
      expect(outputs["several"]).to.contain(`Esper has 2 groups named "Berlin"`);
      expect(outputs["several"]).to.contain(`"All devices/Shops/Berlin" (${group})`);
      expect(outputs["several"]).to.contain("Ask by `path`, or write the id.");
      expect(outputs["none"]).to.contain(`Esper has no group named "berlin". Near it are "All devices/`);
      expect(outputs["noPath"]).to.contain(`Esper has no group with the path "All devices/Berlin". Near it are `);
      expect(outputs["noDevice"]).to.contain("Esper has no device that fits");
      expect(outputs["byVersion"]).to.equal(false);
      expect(outputs["all"]).to.equal(3);
      await stack.writeProgram(`require("pulumi-esper").getGroup({ name: "Nowhere" });`);
      const failed = await stack.preview();
      expect(failed.code).not.to.equal(0);
      expect(failed.text).to.contain(`Esper has no group named "Nowhere".`);
    });
  });
});
