// What counts as the same certificate and how it is sent, through the real engine: another wrapping is no change, a new
// leaf is shown in clear, PEM becomes the same file every time, old Android versions get what they read (docs/design.md,
// sections 1, 2 and 4).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { withStack } from "../../support/engine";
import { makeIdentity, p12Of, type Identity } from "../../support/certificates";
import {
  at,
  commandsOf,
  connectionTo,
  digestsOf,
  expectNoSecret,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

// It shares a word with what devices say of a wrong password, as many passwords do; their words must show all the same.
const password = "Password-123";
const otherPassword = "another-password-of-the-content-story";

describe("the content of a certificate", () => {
  let simulator: Simulator;
  let first: Identity;
  let second: Identity;
  const programWith = (source: unknown, more: object = {}): string => {
    const target = { group: simulator.world.group("Shops").id };
    return programOf({ corp: { alias: "corp", target, source, ...more } });
  };
  const start = async (osVersions: readonly string[]): Promise<void> => {
    const devices = osVersions.map((osVersion, index) => ({ alias: `d${index + 1}`, osVersion }));
    simulator = await givenFleet({ Shops: devices }, { deviceMs: 60, androidSupport: true });
  };

  before(() => {
    first = makeIdentity("first.example");
    second = makeIdentity("second.example");
  });

  afterEach(() => simulator.close());

  it("is unchanged by another password and other ciphers, which are stored without a command; a new leaf is shown in clear", async function () {
    this.timeout(240_000);
    await start(["14", "15"]);
    const source = { file: "corp.p12", password };
    await withStack(programWith(source), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(first, password, "modern"));
      expectOperations(await stack.up(), { created: 2 });
      const before = await storedResource(stack, "corp");

      await stack.writeFile("corp.p12", await p12Of(first, otherPassword, "androidLegacy"));
      await stack.writeProgram(programWith({ ...source, password: otherPassword }));
      simulator.resetTraffic();
      expectOperations(await stack.preview(), { unchanged: 2 });
      expectOperations(await stack.up(), { unchanged: 2 });
      expect(simulator.traffic.byRoute).to.deep.equal({});
      const stored = await storedResource(stack, "corp");
      const ciphertext = (resource: unknown): unknown => at(resource, "inputs", "source", "password", "ciphertext");
      expect(ciphertext(stored)).to.be.a("string").that.does.not.equal(ciphertext(before));
      expect(at(stored, "inputs", "certificate", "encoding")).not.to.equal(
        at(before, "inputs", "certificate", "encoding"),
      );

      const next = await p12Of(second, otherPassword, "modern");
      await stack.writeFile("corp.p12", next);
      const preview = await stack.preview();
      expectOperations(preview, { "to update": 1, unchanged: 1 });
      expect(preview.text).to.match(/subject\s*: "CN=first\.example" => "CN=second\.example"/);
      for (const field of ["digest", "sha256Fingerprint"]) {
        expect(preview.text).to.match(new RegExp(`${field}\\s*: "[0-9a-f]{64}" => "[0-9a-f]{64}"`));
      }
      expectNoSecret(preview.text, { password, otherPassword, next });
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(digestsOf(simulator, "corp")).to.deep.equal([
        at(await storedResource(stack, "corp"), "outputs", "certificate", "digest"),
      ]);
      await expectNothingToDo(stack, simulator, 2);
    });
  });

  it("may be given as PEM, which every Android version reads and whose private key is kept secret", async function () {
    this.timeout(240_000);
    await start(["9", "13", "15"]);
    const pem = { certificate: first.certificate, privateKey: first.privateKey };
    await withStack(programWith({ pem, password }), { env: connectionTo(simulator) }, async (stack) => {
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["d1", "d2", "d3"]);
      const exported = await stack.exported();
      const keyLine = first.privateKey.split("\n")[3] ?? "";
      expectNoSecret(exported, { password, "line of the private key": keyLine });
      expect(at(await storedResource(stack, "corp"), "outputs", "sentAs")).to.equal("androidLegacy");
      expect(at(await storedResource(stack, "corp"), "outputs", "certificate", "subject")).to.equal("CN=first.example");
      await expectNothingToDo(stack, simulator, 2);

      // The same content as a file is no change either.
      await stack.writeFile("corp.p12", await p12Of(first, otherPassword, "modern"));
      await stack.writeProgram(programWith({ file: "corp.p12", password: otherPassword }));
      await expectNothingToDo(stack, simulator, 2);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("is re-encoded for Android versions that cannot read the file, said once; `asGiven` warns and those devices fail", async function () {
    this.timeout(240_000);
    await start(["11", "13", "14", "15"]);
    const source = { file: "corp.p12", password };
    await withStack(programWith(source), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(first, password, "modern"));
      const up = await stack.up();
      expectOperations(up, { created: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["d1", "d2", "d3", "d4"]);
      const diagnostics = up.text.slice(up.text.indexOf("Diagnostics:"));
      expect(diagnostics.match(/re-encoded/g), up.text).to.have.length(1);
      expect(diagnostics).to.match(/2 of 4 devices run Android 11 (to|and) 13/);
      expect(diagnostics).to.match(/reaches 4 devices: 4 online, 0 offline; 2 run Android 11 (to|and) 13\n/);
      const stored = await storedResource(stack, "corp");
      expect(at(stored, "outputs", "sentAs")).to.equal("androidLegacy");
      expect(at(stored, "outputs", "certificate", "encoding")).to.match(/AES-256/);
      await expectNothingToDo(stack, simulator, 2);

      // `encoding` alone changes nothing on devices.
      await stack.writeProgram(programWith(source, { encoding: "asGiven" }));
      await expectNothingToDo(stack, simulator, 2);

      await stack.writeFile("corp.p12", await p12Of(second, password, "modern"));
      const asGiven = await stack.up();
      expect(asGiven.code).not.to.equal(0);
      expect(asGiven.text).to.match(
        /warning: 2 of 4 devices run Android 11 (to|and) 13 and would answer 'wrong password'/,
      );
      expect(asGiven.text).to.match(/2 devices did not take the certificate .*d1, d2\..*encoding/);
      expect(at(await storedResource(stack, "corp"), "outputs", "sentAs")).to.equal("asGiven");

      await stack.writeProgram(programWith(source, { encoding: "auto" }));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator)).to.deep.equal([
        "INSTALL corp GROUP 4",
        "INSTALL corp GROUP 4",
        "INSTALL corp DEVICE 2",
      ]);
      expect(digestsOf(simulator, "corp")).to.have.length(1);
      await expectNothingToDo(stack, simulator, 2);
    });
  });
});
