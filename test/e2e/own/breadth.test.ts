// What holds for certificates of devices beside their files: sources, passwords, waves, failures, interrupted runs, devices that
// join, and who owns the alias. The provider is driven in this process (docs/design.md, section 12).

import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { DeviceFiles } from "../../support/device-files";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed, newCommands } from "../../support/sent";
import { at, holdersOf } from "../../support/story";
import { until } from "../../support/until";
import { programFor, startTills, tillsFrom } from "./tills";

const names = ["a", "b", "c", "d", "e", "f"];

describe("certificates of devices:", () => {
  let simulator: Simulator;
  let program: QuickProgram;
  let files: DeviceFiles;
  let sent: () => readonly string[];

  beforeEach(async () => {
    simulator = await startTills(names, ["x"]);
    program = newProgram();
    files = new DeviceFiles("a-password-of-tills");
    for (const name of names) await files.put(`SN-${name}`);
    sent = newCommands(simulator);
    printed.length = 0;
  });

  afterEach(async () => {
    files.clear();
    await simulator.close();
  });

  function newProgram(): QuickProgram {
    return programFor(simulator);
  }

  function tills(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    return tillsFrom(simulator, { folder: files.folder, password: files.password }, more);
  }

  const coverage = (of = program): unknown => at(of.outputs("tills"), "coverage");
  const holders = (): readonly string[] => [...holdersOf(simulator, "till")].sort();
  const installs = (): readonly string[] => [...sent()].sort();

  it("a map by name takes files, base64 and PEM, and its keys are no paths", async () => {
    const pem = makeIdentity("b.example");
    const certificates = {
      a: { file: join(files.folder, "SN-a.p12") },
      b: { pem: { certificate: pem.certificate, privateKey: pem.privateKey } },
      c: { base64: files.bytesOf("SN-c").toString("base64") },
      "../d": { base64: files.bytesOf("SN-d").toString("base64") },
    };
    const source = { certificates, by: "name", password: files.password };
    expect(await program.up({ tills: tills({ source }) })).to.deep.equal({ tills: { did: "created" } });
    expect(holders()).to.deep.equal(["a", "b", "c"]);
    expect(at(program.outputs("tills"), "certificates")).to.include({ files: 4, used: 3, unused: 1 });
    expect(await program.up({ tills: tills({ source }) })).to.deep.equal({ tills: { did: "nothing" } });
    expect(JSON.stringify(program.outputs("tills"))).to.not.include(files.password);
  });

  it("each file may have a password of its own, in a file beside it", async () => {
    for (const name of names) {
      const password = `the-password-of-${name}`;
      files.write(`SN-${name}`, await p12Of(makeIdentity(`${name}.example`), password));
      writeFileSync(join(files.folder, `SN-${name}.txt`), `${password}\n`);
    }
    const source = { folder: files.folder, passwordFile: "{serial}.txt" };
    expect(await program.up({ tills: tills({ source }) })).to.deep.equal({ tills: { did: "created" } });
    expect(holders()).to.deep.equal(names);
    expect(at(program.outputs("tills"), "certificates")).to.include({ files: 6, unused: 0 });
    expect(printed.join("\n")).to.not.include("line break");
  });

  it('`missingFile: "fail"` refuses the preview, and `rollback` is refused with the reason', async () => {
    files.remove("SN-a");
    const { tills: refused } = await program.up({ tills: tills({ missingFile: "fail" }) });
    expect(refused).to.deep.include({ did: "refused" });
    expect(refused?.error).to.include('1 device has no file, which `missingFile: "fail"` does not allow: a.');
    const { tills: back } = await program.up({ tills: tills({ rollout: { onFailure: "rollback" } }) });
    expect(back?.error).to.match(/^is "rollback", which needs the previous content of every device/);
    expect(sent()).to.deep.equal([]);
  });

  it("waves go on where a run has paused, and a changed file waits for its wave", async () => {
    const rollout = { waves: ["50%", "100%"], pauseAfterWave: 1 };
    await program.up({ tills: tills({ rollout }) });
    expect(installs()).to.have.length(3);
    expect(coverage()).to.include({ installed: 3, missing: 3 });
    expect(await program.up({ tills: tills({ rollout }) })).to.deep.equal({ tills: { did: "nothing" } });
    await program.up({ tills: tills({ rollout: { waves: ["50%", "100%"] } }) });
    expect(installs()).to.have.length(3);
    expect(coverage()).to.include({ installed: 6 });
    for (const name of names) await files.put(`SN-${name}`);
    await program.up({ tills: tills({ rollout }) });
    expect(installs()).to.have.length(3);
    expect(at(program.outputs("tills"), "progress")).to.deep.include({ wave: 1, state: "paused" });
    expect(await program.up({ tills: tills({ rollout }) })).to.deep.equal({ tills: { did: "nothing" } });
    await program.up({ tills: tills({ rollout: { waves: ["50%", "100%"] } }) });
    expect(installs()).to.have.length(3);
    expect(coverage()).to.include({ installed: 6 });
  });

  it("`triggers` send to all again, also to those whose wave comes later", async () => {
    await program.up({ tills: tills() });
    sent();
    const rollout = { waves: ["50%", "100%"], pauseAfterWave: 1 };
    await program.up({ tills: tills({ rollout, triggers: [1] }) });
    const first = installs();
    expect(first).to.have.length(3);
    await program.up({ tills: tills({ rollout: { waves: ["50%", "100%"] }, triggers: [1] }) });
    const second = installs();
    expect(second).to.have.length(3);
    expect([...first, ...second].sort()).to.deep.equal(names.map((name) => `INSTALL till DEVICE ${name}`));
  });

  it("`resend` makes one device due, once", async () => {
    await program.up({ tills: tills() });
    sent();
    const resend = { [deviceNamed(simulator, "c")]: "screen replaced" };
    await program.up({ tills: tills({ resend }) });
    expect(sent()).to.deep.equal(["INSTALL till DEVICE c"]);
    expect(await program.up({ tills: tills({ resend }) })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("a run that was interrupted is resumed: nobody who got a file gets it again", async () => {
    await program.up({ tills: tills() });
    sent();
    for (const name of ["a", "b", "c", "d"]) await files.put(`SN-${name}`);
    const stack = program.stack("tills");
    await stack.killedAfter(() => stack.up(tills({ rollout: { waves: ["50%", "100%"], pauseAfterWave: 1 } })));
    const before = installs();
    await program.up({ tills: tills() });
    expect([...before, ...installs()].sort()).to.deep.equal(
      ["a", "b", "c", "d"].map((name) => `INSTALL till DEVICE ${name}`),
    );
    expect(coverage()).to.include({ installed: 6 });
    await program.refresh();
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("a device that fails is tried again alone, and an offline one gets its file when it is back", async () => {
    simulator.world.failWith(deviceNamed(simulator, "b"), "The keystore is locked");
    simulator.world.setOnline(deviceNamed(simulator, "c"), false);
    const { tills: first } = await program.up({ tills: tills() });
    expect(first?.error).to.include('1 device did not take the certificate (Failure, "The keystore is locked"): b.');
    expect(coverage()).to.include({ installed: 4, failed: 1, pending: 1, offline: 1 });
    sent();
    simulator.world.failWith(deviceNamed(simulator, "b"), undefined);
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
    expect(sent()).to.deep.equal(["INSTALL till DEVICE b"]);
    simulator.world.setOnline(deviceNamed(simulator, "c"), true);
    await until(() => holders().includes("c"));
    await program.refresh();
    expect(coverage()).to.include({ installed: 6 });
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("a rollout of changed files stops at a wave that fails, and goes on once it passes", async () => {
    await program.up({ tills: tills() });
    for (const name of names) await files.put(`SN-${name}`);
    for (const name of names) simulator.world.failWith(deviceNamed(simulator, name), "The keystore is locked");
    sent();
    const rollout = { waves: ["50%", "100%"] };
    const { tills: stopped } = await program.up({ tills: tills({ rollout }) });
    expect(stopped?.error).to.include("Wave 1 of 2 failed; later waves (3 devices) were not started.");
    expect(installs()).to.have.length(3);
    for (const name of names) simulator.world.failWith(deviceNamed(simulator, name), undefined);
    expect(await program.up({ tills: tills({ rollout }) })).to.deep.equal({ tills: { did: "updated" } });
    expect(installs()).to.have.length(6);
    expect(coverage()).to.include({ installed: 6 });
    expect(await program.up({ tills: tills({ rollout }) })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("a device that joins gets its own file, and one that leaves keeps it", async () => {
    await program.up({ tills: tills() });
    sent();
    await files.put("SN-x");
    simulator.world.move(deviceNamed(simulator, "x"), "Tills");
    await program.refresh();
    expect(at(program.stack("tills").inputs, "drift")).to.equal("1 device joined");
    await program.up({ tills: tills() });
    expect(sent()).to.deep.equal(["INSTALL till DEVICE x"]);
    simulator.world.move(deviceNamed(simulator, "x"), "Others");
    await program.refresh();
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
    expect(sent()).to.deep.equal([]);
    expect(holders()).to.include("x");
  });

  it("one that left together with its file is not counted any more, and nobody is sent anything", async () => {
    const certificates = (): unknown => at(program.outputs("tills"), "certificates");
    await program.up({ tills: tills() });
    expect(certificates()).to.include({ files: 6, used: 6 });
    sent();
    simulator.world.move(deviceNamed(simulator, "b"), "Others");
    await program.refresh();
    files.remove("SN-b");
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
    expect(certificates()).to.include({ files: 5, used: 5 });
    expect(sent()).to.deep.equal([]);
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("one whose file goes loses it with `goneFile`, also where the target is written anew in the same run", async () => {
    const target = { groups: [simulator.world.group("Tills").id], devices: [deviceNamed(simulator, "a")] };
    await program.up({ tills: tills({ target, goneFile: "remove" }) });
    sent();
    files.remove("SN-a");
    const anew = tills({ target: { groups: target.groups }, goneFile: "remove" });
    expect(await program.up({ tills: anew })).to.deep.equal({ tills: { did: "updated" } });
    expect(sent()).to.deep.equal(["UNINSTALL till DEVICE a"]);
    expect(holders()).to.deep.equal(["b", "c", "d", "e", "f"]);
    expect(await program.up({ tills: anew })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("one that left and comes back is sent its file anew", async () => {
    await program.up({ tills: tills() });
    simulator.world.move(deviceNamed(simulator, "b"), "Others");
    await program.refresh();
    await program.up({ tills: tills() });
    simulator.world.move(deviceNamed(simulator, "b"), "Tills");
    await program.refresh();
    sent();
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
    expect(sent()).to.deep.equal(["INSTALL till DEVICE b"]);
    expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("a destroy takes it from a device that left as well, also runs later", async () => {
    await program.up({ tills: tills() });
    simulator.world.move(deviceNamed(simulator, "b"), "Others");
    await program.refresh();
    await program.up({ tills: tills() });
    await files.put("SN-a");
    await program.up({ tills: tills() });
    expect(holders()).to.deep.equal(names);
    expect(await program.up({})).to.deep.equal({ tills: { did: "deleted" } });
    expect(holders()).to.deep.equal([]);
  });

  it("`onLeave` takes it from a device that left its group", async () => {
    const program2 = tills({ onLeave: { remove: true, atMost: 2 } });
    await program.up({ tills: program2 });
    simulator.world.move(deviceNamed(simulator, "b"), "Others");
    await program.refresh();
    sent();
    expect(await program.up({ tills: program2 })).to.deep.equal({ tills: { did: "updated" } });
    expect(sent()).to.deep.equal(["UNINSTALL till DEVICE b"]);
    expect(await program.up({ tills: program2 })).to.deep.equal({ tills: { did: "nothing" } });
    await program.refresh();
    expect(await program.up({ tills: program2 })).to.deep.equal({ tills: { did: "nothing" } });
  });

  it("what somebody else removed or overwrote is drift, and is sent again to that device alone", async () => {
    await program.up({ tills: tills() });
    const other = newProgram();
    const source = { base64: files.bytesOf("SN-b").toString("base64"), password: files.password };
    const target = { devices: [deviceNamed(simulator, "a")] };
    await other.up({ one: { alias: "till", target, source, wait: { timeoutMinutes: 0.05 } } });
    await other.up({});
    sent();
    await program.refresh();
    await program.up({ tills: tills() });
    expect(sent()).to.deep.equal(["INSTALL till DEVICE a"]);
  });

  it("devices that two resources of a program claim keep the alias when one of them goes", async () => {
    await program.up({ tills: tills() });
    await program.up({ renamed: tills() });
    expect(holders()).to.deep.equal(names);
  });

  it("two members with one value get the same file, and a hostile value is no path", async () => {
    await simulator.close();
    simulator = await startSimulator({
      ...{ deviceMs: 5, pageSize: 50 },
      fleet: {
        groups: [
          {
            name: "Tills",
            devices: [
              { alias: "a", serial: "SN-a" },
              { alias: "again", serial: "SN-a" },
              { alias: "up", serial: "../SN-b" },
              { alias: "dots", serial: ".." },
            ],
          },
        ],
      },
    });
    program = newProgram();
    await program.up({ tills: tills() });
    expect(holders()).to.deep.equal(["a", "again"]);
    expect(printed.join("\n")).to.include("2 devices share SN-a.p12: a, again.");
    const reasons = [0, 1].map((index) => at(program.outputs("tills"), "exceptions", index, "reason"));
    expect(reasons).to.deep.equal(Array(2).fill("its serial number cannot be the name of a file"));
  });
});
