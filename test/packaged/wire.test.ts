// The plugin asked as the engine asks it, over a real connection, with a simulated tenant behind it.

import { status } from "@grpc/grpc-js";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { propertiesInClear } from "../../provider/packaged/wire/values";
import { startSimulator, type Simulator } from "../../simulator";
import { makeIdentity, p12Of } from "../support/certificates";
import { at, commandsOf, expectNoSecret } from "../support/story";
import { ask, failureOf, partOf, Plugin, urn, type Json } from "./plugin";

const password = "a-password-on-the-wire";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secret = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("the plugin on the wire", function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let plugin: Plugin;
  let folder: string;
  let file: string;
  let group: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-wire-"));
    file = join(folder, "corp.p12");
    await writeFile(file, await p12Of(makeIdentity("first.example"), password));
  });
  beforeEach(async () => {
    simulator = await startSimulator({ deviceMs: 20, fleet: { groups: [{ name: "Shops", devices: 3 }] } });
    group = simulator.world.group("Shops").id;
    plugin = await Plugin.start({ baseUrl: simulator.url, apiKey: secret(simulator.apiKey), pollSeconds: 0.05 });
  });
  afterEach(async () => {
    plugin.stop();
    await simulator.close();
  });
  after(() => rm(folder, { recursive: true }));

  function program(more: Json = {}): Json {
    return { alias: "corp", target: { group }, source: { file, password }, ...more };
  }

  async function created(
    more: Json = {},
  ): Promise<{ readonly id: string; readonly inputs: Json; readonly outputs: Json }> {
    const { inputs, failures } = await plugin.check(program(more));
    expect(failures).to.deep.equal([]);
    const { id, properties } = await plugin.create(inputs);
    return { id, inputs, outputs: properties };
  }

  it("makes a plain password a secret, and keeps secret in the outputs what came in as a secret", async () => {
    const { id, inputs, outputs } = await created({ alias: secret("corp") });
    expect(at(inputs, "source", "password")).to.deep.equal(secret(password));
    expect(at(inputs, "certificate", "subject")).to.equal("CN=first.example");
    expect(id).to.equal(`corp@${group}`);
    expect(outputs["alias"]).to.deep.equal(secret("corp"));
    expect(outputs).not.to.have.property("source");
    expectNoSecret(JSON.stringify(outputs), { password });
    expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 3"]);
    expect(plugin.told).to.include("reaches 3 devices: 3 online, 0 offline");
    expect(plugin.told.at(-1)).to.equal("…3/3 installed");
  });

  it("keeps what a rollback may put back as a secret", async () => {
    const { outputs } = await created({ rollout: { onFailure: "rollback" } });
    expect(outputs["kept"]).to.have.all.keys("4dabf18193072939515e22adb298388d", "value");
  });

  it("answers a preview with what is known, a placeholder for each other output, and no command", async () => {
    const { inputs } = await plugin.check(program({ target: { group: unknown } }));
    const { id, properties } = await plugin.create(inputs, true);
    expect(id).to.equal("");
    expect(properties).to.include({ alias: "corp", coverage: unknown, renewAt: unknown, exceptionsOmitted: unknown });
    expect(at(properties, "certificate", "subject")).to.equal("CN=first.example");
    expect(properties).not.to.have.property("source");
    expect(commandsOf(simulator)).to.deep.equal([]);
    const open = await plugin.check(program({ source: { file: unknown } }));
    expect(await plugin.create(open.inputs, true)).to.have.nested.property("properties.certificate", unknown);
  });

  it("hands over a run that failed in part with its state and its reasons", async () => {
    const [device] = simulator.world.devices("Shops");
    simulator.world.flaky(device?.id ?? "", 1, "no space");
    const { inputs } = await plugin.check(program());
    const error = await failureOf(plugin.create(inputs));
    expect(error.code).to.equal(status.UNKNOWN);
    const { id, reasons, properties } = partOf(error);
    expect(id).to.equal(`corp@${group}`);
    expect(reasons.join()).to.include("1 device did not take the certificate");
    expect(properties["coverage"]).to.include({ installed: 2, failed: 1 });
    expect(properties["record"]).to.be.an("object");
  });

  it("says by path what has changed, and of a replacement which path asks for it", async () => {
    const { inputs, outputs } = await created();
    const unchanged = await plugin.diff({ outputs, inputs, news: inputs });
    expect(unchanged.getChanges()).to.equal(wire.DiffResponse.DiffChanges.DIFF_NONE);
    expect(unchanged.getHasdetaileddiff()).to.equal(true);
    const { inputs: news } = await plugin.check(program({ alias: "other", strict: true }), inputs);
    const changed = await plugin.diff({ outputs, inputs, news });
    expect(changed.getReplacesList()).to.deep.equal(["alias"]);
    expect(changed.getDiffsList()).to.have.members(["alias", "strict"]);
    const details = changed.getDetaileddiffMap();
    expect(details.get("alias")?.getKind()).to.equal(wire.PropertyDiff.Kind.UPDATE_REPLACE);
    expect(details.get("strict")?.getKind()).to.equal(wire.PropertyDiff.Kind.ADD);
  });

  it("keeps the secrets of the inputs over a refresh that finds drift, and shows the coverage beside the drift once", async () => {
    const { id, inputs, outputs } = await created();
    simulator.world.join("Shops");
    const later = await Plugin.start({ baseUrl: simulator.url, apiKey: simulator.apiKey, pollSeconds: 0.06 });
    const read = await later.read(id, outputs, inputs);
    expect(read.inputs).to.deep.equal({ ...inputs, drift: "1 device joined" });
    expect(read.properties["drift"]).to.equal("1 device joined");
    const paths = async (): Promise<readonly string[]> => {
      const found = await later.diff({ outputs: read.properties, inputs: read.inputs, news: inputs });
      return found
        .getDetaileddiffMap()
        .getEntryList()
        .map(([path]) => path);
    };
    expect(await paths()).to.have.members(["drift", "coverage"]);
    expect(await paths()).to.deep.equal(["drift"]);
    later.stop();
  });

  it("finds groups and devices, and says in a sentence why not", async () => {
    expect(await plugin.invoke("esper:index:getGroup", { name: "Shops", path: null })).to.include({
      id: group,
      deviceCount: 3,
    });
    expect(at(await plugin.invoke("esper:index:getDevices", { group }), "devices")).to.have.length(3);
    const sentences: readonly (readonly [string, Json, string])[] = [
      ["esper:index:getGroup", { name: "Shop" }, 'Esper has no group named "Shop".'],
      ["esper:index:getGroup", { name: 1 }, "esper.getGroup takes either { name } or { path }, as text."],
      ["esper:index:getDevices", { group: "Shops" }, "takes a group's id (a UUID)"],
      ["esper:index:getDevices", { tags: "t" }, "esper.getDevices takes texts"],
      ["esper:index:getNothing", {}, "The plugin has no function esper:index:getNothing."],
    ];
    for (const [token, args, sentence] of sentences) {
      expect((await failureOf(plugin.invoke(token, args))).details).to.include(sentence);
    }
  });

  it("refuses what it has not: another type of resource, a state that it cannot read, an import of a set", async () => {
    const check = new wire.CheckRequest();
    check.setUrn(urn.replace("Certificate", "Nothing"));
    const other = await failureOf(ask((answer) => plugin.client.check(check, answer)));
    expect(other.details).to.equal("The plugin has no resource esper:index:Nothing.");
    const damaged = await failureOf(plugin.diff({ outputs: { record: {} }, inputs: {}, news: program() }));
    expect(damaged.details).to.include("The stored state of this certificate cannot be read");
    const set = await failureOf(plugin.read("corp@set-0123456789ab", {}, {}));
    expect(set.details).to.include("A certificate on a set of groups and devices cannot be imported");
    const gone = await failureOf(plugin.read("corp@2b1e2f1b-10b2-49a8-a1fc-216970f2c0ff", {}, {}));
    expect(gone.details).to.include("Esper does not know the group 2b1e2f1b-10b2-49a8-a1fc-216970f2c0ff");
  });

  it("takes more than 4 MB in one message", async () => {
    const { failures } = await plugin.check(program({ triggers: ["t".repeat(5_000_000)] }));
    expect(failures).to.deep.equal([]);
  });

  it("ends a wait when the engine cancels the run", async () => {
    for (const { id } of simulator.world.devices("Shops")) simulator.world.setOnline(id, false);
    const { inputs } = await plugin.check(program({ wait: { for: "all" } }));
    const running = failureOf(plugin.create(inputs));
    while (simulator.world.commandLog.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await ask((answer) => plugin.client.cancel(new Empty(), answer));
    const { properties, reasons } = partOf(await running);
    expect(propertiesInClear(properties)["record"]).to.be.an("object");
    expect(reasons.join()).to.include("3 devices did not answer before the run was cancelled");
  });

  it("takes nothing back of a rollout that is cancelled, and begins no further wave", async () => {
    for (const { id } of simulator.world.devices("Shops")) simulator.world.setOnline(id, false);
    const rollout = { waves: [1, "100%"], onFailure: "rollback" };
    const { inputs } = await plugin.check(program({ wait: { for: "all" }, rollout }));
    const running = failureOf(plugin.create(inputs));
    while (simulator.world.commandLog.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await ask((answer) => plugin.client.cancel(new Empty(), answer));
    const { properties, reasons } = partOf(await running);
    expect(reasons.join()).to.include("The run was cancelled; the next `pulumi up` does the rest.");
    expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp DEVICE 1"]);
    expect(properties["coverage"]).to.include({ pending: 1, missing: 2 });
    expect(properties["progress"]).to.include({ wave: 1, waves: 2, state: "stopped" });
  });
});
