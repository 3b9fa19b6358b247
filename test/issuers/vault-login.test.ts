// The ways into Vault, as OpenBao's own server opens and closes them: identity tokens of pipelines, tokens that end, TLS.

import { expect } from "chai";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VaultLogin } from "../../provider/issuers";
import { systemClock, type Clock } from "../../provider/clock";
import { makeIdentity } from "../support/certificates";
import { baoOfSuite, freePort } from "../support/openbao";
import { at } from "../support/story";
import { contextWith, device, issuedIn, runOf, sourceOf, type GivenContext, type Run } from "./given";

const minuteMs = 60_000;

describe("Vault lets a run in", function () {
  this.timeout(150_000);
  let folder: string;
  let tlsAddress: string;
  const pipeline = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const authority = makeIdentity("TLS authority", { isAuthority: true });

  const bao = baoOfSuite(async () => {
    folder = mkdtempSync(join(tmpdir(), "vault-login-"));
    return [await tlsListener()];
  });

  before(async () => {
    await bao().ask("PUT", "sys/policies/acl/till", { policy: 'path "pki/sign/till" { capabilities = ["update"] }' });
    await bao().ask("POST", "sys/auth/ci", { type: "jwt" });
    const publicKey = pipeline.publicKey.export({ type: "spki", format: "pem" });
    await bao().ask("POST", "auth/ci/config", {
      jwt_validation_pubkeys: [publicKey],
      bound_issuer: "https://ci.acme.com",
    });
    await bao().ask("POST", "auth/ci/role/nightly", {
      ...{ role_type: "jwt", user_claim: "sub", bound_audiences: ["vault"], token_policies: "till", token_ttl: "1h" },
    });
  });
  after(() => {
    if ((folder as string | undefined) !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Settings of a second listener, which has a certificate of an authority that no system trusts. */
  async function tlsListener(): Promise<string> {
    const port = await freePort();
    tlsAddress = `https://localhost:${port}`;
    const { certificate, privateKey } = makeIdentity("localhost", { issuer: authority });
    const files = { "tls.pem": certificate, "tls.key": privateKey, "authority.pem": authority.certificate };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const tls = { tls_cert_file: join(folder, "tls.pem"), tls_key_file: join(folder, "tls.key") };
    const file = join(folder, "listener.json");
    writeFileSync(file, JSON.stringify({ listener: [{ tcp: { address: `127.0.0.1:${port}`, ...tls } }] }));
    return file;
  }

  function identityToken(more: object = {}, key: KeyObject = pipeline.privateKey): string {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: "https://ci.acme.com",
      aud: "vault",
      sub: "till/main",
      iat: nowSeconds,
      exp: nowSeconds + 600,
    };
    const parts = [
      { alg: "ES256", typ: "JWT" },
      { ...claims, ...more },
    ];
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  afterEach(() => takeBackAll("auth/ci/login"));

  const byJwt: VaultLogin = { kind: "jwt", mount: "ci", role: "nightly", tokenEnv: "CI_TOKEN" };
  const byToken: VaultLogin = { kind: "token", tokenEnv: "VAULT_TOKEN" };

  function vault(login: VaultLogin, context: GivenContext, more: object = {}): Run {
    const settings = { kind: "vault", address: bao().address, mount: "pki", role: "till", login, ...more } as const;
    return runOf(sourceOf(settings), context);
  }

  /** All tokens that this login gave, from the newest on, as Vault itself knows them. */
  async function tokensOf(path: string): Promise<readonly unknown[]> {
    const accessors = at(await bao().ask("GET", "auth/token/accessors?list=true"), "data", "keys");
    if (!Array.isArray(accessors)) throw new Error("The server lists no tokens.");
    const tokens: unknown[] = [];
    for (const accessor of accessors as readonly unknown[]) {
      tokens.push(at(await bao().ask("POST", "auth/token/lookup-accessor", { accessor }), "data"));
    }
    return tokens.filter((token) => at(token, "path") === path);
  }

  async function takeBackAll(path: string): Promise<void> {
    for (const token of await tokensOf(path)) {
      await bao().ask("POST", "auth/token/revoke-accessor", { accessor: at(token, "accessor") });
    }
  }

  describe("by a pipeline's identity token", () => {
    it("which is a secret, as the token that it gets is", async () => {
      const token = identityToken();
      const context = contextWith({ CI_TOKEN: `${token}\n` });
      const { issue } = vault(byJwt, context);
      await Promise.all([1, 2, 3].map(async (number) => issuedIn(await issue(device(number)))));
      expect(context.secrecy.withoutSecrets(`it was ${token}.`)).not.to.include(token.slice(-40));
      expect(await tokensOf("auth/ci/login")).to.have.length(1);
    });

    it("anew when its token was taken back, once for all devices", async () => {
      const { issue } = vault(byJwt, contextWith({ CI_TOKEN: identityToken() }));
      issuedIn(await issue(device(1)));
      await takeBackAll("auth/ci/login");
      await Promise.all([2, 3, 4, 5].map(async (number) => issuedIn(await issue(device(number)))));
      expect(await tokensOf("auth/ci/login")).to.have.length(1);
    });

    it("and not again when the identity token has ended meanwhile", async () => {
      const environment: Record<string, string> = { CI_TOKEN: identityToken() };
      const { issue, desk } = vault(byJwt, contextWith(environment));
      issuedIn(await issue(device(1)));
      await takeBackAll("auth/ci/login");
      environment["CI_TOKEN"] = identityToken({ iat: 1_700_000_000, exp: 1_700_000_600 });
      const outcomes = await Promise.all([2, 3, 4].map((number) => issue(device(number))));
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["stopped", "stopped", "stopped"]);
      expect(desk.stopped).to.match(/^Vault \(pki\/till\) refused the login \(400: .*expired.*\)$/);
    });

    const refused: Readonly<Record<string, readonly [token: () => string, reason: RegExp]>> = {
      "of another pipeline's key": [
        () => identityToken({}, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
        /refused the login \(400: .*\)$/,
      ],
      "for another audience": [() => identityToken({ aud: "other" }), /refused the login \(400: .*aud.*\)$/],
      "that is none": [() => "not-a-jwt", /refused the login \(400: .*\)$/],
      "with a line break in it": [
        () => "half\nhalf",
        /the environment variable CI_TOKEN holds more than its identity token$/,
      ],
      "that is not there": [() => "", /the environment variable CI_TOKEN \(its identity token\) is not set$/],
    };
    for (const [title, [token, reason]] of Object.entries(refused)) {
      it(`and not with one ${title}`, async () => {
        const { issue, desk } = vault(byJwt, contextWith({ CI_TOKEN: token() }));
        expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
        expect(desk.stopped).to.match(reason);
      });
    }
  });

  /** The system's clock, put forward by the test. */
  function movedClock(): Clock & { movedMs: number } {
    return {
      ...systemClock,
      movedMs: 0,
      now() {
        return systemClock.now() + this.movedMs;
      },
    };
  }

  it("further with the same token, which it renews at half its life", async () => {
    const clock = movedClock();
    const { issue } = vault(byJwt, contextWith({ CI_TOKEN: identityToken() }, clock));
    issuedIn(await issue(device(1)));
    clock.movedMs = 29 * minuteMs;
    issuedIn(await issue(device(2)));
    const [before] = await tokensOf("auth/ci/login");
    expect(at(before, "last_renewal_time")).to.equal(undefined);
    clock.movedMs = 31 * minuteMs;
    await Promise.all([3, 4, 5].map(async (number) => issuedIn(await issue(device(number)))));
    const after = await tokensOf("auth/ci/login");
    expect(after.map((token) => at(token, "accessor"))).to.deep.equal([at(before, "accessor")]);
    expect(at(after[0], "last_renewal_time")).to.be.a("number");
  });

  describe("by TLS", () => {
    it("when caFile names the authority of its certificate", async () => {
      const { issue } = vault(byToken, contextWith({ VAULT_TOKEN: bao().rootToken }), {
        address: tlsAddress,
        caFile: join(folder, "authority.pem"),
      });
      issuedIn(await issue(device(1)));
    });

    const refused: Readonly<Record<string, readonly [more: () => object, reason: RegExp]>> = {
      "without caFile": [
        () => ({}),
        /^Vault \(pki\/till\) at https:\/\/localhost:\d+ has a TLS certificate that is not accepted \([A-Z_]+\); name its authority in caFile$/,
      ],
      "when caFile names another authority": [
        () => {
          writeFileSync(join(folder, "other.pem"), makeIdentity("Other", { isAuthority: true }).certificate);
          return { caFile: join(folder, "other.pem") };
        },
        /has a TLS certificate that is not accepted/,
      ],
      "when caFile is not there": [
        () => ({ caFile: join(folder, "no.pem") }),
        /was not asked: the file .*no\.pem \(caFile\) cannot be read \(ENOENT\)$/,
      ],
      "when caFile is no PEM": [
        () => {
          writeFileSync(join(folder, "text.pem"), "hello");
          return { caFile: join(folder, "text.pem") };
        },
        /was not asked: the file .*text\.pem \(caFile\) holds no certificate in PEM$/,
      ],
      "under a name that its certificate lacks": [
        () => ({ address: tlsAddress.replace("localhost", "127.0.0.1"), caFile: join(folder, "authority.pem") }),
        /has a TLS certificate that is not accepted/,
      ],
    };
    for (const [title, [more, reason]] of Object.entries(refused)) {
      it(`and not ${title}`, async () => {
        const { issue, desk } = vault(byToken, contextWith({ VAULT_TOKEN: bao().rootToken }), {
          address: tlsAddress,
          ...more(),
        });
        expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
        expect(desk.stopped).to.match(reason);
      });
    }
  });
});
