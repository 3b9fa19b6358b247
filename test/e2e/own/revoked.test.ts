// `revoke: true`: a certificate that was replaced or removed is revoked once its device has confirmed, by a program and by Vault
// (docs/design.md, section 13).

import { expect } from "chai";
import { unpackRows } from "../../../provider/lifecycle/state/ledger/packed-rows";
import type { Simulator } from "../../../simulator";
import { type Bao, openBao, startBao } from "../../support/openbao";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { at, listAt } from "../../support/story";
import { until } from "../../support/until";
import { SigningProgram, authorityIn, issuedTills, startIssuedTills } from "./issuing";
import { programFor } from "./tills";

type Json = Readonly<Record<string, unknown>>;

describe("certificates that are revoked:", function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let program: QuickProgram;
  let signer: SigningProgram;

  beforeEach(async () => {
    signer = new SigningProgram();
    simulator = await startIssuedTills();
    program = programFor(simulator);
    printed.length = 0;
  });

  afterEach(async () => {
    signer.remove();
    await simulator.close();
  });

  const tills = (source: Json = {}, more: Json = {}): Json =>
    issuedTills(simulator, { command: [signer.command] }, more, { revoke: true, ...source });
  const up = async (source: Json = {}, more: Json = {}) => (await program.up({ tills: tills(source, more) }))["tills"];
  const said = (): string => printed.join("\n");
  const other = { subject: "CN={serial},O=Acme" };

  it("each that was replaced, once, and all that is left by a destroy", async () => {
    await up();
    expect(signer.revoked()).to.deep.equal([]);
    expect(await up(other)).to.deep.equal({ did: "updated" });
    const first = signer.revoked();
    expect(new Set(first).size).to.equal(12);
    expect(first.every((serial) => /^[0-9A-F]+$/.test(serial))).to.equal(true);
    expect(await up(other)).to.deep.equal({ did: "nothing" });
    expect(await program.up({})).to.deep.equal({ tills: { did: "deleted" } });
    const last = signer.revoked();
    expect(new Set([...first, ...last]).size).to.equal(24);
  });

  it("not before the device has confirmed: one that is offline keeps its own valid until it is back", async () => {
    await up();
    const id = deviceNamed(simulator, "t04");
    simulator.world.setOnline(id, false);
    await up(other);
    expect(signer.revoked()).to.have.length(11);
    expect(await up(other)).to.deep.equal({ did: "nothing" });
    simulator.world.setOnline(id, true);
    await until(() => (simulator.world.devices().find((device) => device.id === id)?.keystore.size ?? 0) > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await program.refresh();
    printed.length = 0;
    expect(await up(other)).to.deep.equal({ did: "updated" });
    expect(said()).to.include("1 certificate that devices hold no more is to be revoked.");
    expect(signer.revoked()).to.have.length(1);
    expect(await up(other)).to.deep.equal({ did: "nothing" });
  });

  it("a revocation that fails is a warning, and is tried again by the next run", async () => {
    await up();
    signer.lockRevocations(true);
    expect(await up(other)).to.deep.equal({ did: "updated" });
    expect(said()).to.include(
      "12 certificates could not be revoked: sign.sh ended with 3: the list of revoked ones is locked. " +
        "The next `pulumi up` tries again.",
    );
    signer.lockRevocations(false);
    expect(await up(other)).to.deep.equal({ did: "updated" });
    expect(signer.revoked()).to.have.length(12);
    expect(await up(other)).to.deep.equal({ did: "nothing" });
  });

  it("what was made before `revoke` was set, or by an interrupted run, is told", async () => {
    await up({ revoke: false });
    expect(await up(other)).to.deep.equal({ did: "updated" });
    expect(said()).to.include("12 certificates that were replaced or removed have no known serial number");
    expect(signer.revoked()).to.deep.equal([]);
    await up({ subject: "CN={serial},O=Acme Inc" });
    expect(signer.revoked()).to.have.length(12);
  });

  it("an own authority cannot: it is refused with the reason", async () => {
    const { tills: ended } = await program.up({
      tills: issuedTills(simulator, authorityIn(signer), {}, { revoke: true }),
    });
    expect(ended?.error).to.include("an own authority publishes no list of what it has revoked");
  });

  it("the state grows by 20 bytes a device", async () => {
    await up();
    expect(unpackRows(String(at(program.outputs("tills"), "record", "ledger")))).to.have.length(12 * 24);
    expect(
      Buffer.from(String(at(program.outputs("tills"), "record", "made", "revoke", "serials")), "base64"),
    ).to.have.length(12 * 20);
  });

  it("by Vault", async function () {
    this.timeout(150_000);
    const found = await openBao();
    if ("missing" in found) this.skip();
    const bao: Bao = await startBao(found.program);
    const before = process.env["VAULT_TOKEN"];
    process.env["VAULT_TOKEN"] = bao.rootToken;
    try {
      const vault = { address: bao.address, role: "till" };
      const args = (source: Json = {}): Json => issuedTills(simulator, { vault }, {}, { revoke: true, ...source });
      expect(await program.up({ tills: args() })).to.deep.equal({ tills: { did: "created" } });
      expect(await program.up({ tills: args({ dns: ["{serial}.acme.com"] }) })).to.deep.equal({
        tills: { did: "updated" },
      });
      expect(await program.up({})).to.deep.equal({ tills: { did: "deleted" } });
      const listed = listAt(await bao.ask("GET", "pki/certs/revoked?list=true"), "data", "keys");
      expect(listed).to.have.length(24);
    } finally {
      if (before === undefined) delete process.env["VAULT_TOKEN"];
      else process.env["VAULT_TOKEN"] = before;
      await bao.stop();
    }
  });
});
