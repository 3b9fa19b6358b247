// The packaged provider under the real engine, with a program in YAML: the life of a certificate, and a stack of the dynamic
// resource that moves over.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity, p12Of } from "../../support/certificates";
import { linkPackages } from "../../../tools/sandbox";
import { givenFleet } from "../../support/given-fleet";
import { buildYamlHost, withPackagedStack } from "../../support/packaged-stack";
import {
  at,
  commandsOf,
  connectionTo,
  expectNoSecret,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";

const password = "a-password-of-the-packaged-story";

describe("a certificate in a YAML program", function () {
  this.timeout(240_000);
  let simulator: Simulator;
  let group: string;

  before(buildYamlHost);
  beforeEach(async () => {
    simulator = await givenFleet({ Shops: ["s1", "s2", "s3"] }, { deviceMs: 60 });
    group = simulator.world.group("Shops").id;
  });
  afterEach(() => simulator.close());

  it("is created, left alone, overwritten in part, mended, refreshed and removed, with its plain password as a secret", async () => {
    // A state of a run that fails in part goes to the engine among the trailers of an answer, and may be long.
    const triggers = ["t".repeat(100_000)];
    const certificate = (more: object): object => ({
      type: "esper:Certificate",
      properties: { alias: "corp", target: { group }, source: { file: "corp.p12", password }, triggers, ...more },
    });
    await withPackagedStack({ corp: certificate({}) }, connectionTo(simulator), async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("first.example"), password));
      const preview = await stack.preview();
      expect(preview.text).to.include("reaches 3 devices: 3 online, 0 offline").and.include("password: [secret]");
      expectOperations(await stack.up(), { created: 2 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 3"]);
      expectNoSecret(await stack.exported(), { password });
      await expectNothingToDo(stack, simulator, 2);

      await stack.writeFile("corp.p12", await p12Of(makeIdentity("second.example"), password));
      const second = simulator.world.devices("Shops").find(({ alias }) => alias === "s2");
      simulator.world.flaky(second?.id ?? "", 1, "no space");
      const changed = await stack.preview();
      expect(changed.text).to.match(/~ subject *: "CN=first.example" => "CN=second.example"/);
      const partly = await stack.up();
      expect(partly.code, partly.text).not.to.equal(0);
      expect(partly.text).to.include('1 device did not take the certificate (Failure, "no space"): s2.');
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ installed: 2, failed: 1 });
      expectNoSecret(partly.text, { password });
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator).at(-1)).to.equal("INSTALL corp DEVICE 1");

      simulator.world.join("Shops", { alias: "s4" });
      const found = await stack.pulumi("refresh", "--yes", "--skip-preview", "--non-interactive", "--diff");
      expect(found.text)
        .to.match(/~ members *: 3 => 4/)
        .and.match(/\+ drift *: "1 device joined"/);
      expect(found.text).not.to.include("lookedUntil");
      expectNoSecret(await stack.exported(), { password });
      expect(at(await storedResource(stack, "corp"), "inputs", "source", "password")).to.be.an("object");
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["s1", "s2", "s3", "s4"]);

      await stack.write({ corp: certificate({ alias: "other" }) });
      const replaced = await stack.preview();
      expect(replaced.text)
        .to.match(/~ alias *: "corp" => "other"/)
        .and.include("1 to replace");
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("is a certificate of its own on each device just as well, and a changed one goes to its device alone", async () => {
    const file = async (name: string): Promise<string> => await base64Of(makeIdentity(name), password);
    const files = { s1: await file("s1.example"), s2: await file("s2.example"), s3: await file("s3.example") };
    const tills = (certificates: Readonly<Record<string, string>>): object => {
      const contents = Object.entries(certificates).map(([name, base64]) => [name, { base64 }] as const);
      const source = { by: "name", certificates: Object.fromEntries(contents), password };
      return { type: "esper:DeviceCertificates", properties: { alias: "till", target: { group }, source } };
    };
    await withPackagedStack({ tills: tills(files) }, connectionTo(simulator), async (stack) => {
      expect((await stack.preview()).text)
        .to.match(/base64 *: \[secret\]/)
        .and.match(/password *: \[secret\]/);
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, "till")).to.deep.equal(["s1", "s2", "s3"]);
      expectNoSecret(await stack.exported(), { password });
      expect(await stack.exported()).not.to.include(files.s2);
      await expectNothingToDo(stack, simulator, 2);

      const sentBefore = commandsOf(simulator).length;
      await stack.write({ tills: tills({ ...files, s2: await file("other.example") }) });
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator).slice(sentBefore)).to.deep.equal(["INSTALL till DEVICE 1"]);
      const imported = await stack.pulumi("import", "esper:index:DeviceCertificates", "more", `till@${group}`, "--yes");
      expect(imported.text).to.include("DeviceCertificates cannot be imported");
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "till")).to.deep.equal([]);
    });
  });

  it("takes a stack of the dynamic resource over with nothing to do, and sends nothing", async () => {
    const args = { alias: "corp", target: { group }, source: { file: "corp.p12", password } };
    await withPackagedStack({}, connectionTo(simulator), async (stack) => {
      await linkPackages(stack.folder);
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("first.example"), password));
      await stack.writeFile("Pulumi.yaml", "name: fleet\nruntime: nodejs\nmain: index.js\n");
      await stack.writeFile("index.js", programOf({ corp: args }));
      expectOperations(await stack.up(), { created: 2 });
      simulator.resetTraffic();
      await stack.write({ corp: { type: "esper:Certificate", properties: args } });
      expectOperations(await stack.up(), { unchanged: 2 });
      expect(simulator.traffic.byRoute).to.deep.equal({});
      expect(at(await storedResource(stack, "corp"), "type")).to.equal("esper:index:Certificate");
      expectNoSecret(await stack.exported(), { password });
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });
});
