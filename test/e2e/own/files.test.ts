// A certificate of its own on every device, from a folder of files: created, changed, gone and removed, on both endpoints. The
// provider is driven in this process, as the engine drives it (docs/design.md, section 12).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { DeviceFiles } from "../../support/device-files";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed, newCommands } from "../../support/sent";
import { at, holdersOf } from "../../support/story";
import { programFor, startTills, tillsFrom } from "./tills";

const endpoints = ["request", "v2"] as const;

for (const commandsApi of endpoints) {
  describe(`a certificate for each device (${commandsApi}):`, () => {
    let simulator: Simulator;
    let program: QuickProgram;
    let files: DeviceFiles;
    let sent: () => readonly string[];

    beforeEach(async () => {
      simulator = await startTills(["a", "b", "c", "d"]);
      program = programFor(simulator, commandsApi);
      files = new DeviceFiles("a-password-of-tills");
      for (const name of ["a", "b", "c", "d"]) await files.put(`SN-${name}`);
      sent = newCommands(simulator);
      printed.length = 0;
    });

    afterEach(async () => {
      files.clear();
      await simulator.close();
    });

    function tills(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
      return tillsFrom(simulator, { folder: files.folder, password: files.password }, more);
    }

    const coverage = (): unknown => at(program.outputs("tills"), "coverage");
    const digestOf = (alias: string): string | undefined =>
      simulator.world
        .devices()
        .find((device) => device.alias === alias)
        ?.keystore.get("till")?.digest;

    it("each gets its own file, and an unchanged run asks nothing", async () => {
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "created" } });
      expect([...sent()].sort()).to.deep.equal(["a", "b", "c", "d"].map((name) => `INSTALL till DEVICE ${name}`));
      expect(new Set(["a", "b", "c", "d"].map(digestOf)).size).to.equal(4);
      expect(coverage()).to.include({ members: 4, installed: 4 });
      simulator.resetTraffic();
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      expect(simulator.traffic.byRoute).to.deep.equal({});
    });

    it("a file that changed goes to its device alone, one that was encoded anew to nobody", async () => {
      await program.up({ tills: tills() });
      sent();
      const before = digestOf("b");
      await files.put("SN-b");
      await files.encodeAnew("SN-c");
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
      expect(sent()).to.deep.equal(["INSTALL till DEVICE b"]);
      expect(digestOf("b")).to.not.equal(before);
      expect(printed.join("\n")).to.include("1 of 4 files changed; reaches 1 device");
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
    });

    it("a refresh finds nothing, and a destroy takes each certificate off", async () => {
      await program.up({ tills: tills() });
      await program.refresh();
      expect(at(program.stack("tills").inputs, "drift")).to.equal(undefined);
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      expect(await program.up({})).to.deep.equal({ tills: { did: "deleted" } });
      expect(holdersOf(simulator, "till")).to.deep.equal([]);
    });

    it("a device without a file is missing with its reason, and gets its own once the file is there", async () => {
      files.remove("SN-d");
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "created" } });
      expect(coverage()).to.include({ installed: 3, missing: 1 });
      expect(at(program.outputs("tills"), "exceptions", 0)).to.include({
        ...{ name: "d", state: "No file", reason: "there is no SN-d.p12" },
      });
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      await program.refresh();
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      sent();
      await files.put("SN-d");
      await program.up({ tills: tills() });
      expect(sent()).to.deep.equal(["INSTALL till DEVICE d"]);
      expect(coverage()).to.include({ installed: 4, missing: 0 });
    });

    it("a file that is gone leaves the certificate on its device, or takes it off", async () => {
      await program.up({ tills: tills() });
      sent();
      files.remove("SN-a");
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
      expect(sent()).to.deep.equal([]);
      expect(coverage()).to.include({ installed: 4 });
      expect(printed.join("\n")).to.include("1 file is gone. Its device keeps the certificate.");
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      files.remove("SN-b");
      await program.up({ tills: tills({ goneFile: "remove" }) });
      expect([...sent()].sort()).to.deep.equal(["UNINSTALL till DEVICE a b"]);
      expect(holdersOf(simulator, "till")).to.deep.equal(["c", "d"]);
      expect(coverage()).to.include({ installed: 2, missing: 2 });
      expect(await program.up({ tills: tills({ goneFile: "remove" }) })).to.deep.equal({ tills: { did: "nothing" } });
    });

    it("a preview counts the devices that are tried again beside those whose files changed", async () => {
      simulator.world.flaky(deviceNamed(simulator, "a"), 1);
      await program.up({ tills: tills() });
      await files.put("SN-b");
      sent();
      printed.length = 0;
      await program.up({ tills: tills() });
      expect(printed.join("\n")).to.include("1 of 4 files changed; reaches 2 devices");
      expect([...sent()].sort()).to.deep.equal(["INSTALL till DEVICE a", "INSTALL till DEVICE b"]);
    });

    it("an emptied folder takes the certificate off nobody, also where files that are gone do", async () => {
      await program.up({ tills: tills() });
      sent();
      for (const serial of ["SN-a", "SN-b", "SN-c", "SN-d"]) files.remove(serial);
      const { tills: ended } = await program.up({ tills: tills({ goneFile: "remove" }) });
      expect(ended?.error).to.include("has no file that fits {serial}.p12");
      expect(sent()).to.deep.equal([]);
    });

    it("files that cannot be used for one reason are named in one sentence", async () => {
      const { tills: ended } = await program.up({
        tills: tills({ source: { folder: files.folder, passwordEnv: "NOT_SET_X" } }),
      });
      expect(ended?.error).to.match(
        /^4 files cannot be used: SN-a\.p12, SN-b\.p12, SN-c\.p12 and 1 more: the environment variable NOT_SET_X is not set/,
      );
    });

    it("a file that cannot be opened is refused before anything is sent", async () => {
      files.write("SN-a", Buffer.from("no certificate"));
      const { tills: ended } = await program.up({ tills: tills() });
      expect(ended?.did).to.equal("refused");
      expect(ended?.error).to.match(/^1 file cannot be used: SN-a\.p12: /);
      await files.put("SN-a");
      await program.up({ tills: tills() });
      sent();
      files.write("SN-b", Buffer.from("no certificate"));
      let refusal: unknown;
      try {
        await program.up({ tills: tills() });
      } catch (error) {
        refusal = error;
      }
      expect(String(refusal)).to.include("pulumi-esper");
      expect(sent()).to.deep.equal([]);
    });
  });
}
