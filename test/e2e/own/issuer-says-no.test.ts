// An issuer that refuses some, refuses all, or is not there; templates, waves and interrupted runs. The issuer is a program that
// signs with OpenSSL and writes down whom it was asked for (docs/design.md, section 13).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed, newCommands } from "../../support/sent";
import { at, expectNoSecret } from "../../support/story";
import { Secrets, SigningProgram, issuedTills, names, startIssuedTills } from "./issuing";
import { programFor } from "./tills";

type Json = Readonly<Record<string, unknown>>;

describe("a program that issues for each device:", function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let program: QuickProgram;
  let signer: SigningProgram;
  let secrets: Secrets;
  let sent: () => readonly string[];

  beforeEach(async () => {
    signer = new SigningProgram();
    secrets = new Secrets();
    simulator = await startIssuedTills(secrets);
    program = programFor(simulator);
    sent = newCommands(simulator);
    printed.length = 0;
  });

  afterEach(async () => {
    signer.remove();
    await simulator.close();
  });

  const tills = (more: Json = {}, source: Json = {}): Json =>
    issuedTills(simulator, { command: [signer.command] }, more, source);
  const up = async (more: Json = {}, source: Json = {}) => (await program.up({ tills: tills(more, source) }))["tills"];
  const coverage = (): unknown => at(program.outputs("tills"), "coverage");
  const said = (): string => printed.join("\n");
  const newSubject = { subject: "CN={serial},O=Acme" };

  it("a device that it refuses fails with the reason, the others go on, and the next run asks for that one alone", async () => {
    signer.refuse("SN-t03", "SN-t07");
    const ended = await up();
    expect(ended?.did).to.equal("created");
    expect(ended?.error).to.include(
      "2 devices got no certificate (sign.sh ended with 2: {serial} is on the list of stolen devices): t03, t07. " +
        "The next `pulumi up` retries only these devices.",
    );
    expect(sent()).to.have.length(10);
    expect(coverage()).to.include({ installed: 10, failed: 2, missing: 0 });
    expect(at(program.outputs("tills"), "exceptions", 0)).to.include({
      ...{ name: "t03", state: "Not issued" },
      reason: "sign.sh ended with 2: {serial} is on the list of stolen devices",
    });
    await program.refresh();
    expect(at(program.stack("tills").inputs, "drift")).to.equal(undefined);
    expect(coverage()).to.include({ installed: 10, failed: 2, missing: 0 });
    expect(at(program.outputs("tills"), "exceptions", 0, "reason")).to.match(/stolen/);
    signer.asked();
    signer.allowAll();
    expect(await up()).to.deep.equal({ did: "updated" });
    expect([...signer.asked()].sort()).to.deep.equal(["SN-t03", "SN-t07"]);
    expect([...sent()].sort()).to.deep.equal(["INSTALL till DEVICE t03", "INSTALL till DEVICE t07"]);
    expect(await up()).to.deep.equal({ did: "nothing" });
    expect(signer.asked()).to.deep.equal([]);
  });

  it("the first eight refusals that are the same end the run, and nothing is sent", async () => {
    signer.refuse(...names.map((name) => `SN-${name}`));
    const ended = await up({}, { concurrency: 2 });
    expect(ended?.error).to.include("is on the list of stolen devices (the same for the first 8 devices).");
    expect(sent()).to.deep.equal([]);
    expect(signer.asked().length).to.be.below(12);
  });

  it("a program that cannot be started is said once, and nothing is sent", async () => {
    const issuer = { command: ["./no-such-program"] };
    const { tills: ended } = await program.up({ tills: issuedTills(simulator, issuer) });
    expect(ended?.error).to.match(/^no-such-program cannot be started \(ENOENT\)/);
    expect(sent()).to.deep.equal([]);
    expect(program.outputs("tills")).to.equal(undefined);
  });

  it("a template that changed makes everyone due, and another pace or number of days nobody", async () => {
    await up();
    sent();
    signer.asked();
    expect(await up({}, { days: 120, concurrency: 2 })).to.deep.equal({ did: "nothing" });
    printed.length = 0;
    expect(await up({}, newSubject)).to.deep.equal({ did: "updated" });
    expect(said()).to.include(
      "the template or the issuer of 12 certificates changed; 12 devices get a new one from sign.sh",
    );
    expect(sent()).to.have.length(12);
    expect(signer.asked()).to.have.length(12);
    expect(await up({}, newSubject)).to.deep.equal({ did: "nothing" });
  });

  it("waves and a brake hold: a wave that fails stops, and nothing is issued for the later ones", async () => {
    await up();
    for (const name of names) simulator.world.failWith(deviceNamed(simulator, name), "The keystore is locked");
    sent();
    signer.asked();
    const rollout = { waves: ["50%", "100%"] };
    const stopped = await up({ rollout }, newSubject);
    expect(stopped?.error).to.include("Wave 1 of 2 failed; later waves (6 devices) were not started.");
    expect(sent()).to.have.length(6);
    expect(signer.asked()).to.have.length(6);
    for (const name of names) simulator.world.failWith(deviceNamed(simulator, name), undefined);
    expect(await up({ rollout }, newSubject)).to.deep.equal({ did: "updated" });
    expect(signer.asked()).to.have.length(12);
    expect(coverage()).to.include({ installed: 12 });
    expect(await up({ rollout }, newSubject)).to.deep.equal({ did: "nothing" });
  });

  it("a paused rollout leaves the others with what they have, and an unchanged run asks nobody", async () => {
    await up();
    const rollout = { waves: ["50%", "100%"], pauseAfterWave: 1 };
    signer.asked();
    await up({ rollout }, newSubject);
    expect(signer.asked()).to.have.length(6);
    simulator.resetTraffic();
    expect(await up({ rollout }, newSubject)).to.deep.equal({ did: "nothing" });
    expect(simulator.traffic.byRoute).to.deep.equal({});
    await program.refresh();
    expect(await up({ rollout }, newSubject)).to.deep.equal({ did: "nothing" });
    await up({ rollout: { waves: ["50%", "100%"] } }, newSubject);
    expect(signer.asked()).to.have.length(6);
    expect(coverage()).to.include({ installed: 12 });
  });

  it("`triggers` issue anew for all, `resend` for one, and a device that failed gets another one", async () => {
    await up();
    signer.asked();
    expect(await up({ triggers: [1] })).to.deep.equal({ did: "updated" });
    expect(signer.asked()).to.have.length(12);
    const id = deviceNamed(simulator, "t05");
    const more = { triggers: [1], resend: { [id]: "screen replaced" } };
    simulator.world.failWith(id, "The keystore is locked");
    expect((await up(more))?.error).to.include(
      'did not take the certificate (Failure, "The keystore is locked"): t05.',
    );
    expect(signer.asked()).to.deep.equal(["SN-t05"]);
    simulator.world.failWith(id, undefined);
    expect(await up(more)).to.deep.equal({ did: "updated" });
    expect(signer.asked()).to.deep.equal(["SN-t05"]);
    expect(await up(more)).to.deep.equal({ did: "nothing" });
  });

  it("killed between sending and the state: what is on its way is neither issued nor sent again", async () => {
    await up();
    sent();
    signer.asked();
    const stack = program.stack("tills");
    const rollout = { waves: ["50%", "100%"], pauseAfterWave: 1 };
    await stack.killedAfter(() => stack.up(tills({ rollout }, newSubject)));
    const before = signer.asked();
    expect(before).to.have.length(6);
    expect(await up({}, newSubject)).to.deep.equal({ did: "updated" });
    expect([...before, ...signer.asked()].sort()).to.deep.equal(names.map((name) => `SN-${name}`));
    expect(sent()).to.have.length(12);
    expect(coverage()).to.include({ installed: 12 });
    await program.refresh();
    expect(await up({}, newSubject)).to.deep.equal({ did: "nothing" });
  });

  it("killed between issuing and sending: they are issued once more", async () => {
    await up();
    sent();
    signer.asked();
    const stack = program.stack("tills");
    simulator.faults.set({ failPostBeforeAccept: { status: 400 } });
    await stack.killedAfter(() => stack.up(tills({}, newSubject)));
    simulator.faults.set({});
    signer.asked();
    expect(await up({}, newSubject)).to.deep.equal({ did: "updated" });
    expect(signer.asked()).to.have.length(12);
    expect(coverage()).to.include({ installed: 12 });
  });

  it("in one run a device is issued once, also where Esper's answers are lost and the command is sent again", async () => {
    simulator.faults.set({ failPostBeforeAccept: { status: 503, retryAfter: 0, times: 3 } });
    expect(await up()).to.deep.equal({ did: "created" });
    expect(signer.asked()).to.have.length(12);
    expect(coverage()).to.include({ installed: 12 });
  });

  it("a device without the value that a name needs, or with the names of another, is missing with the reason", async () => {
    const { id } = simulator.world.group("Tills");
    simulator.world.join(id, { alias: "twin", serial: "SN-t00", osVersion: "14" });
    expect(await up()).to.deep.equal({ did: "created" });
    expect(coverage()).to.include({ installed: 11, missing: 2 });
    expect(said()).to.include(
      "2 devices get no certificate: another device has the same names; put {serial} or {id} into the subject (t00, twin).",
    );
    expect(at(program.outputs("tills"), "exceptions", 0)).to.include({
      ...{ name: "t00", state: "No names" },
      reason: "another device has the same names; put {serial} or {id} into the subject",
    });
    expect(await up()).to.deep.equal({ did: "nothing" });
    await program.refresh();
    expect(at(program.stack("tills").inputs, "drift")).to.equal(undefined);
    expect(await up()).to.deep.equal({ did: "nothing" });
  });

  it("no key, file or password stands in a state, a line, a label or an error, also where devices repeat them", async () => {
    secrets.areRepeated = true;
    const first = await up();
    expect(first?.error).to.include("did not take the certificate");
    const texts = [JSON.stringify(program.outputs("tills")), JSON.stringify(program.stack("tills").inputs)];
    await program.refresh();
    secrets.areRepeated = false;
    await up();
    texts.push(JSON.stringify(program.outputs("tills")), said(), first?.error ?? "");
    texts.push(...simulator.world.commandLog.map((command) => JSON.stringify(command)));
    expect(secrets.keys.length).to.be.above(20);
    for (const [index, key] of secrets.keys.entries()) {
      const secret = { key, file: secrets.files[index] ?? "", password: secrets.passwords[index] ?? "" };
      expectNoSecret(texts.join("\n"), secret);
    }
  });
});
