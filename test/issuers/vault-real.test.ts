// Vault's API as OpenBao's own server answers it, on loopback.

import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import type { VaultLogin } from "../../provider/issuers";
import { openPkcs12, writePkcs12 } from "../../provider/pkcs12";
import { baoOfSuite, tillRole } from "../support/openbao";
import { at } from "../support/story";
import { contextWith, device, issuedIn, plainTemplate, runOf, sourceOf } from "./given";

describe("Vault's API, answered by OpenBao's own server,", function () {
  this.timeout(150_000);
  const bao = baoOfSuite();

  const settings = (role = "till", login: VaultLogin = { kind: "token", tokenEnv: "VAULT_TOKEN" }) =>
    ({ kind: "vault", address: bao().address, mount: "pki", role, login }) as const;
  const env = () => ({ VAULT_TOKEN: bao().rootToken });

  it("signs a key and names for a device, and the answer is a file that a device takes", async () => {
    const { issue, desk } = runOf(sourceOf(settings()), contextWith(env()));
    const { material, serialNumber, notAfterMs } = issuedIn(await issue(device(1)));
    const [leaf] = material.certificates;
    const read = new X509Certificate(leaf?.der ?? Buffer.alloc(0));
    expect(read.subject).to.equal("CN=SN-1001");
    expect(read.subjectAltName).to.equal("DNS:SN-1001.tills.acme.com");
    expect(read.issuer).to.equal("CN=Acme Root");
    expect(read.serialNumber).to.equal(serialNumber);
    expect(Math.round((notAfterMs - Date.now()) / 86_400_000)).to.equal(90);
    const file = await writePkcs12(material, { profile: "androidLegacy", password: "by chance" });
    const opened = await openPkcs12(file, "by chance");
    expect(opened.certificates.map(({ subject }) => subject)).to.deep.equal(["CN=SN-1001"]);
    expect(opened.privateKeys).to.have.length(1);
    expect([...desk.remarks]).to.deep.equal([["the subject's O, OU are not as asked for", 1]]);
  });

  it("lets an AppRole in, and revokes what it has issued", async () => {
    await bao().ask("POST", "sys/auth/approle", { type: "approle" });
    await bao().ask("PUT", "sys/policies/acl/till", {
      policy: 'path "pki/sign/till" { capabilities = ["update"] }\npath "pki/revoke" { capabilities = ["update"] }',
    });
    await bao().ask("POST", "auth/approle/role/ci", { token_policies: "till", token_ttl: "1h" });
    const roleId = at(await bao().ask("GET", "auth/approle/role/ci/role-id"), "data", "role_id");
    const secretId = String(at(await bao().ask("POST", "auth/approle/role/ci/secret-id", {}), "data", "secret_id"));
    const context = contextWith({ SECRET_ID: secretId });
    const login = { kind: "appRole", roleId: String(roleId), secretIdEnv: "SECRET_ID" } as const;
    const { issue, desk } = runOf(sourceOf(settings("till", login)), context);
    const { serialNumber } = issuedIn(await issue(device(2)));
    expect(await desk.revoke(serialNumber)).to.deep.equal({ kind: "revoked" });
    const pairs = serialNumber.toLowerCase().replace(/..(?!$)/gu, "$&:");
    expect(at(await bao().ask("GET", `pki/cert/${pairs}`), "data", "revocation_time"))
      .to.be.a("number")
      .above(0);
    expect(context.secrecy.withoutSecrets(`it was ${secretId}`)).to.equal("it was [secret]");
    expect(await desk.revoke("0102"))
      .to.have.property("reason")
      .that.matches(/^Vault \(pki\/till\) refused the request \(\d+: .*\)$/);
  });

  it("is let in anew when a token of a login was taken back", async () => {
    const secretId = String(at(await bao().ask("POST", "auth/approle/role/ci/secret-id", {}), "data", "secret_id"));
    const roleId = String(at(await bao().ask("GET", "auth/approle/role/ci/role-id"), "data", "role_id"));
    const login = { kind: "appRole", roleId, secretIdEnv: "SECRET_ID" } as const;
    const { issue } = runOf(sourceOf(settings("till", login)), contextWith({ SECRET_ID: secretId }));
    issuedIn(await issue(device(1)));
    const accessors = at(await bao().ask("GET", "auth/token/accessors?list=true"), "data", "keys");
    if (!Array.isArray(accessors)) throw new Error("The server lists no tokens.");
    for (const accessor of accessors as readonly unknown[]) {
      const token = await bao().ask("POST", "auth/token/lookup-accessor", { accessor });
      if (at(token, "data", "path") === "auth/approle/login") {
        await bao().ask("POST", "auth/token/revoke-accessor", { accessor });
      }
    }
    const outcomes = await Promise.all([2, 3, 4, 5].map((number) => issue(device(number))));
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["issued", "issued", "issued", "issued"]);
  });

  it("sends along what stands between a device and the root", async () => {
    await bao().ask("POST", "sys/mounts/shops", { type: "pki", config: { max_lease_ttl: "43800h" } });
    const made = await bao().ask("POST", "shops/intermediate/generate/internal", {
      common_name: "Acme Shops",
      key_type: "ec",
    });
    const csr = at(made, "data", "csr");
    const signed = await bao().ask("POST", "pki/root/sign-intermediate", {
      csr,
      common_name: "Acme Shops",
      ttl: "43800h",
    });
    await bao().ask("POST", "shops/intermediate/set-signed", { certificate: at(signed, "data", "certificate") });
    await bao().ask("POST", "shops/roles/till", {
      allow_any_name: true,
      enforce_hostnames: false,
      key_type: "any",
      ttl: "2400h",
    });
    const shops = { ...settings(), mount: "shops" };
    const alone = await runOf(sourceOf(shops), contextWith(env())).issue(device(1));
    expect(alone).to.deep.equal({
      kind: "failed",
      reason: "Vault (shops/till) gave a chain that leads to no root; name what is missing in issuer.chain",
    });
    const root = String(at(signed, "data", "issuing_ca"));
    const withChain = { ...shops, chain: { env: "ROOT" } };
    const { material } = issuedIn(
      await runOf(sourceOf(withChain), contextWith({ ...env(), ROOT: root })).issue(device(1)),
    );
    expect(material.certificates.map(({ subject }) => subject)).to.deep.equal(["CN=SN-1001", "CN=Acme Shops"]);
  });

  it("refuses one name, and the others are signed", async () => {
    await bao().ask("POST", "pki/roles/narrow", {
      ...tillRole,
      allow_any_name: false,
      allowed_domains: "SN-1001,SN-1003",
      allow_bare_domains: true,
    });
    const source = sourceOf(settings("narrow"), { template: { ...plainTemplate, dns: [] } });
    const { issue, desk } = runOf(source, contextWith(env()));
    const outcomes = await Promise.all([1, 2, 3].map((number) => issue(device(number))));
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["issued", "failed", "issued"]);
    expect(outcomes[1])
      .to.have.property("reason")
      .that.matches(/refused the request \(400: .*\{serial\}.*not allowed by this role\)$/);
    expect(desk.stopped).to.equal(undefined);
  });

  it("is asked no more when the first eight answers are the same refusal", async () => {
    const { issue, desk } = runOf(sourceOf(settings("nope")), contextWith(env()));
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, index) => issue(device(index))));
    const failed = outcomes.filter(({ kind }) => kind === "failed").length;
    expect(failed).to.be.within(8, 15);
    expect(outcomes.filter(({ kind }) => kind === "stopped")).to.have.length(40 - failed);
    expect(desk.stopped).to.equal(
      "Vault (pki/nope) refused the request (400: unknown role: nope) (the same for the first 8 devices)",
    );
  });

  it("is asked no more when it does not let the run in", async () => {
    const { issue, desk } = runOf(sourceOf(settings()), contextWith({ VAULT_TOKEN: "wrong-token" }));
    expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
    expect(desk.stopped).to.match(
      /^Vault \(pki\/till\) does not let this run in \(403: .*permission denied.*\); check the token, its policy and the namespace$/,
    );
  });

  it("gives fewer days than renewBeforeDays asks for, which is refused once", async () => {
    await bao().ask("POST", "pki/roles/short", { ...tillRole, max_ttl: "24h" });
    const outcome = await runOf(sourceOf(settings("short")), contextWith(env()), 30).issue(device(1));
    expect(outcome).to.deep.equal({ kind: "failed", reason: "Vault (pki/short) gave 1 day; renewBeforeDays is 30" });
  });

  it("takes the common name beside the request where a role does not take it out of it", async () => {
    await bao().ask("POST", "pki/roles/deaf", { ...tillRole, use_csr_common_name: false });
    const { material } = issuedIn(await runOf(sourceOf(settings("deaf")), contextWith(env())).issue(device(1)));
    expect(material.certificates[0]?.subject).to.equal("CN=SN-1001");
  });

  for (const key of ["ec-p384", "rsa-2048", "rsa-3072"] as const) {
    it(`signs for a key of type ${key}`, async () => {
      const source = sourceOf(settings(), { template: { ...plainTemplate, key } });
      const { material } = issuedIn(await runOf(source, contextWith(env())).issue(device(1)));
      const labels = { "ec-p384": "EC P-384", "rsa-2048": "RSA 2048", "rsa-3072": "RSA 3072" };
      expect(material.privateKeys.map(({ keyKind }) => keyKind.label)).to.deep.equal([labels[key]]);
    });
  }
});
