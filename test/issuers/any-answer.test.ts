// Issuers that answer anything at all: random bytes, PEM of random parts, certificates for other keys, names and days, chains
// without an end, JSON of every shape. What comes of it is an outcome, never an error, and what is issued holds by node:crypto's
// judgement. A few hundred by default; FUZZ_SEEDS=1-20000 for a run by hand. The same seed gives the same kind of answer.

import { expect } from "chai";
import { X509Certificate, createPrivateKey } from "node:crypto";
import type { IssueOutcome } from "../../provider/issuers";
import { Desk, type DeskOptions } from "../../provider/issuers/desk/desk";
import type { SigningRequest } from "../../provider/issuers/signing/request";
import { type Reply, startAnswering } from "../support/answering-server";
import { chanceOf } from "../support/chance";
import { anyText, makePeople, type People } from "./any-answers";
import { anyJson } from "./any-json";
import { contextWith, device, namesOf, quickClock, runOf, sourceOf } from "./given";

const [from = 1, to = 300] = (process.env["FUZZ_SEEDS"] ?? "1-300").split("-").map(Number);
const renewBeforeDays = 30;
const nowMs = Date.now();
const given = device(1);
const names = namesOf(sourceOf({ kind: "command", command: ["any"], timeoutMs: 1 }), given);

const options: DeskOptions = {
  ...{ name: "any issuer", key: "ec-p256", days: 90, renewBeforeDays, renewSpreadDays: 0, concurrency: 8 },
  readChain: () => Promise.resolve([]),
};

/** A desk whose issuer answers what a function makes of the request. */
async function issuedBy(answer: (request: SigningRequest) => Promise<string> | string): Promise<IssueOutcome> {
  const issuer = { sign: async (request: SigningRequest) => await answer(request) };
  return await new Desk(issuer, options, contextWith()).issue(given, names);
}

/** What node:crypto says of an outcome; the reason where there is no certificate. */
function judged(outcome: IssueOutcome, people: People): string {
  if (outcome.kind === "stopped") return "stopped";
  if (outcome.kind === "failed") {
    expect(outcome.reason.length).to.be.below(600);
    expect(outcome.reason).not.to.match(/-----|MII|undefined|\[object/);
    return "failed";
  }
  const [leaf, ...issuers] = outcome.material.certificates.map(({ der }) => new X509Certificate(der));
  const [key] = outcome.material.privateKeys;
  if (leaf === undefined || key === undefined) throw new Error("Nothing was issued.");
  expect(leaf.checkPrivateKey(createPrivateKey({ key: key.pkcs8, format: "der", type: "pkcs8" }))).to.equal(true);
  expect(leaf.subject.split("\n")).to.include("CN=SN-1001");
  expect(Date.parse(leaf.validTo) - nowMs).to.be.above(renewBeforeDays * 86_400_000);
  expect(Date.parse(leaf.validFrom)).to.be.below(nowMs + 10 * 60_000);
  const chain = [leaf, ...issuers];
  const roots = people.roots.map((pem) => new X509Certificate(pem));
  const top = chain.at(-1) ?? leaf;
  const tops = roots.filter((root) => top.checkIssued(root) && top.verify(root.publicKey));
  expect(tops).not.to.have.length(0);
  for (const [index, issuer] of issuers.entries()) {
    const below = chain[index] ?? leaf;
    expect(below.checkIssued(issuer) && below.verify(issuer.publicKey)).to.equal(true);
  }
  return "issued";
}

describe("an issuer that answers anything", function () {
  this.timeout(3_600_000);
  let people: People;
  before(async () => {
    people = await makePeople(nowMs);
  });

  it("gets an outcome for each answer, and what is issued holds", async () => {
    const seen = new Map<string, number>();
    for (let seed = from; seed <= to; seed += 1) {
      const startedAtMs = performance.now();
      const outcome = await issuedBy((request) => anyText(chanceOf(seed), request, names, people)).catch(
        (error: unknown) => {
          throw new Error(`Seed ${seed} ended in an error.`, { cause: error });
        },
      );
      const verdict = judged(outcome, people);
      expect(performance.now() - startedAtMs, `the time of seed ${seed}`).to.be.below(5_000);
      seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    }
    const all = to - from + 1;
    // Enough of each that neither is there by chance.
    expect(seen.get("issued")).to.be.above(all / 20);
    expect(seen.get("failed")).to.be.above(all / 5);
    expect(seen.get("stopped")).to.equal(undefined);
  });

  it("in Vault's place, with JSON of every shape and any status, gets an outcome as well", async () => {
    let reply: Reply = {};
    const server = await startAnswering(() => reply);
    const address = new URL(server.url).origin;
    const login = { kind: "token", tokenEnv: "VAULT_TOKEN" } as const;
    try {
      for (let seed = from; seed <= to; seed += 1) {
        const chance = chanceOf(seed);
        reply = anyJson(chance, people);
        const settings = { kind: "vault", address, mount: "pki", role: "till", login } as const;
        const context = contextWith({ VAULT_TOKEN: "s.token" }, quickClock());
        const outcome = await runOf(sourceOf(settings), context, renewBeforeDays)
          .issue(given)
          .catch((error: unknown) => {
            throw new Error(`Seed ${seed} ended in an error.`, { cause: error });
          });
        expect(judged(outcome, people)).to.be.oneOf(["failed", "stopped"]);
      }
    } finally {
      await server.close();
    }
  });

  describe("with more than anybody should read", () => {
    const pem = (label: string, bytes: Buffer): string =>
      `-----BEGIN ${label}-----\n${bytes.toString("base64")}\n-----END ${label}-----\n`;
    const large: Readonly<
      Record<string, readonly [answer: (request: SigningRequest) => Promise<string> | string, reason: RegExp]>
    > = {
      "certificates in their hundreds": [
        (request) => people.sign(request.publicKey, names).then((leaf) => leaf + people.crowd.join("")),
        /^any issuer gave \d+ certificates, more than any chain has$/,
      ],
      "lengths without an end, one in another": [
        () => pem("CERTIFICATE", Buffer.from("3080".repeat(300_000), "hex")),
        /gave an answer that cannot be read: /,
      ],
      "ten thousand damaged certificates": [
        () => pem("CERTIFICATE", Buffer.from("3003020100", "hex")).repeat(10_000),
        /gave an answer that cannot be read: /,
      ],
      "a PKCS#12 file": [() => pem("CERTIFICATE", people.pkcs12), /gave an answer that cannot be read: /],
      "a text of sixteen million characters": [
        () => "a".repeat(17 * 1024 * 1024),
        /gave an answer that cannot be read: /,
      ],
    };
    for (const [title, [answer, reason]] of Object.entries(large)) {
      it(`${title}, fails the device in no time`, async () => {
        const startedAtMs = performance.now();
        expect(await issuedBy(answer))
          .to.have.property("reason")
          .that.matches(reason);
        expect(performance.now() - startedAtMs).to.be.below(2_000);
      });
    }

    it("is taken where one certificate stands there a thousand times", async () => {
      const outcome = await issuedBy(
        async (request) => (await people.sign(request.publicKey, names)) + (people.roots[0] ?? "").repeat(1_000),
      );
      expect(outcome.kind).to.equal("issued");
    });
  });
});
