// An issuer that goes down in the middle of a run: a program that reaches its authority no more, a Vault server that ends, an
// identity token that dies between two waves. What is signed is sent and waited for, the run says it once, and the next run goes
// on where this one stopped (docs/design.md, section 13).

import { expect } from "chai";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Simulator } from "../../../simulator";
import { type AnsweringServer, startAnswering } from "../../support/answering-server";
import { type Bao, openBao, startBao } from "../../support/openbao";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { newCommands } from "../../support/sent";
import { at, listAt } from "../../support/story";
import { until } from "../../support/until";
import { SigningProgram, issuedTills, names, startIssuedTills } from "./issuing";
import { programFor } from "./tills";

type Json = Readonly<Record<string, unknown>>;

describe("an issuer that goes down in the middle of a run:", function () {
  this.timeout(150_000);
  let simulator: Simulator;
  let program: QuickProgram;
  let sent: () => readonly string[];

  beforeEach(async () => {
    simulator = await startIssuedTills();
    program = programFor(simulator);
    sent = newCommands(simulator);
    printed.length = 0;
  });
  afterEach(() => simulator.close());

  const up = async (args: Json) => (await program.up({ tills: args }))["tills"];
  const coverage = (): unknown => at(program.outputs("tills"), "coverage");
  const installOn = (name: string): string => `INSTALL till DEVICE ${name}`;
  const timesIn = (text: string, words: string): number => text.split(words).length - 1;

  it("a program that fails for all after five fails the other devices with one reason, and is asked for those alone then", async () => {
    const signer = new SigningProgram();
    try {
      // One after the other, so that the fifth is the same each time.
      const args = issuedTills(simulator, { command: [signer.command] }, {}, { concurrency: 1 });
      signer.goDownAfter(5);
      const ended = await up(args);
      const reason = "sign.sh ended with 7: dial tcp 10.0.0.7:443: connect: connection refused";
      expect(ended?.did).to.equal("created");
      expect(ended?.error).to.include(`7 devices got no certificate (${reason}): `);
      expect(timesIn(ended?.error ?? "", "connection refused")).to.equal(1);
      expect(coverage()).to.include({ installed: 5, failed: 7, missing: 0, pending: 0 });
      const first = sent();
      expect(first).to.have.length(5);
      signer.asked();
      signer.goDownAfter(undefined);
      expect(await up(args)).to.deep.equal({ did: "updated" });
      expect(signer.asked()).to.have.length(7);
      expect([...first, ...sent()].sort()).to.deep.equal(names.map(installOn));
      expect(coverage()).to.include({ installed: 12 });
      expect(await up(args)).to.deep.equal({ did: "nothing" });
    } finally {
      signer.remove();
    }
  });

  it("a program that is not there any more ends the run, and the next one asks for the others alone", async () => {
    const signer = new SigningProgram();
    try {
      const args = issuedTills(simulator, { command: [signer.command] }, {}, { concurrency: 1 });
      const bytes = readFileSync(signer.command);
      const running = up(args);
      await until(() => simulator.world.commandLog.length >= 3);
      rmSync(signer.command);
      const ended = await running;
      expect(timesIn(ended?.error ?? "", "sign.sh cannot be started (ENOENT)")).to.equal(1);
      const first = sent();
      expect(first.length).to.be.within(3, 11);
      expect(coverage()).to.include({ installed: first.length, missing: 12 - first.length, failed: 0, pending: 0 });
      signer.asked();
      writeFileSync(signer.command, bytes, { mode: 0o755 });
      expect(await up(args)).to.deep.equal({ did: "updated" });
      expect(signer.asked()).to.have.length(12 - first.length);
      expect([...first, ...sent()].sort()).to.deep.equal(names.map(installOn));
      expect(coverage()).to.include({ installed: 12 });
    } finally {
      signer.remove();
    }
  });

  describe("a Vault server", () => {
    let bao: Bao;
    let gate: AnsweringServer;
    /** Of OpenBao. */
    let server: string;
    /** After so many signatures the server ends. */
    let endsAfter: number;
    let signed: number;
    const outside = { token: process.env["VAULT_TOKEN"], jwt: process.env["CI_TOKEN"] };

    before(async function () {
      const found = await openBao();
      if ("missing" in found) {
        console.log(`      skipped: ${found.missing}`);
        this.skip();
      }
      server = found.program;
    });

    beforeEach(async () => {
      bao = await startBao(server);
      [endsAfter, signed] = [Infinity, 0];
      gate = await startAnswering(async ({ method, path, headers, body }) => {
        if (path.endsWith("/sign/till")) signed += 1;
        if (signed > endsAfter) {
          await bao.stop();
          return (response) => response.destroy();
        }
        const token = headers["x-vault-token"];
        const answer = await fetch(`${bao.address}${path}`, {
          ...{ method, body },
          headers: typeof token === "string" ? { "X-Vault-Token": token } : {},
        });
        return { status: answer.status, body: await answer.text() };
      });
      process.env["VAULT_TOKEN"] = bao.rootToken;
    });

    afterEach(async () => {
      setVariable("VAULT_TOKEN", outside.token);
      setVariable("CI_TOKEN", outside.jwt);
      await gate.close();
      await bao.stop();
    });

    const tillsBy = (vault: Json, more: Json = {}, source: Json = {}): Json =>
      issuedTills(simulator, { vault: { address: new URL(gate.url).origin, role: "till", ...vault } }, more, source);

    it("that ends after five: what it has signed is installed, and the next run goes on with a server anew", async () => {
      endsAfter = 5;
      const ended = await up(tillsBy({}, {}, { concurrency: 1 }));
      expect(ended?.did).to.equal("created");
      expect(timesIn(`${ended?.error ?? ""}${printed.join("\n")}`, "cannot be reached")).to.equal(1);
      expect(coverage()).to.include({ installed: 5, missing: 7, failed: 0, pending: 0 });
      const first = sent();
      expect(first).to.have.length(5);
      bao = await startBao(server);
      [endsAfter, signed] = [Infinity, 0];
      expect(await up(tillsBy({}, {}, { concurrency: 4 }))).to.deep.equal({ did: "updated" });
      expect(signed).to.equal(7);
      expect([...first, ...sent()].sort()).to.deep.equal(names.map(installOn));
      expect(coverage()).to.include({ installed: 12 });
      expect(await up(tillsBy({}))).to.deep.equal({ did: "nothing" });
    });

    it("that takes no identity token any more between two waves: the rollout stops there, and says so", async () => {
      const pipeline = await withIdentityTokens(bao);
      setVariable("VAULT_TOKEN", undefined);
      setVariable("CI_TOKEN", pipeline({}));
      const login = { jwt: { mount: "ci", role: "nightly", tokenEnv: "CI_TOKEN" } };
      const args = (soakMinutes: number): Json => tillsBy(login, { rollout: { waves: ["50%", "100%"], soakMinutes } });
      const running = up(args(0.05));
      await until(() => printed.some((line) => line.includes("soaks")) || simulator.world.commandLog.length >= 6);
      await until(() => simulator.world.devices("Tills").filter(({ keystore }) => keystore.size > 0).length >= 6);
      // Its hour is over: so is that of what it was exchanged for.
      setVariable("CI_TOKEN", pipeline({ iat: 1_700_000_000, exp: 1_700_000_600 }));
      await takeBackTokens(bao);
      const ended = await running;
      expect(timesIn(ended?.error ?? "", "refused the login (400: ")).to.equal(1);
      expect(ended?.error).to.match(
        /expired.*\nThe rollout stopped in wave 2 of 2\. The next `pulumi up` goes on there\.$/,
      );
      expect(coverage()).to.include({ installed: 6, missing: 6, failed: 0, pending: 0 });
      expect(at(program.outputs("tills"), "progress")).to.deep.equal({ wave: 2, waves: 2, state: "stopped" });
      const first = sent();
      expect(first).to.have.length(6);
      signed = 0;
      setVariable("CI_TOKEN", pipeline({}));
      expect(await up(args(0))).to.deep.equal({ did: "updated" });
      expect(signed).to.equal(6);
      expect([...first, ...sent()].sort()).to.deep.equal(names.map(installOn));
      expect(coverage()).to.include({ installed: 12 });
    });
  });
});

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

