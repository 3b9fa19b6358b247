// What becomes of files that change together, change places or are not there, and of devices that do not answer: certificates of
// devices over both endpoints, the provider driven in this process (docs/design.md, section 12).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { DeviceFiles } from "../../support/device-files";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { newCommands } from "../../support/sent";
import { at, holdersOf } from "../../support/story";
import { until } from "../../support/until";
import { programFor, startTills, tillsFrom } from "./tills";

const names = Array.from({ length: 34 }, (_, index) => `t${String(index + 1).padStart(2, "0")}`);
const offline = names.slice(4);
const online = names.slice(0, 4);

for (const commandsApi of ["request", "v2"] as const) {
  describe(`files of devices that change (${commandsApi}):`, function () {
    this.timeout(60_000);
    let simulator: Simulator;
    let program: QuickProgram;
    let sent: () => readonly string[];
    const files = new DeviceFiles("a-password-of-changes");

    before(async () => {
      for (const name of names) await files.put(`SN-${name}`);
    });

    after(() => {
      files.clear();
    });

    async function begin(some: readonly string[]): Promise<void> {
      simulator = await startTills(some);
      program = programFor(simulator, commandsApi);
      sent = newCommands(simulator);
      printed.length = 0;
    }

    afterEach(() => simulator.close());

    function tills(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
      return tillsFrom(simulator, { folder: files.folder, password: files.password }, more);
    }

    const coverage = (): unknown => at(program.outputs("tills"), "coverage");
    const installs = (): readonly string[] => [...sent()].sort();
    const digests = (): ReadonlyMap<string, string | undefined> =>
      new Map(simulator.world.devices().map(({ alias, keystore }) => [alias ?? "", keystore.get("till")?.digest]));

    it("three changed files go to their three devices, in one run", async () => {
      await begin(online);
      await program.up({ tills: tills() });
      sent();
      for (const name of ["t01", "t02", "t04"]) await files.put(`SN-${name}`);
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
      expect(installs()).to.deep.equal(["t01", "t02", "t04"].map((name) => `INSTALL till DEVICE ${name}`));
      expect(printed.join("\n")).to.include("3 of 4 files changed, 30 files belong to no device; reaches 3 devices");
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
    });

    it("two files that are swapped are swapped on their devices", async () => {
      await begin(online);
      await program.up({ tills: tills() });
      const before = digests();
      sent();
      const [one, other] = [files.bytesOf("SN-t01"), files.bytesOf("SN-t02")];
      files.write("SN-t01", other);
      files.write("SN-t02", one);
      await program.up({ tills: tills() });
      expect(installs()).to.deep.equal(["INSTALL till DEVICE t01", "INSTALL till DEVICE t02"]);
      expect(digests().get("t01")).to.equal(before.get("t02"));
      expect(digests().get("t02")).to.equal(before.get("t01"));
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
    });

    it("thirty devices that are offline are sent once, and get their files when they are back", async () => {
      await begin(names);
      for (const { id, alias } of simulator.world.devices()) {
        if (offline.includes(alias ?? "")) simulator.world.setOnline(id, false);
      }
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "created" } });
      expect(installs()).to.have.length(34);
      expect(coverage()).to.include({ members: 34, installed: 4, pending: 30, offline: 30 });
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      await program.refresh();
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      expect(installs()).to.deep.equal([]);
      for (const { id } of simulator.world.devices()) simulator.world.setOnline(id, true);
      await until(() => holdersOf(simulator, "till").length === 34);
      await program.refresh();
      expect(coverage()).to.include({ installed: 34, pending: 0 });
      expect(new Set(digests().values()).size).to.equal(34);
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      expect(installs()).to.deep.equal([]);
    });

    it("a device that joins without a file is missing, and nothing is sent", async () => {
      await begin(online);
      await program.up({ tills: tills() });
      sent();
      simulator.world.join("Tills", { alias: "late", serial: "SN-late" });
      await program.refresh();
      expect(at(program.outputs("tills"), "coverage")).to.include({ members: 5, installed: 4, missing: 1 });
      await program.up({ tills: tills() });
      expect(installs()).to.deep.equal([]);
      expect(at(program.outputs("tills"), "exceptions", 0)).to.include({ name: "late", state: "No file" });
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
    });
  });
}
