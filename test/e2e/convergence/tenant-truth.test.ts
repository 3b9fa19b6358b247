// What is true on a tenant that changes: devices that were removed in the console, ids and groups that are gone, another
// tenant. The provider is driven in this process (docs/design.md, sections 1 to 3).

import { expect } from "chai";
import { startSimulator, type Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { printed, QuickStack, type Ended } from "../../support/quick-stack";
import { deviceNamed, newCommands } from "../../support/sent";
import { at, holdersOf } from "../../support/story";

const password = "a-password-of-the-truth";

describe("a tenant that changes", () => {
  let file: string;
  let simulator: Simulator;
  let config: Record<string, string>;
  let runs = 0;
  let stack: QuickStack;
  let sent: () => readonly string[];

  before(async () => {
    file = await base64Of(makeIdentity("truth.example"), password);
  });

  beforeEach(async () => {
    simulator = await startSimulator({
      ...{ deviceMs: 20, pageSize: 5, faults: { unknownIdsRefused: {} } },
      fleet: {
        groups: [
          { name: "Shops", devices: [{ alias: "s1" }] },
          { name: "Berlin", parent: "Shops", devices: [{ alias: "b1" }, { alias: "b2" }, { alias: "b3" }] },
          { name: "Old", devices: [{ alias: "o1", osVersion: "8.1.0" }, { alias: "o2" }] },
        ],
      },
    });
    config = {
      ...{ "esper:baseUrl": simulator.url, "esper:apiKey": simulator.apiKey, "esper:pollSeconds": "0.05" },
    };
    runs += 1;
    stack = new QuickStack(`truth-${runs}`, config);
    sent = newCommands(simulator);
    printed.length = 0;
  });

  afterEach(() => simulator.close());

  const device = (alias: string): string => deviceNamed(simulator, alias);
  const group = (name: string): string => simulator.world.group(name).id;
  const coverage = (): unknown => at(stack.outputs, "coverage");

  /** Every run has a client of its own, with nothing in its caches: another setting makes another client. */
  function anew(): void {
    runs += 1;
    config["esper:requestTimeoutSeconds"] = String(20 + runs / 1_000);
  }

  function up(target: unknown, more: Readonly<Record<string, unknown>> = {}): Promise<Ended> {
    anew();
    const wait = { timeoutMinutes: 0.02 };
    return stack.up({ alias: "corp", target, source: { base64: file, password }, wait, ...more });
  }

  function refresh(): Promise<Ended> {
    anew();
    return stack.refresh();
  }

  function destroy(): Promise<Ended> {
    anew();
    return stack.destroy();
  }

  function expectTold(words: string): void {
    expect(printed.join("\n")).to.contain(words);
  }

  describe("devices that were removed in the console and are still listed", () => {
    it("are no members, and told as removed", async () => {
      simulator.world.setState(device("b3"), 20);
      expect(await up({ group: group("Berlin") })).to.deep.equal({ did: "created" });
      expect(coverage()).to.include({ members: 2, installed: 2, unsupported: 1 });
      expectTold("1 device was removed in Esper and is still listed; it is no member.");
    });

    it("are left out where they are named", async () => {
      simulator.world.setState(device("b3"), 20);
      expect(await up({ devices: [device("b1"), device("b3")] })).to.deep.equal({ did: "created" });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1"]);
    });
  });

  describe("ids that are gone", () => {
    it("are left out of what is sent, and told", async () => {
      const target = { groups: [group("Shops"), group("Old")], devices: [device("b1"), device("b2")] };
      expect(await up(target)).to.deep.equal({ did: "created" });
      const gone = device("b1");
      simulator.world.leave(gone);
      simulator.world.removeGroup("Old");
      sent();
      expect(await up(target, { triggers: [1] })).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal(["INSTALL corp DYNAMIC 3"]);
      expectTold(`Esper no longer knows ${gone}; the run leaves it out.`);
      printed.length = 0;
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expectTold(`Esper no longer knows ${gone}`);
      printed.length = 0;
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expectTold(`Esper no longer knows ${gone}`);
      expect(holdersOf(simulator, "corp"), "moved out of a group before the last install").to.deep.equal(["o2"]);
    });
  });

  describe("a target group that is gone", () => {
    const goneSentence = "Esper no longer knows the group ";

    it("leaves its devices known: a refresh tells, and delete removes the certificate from them singly", async () => {
      expect(await up({ group: group("Berlin") })).to.deep.equal({ did: "created" });
      simulator.world.removeGroup("Berlin");
      sent();
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expectTold(goneSentence);
      expect(coverage()).to.include({ members: 3, installed: 3 });
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expect(sent()).to.deep.equal(["UNINSTALL corp DEVICE b1 b2 b3"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });

    it("is survived by an update, after which delete still finds the devices", async () => {
      const target = { group: group("Berlin") };
      simulator.world.failWith(device("b2"), "The keystore is locked");
      expect(await up(target)).to.have.property("error");
      simulator.world.failWith(device("b2"), undefined);
      expect(await up(target), "made good by a request to b2").to.deep.equal({ did: "updated" });
      simulator.world.removeGroup("Berlin");
      expect(await up(target, { triggers: [1] })).to.deep.equal({ did: "updated" });
      expectTold(goneSentence);
      sent();
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expect(sent()).to.deep.equal(["UNINSTALL corp DEVICE b1 b2 b3"]);
    });

    it("gives way to another group", async () => {
      expect(await up({ group: group("Berlin") })).to.deep.equal({ did: "created" });
      simulator.world.removeGroup("Berlin");
      expect(await up({ group: group("Old") })).to.deep.equal({ did: "replaced" });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["o2"]);
    });
  });

  describe("a target that cannot be seen is not one that is gone", () => {
    let other: Simulator;

    beforeEach(async () => {
      const fleet = { groups: [{ name: "Elsewhere", devices: [{ alias: "e1" }] }] };
      other = await startSimulator({ deviceMs: 20, seed: 2, fleet });
    });

    afterEach(() => other.close());

    function turnTo(url: string): void {
      config["esper:baseUrl"] = url;
    }

    async function expectRefusedInAll(
      target: unknown,
      words: string,
      runs: readonly (() => Promise<Ended>)[] = [
        () => up(target),
        () => up(target, { triggers: [1] }),
        refresh,
        destroy,
      ],
    ): Promise<void> {
      const before = JSON.stringify(stack.outputs);
      for (const run of runs) {
        const { error = "nothing" } = await run();
        expect(error).to.contain(words);
        expect(error).to.contain("`pulumi state delete`");
        expect(error).to.contain("ESPER_TENANT or ESPER_BASE_URL");
      }
      expect(JSON.stringify(stack.outputs), "the state as it was").to.equal(before);
    }

    for (const kind of ["group", "set"] as const) {
      it(`with the settings of another tenant an update, a refresh and a destroy of a ${kind} are refused`, async () => {
        const target =
          kind === "group" ? { group: group("Berlin") } : { groups: [group("Berlin")], devices: [device("o2")] };
        expect(await up(target)).to.deep.equal({ did: "created" });
        const url = simulator.url;
        turnTo(other.url);
        await expectRefusedInAll(target, "at this address, which is not that of the last run");
        expect(other.world.commandLog).to.have.length(0);
        turnTo(url);
        expect(await destroy()).to.deep.equal({ did: "deleted" });
        expect(holdersOf(simulator, "corp")).to.deep.equal([]);
      });
    }

    it("with a key that sees nothing an update, a refresh and a destroy are refused", async () => {
      const target = { devices: [device("b1"), device("b2")] };
      expect(await up(target)).to.deep.equal({ did: "created" });
      config["esper:apiKey"] = simulator.narrowedApiKey;
      await expectRefusedInAll(target, "with these settings", [() => up(target, { triggers: [1] }), refresh, destroy]);
      config["esper:apiKey"] = simulator.apiKey;
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });

    it("also where nobody belonged to it, once the address is another", async () => {
      simulator.world.addGroup("Empty");
      const target = { group: group("Empty") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      turnTo(other.url);
      await expectRefusedInAll(target, "at this address, which is not that of the last run");
    });

    it("the same tenant by another address is taken for what it is", async () => {
      const target = { group: group("Berlin") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      const before = at(stack.outputs, "record", "tenantHash");
      turnTo(simulator.url.replace("127.0.0.1", "localhost"));
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(at(stack.outputs, "record", "tenantHash"))
        .to.be.a("string")
        .that.does.not.equal(before);
      simulator.world.removeGroup("Berlin");
      turnTo(simulator.url);
      expect(await up(target, { triggers: [1] }), "by its commands").to.deep.equal({ did: "updated" });
      expect(at(stack.outputs, "record", "tenantHash")).to.equal(before);
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });

    it("the same tenant by another address is asked once by an unchanged program, and sent nothing", async () => {
      const target = { group: group("Berlin") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      turnTo(simulator.url.replace("127.0.0.1", "localhost"));
      sent();
      expect(await up(target)).to.deep.equal({ did: "updated" });
      expectTold("Esper's address differs from that of the last run; checking whether it is the same tenant.");
      expect(await up(target)).to.deep.equal({ did: "nothing" });
      expect(sent()).to.deep.equal([]);
    });

    it("a replacement there says that its ids may be another tenant's", async () => {
      const target = { group: group("Berlin") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      turnTo(other.url);
      const ended = await up(target, { alias: "corp-2" });
      expect(ended.error).to.match(
        /^Esper does not know the group .* that ESPER_TENANT or ESPER_BASE_URL names their tenant/,
      );
      turnTo(simulator.url);
      config["esper:apiKey"] = simulator.narrowedApiKey;
      const narrowed = await up({ group: group("Old") });
      expect(narrowed.error).to.match(/does not know the group .* that the API key may see them/);
      config["esper:apiKey"] = simulator.apiKey;
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3"]);
    });
  });

  describe("lists whose pages overlap, so that a device is on none of them", () => {
    beforeEach(() => {
      for (const alias of ["b4", "b5"]) simulator.world.join("Berlin", { alias });
    });

    function setOverlap(isOn: boolean): void {
      simulator.faults.set({ unknownIdsRefused: {}, ...(isOn && { overlappingPages: { on: ["devices"] } }) });
    }

    it("make nobody leave or join", async () => {
      const target = { group: group("Shops") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      expect(coverage()).to.include({ members: 6, installed: 6 });
      setOverlap(true);
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(coverage()).to.include({ members: 6, installed: 6 });
      expectTold("nobody counts as having left the target until it has them all.");
      expect(printed.join("\n")).not.to.match(/left the target; the certificate stays/);
      expect(await up(target, { triggers: [1] })).to.deep.equal({ did: "updated" });
      expect(coverage()).to.include({ members: 6, installed: 6 });
      setOverlap(false);
      sent();
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(await up(target, { triggers: [1] })).to.deep.equal({ did: "nothing" });
      expect(sent()).to.deep.equal([]);
    });

    it("take the certificate from no device that the new set still has", async () => {
      expect(await up({ groups: [group("Shops"), group("Berlin")] })).to.deep.equal({ did: "created" });
      const everyone = holdersOf(simulator, "corp");
      expect(everyone).to.have.length(6);
      setOverlap(true);
      sent();
      expect(await up({ groups: [group("Shops")] })).to.deep.equal({ did: "updated" });
      expect(holdersOf(simulator, "corp")).to.deep.equal(everyone);
      expectTold("nobody can tell which devices left the target");
    });

    it("leave no device out of a destroy", async () => {
      expect(await up({ group: group("Shops") })).to.deep.equal({ did: "created" });
      await simulator.world.sendAsOther({ alias: "corp", devices: [device("b1")] });
      simulator.world.advance(1_000);
      setOverlap(true);
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expect(holdersOf(simulator, "corp"), "b1 has it from somebody else").to.deep.equal(["b1"]);
    });
  });

  describe("devices that join before each of two refreshes", () => {
    it("are no devices that left, and one that does leave is told once", async () => {
      const target = { group: group("Berlin") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      for (const alias of ["n1", "n2"]) {
        simulator.world.join("Berlin", { alias });
        expect(await refresh()).to.deep.equal({ did: "refreshed" });
      }
      expect(coverage()).to.include({ members: 5, installed: 3, missing: 2 });
      expect(printed.join("\n")).not.to.contain("left the target");
      simulator.world.move(device("b1"), "Old");
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expectTold("1 device left the target; the certificate stays on them.");
      printed.length = 0;
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(printed.join("\n")).not.to.contain("left the target");
    });
  });

  describe("devices that start anew", () => {
    async function expectMissing(state: string): Promise<void> {
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(coverage()).to.include({ installed: 2, missing: 1 });
      expect(at(stack.outputs, "exceptions", 0, "state")).to.equal(state);
    }

    async function expectMadeGood(target: unknown, alias: string): Promise<void> {
      sent();
      expect(await up(target)).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal([`INSTALL corp DEVICE ${alias}`]);
      expect(coverage()).to.include({ missing: 0 });
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(await up(target)).to.deep.equal({ did: "nothing" });
      expect(sent()).to.deep.equal([]);
    }

    it("because they were enrolled again are missing, and get the certificate again", async () => {
      const target = { group: group("Berlin") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      simulator.world.enrollAgain(device("b1"));
      await expectMissing("Enrolled again");
      expect(stack.inputs).to.have.property("drift", "1 device enrolled again");
      await expectMadeGood(target, "b1");
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3"]);
    });

    it("also where the requests of everyone who has the certificate are no longer looked at", async () => {
      const target = { group: group("Berlin") };
      simulator.world.failWith(device("b2"), "The keystore is locked");
      expect(await up(target)).to.have.property("error");
      simulator.world.failWith(device("b2"), undefined);
      for (const alias of ["n1", "n2"]) {
        simulator.world.join("Berlin", { alias });
        await refresh();
        expect(await up(target)).to.deep.equal({ did: "updated" });
      }
      expect(at(stack.outputs, "record", "compacted")).to.equal(true);
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(coverage()).to.include({ members: 5, installed: 5 });
      for (const alias of ["b1", "n2"]) simulator.world.enrollAgain(device(alias));
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(coverage()).to.include({ members: 5, installed: 3, missing: 2 });
      expect(await up(target)).to.deep.equal({ did: "updated" });
      expect(holdersOf(simulator, "corp")).to.have.length(5);
      expect(await refresh()).to.deep.equal({ did: "refreshed" });
      expect(await up(target)).to.deep.equal({ did: "nothing" });
    });

    it("and were seen while they were wiped are missing, also once they are back", async () => {
      const target = { group: group("Berlin") };
      expect(await up(target)).to.deep.equal({ did: "created" });
      simulator.world.setState(device("b2"), 70);
      await expectMissing("Enrolled again");
      simulator.world.wipe(device("b2"));
      simulator.world.setOnline(device("b2"), true);
      await expectMissing("Enrolled again");
      await expectMadeGood(target, "b2");
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3"]);
    });
  });

  describe("deviceType", () => {
    for (const fault of ["deviceTypeIgnored", "deviceTypeRefused"] as const) {
      it(`reaches nobody else on a tenant with ${fault}`, async () => {
        simulator.faults.set({ unknownIdsRefused: {}, [fault]: {} });
        const target = { group: group("Berlin") };
        simulator.world.setOnline(device("b2"), false);
        expect(await up(target, { deviceType: "active" })).to.deep.equal({ did: "created" });
        const type = fault === "deviceTypeRefused" ? "all" : "active";
        expect(simulator.world.commandLog.map(({ deviceType }) => deviceType)).to.deep.equal([type]);
        expect(coverage()).to.include({ members: 2, installed: 2 });
        expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1 b3"]);
        simulator.world.setOnline(device("b2"), true);
        simulator.world.advance(1_000);
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b3"]);
        expect(await refresh()).to.deep.equal({ did: "refreshed" });
        expect(await up(target, { deviceType: "active" })).to.deep.equal({ did: "nothing" });
        expect(await up(target, { deviceType: "active", triggers: [1] })).to.deep.equal({ did: "updated" });
        expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1 b2 b3"]);
        expect(await destroy()).to.deep.equal({ did: "deleted" });
        expect(sent()).to.deep.equal(["UNINSTALL corp GROUP 3"]);
        expect(holdersOf(simulator, "corp")).to.deep.equal([]);
      });
    }
  });

  describe("devices that cannot hold a certificate", () => {
    it("are sent no removal after a killed run", async () => {
      simulator.world.failWith(device("o1"), "Unsupported command");
      expect(await up({ devices: [device("b1")] })).to.deep.equal({ did: "created" });
      await stack.killedAfter(() => up({ groups: [group("Old")] }));
      sent();
      expect(await up({ devices: [device("b1")] }, { triggers: [1] })).to.deep.equal({ did: "updated" });
      expect(sent().filter((line) => line.startsWith("UNINSTALL"))).to.deep.equal(["UNINSTALL corp DEVICE o2"]);
      expect(await destroy()).to.deep.equal({ did: "deleted" });
    });

    it("are left out of a removal from the whole target", async () => {
      simulator.world.failWith(device("o1"), "Unsupported command");
      expect(await up({ devices: [device("o1"), device("o2")] })).to.deep.equal({ did: "created" });
      expect(await destroy()).to.deep.equal({ did: "deleted" });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE o2", "UNINSTALL corp DEVICE o2"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });
});
