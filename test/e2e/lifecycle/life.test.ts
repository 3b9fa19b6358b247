// The life of one certificate through the real engine: create, nothing to do, new content, new alias, new group, destroy
// (docs/design.md, section 3). Devices are looked at in the simulated tenant itself.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { withStack } from "../../support/engine";
import { makeIdentity, p12Of, type Identity } from "../../support/certificates";
import {
  at,
  commandsOf,
  connectionTo,
  digestsOf,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-life-story";
const source = { file: "corp.p12", password };

describe("the life of a certificate on a fleet", () => {
  let simulator: Simulator;
  let berlin: string;
  let hamburg: string;
  let first: Identity;
  let second: Identity;

  before(() => {
    first = makeIdentity("first.example");
    second = makeIdentity("second.example");
  });

  beforeEach(async () => {
    simulator = await givenFleet(
      { Shops: ["s1"], "Shops/Berlin": ["b1", "b2", "b3"], "Shops/Hamburg": ["h1", "h2"], Offices: ["o1"] },
      { deviceMs: 60, pageSize: 3 },
    );
    berlin = simulator.world.group("Berlin").id;
    hamburg = simulator.world.group("Hamburg").id;
  });

  afterEach(() => simulator.close());

  it("creates, leaves alone, overwrites in place and removes, and asks Esper nothing when nothing changed", async function () {
    this.timeout(240_000);
    const shops = simulator.world.group("Shops").id;
    const program = programOf({ corp: { alias: "corp", target: { group: shops }, source } });
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(first, password));
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3", "h1", "h2", "s1"]);
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 6"]);

      const created = await storedResource(stack, "corp");
      expect(at(created, "id")).to.equal(`corp@${shops}`);
      expect(at(created, "outputs", "coverage")).to.deep.equal({
        ...{ members: 6, installed: 6, pending: 0, failed: 0, missing: 0, offline: 0, unsupported: 0 },
      });
      expect(at(created, "outputs", "exceptions")).to.deep.equal([]);
      expect(at(created, "outputs", "commands", 0)).to.include({ kind: "install", commandType: "GROUP", devices: 6 });
      expect(at(created, "outputs", "commands", 0, "id")).to.equal(simulator.world.commandLog[0]?.requestId);
      expect(at(created, "outputs", "source")).to.equal(undefined);
      expect(JSON.stringify(created).length).to.be.lessThan(4_096);

      await expectNothingToDo(stack, simulator, 2);
      const refreshed = await stack.refresh();
      expectOperations(refreshed, { unchanged: 2 });
      expect(await storedResource(stack, "corp"))
        .to.have.property("outputs")
        .that.deep.equals(at(created, "outputs"));

      await stack.writeFile("corp.p12", await p12Of(second, password));
      const preview = await stack.preview();
      expectOperations(preview, { "to update": 1, unchanged: 1 });
      expect(preview.text).to.match(/subject\s*: "CN=first\.example" => "CN=second\.example"/);
      const fingerprints = /sha256Fingerprint\s*: "([0-9a-f]{64})" => "([0-9a-f]{64})"/.exec(preview.text);
      expect(fingerprints?.[1], preview.text).to.equal(at(created, "outputs", "certificate", "sha256Fingerprint"));
      expect(commandsOf(simulator), "a preview sends nothing").to.have.length(1);

      const firstDigest = digestsOf(simulator, "corp");
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 6", "INSTALL corp GROUP 6"]);
      const updated = await storedResource(stack, "corp");
      expect(at(updated, "id")).to.equal(`corp@${shops}`);
      expect(at(updated, "outputs", "certificate", "sha256Fingerprint")).to.equal(fingerprints?.[2]);
      expect(digestsOf(simulator, "corp")).to.deep.equal([at(updated, "outputs", "certificate", "digest")]);
      expect(digestsOf(simulator, "corp")).not.to.deep.equal(firstDigest);
      expect(at(updated, "outputs", "commands")).to.have.length(1);
      await expectNothingToDo(stack, simulator, 2);

      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
      expect(commandsOf(simulator).slice(2)).to.deep.equal(["UNINSTALL corp GROUP 6"]);
      expect(await storedResource(stack, "corp")).to.equal(undefined);
    });
  });

  it("installs a new alias before the old one goes, but leaves an old group before it enters a new one", async function () {
    this.timeout(240_000);
    const programFor = (alias: string, group: string): string =>
      programOf({ corp: { alias, target: { group }, source } });
    await withStack(programFor("old", berlin), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(first, password));
      expectOperations(await stack.up(), { created: 2 });

      await stack.writeProgram(programFor("new", berlin));
      const preview = await stack.preview();
      expectOperations(preview, { "to replace": 1, unchanged: 1 });
      expectOperations(await stack.up(), { replaced: 1, unchanged: 1 });
      expect(commandsOf(simulator)).to.deep.equal([
        "INSTALL old GROUP 3",
        "INSTALL new GROUP 3",
        "UNINSTALL old GROUP 3",
      ]);
      expect(holdersOf(simulator, "old")).to.deep.equal([]);
      expect(holdersOf(simulator, "new")).to.deep.equal(["b1", "b2", "b3"]);
      expect(newStandsBeforeOldGoes(simulator)).to.equal(true);
      expect(at(await storedResource(stack, "corp"), "id")).to.equal(`new@${berlin}`);
      await expectNothingToDo(stack, simulator, 2);

      await stack.writeProgram(programFor("new", hamburg));
      expectOperations(await stack.up(), { replaced: 1, unchanged: 1 });
      expect(commandsOf(simulator).slice(3)).to.deep.equal(["UNINSTALL new GROUP 3", "INSTALL new GROUP 2"]);
      expect(holdersOf(simulator, "new")).to.deep.equal(["h1", "h2"]);
      expect(at(await storedResource(stack, "corp"), "id")).to.equal(`new@${hamburg}`);
      await expectNothingToDo(stack, simulator, 2);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "new")).to.deep.equal([]);
    });
  });

  it("keeps the certificate when somebody asks for a replacement", async function () {
    this.timeout(240_000);
    const program = programOf({ corp: { alias: "corp", target: { group: berlin }, source } });
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(first, password));
      expectOperations(await stack.up(), { created: 2 });
      const urn = String(at(await storedResource(stack, "corp"), "urn"));
      expectOperations(await stack.up("--replace", urn), { replaced: 1, unchanged: 1 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 3", "INSTALL corp GROUP 3"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3"]);
      await expectNothingToDo(stack, simulator, 2);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("keeps the certificate under an alias that the program takes back after its removal has failed", async function () {
    this.timeout(240_000);
    const programFor = (alias: string): string => programOf({ corp: { alias, target: { group: berlin }, source } });
    await withStack(programFor("old"), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(first, password));
      expectOperations(await stack.up(), { created: 2 });
      simulator.faults.set({ forbidden: { on: ["send"], everyNth: 2 } });
      await stack.writeProgram(programFor("new"));
      await stack.up();
      expect(commandsOf(simulator), "the removal is refused").to.deep.equal([
        "INSTALL old GROUP 3",
        "INSTALL new GROUP 3",
      ]);
      simulator.faults.set({});
      await stack.writeProgram(programFor("old"));
      await stack.up();
      expect(commandsOf(simulator).slice(2)).to.deep.equal(["INSTALL old GROUP 3", "UNINSTALL new GROUP 3"]);
      expect(holdersOf(simulator, "old")).to.deep.equal(["b1", "b2", "b3"]);
      expect(holdersOf(simulator, "new")).to.deep.equal([]);
      await expectNothingToDo(stack, simulator, 2);
    });
  });

  it("keeps two certificates on one group apart, and works inside a component", async function () {
    this.timeout(240_000);
    const programWith = (aliases: readonly string[]): string => `
const pulumi = require("@pulumi/pulumi");
const esper = require("pulumi-esper");
class Till extends pulumi.ComponentResource {
  constructor(name, aliases) {
    super("shop:index:Till", name);
    for (const alias of aliases) {
      const source = { file: alias + ".p12", password: ${JSON.stringify(password)} };
      new esper.Certificate(name + "-" + alias, { alias, target: { group: "${berlin}" }, source }, { parent: this });
    }
  }
}
new Till("till", ${JSON.stringify(aliases)});
`;
    await withStack(programWith(["wifi", "vpn"]), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("wifi.p12", await p12Of(first, password));
      await stack.writeFile("vpn.p12", await p12Of(second, password));
      expectOperations(await stack.up(), { created: 4 });
      expect(holdersOf(simulator, "wifi")).to.deep.equal(["b1", "b2", "b3"]);
      expect(holdersOf(simulator, "vpn")).to.deep.equal(["b1", "b2", "b3"]);
      const urn = String(at(await storedResource(stack, "till-wifi"), "urn"));
      expect(urn).to.contain("shop:index:Till$pulumi-nodejs:dynamic/esper:Certificate::till-wifi");
      expect(at(await storedResource(stack, "till-wifi"), "outputs", "__provider")).to.equal(
        `exports.handler = () => require("pulumi-esper/provider").certificate("${urn}")`,
      );
      await expectNothingToDo(stack, simulator, 4);

      await stack.writeProgram(programWith(["wifi"]));
      expectOperations(await stack.up(), { deleted: 1, unchanged: 3 });
      expect(holdersOf(simulator, "wifi")).to.deep.equal(["b1", "b2", "b3"]);
      expect(holdersOf(simulator, "vpn")).to.deep.equal([]);
    });
  });
});

/** The new alias was in every keystore of the group when the UNINSTALL, the third command of all, was sent. */
function newStandsBeforeOldGoes({ world }: Simulator): boolean {
  const uninstall = world.commandLog[2];
  return world.devices("Berlin").every(({ keystore }) => {
    const installedAt = keystore.get("new")?.installedAt;
    return installedAt !== undefined && uninstall?.command === "UNINSTALL_CERTIFICATE" && installedAt <= uninstall.at;
  });
}
