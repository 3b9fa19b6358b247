import { expect } from "chai";
import { startAnswering, type AnsweringServer } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, commandFor, refusalOf } from "../harness";

const install = "INSTALL_CERTIFICATE";
const uninstall = "UNINSTALL_CERTIFICATE";
const newestMs = Date.parse("2026-11-20T12:00:00Z");
const at = (secondsAgo: number): string => new Date(newestMs - secondsAgo * 1000).toISOString();

interface Listed {
  readonly id: string;
  readonly command: string;
  readonly command_type: string;
  readonly alias?: string | null;
  readonly created_at: string;
}

/** Newest first. */
const commandsOf = (command: string, number: number, from = 0, everySeconds = 1): readonly Listed[] =>
  Array.from({ length: number }, (_, index) => ({
    ...{ id: `${command}-${String(index)}`, command, command_type: "DEVICE", alias: `label-${String(index)}` },
    created_at: at(from + index * everySeconds),
  }));

describe("the tenant's commands since an instant", () => {
  let server: AnsweringServer;
  let rows: Listed[];
  afterEach(() => server.close());

  const listing = async (listed: readonly Listed[], order: "newest" | "oldest" | "none" = "newest") => {
    rows = [...listed];
    server = await startAnswering(({ query }) => {
      const sorted = [...rows].sort((one, other) => other.created_at.localeCompare(one.created_at));
      const ordered = order === "none" ? rows : order === "newest" ? sorted : sorted.reverse();
      const some = ordered.filter(({ command }) => [null, command].includes(query.get("command")));
      const offset = Number(query.get("offset"));
      const results = some.slice(offset, offset + Number(query.get("limit")));
      return { body: { content: { count: some.length, results } } };
    });
    const { client } = benchFor(server.url, quickClock(20));
    const idsSince = async (commands: readonly string[], secondsAgo: number, maxAgeMs = 600_000) =>
      (await client.commandsSince({ commands, sinceAt: at(secondsAgo), maxAgeMs })).commands.map(({ id }) => id);
    return { client, idsSince };
  };
  const asked = (): readonly string[] =>
    server.asked.map(({ query }) => `${query.get("command") ?? "all"} ${query.get("offset") ?? ""}`);
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it("come out of one page where little goes on, for all commands and all who ask", async () => {
    const { idsSince } = await listing([...commandsOf(install, 3), ...commandsOf(uninstall, 2, 10)]);
    const [installs, both] = await Promise.all([idsSince([install], 1), idsSince([install, uninstall], 60)]);
    expect(installs).to.deep.equal([`${install}-0`, `${install}-1`]);
    expect(both).to.have.length(5);
    expect(await idsSince([install], 30)).to.have.length(3);
    expect(asked()).to.deep.equal(["all 0"]);
  });

  it("come out of the command's own list where others' commands fill the page, read as far as somebody asks", async () => {
    const { idsSince } = await listing([...commandsOf("OPEN_APP", 5000, 0, 0.01), ...commandsOf(install, 900)]);
    expect(await idsSince([install], 300)).to.have.length(301);
    expect(asked()).to.deep.equal(["all 0", `${install} 0`, `${install} 250`]);
    expect(await idsSince([install], 20)).to.have.length(21);
    expect(asked()).to.have.length(3);
    expect(await idsSince([install], 600)).to.have.length(601);
    expect(asked().slice(3)).to.deep.equal([`${install} 500`]);
  });

  it("are read of any age", async () => {
    const day = 24 * 3600;
    const { idsSince } = await listing(commandsOf(install, 4, 0, 100 * day));
    expect(await idsSince([install], 400 * day)).to.have.length(4);
  });

  it("are read anew only up to what is known, and on from there", async () => {
    const { idsSince } = await listing([...commandsOf("OPEN_APP", 5000, 0, 0.01), ...commandsOf(install, 1200, 120)]);
    expect(await idsSince([install], 720)).to.have.length(601);
    const before = asked().length;
    rows.push({ id: "new", command: install, command_type: "DEVICE", created_at: at(-1) });
    await later();
    expect(await idsSince([install], 720, 0)).to.have.length(602);
    expect(asked().slice(before)).to.deep.equal(["all 0", `${install} 0`]);
    expect((await idsSince([install], 1319)).length).to.equal(1201);
    expect(asked().slice(before + 2)).to.deep.equal([`${install} 751`, `${install} 1001`]);
  });

  it("cost one request where nobody has sent anything since the last read", async () => {
    const { idsSince } = await listing(commandsOf(install, 3, 3600));
    await idsSince([install, uninstall], 7200);
    await later();
    await idsSince([install, uninstall], 7200, 0);
    expect(asked()).to.deep.equal(["all 0", "all 0"]);
  });

  it("are incomplete where the list repeats itself, as that of a server that ignores the offset", async () => {
    const nowMs = Date.now();
    const results = Array.from({ length: 50 }, (_, index) => ({
      ...{ id: `r${String(index)}`, command: install, command_type: "DEVICE" },
      created_at: new Date(nowMs - index * 1000).toISOString(),
    }));
    server = await startAnswering(() => ({ body: { count: 100_000, results } }));
    const { client } = benchFor(server.url, quickClock(100));
    const sinceAt = new Date(nowMs - 3_600_000).toISOString();
    const found = await client.commandsSince({ commands: [install], sinceAt, maxAgeMs: 0 });
    expect(found.commands).to.have.length(50);
    expect(found.isComplete).to.equal(false);
    // One page of all commands, and two of the command's own list.
    expect(server.asked).to.have.length(3);
  });

  it("are complete where the list is at its end, in whatever order it comes", async () => {
    for (const order of ["newest", "oldest", "none"] as const) {
      const mixed = commandsOf(install, 700).toSorted((one, other) => one.id.localeCompare(other.id));
      const { client } = await listing(order === "none" ? mixed : commandsOf(install, 700), order);
      const found = await client.commandsSince({ commands: [install], sinceAt: at(400), maxAgeMs: 0 });
      expect(found.commands, order).to.have.length(401);
      expect(found.commands[0]?.id, order).to.equal(`${install}-0`);
      expect(found.isComplete, order).to.equal(true);
      if (order !== "none") await server.close();
    }
  });

  it("are found behind one whose date lies in the far future, or is none", async () => {
    const wrong = ["2999-01-01T00:00:00Z", "soon"].map((created_at, index) => ({
      ...{ id: `wrong-${String(index)}`, command: install, command_type: "DEVICE", created_at },
    }));
    const good = commandsOf(install, 300);
    const { idsSince } = await listing([...good.slice(0, 2), ...wrong, ...good.slice(2)], "none");
    expect(await idsSince([install], 200)).to.have.length(203);
  });

  it("say what Esper shows of them, and leave out what it does not show", async () => {
    const window = { start_datetime: "2026-11-21T08:00:00.000000Z", end_datetime: "2026-11-21T09:00:00Z" };
    const shown = {
      ...{ id: "a", command: install, command_type: "DYNAMIC", alias: "label", created_at: at(0) },
      ...{ devices: ["d1"], groups: ["g1"], schedule: "WINDOW", schedule_args: window },
      command_args: { cert_alias_name: "corp", cert_data_base64: "c2VjcmV0", cert_password: "secret" },
    };
    const hidden = { ...{ id: "b", command: install, command_type: "GROUP", alias: null, created_at: at(1) } };
    const { client } = await listing([shown, { ...hidden, ...{ devices: null, groups: null } }]);
    const found = await client.commandsSince({ commands: [install], sinceAt: at(60), maxAgeMs: 0 });
    expect(found.commands).to.deep.equal([
      {
        ...{ id: "a", command: install, commandType: "DYNAMIC", createdAt: at(0), label: "label", aliasName: "corp" },
        ...{ devices: ["d1"], groups: ["g1"], scheduledFrom: "2026-11-21T08:00:00.000Z" },
      },
      { id: "b", command: install, commandType: "GROUP", createdAt: at(1) },
    ]);
  });

  it("are asked for again after a read that failed", async () => {
    let isDown = true;
    server = await startAnswering(() =>
      isDown ? { status: 403, body: { message: "no" } } : { body: { content: { count: 0, results: null } } },
    );
    const { client } = benchFor(server.url, quickClock(20));
    const query = { commands: [install], sinceAt: at(1), maxAgeMs: 600_000 };
    const failed = await refusalOf(client.commandsSince(query));
    expect(failed.message).to.match(/^Could not look for the latest commands: /);
    isDown = false;
    expect(await client.commandsSince(query)).to.deep.equal({ commands: [], isComplete: true });
  });

  it("end with their caller's signal, and are read no further when nobody waits for them", async () => {
    const ended = new AbortController();
    server = await startAnswering(({ query }) => {
      const offset = Number(query.get("offset"));
      if (offset >= 1000) ended.abort(new Error("the time is over"));
      const results = Array.from({ length: 250 }, (_, index) => ({
        ...{ id: `r${String(offset + index)}`, command: install, command_type: "DEVICE" },
        created_at: at(offset + index),
      }));
      return { body: { count: 1e9, results } };
    });
    const { client } = benchFor(server.url, quickClock(20));
    const query = { commands: [install], sinceAt: at(1e9), maxAgeMs: 0, signal: ended.signal };
    expect((await refusalOf(client.commandsSince(query))).message).to.equal("the time is over");
    const soFar = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.asked.length).to.be.below(soFar + 2);
  });
});

describe("a command whose answer was lost", () => {
  it("is found by its label, however wrong the Date header is", async () => {
    for (const minutesOff of [-60, 60]) {
      const created: object[] = [];
      const server = await startAnswering(({ method, body }) => {
        const headers = { Date: new Date(Date.now() + minutesOff * 60_000).toUTCString() };
        if (method === "GET") return { headers, body: { content: { count: created.length, results: created } } };
        const { alias } = JSON.parse(body) as { alias: string };
        const id = `sent-${String(created.length)}`;
        created.push({ id, command: install, command_type: "DEVICE", alias, created_at: new Date().toISOString() });
        return { status: 502, headers };
      });
      const { client } = benchFor(server.url, quickClock(100));
      await client.devicesById(["x"], 0).catch(() => undefined);
      const sent = await client.send(commandFor(["d"]));
      expect(sent.id, `${minutesOff} minutes`).to.equal("sent-0");
      expect(created).to.have.length(1);
      await server.close();
    }
  });
});
