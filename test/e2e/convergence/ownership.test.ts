// An alias on a device has one owner: whatever happens to resources, programs and stacks, a certificate is removed only from
// devices where it is the removing resource's own. The provider is driven in this process, as the engine drives it
// (docs/design.md, section 3).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { at, holdersOf } from "../../support/story";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-owners";
const everyone = ["b1", "b2", "b3", "h1", "h2"];

describe("an alias on a device has one owner:", () => {
  let files: readonly string[];
  let simulator: Simulator;
  let program: QuickProgram;

  before(async () => {
    files = await Promise.all(["one.example", "two.example"].map((name) => base64Of(makeIdentity(name), password)));
  });

  beforeEach(async () => {
    simulator = await givenFleet(
      { Shops: 0, "Shops/Berlin": ["b1", "b2", "b3"], "Shops/Hamburg": ["h1", "h2"] },
      { deviceMs: 10, pageSize: 5 },
    );
    program = newProgram();
    printed.length = 0;
  });

  afterEach(() => simulator.close());

  /** Another one on the same tenant is another stack, or another person's. */
  function newProgram(): QuickProgram {
    return new QuickProgram(settingsOf(simulator, { "esper:pollSeconds": "0.05" }));
  }

  const group = (name: string): string => simulator.world.group(name).id;
  const device = (alias: string): string => deviceNamed(simulator, alias);
  const holders = (alias = "corp"): readonly string[] => [...holdersOf(simulator, alias)].sort();

  function on(target: unknown, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    return { alias: "corp", target, source: { base64: files[0], password }, wait: { timeoutMinutes: 0.05 }, ...more };
  }

  const shops = (): unknown => ({ group: group("Shops") });
  const other = (): Readonly<Record<string, unknown>> => ({ source: { base64: files[1], password } });
  const state = (name: string, of = program): unknown => at(of.outputs(name), "coverage", "installed");

  function digestOn(alias: string): unknown {
    return simulator.world
      .devices()
      .find(({ id }) => id === device(alias))
      ?.keystore.get("corp")?.digest;
  }

  it("a resource that is renamed keeps the certificate on every device", async () => {
    await program.up({ "old-name": on(shops()) });
    expect(await program.up({ "new-name": on(shops()) })).to.deep.include({ "old-name": { did: "deleted" } });
    expect(holders()).to.deep.equal(everyone);
    expect(printed.join("\n")).to.include(
      '5 devices have "corp" from another resource by now (new-name in this program)',
    );
  });

  it("a resource that is split into its sub-groups keeps it on every device of those", async () => {
    await program.up({ whole: on(shops()) });
    await program.up({ berlin: on({ group: group("Berlin") }), hamburg: on({ group: group("Hamburg") }) });
    expect(holders()).to.deep.equal(everyone);
  });

  it("of a resource that is split, the devices of no part lose it", async () => {
    await program.up({ whole: on(shops()) });
    await program.up({ berlin: on({ group: group("Berlin") }) });
    expect(holders()).to.deep.equal(["b1", "b2", "b3"]);
  });

  it("two resources that are joined into one keep it on every device", async () => {
    await program.up({ berlin: on({ group: group("Berlin") }), hamburg: on({ group: group("Hamburg") }) });
    await program.up({ whole: on(shops()) });
    expect(holders()).to.deep.equal(everyone);
  });

  it("an alias that is handed from one resource to another stays on the devices", async () => {
    const berlin = { group: group("Berlin") };
    await program.up({ x: on(berlin, { alias: "a1" }), y: on(berlin, { alias: "a2" }) });
    await program.up({ y: on(berlin, { alias: "a1" }) });
    expect([holders("a1"), holders("a2")]).to.deep.equal([["b1", "b2", "b3"], []]);
  });

  it("two resources that swap their aliases both keep theirs", async () => {
    const berlin = { group: group("Berlin") };
    await program.up({ x: on(berlin, { alias: "a1" }), y: on(berlin, { alias: "a2" }) });
    await program.up({ x: on(berlin, { alias: "a2" }), y: on(berlin, { alias: "a1" }) });
    expect([holders("a1"), holders("a2")]).to.deep.equal([
      ["b1", "b2", "b3"],
      ["b1", "b2", "b3"],
    ]);
  });

  it("of two resources that overlap, one that is removed takes the certificate only from its own devices", async () => {
    const both = { groups: [group("Berlin")], devices: [device("h1")] };
    await program.up({ berlin: on(both), hamburg: on({ group: group("Hamburg") }) });
    await program.up({ hamburg: on({ group: group("Hamburg") }) });
    expect(holders()).to.deep.equal(["h1", "h2"]);
  });

  it("a device that leaves a set keeps the certificate that another resource has installed since", async () => {
    await program.up({ set: on({ devices: [device("b1"), device("h1")] }) });
    await program.up({ set: on({ devices: [device("b1")] }), hamburg: on({ group: group("Hamburg") }) });
    expect(holders()).to.deep.equal(["b1", "h1", "h2"]);
  });

  it("a destroy leaves what another stack has installed since", async () => {
    const stranger = newProgram();
    await program.up({ mine: on({ group: group("Berlin") }) });
    await stranger.up({ theirs: on({ devices: [device("b2")] }, other()) });
    expect(await program.up({})).to.deep.equal({ mine: { did: "deleted" } });
    expect(holders()).to.deep.equal(["b2"]);
    expect(printed.join("\n")).to.include('1 device has "corp" from another resource by now (not in this program)');
  });

  it("what is installed again after another stack has removed its own is removed by a destroy", async () => {
    const others = newProgram();
    await program.up({ ours: on(shops()) });
    await others.up({ theirs: on({ devices: [device("b1"), device("b2")] }, other()) });
    await others.up({ theirs: on({ devices: [device("b2")] }, other()) });
    await program.refresh();
    await program.up({ ours: on(shops()) });
    expect(holders()).to.deep.equal(everyone);
    await program.up({});
    expect(holders(), "b2 is theirs by now").to.deep.equal(["b2"]);
  });

  it("a removal that failed is tried no more once another stack has installed there", async () => {
    const others = newProgram();
    await program.up({ ours: on({ devices: [device("b1"), device("b2")] }) });
    simulator.world.failWith(device("b2"), "The keystore is locked");
    const failed = await program.up({ ours: on({ devices: [device("b1")] }) });
    expect(failed["ours"]?.error).to.match(/did not remove the certificate/);
    simulator.world.failWith(device("b2"), undefined);
    await others.up({ theirs: on({ devices: [device("b2")] }, other()) });
    await program.refresh();
    expect((await program.up({ ours: on({ devices: [device("b1")] }) }))["ours"]).not.to.have.property("error");
    await program.refresh();
    expect(await program.up({ ours: on({ devices: [device("b1")] }) })).to.deep.equal({ ours: { did: "nothing" } });
    expect(holders()).to.deep.equal(["b1", "b2"]);
  });

  it("a removal that failed is tried again while another stack's install only waits for its window", async () => {
    const others = newProgram();
    await program.up({ ours: on({ devices: [device("b1"), device("b2")] }) });
    simulator.world.failWith(device("b2"), "The keystore is locked");
    await program.up({ ours: on({ devices: [device("b1")] }) });
    simulator.world.failWith(device("b2"), undefined);
    const [start, end] = [1, 2].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    const schedule = { window: { start, end, timeZone: "console" } };
    await others.up({ theirs: on({ devices: [device("b2")] }, { ...other(), schedule }) });
    await program.up({ ours: on({ devices: [device("b1")] }) });
    expect(holders()).to.deep.equal(["b1"]);
  });

  it("another stack's other content is told, is no drift, and is not overwritten", async () => {
    const stranger = newProgram();
    await program.up({ mine: on({ group: group("Berlin") }) });
    await stranger.up({ theirs: on({ devices: [device("b2")] }, other()) });
    await program.refresh();
    expect(state("mine")).to.equal(2);
    expect(at(program.outputs("mine"), "exceptions", "0", "state")).to.equal("Other owner");
    expect(await program.up({ mine: on({ group: group("Berlin") }) })).to.deep.equal({ mine: { did: "nothing" } });
    await program.up({ mine: on({ group: group("Berlin") }, { triggers: [1] }) });
    expect(state("mine")).to.equal(3);
  });

  it("a certificate that a person removes is drift, and is installed again", async () => {
    await program.up({ mine: on({ group: group("Berlin") }) });
    await simulator.world.sendAsOther({ command: "UNINSTALL_CERTIFICATE", alias: "corp", devices: [device("b3")] });
    await settled();
    await program.refresh();
    expect(state("mine")).to.equal(2);
    expect(await program.up({ mine: on({ group: group("Berlin") }) })).to.deep.equal({ mine: { did: "updated" } });
    expect(holders()).to.deep.equal(["b1", "b2", "b3"]);
    expect(await program.up({ mine: on({ group: group("Berlin") }) })).to.deep.equal({ mine: { did: "nothing" } });
  });

  it("two stacks of the same names do not take each other's commands for their own", async () => {
    const stranger = newProgram();
    await program.up({ same: on({ group: group("Berlin") }) });
    await stranger.up({ same: on({ group: group("Berlin") }, other()) });
    await program.refresh();
    expect(state("same")).to.equal(0);
    await program.up({});
    expect(holders()).to.deep.equal(["b1", "b2", "b3"]);
    expect(state("same", stranger)).to.equal(3);
  });

  it("a create that was killed before it had a state takes nothing from a later resource", async () => {
    await program.stack("mine").killedAfter(() => program.stack("mine").up(on(shops())));
    expect(await program.up({ mine: on(shops()) })).to.deep.equal({ mine: { did: "created" } });
    expect(holders()).to.deep.equal(everyone);
  });

  it("after a failed removal, a program that goes back finds by a refresh which devices lost the certificate", async () => {
    await program.up({ mine: on({ group: group("Berlin") }) });
    simulator.world.failWith(device("b2"), "The keystore is locked");
    const [failed] = Object.values(await program.up({ mine: on({ group: group("Hamburg") }) }));
    expect(failed?.error).to.contain("2 devices have removed it. Before a program that goes back to the old target");
    simulator.world.failWith(device("b2"), undefined);
    await program.refresh();
    expect(state("mine")).to.equal(1);
    expect(await program.up({ mine: on({ group: group("Berlin") }) })).to.deep.equal({ mine: { did: "updated" } });
    expect(holders()).to.deep.equal(["b1", "b2", "b3"]);
  });

  it("after a killed run of other content only devices that did not get it are sent it", async () => {
    const target = { group: group("Berlin") };
    await program.up({ mine: on(target) });
    await program.stack("mine").killedAfter(() => program.stack("mine").up(on(target, other())));
    const before = simulator.world.commandLog.length;
    expect(await program.up({ mine: on(target, other()) })).to.deep.equal({ mine: { did: "updated" } });
    expect(simulator.world.commandLog.length).to.equal(before);
    expect([state("mine"), digestOn("b1")]).to.deep.equal([3, at(program.outputs("mine"), "certificate", "digest")]);
  });

  async function settled(): Promise<void> {
    while (simulator.world.devices().some(({ waiting }) => waiting > 0)) await new Promise((go) => setTimeout(go, 10));
  }

  it("of many on single devices none asks for the answers to the others' commands", async () => {
    const each = Object.fromEntries(everyone.map((name) => [name, on({ devices: [device(name)] })]));
    await program.up(each);
    simulator.resetTraffic();
    await program.refresh();
    expect(simulator.traffic.byRoute).to.not.include.keys("GET /commands/v0/status/");
    const unchanged = Object.fromEntries(everyone.map((name) => [name, { did: "nothing" }]));
    expect(await program.up(each)).to.deep.equal(unchanged);
    simulator.resetTraffic();
    await program.up({});
    expect(holders()).to.deep.equal([]);
    // The looks of its wait tell how its own ended, however many others there are.
    expect(simulator.traffic.byRoute["GET /commands/v0/status/"]).to.be.at.most(3 * everyone.length);
  });
});
