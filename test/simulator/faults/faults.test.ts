import { expect } from "chai";
import type { Faults } from "../../../simulator/index";
import type { Tenant } from "../tenant";
import { field, install, list, withTenant } from "../tenant";

function story(faults: Faults, tell: (tenant: Tenant) => Promise<void>): () => Promise<void> {
  return () => withTenant({ devices: 5, faults, onUnknownRoute: () => undefined }, tell);
}

async function rejected(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}

function installAll({ world, ask }: Tenant): ReturnType<Tenant["ask"]> {
  return ask("POST", "/commands/v0/commands/", { ...install(world.devices().map(({ id }) => id)), device_type: "all" });
}

describe("simulator: faults", () => {
  it(
    "rateLimit: 429 beyond the rate, with Retry-After as seconds",
    story({ rateLimit: { perSecond: 2 } }, async ({ get, pass }) => {
      const statuses = [await get("/v2/devices/"), await get("/v2/devices/"), await get("/v2/devices/")];
      expect(statuses.map(({ status }) => status)).to.deep.equal([200, 200, 429]);
      expect(statuses[2]?.headers.get("retry-after")).to.equal("1");
      pass(500);
      expect((await get("/v2/devices/")).status).to.equal(200);
      expect((await get("/v2/devices/")).status).to.equal(429);
    }),
  );

  it(
    "rateLimit: Retry-After counts the room that has come back already",
    story({ rateLimit: { perMinute: 2 } }, async ({ get, pass }) => {
      await get("/v2/devices/");
      await get("/v2/devices/");
      pass(20_000);
      expect((await get("/v2/devices/")).headers.get("retry-after")).to.equal("10");
    }),
  );

  it("rateLimit: Retry-After as a date, absurdly long, fixed, or absent", async () => {
    for (const [retryAfter, form] of [
      ["date", / GMT$/],
      ["absurd", /^999999$/],
      [7, /^7$/],
      ["absent", /^none$/],
    ] as const) {
      await story({ rateLimit: { perMinute: 1, retryAfter } }, async ({ get }) => {
        await get("/v2/devices/");
        const limited = await get("/v2/devices/");
        expect(limited.status).to.equal(429);
        expect(limited.headers.get("retry-after") ?? "none").to.match(form);
      })();
    }
  });

  it(
    "failEveryNthRead: a 5xx on every nth GET",
    story({ failEveryNthRead: { n: 3, status: 500 } }, async (tenant) => {
      const statuses: number[] = [];
      for (let read = 0; read < 6; read += 1) statuses.push((await tenant.get("/v2/devices/")).status);
      expect(statuses).to.deep.equal([200, 200, 500, 200, 200, 500]);
      expect((await installAll(tenant)).status).to.equal(201);
    }),
  );

  it(
    "failPostAfterAccept: a 5xx, and the command is carried out",
    story({ failPostAfterAccept: { times: 1 } }, async (tenant) => {
      expect((await installAll(tenant)).status).to.equal(502);
      expect(tenant.world.commandLog).to.have.lengthOf(1);
      expect((await installAll(tenant)).status).to.equal(201);
    }),
  );

  it(
    "cutPostAfterAccept: no answer, and the command is carried out",
    story({ cutPostAfterAccept: { times: 1 } }, async (tenant) => {
      expect(await rejected(installAll(tenant))).to.equal(true);
      expect(tenant.world.commandLog).to.have.lengthOf(1);
      expect(tenant.simulator.traffic.byStatus).to.deep.equal({ cut: 1 });
    }),
  );

  it(
    "failPostBeforeAccept: a 5xx, and nothing was accepted",
    story({ failPostBeforeAccept: { times: 1 } }, async (tenant) => {
      expect((await installAll(tenant)).status).to.equal(503);
      expect(tenant.world.commandLog).to.have.lengthOf(0);
    }),
  );

  it(
    "closeAtOnce: the connection ends before anything is done",
    story({ closeAtOnce: { times: 1, on: ["send"] } }, async (tenant) => {
      expect((await tenant.get("/v2/devices/")).status).to.equal(200);
      expect(await rejected(installAll(tenant))).to.equal(true);
      expect(tenant.world.commandLog).to.have.lengthOf(0);
    }),
  );

  it(
    "forbidden and redirect: 403, and a 307 to another host",
    story({ forbidden: { on: ["send"] }, redirect: { on: ["devices"] } }, async (tenant) => {
      expect((await installAll(tenant)).status).to.equal(403);
      const moved = await tenant.get("/v2/devices/");
      expect([moved.status, moved.headers.get("location")]).to.deep.equal([
        307,
        "http://elsewhere.invalid/api/v2/devices/",
      ]);
    }),
  );

  it(
    "slowMs and trickle: answers that take their time, by the clock",
    story({ slowMs: { ms: 5000 }, trickle: { on: ["token"], everyMs: 10 } }, async ({ get, world }) => {
      const before = world.now();
      await get("/v2/devices/");
      expect(world.now() - before).to.equal(5000);
      const token = await get("/v1/token-info/");
      expect(field(token.body, "id")).to.equal("4711");
      expect(world.now() - before).to.equal(10_000 + 10 * token.text.length);
    }),
  );

  it(
    "hang: accepts and never answers",
    story({ hang: { times: 1, on: ["send"] } }, async (tenant) => {
      const { world, simulator } = tenant;
      const body = JSON.stringify({ ...install(world.devices().map(({ id }) => id)), device_type: "all" });
      const gone = AbortSignal.timeout(300);
      const headers = { authorization: `Bearer ${simulator.apiKey}` };
      const sent = fetch(`${simulator.url}/commands/v0/commands/`, { method: "POST", headers, body, signal: gone });
      expect(await rejected(sent)).to.equal(true);
      expect(world.commandLog).to.have.lengthOf(1);
    }),
  );

  it(
    "htmlErrors, htmlAnswers, emptyBodies, truncatedJson, wrongContentType: bodies that are not what they should be",
    story({}, async ({ get, simulator }) => {
      simulator.faults.set({ htmlErrors: {} });
      expect((await get("/v2/devices/none")).text).to.contain("<html>");
      expect((await get("/v2/devices/")).status).to.equal(200);
      simulator.faults.set({ htmlAnswers: { times: 1 } });
      expect((await get("/v2/devices/")).headers.get("content-type")).to.equal("text/html");
      simulator.faults.set({ emptyBodies: {} });
      expect((await get("/v2/devices/")).text).to.equal("");
      simulator.faults.set({ truncatedJson: {} });
      const cut = await get("/v2/devices/");
      expect([cut.body, cut.text.startsWith("{")]).to.deep.equal([undefined, true]);
      simulator.faults.set({ wrongContentType: {} });
      const plain = await get("/v2/devices/");
      expect(plain.headers.get("content-type")).to.equal("text/plain");
      expect(field(plain.body, "content", "count")).to.equal(5);
    }),
  );

  it(
    "hugeBody: far more than anybody asked for",
    story({ hugeBody: { bytes: 3_000_000 } }, async ({ get }) => {
      expect((await get("/v2/devices/")).text.length).to.be.greaterThan(2_900_000);
    }),
  );

  it(
    "lyingNextHost and smallPages: tiny pages whose links lead elsewhere",
    story({ lyingNextHost: {}, smallPages: {} }, async ({ get }) => {
      const { body } = await get("/v2/devices/?limit=1000");
      expect(list(field(body, "content", "results"))).to.have.lengthOf(2);
      expect(field(body, "content", "next")).to.match(/^http:\/\/elsewhere\.invalid\/api\/v2\/devices\/\?/);
    }),
  );

  it(
    "lateStatusRowsMs: no rows and no counts at first",
    story({ lateStatusRowsMs: { ms: 3000 } }, async (tenant) => {
      const id = String(field((await installAll(tenant)).body, "content", "id"));
      expect(await tenant.states(id)).to.deep.equal({});
      expect(field((await tenant.get(`/commands/v0/commands/${id}/stats/`)).body, "content", "status")).to.deep.equal(
        [],
      );
      tenant.pass(3000);
      expect(Object.keys(await tenant.states(id))).to.have.lengthOf(5);
    }),
  );

  it(
    "countsRouteMissing and historyPurged: what is not there, or not there any more",
    story({ countsRouteMissing: {} }, async (tenant) => {
      const id = String(field((await installAll(tenant)).body, "content", "id"));
      expect((await tenant.get(`/commands/v0/commands/${id}/stats/`)).status).to.equal(404);
      expect((await tenant.get(`/commands/v0/commands/${id}/`)).status).to.equal(200);
      tenant.simulator.faults.set({ historyPurged: { olderThanMs: 1000 } });
      expect((await tenant.get(`/commands/v0/commands/${id}/`)).status).to.equal(200);
      tenant.pass(2000);
      expect((await tenant.get(`/commands/v0/commands/${id}/`)).status).to.equal(404);
      expect(await tenant.states(id)).to.deep.equal({});
      expect(field((await tenant.get("/commands/v0/commands/")).body, "content", "count")).to.equal(0);
    }),
  );

  for (const [where, message, content] of [
    [undefined, true, true],
    ["message", true, false],
    ["content", false, true],
  ] as const) {
    it(
      `echoSecretsInErrors: an error repeats the request and the key (${where ?? "everywhere"})`,
      story({ echoSecretsInErrors: where === undefined ? {} : { where }, forbidden: {} }, async (tenant) => {
        const { body } = await installAll(tenant);
        for (const [place, isThere] of Object.entries({ message, content })) {
          const text = JSON.stringify(field(body, place) ?? "");
          expect(text.includes("cert_password"), place).to.equal(isThere);
          expect(text.includes("Bearer simulator-key"), place).to.equal(isThere);
        }
        expect(field(body, "message")).to.match(/^You do not have permission/);
      }),
    );
  }

  it(
    "clockSkewMs: the server's clock is another one",
    story({ clockSkewMs: { ms: 3_600_000 } }, async (tenant) => {
      const sent = await installAll(tenant);
      const createdAt = Date.parse(String(field(sent.body, "content", "created_at")));
      expect(createdAt - tenant.world.now()).to.equal(3_600_000);
      expect(Date.parse(sent.headers.get("date") ?? "") - tenant.world.now()).to.equal(3_600_000);
    }),
  );

  it(
    "maxBodyBytes: 413 to a larger body",
    story({ maxBodyBytes: { bytes: 1000 } }, async (tenant) => {
      expect((await installAll(tenant)).status).to.equal(413);
      expect(tenant.world.commandLog).to.have.lengthOf(0);
    }),
  );

  it(
    "v2RefusesCertificates: the V2 endpoint does not know the commands",
    story({ v2RefusesCertificates: {} }, async ({ ask, world, simulator }) => {
      const path = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      const ids = world.devices().map(({ id }) => id);
      const refused = await ask("POST", path, install(ids));
      expect([refused.status, field(refused.body, "status")]).to.deep.equal([400, 400]);
      expect((await ask("POST", path, { ...install(ids), command: "REBOOT" })).status).to.equal(201);
    }),
  );

  it(
    "unknownState: a state that nobody has heard of",
    story({ unknownState: { name: "Command Pondering" } }, async (tenant) => {
      const id = String(field((await installAll(tenant)).body, "content", "id"));
      tenant.pass(600);
      expect(new Set(Object.values(await tenant.states(id)))).to.deep.equal(new Set(["Command Pondering"]));
      tenant.pass(600);
      expect(new Set(Object.values(await tenant.states(id)))).to.deep.equal(new Set(["Command Success"]));
    }),
  );
});
