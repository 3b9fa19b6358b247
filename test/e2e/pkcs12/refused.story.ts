// What the preview refuses before anything is asked of Esper, through the real engine: each file that cannot be used has a
// sentence of its own, and none shows a secret. What time alone brings about does not block later runs (docs/design.md,
// section 4).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { writePkcs12, fromPem } from "../../../provider/pkcs12";
import { withStack } from "../../support/engine";
import { makeIdentity, p12Of } from "../../support/certificates";
import {
  at,
  connectionTo,
  expectNoSecret,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-refusals";
const dayMs = 24 * 3_600_000;

describe("a certificate that cannot be used", () => {
  let simulator: Simulator;
  const programWith = (source: unknown, more: object = {}): string => {
    const target = { group: simulator.world.group("Shops").id };
    return programOf({ corp: { alias: "corp", target, source, ...more } });
  };

  beforeEach(async () => {
    const devices = [{ alias: "d1" }, { alias: "d2" }];
    simulator = await givenFleet({ Shops: devices }, { deviceMs: 60 });
  });

  afterEach(() => simulator.close());

  it("refuses the preview with a sentence of its own, shows no secret and asks Esper nothing", async function () {
    this.timeout(240_000);
    const identity = makeIdentity("refused.example");
    const p12 = await p12Of(identity, password);
    const strangersKey = makeIdentity("stranger.example").privateKey;
    const mismatch = await writePkcs12(
      {
        certificates: (await fromPem(identity)).certificates,
        privateKeys: (await fromPem(makeIdentity("stranger.example"))).privateKeys,
      },
      { profile: "modern", password },
    );
    const gone = new Date(Date.now() - 3 * dayMs);
    const expired = await p12Of(makeIdentity("expired.example", { notAfter: gone }), password);
    const keyLine = identity.privateKey.split("\n")[3] ?? "";
    const secrets = { password, p12, "wrong password": "not-the-password", "line of the private key": keyLine };
    const source = { file: "corp.p12", password };

    await withStack(programWith(source), { env: connectionTo(simulator) }, async (stack) => {
      const refuses = async (
        file: string | Uint8Array,
        its: unknown,
        path: string,
        sentence: RegExp,
      ): Promise<void> => {
        await stack.writeFile("corp.p12", file);
        await stack.writeProgram(programWith(its));
        const { code, text } = await stack.preview();
        expect(code, text).not.to.equal(0);
        expect(text).to.contain(path);
        expect(text).to.match(sentence);
        expectNoSecret(text, secrets);
        expect(simulator.traffic.total).to.equal(0);
      };
      const wrong = { ...source, password: "not-the-password" };
      await refuses(p12, wrong, "source.password", /The password does not open the PKCS#12 file/);
      await refuses(p12, { file: "corp.p12" }, "source.password", /protected by a password, and none was given/);
      await refuses(p12.slice(0, 700), source, "source.file", /The PKCS#12 file is damaged: .*(cut|missing|bytes)/);
      await refuses(identity.certificate, source, "source.file", /not a PKCS#12 file but .*PEM/);
      await refuses(
        expired,
        source,
        "source.file",
        /CN=expired\.example.* expired on \d{4}-\d\d-\d\d; have a new one issued/,
      );
      await refuses(mismatch, source, "source.file", /The private key belongs to none of the certificates/);
      await refuses(p12, { ...source, file: "other.p12" }, "source.file", /there is no file other\.p12/);
      const pem = { certificate: identity.certificate, privateKey: strangersKey };
      await refuses(p12, { pem, password }, "source.pem", /private key/);
      const noKey = { certificate: identity.certificate, privateKey: "not PEM" };
      await refuses(p12, { pem: noKey, password }, "source.pem.privateKey", /./);
    });
  });

  it("does not block an up or a destroy by having expired since", async function () {
    this.timeout(240_000);
    // Long enough for the first run, over before the second.
    const endsAt = Date.now() + 14_000;
    const old = await p12Of(makeIdentity("short-lived.example", { notAfter: new Date(endsAt) }), password);
    const source = { file: "corp.p12", password };
    await withStack(programWith(source), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", old);
      const up = await stack.up();
      expectOperations(up, { created: 2 });
      expect(up.text).to.match(/warning: The certificate .*CN=short-lived\.example.* expires on/);
      expect(at(await storedResource(stack, "corp"), "outputs", "readyForRenewal")).to.equal(true);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsAt + 1_000 - Date.now())));

      const later = await stack.up();
      expectOperations(later, { unchanged: 2 });
      expect(later.text).to.match(/warning: The certificate .*CN=short-lived\.example.* expired on/);
      // A device that joins gets it all the same; only new content is judged.
      simulator.world.join("Shops", { alias: "d3" });
      expect((await stack.refresh()).code).to.equal(0);
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["d1", "d2", "d3"]);
      await expectNothingToDo(stack, simulator, 2);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("turns warnings into refusals with `strict`, for what is new", async function () {
    this.timeout(240_000);
    const soon = await p12Of(makeIdentity("soon.example", { notAfter: new Date(Date.now() + 5 * dayMs) }), password);
    const source = { file: "corp.p12", password };
    await withStack(programWith(source, { strict: true }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", soon);
      const refused = await stack.preview();
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.match(/source\.file.*CN=soon\.example.* expires on .*; renew it/);

      await stack.writeProgram(programWith(source));
      const up = await stack.up();
      expectOperations(up, { created: 2 });
      expect(up.text).to.match(/warning: The certificate .*CN=soon\.example.* expires on/);
      await stack.writeProgram(programWith(source, { strict: true }));
      await expectNothingToDo(stack, simulator, 2);
      await stack.writeProgram(programWith(source, { strict: true, renewBeforeDays: 3 }));
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("fine.example"), password));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(at(await storedResource(stack, "corp"), "outputs", "readyForRenewal")).to.equal(false);
    });
  });
});
