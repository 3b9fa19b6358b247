// Certificates that Vault issues for each device, as OpenBao's own server answers: created, a token that is wrong, a server that is
// gone, and what is revoked once devices have confirmed (docs/design.md, section 13).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { baoOfSuite } from "../../support/openbao";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { newCommands } from "../../support/sent";
import { at, expectNoSecret } from "../../support/story";
import { issuedTills, startIssuedTills } from "./issuing";
import { programFor } from "./tills";

type Json = Readonly<Record<string, unknown>>;

describe("certificates that Vault issues for each device:", function () {
  this.timeout(150_000);
  const bao = baoOfSuite();
  let simulator: Simulator;
  let program: QuickProgram;
  let sent: () => readonly string[];
  const tokenBefore = process.env["VAULT_TOKEN"];

  beforeEach(async () => {
    process.env["VAULT_TOKEN"] = bao().rootToken;
    simulator = await startIssuedTills();
    program = programFor(simulator);
    sent = newCommands(simulator);
    printed.length = 0;
  });

  afterEach(async () => {
    if (tokenBefore === undefined) delete process.env["VAULT_TOKEN"];
    else process.env["VAULT_TOKEN"] = tokenBefore;
    await simulator.close();
  });

  const tills = (more: Json = {}, source: Json = {}, vault: Json = {}): Json =>
    issuedTills(simulator, { vault: { address: bao().address, role: "till", ...vault } }, more, {
      ...{ subject: "CN={serial}", dns: ["{serial}.tills.acme.com"] },
      ...source,
    });
  const up = async (...asked: Parameters<typeof tills>) => (await program.up({ tills: tills(...asked) }))["tills"];
  const said = (): string => printed.join("\n");

  it("each device gets its own; the preview needs no token, and an unchanged run neither", async () => {
    expect(await up()).to.deep.equal({ did: "created" });
    expect(sent()).to.have.length(12);
    expect(at(program.outputs("tills"), "coverage")).to.include({ installed: 12 });
    expect(at(program.outputs("tills"), "certificates")).to.deep.include({ issued: 12, issuers: ["CN=Acme Root"] });
    expect(said()).to.include("12 devices get a new one from Vault (pki/till)");
    delete process.env["VAULT_TOKEN"];
    expect(await up()).to.deep.equal({ did: "nothing" });
    expectNoSecret([JSON.stringify(program.outputs("tills")), said()].join("\n"), { token: bao().rootToken });
  });

  it("a token that is wrong, or missing, is said once, and nothing is sent", async () => {
    process.env["VAULT_TOKEN"] = "a-token-of-nobody";
    const wrong = await up();
    expect(wrong?.error).to.match(/^Vault \(pki\/till\) does not let this run in \(403: .*check the token, its policy/);
    expect(wrong?.error).to.not.include("a-token-of-nobody");
    delete process.env["VAULT_TOKEN"];
    expect((await up())?.error).to.match(/VAULT_TOKEN/);
    expect(sent()).to.deep.equal([]);
  });

  it("a server that cannot be reached ends the run; the state of earlier ones stays", async () => {
    await up();
    const before = JSON.stringify(program.outputs("tills"));
    sent();
    const gone = await up({}, { subject: "CN={serial},O=Acme" }, { address: "http://127.0.0.1:9" });
    expect(gone?.error).to.match(/^Vault \(pki\/till\) at http:\/\/127\.0\.0\.1:9 cannot be reached/);
    expect(sent()).to.deep.equal([]);
    expect(JSON.stringify(program.outputs("tills"))).to.equal(before);
    expect(await up()).to.deep.equal({ did: "nothing" });
  });

  it("a role that gives too few days is refused once, and is no loop of renewals", async () => {
    await bao().ask("POST", "pki/roles/short", {
      allow_any_name: true,
      enforce_hostnames: false,
      key_type: "any",
      max_ttl: "24h",
    });
    const short = await up({}, {}, { role: "short" });
    expect(short?.error).to.match(/Vault \(pki\/short\) gave 1 day; renewBeforeDays is 30/);
    expect(sent()).to.deep.equal([]);
  });
});
