// Vault's API as OpenBao's own server answers it, on loopback.

import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import type { VaultLogin } from "../../provider/issuers";
import { openPkcs12, writePkcs12 } from "../../provider/pkcs12";
import { type Bao, openBao, startBao } from "../support/openbao";
import { contextWith, device, issuedIn, runOf, sourceOf } from "./given";

describe("Vault's API, answered by OpenBao's own server,", function () {
  this.timeout(150_000);
  let bao: Bao;

  before(async function () {
    const found = await openBao();
    if ("missing" in found) {
      console.log(`      skipped: ${found.missing}`);
      this.skip();
    }
    bao = await startBao(found.program);
  });
  after(async () => {
    await (bao as Bao | undefined)?.stop();
  });

  const settings = (role = "till", login: VaultLogin = { kind: "token", tokenEnv: "VAULT_TOKEN" }) =>
    ({ kind: "vault", address: bao.address, mount: "pki", role, login }) as const;
  const env = () => ({ VAULT_TOKEN: bao.rootToken });

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
});
