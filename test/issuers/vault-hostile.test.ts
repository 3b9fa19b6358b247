// Servers that fail, lie or mean harm where Vault is asked: a real server on loopback that answers as a test says.

import { expect } from "chai";
import fc from "fast-check";
import type { VaultSettings } from "../../provider/issuers/settings";
import { type Asked, type Reply, startAnswering } from "../support/answering-server";
import { at } from "../support/story";
import { contextWith, device, issuedIn, quickClock, runOf, sourceOf, type Run } from "./given";
import { makeOpensslAuthority, type OpensslAuthority } from "./openssl-authority";

const env = { VAULT_TOKEN: "s.secret-token", SECRET_ID: "secret-id-1" };
const renewBeforeDays = 30;

describe("a server in Vault's place that", function () {
  this.timeout(30_000);
  let authority: OpensslAuthority;
  let stranger: OpensslAuthority;
  const toClose: (() => Promise<void>)[] = [];

  before(() => {
    authority = makeOpensslAuthority();
    stranger = makeOpensslAuthority("Acme Root");
  });
  afterEach(async () => {
    for (const close of toClose.splice(0)) await close();
  });
  after(() => {
    authority.remove();
    stranger.remove();
  });

  const requestIn = ({ body }: Asked): string => String(at(JSON.parse(body), "csr"));
  const signed = (asked: Asked, days?: number): Reply => ({
    body: { data: { certificate: authority.sign(requestIn(asked), days), ca_chain: [authority.certificate] } },
  });

  async function serve(
    answer: (asked: Asked, index: number) => Reply,
    more: Partial<VaultSettings> = {},
  ): Promise<Run & { readonly asked: readonly Asked[]; readonly clock: ReturnType<typeof quickClock> }> {
    const server = await startAnswering(answer);
    toClose.push(() => server.close());
    const clock = quickClock();
    const login = { kind: "token", tokenEnv: "VAULT_TOKEN" } as const;
    const settings = {
      kind: "vault",
      address: new URL(server.url).origin,
      mount: "pki",
      role: "till",
      login,
      ...more,
    } as const;
    return { ...runOf(sourceOf(settings), contextWith(env, clock), renewBeforeDays), asked: server.asked, clock };
  }

  const wrong: Readonly<Record<string, readonly [answer: (asked: Asked) => Reply, reason: RegExp]>> = {
    "signs another key": [
      () => ({ body: { data: { certificate: authority.certificate } } }),
      /^Vault \(pki\/till\) gave a certificate for another key$/,
    ],
    "gives a chain of somebody else's of the same name": [
      (asked) => ({
        body: { data: { certificate: authority.sign(requestIn(asked)), ca_chain: [stranger.certificate] } },
      }),
      /gave a chain that does not hold/,
    ],
    "gives no chain": [
      (asked) => ({ body: { data: { certificate: authority.sign(requestIn(asked)) } } }),
      /gave a chain that leads to no root; name what is missing in issuer\.chain$/,
    ],
    "gives one day": [(asked) => signed(asked, 1), /gave 1 day; renewBeforeDays is 30$/],
    "answers with a page": [() => ({ body: "<html>hello</html>" }), /gave an answer that holds no certificate$/],
    "answers with half a certificate": [
      () => ({ body: { data: { certificate: authority.certificate.slice(0, 200) } } }),
      /gave an answer that cannot be read: The certificate/,
    ],
    "answers with more than a chain has": [
      () => ({ body: { data: { certificate: "x".repeat(2 ** 20) } } }),
      /^Vault \(pki\/till\) gave an answer larger than any chain is$/,
    ],
    "gives a certificate beside nulls": [
      () => ({ body: { data: { certificate: authority.certificate, issuing_ca: null, ca_chain: null } } }),
      /gave a certificate for another key$/,
    ],
    "refuses with a token in its words": [
      () => ({ status: 400, body: { errors: ["bad s.secret-token given"] } }),
      /refused the request \(400\)$/,
    ],
  };
  for (const [title, [answer, reason]] of Object.entries(wrong)) {
    it(`${title} fails the device, and no other`, async () => {
      const { issue, desk } = await serve(answer);
      const outcome = await issue(device(1));
      expect(outcome).to.have.property("reason").that.matches(reason);
      expect(desk.stopped).to.equal(undefined);
    });
  }

  it("asks to slow down with Retry-After is given the time", async () => {
    const { issue, asked, clock } = await serve((one, index) =>
      index === 0 ? { status: 429, headers: { "Retry-After": "17" } } : signed(one),
    );
    issuedIn(await issue(device(1)));
    expect(asked).to.have.length(2);
    expect(clock.waitedMs()).to.be.within(17_000, 17_999);
  });

  it("stays busy longer than five minutes ends the issuing", async () => {
    const { issue, desk } = await serve(() => ({ status: 429, headers: { "Retry-After": "400" } }));
    expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
    expect(desk.stopped).to.match(/at http:\/\/127\.0\.0\.1:\d+ is not in service \(429\)$/);
  });

  for (const status of [500, 502, 503, 504]) {
    it(`fails with ${status} is asked again`, async () => {
      const { issue, asked } = await serve((one, index) => (index < 2 ? { status } : signed(one)));
      issuedIn(await issue(device(1)));
      expect(asked).to.have.length(3);
    });
  }

  it("breaks the connection off is asked again: a second signature harms nobody", async () => {
    const { issue, asked } = await serve((one, index) =>
      index === 0 ? (response) => response.destroy() : signed(one),
    );
    issuedIn(await issue(device(1)));
    expect(asked).to.have.length(2);
  });

  it("is sealed ends the issuing, once for all devices", async () => {
    const { issue, desk, asked } = await serve(() => ({ status: 503, body: { errors: ["Vault is sealed"] } }));
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, index) => issue(device(index))));
    expect(new Set(outcomes.map(({ kind }) => kind))).to.deep.equal(new Set(["stopped"]));
    expect(desk.stopped).to.match(/is not in service \(503: Vault is sealed\)$/);
    expect(asked.length).to.be.at.most(8 * 6);
  });

  it("is not there ends the issuing with the system's code", async () => {
    const { issue, desk } = await serve(() => ({}), { address: "http://127.0.0.1:1" });
    await issue(device(1));
    expect(desk.stopped).to.match(
      /^Vault \(pki\/till\) at http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\); check/,
    );
  });

  it("redirects to another host is not followed, and the token stays here", async () => {
    const other = await startAnswering(() => ({}));
    toClose.push(() => other.close());
    const { issue, desk } = await serve(() => ({
      status: 307,
      headers: { Location: `${other.url}/v1/pki/sign/till` },
    }));
    expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
    expect(other.asked).to.have.length(0);
    expect(desk.stopped).to.match(/answered with a redirect to another host \(307\), which is not followed/);
  });

  it("redirects within its own address is followed", async () => {
    const { issue, asked } = await serve((one, index) =>
      index === 0 ? { status: 307, headers: { Location: "/v1/elsewhere" } } : signed(one),
    );
    issuedIn(await issue(device(1)));
    expect(asked.map(({ path }) => path)).to.deep.equal(["/v1/pki/sign/till", "/v1/elsewhere"]);
  });

  it("is asked with namespace and token, for as many days and without the common name as a host name", async () => {
    const { issue, asked } = await serve((one) => signed(one), { namespace: "acme" });
    issuedIn(await issue(device(1)));
    expect(asked[0]?.headers).to.include({ "x-vault-token": "s.secret-token", "x-vault-namespace": "acme" });
    expect(JSON.parse(asked[0]?.body ?? "")).to.include({
      ttl: "2160h",
      exclude_cn_from_sans: true,
      common_name: "SN-1001",
    });
  });

  describe("gives tokens for a login", () => {
    const login = { kind: "appRole", roleId: "r-1", secretIdEnv: "SECRET_ID" } as const;
    const loggedIn = (token: string, renewable = true): Reply => ({
      body: { auth: { client_token: token, lease_duration: 3600, renewable } },
    });
    const pathsOf = (asked: readonly Asked[]): readonly string[] => asked.map(({ path }) => path.replace("/v1/", ""));

    for (const renewable of [true, false]) {
      it(`renews ${renewable ? "a token" : "what cannot be renewed by a new login,"} at half its life`, async () => {
        const { issue, asked, clock } = await serve(
          (one) => (one.path.includes("/auth/") ? loggedIn("t-1", renewable) : signed(one)),
          { login },
        );
        await issue(device(1));
        await clock.sleep(1_799_000);
        await issue(device(2));
        await clock.sleep(2_000);
        await Promise.all([3, 4, 5].map((number) => issue(device(number))));
        const again = renewable ? "auth/token/renew-self" : "auth/approle/login";
        const sign = "pki/sign/till";
        expect(pathsOf(asked)).to.deep.equal(["auth/approle/login", sign, sign, again, sign, sign, sign]);
      });
    }

    it("logs in anew after one 403, and ends the issuing at the second", async () => {
      let logins = 0;
      const { issue, asked, desk } = await serve(
        (one) =>
          one.path.includes("/auth/")
            ? loggedIn(`t-${(logins += 1)}`)
            : { status: 403, body: { errors: ["permission denied"] } },
        { login },
      );
      expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
      expect(asked.map(({ headers }) => headers["x-vault-token"])).to.deep.equal([undefined, "t-1", undefined, "t-2"]);
      expect(desk.stopped).to.match(/does not let this run in \(403: permission denied\)/);
    });

    it("answers the login without an end, which ends the issuing", async () => {
      const { issue, desk } = await serve(() => ({ body: "x".repeat(2 ** 20 + 1) }), { login });
      expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
      expect(desk.stopped).to.equal("Vault (pki/till) gave an answer larger than any chain is");
    });

    it("refuses the login, which says so", async () => {
      const { issue, desk } = await serve(() => ({ status: 400, body: { errors: ["invalid secret id"] } }), { login });
      await issue(device(1));
      expect(desk.stopped).to.equal("Vault (pki/till) refused the login (400: invalid secret id)");
    });
  });

  it("answers anything at all ends in an outcome, never in an error", async () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.record({ data: fc.jsonValue() }),
      fc.record({ errors: fc.jsonValue() }),
    );
    const status = fc.constantFrom(200, 204, 301, 307, 400, 401, 404, 418, 429, 500, 503);
    await fc.assert(
      fc.asyncProperty(status, bodies, async (code, body) => {
        const { issue } = await serve(() => ({ status: code, body }));
        expect((await issue(device(1))).kind).to.be.oneOf(["failed", "stopped"]);
      }),
      { numRuns: 60 },
    );
  });
});