/** A login by the identity tokens of a pipeline, and that pipeline. */
async function withIdentityTokens(bao: Bao): Promise<(claims: Json) => string> {
  const { privateKey: key, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await bao.ask("PUT", "sys/policies/acl/till", { policy: 'path "pki/sign/till" { capabilities = ["update"] }' });
  await bao.ask("POST", "sys/auth/ci", { type: "jwt" });
  await bao.ask("POST", "auth/ci/config", {
    jwt_validation_pubkeys: [publicKey.export({ type: "spki", format: "pem" })],
    bound_issuer: "https://ci.acme.com",
  });
  await bao.ask("POST", "auth/ci/role/nightly", {
    ...{ role_type: "jwt", user_claim: "sub", bound_audiences: ["vault"], token_policies: "till", token_ttl: "1h" },
  });
  return (claims) => {
    const seconds = Math.floor(Date.now() / 1000);
    const own = { iss: "https://ci.acme.com", aud: "vault", sub: "till/main", iat: seconds, exp: seconds + 600 };
    const text = [
      { alg: "ES256", typ: "JWT" },
      { ...own, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
}

async function takeBackTokens(bao: Bao): Promise<void> {
  for (const accessor of listAt(await bao.ask("GET", "auth/token/accessors?list=true"), "data", "keys")) {
    const token = await bao.ask("POST", "auth/token/lookup-accessor", { accessor });
    if (at(token, "data", "path") !== "auth/ci/login") continue;
    await bao.ask("POST", "auth/token/revoke-accessor", { accessor });
  }
}
