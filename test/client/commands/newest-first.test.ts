import { expect } from "chai";
import { startAnswering, type AnsweringServer } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, refusalOf } from "../harness";

const newestMs = Date.parse("2026-11-20T12:00:00Z");
const at = (secondsAgo: number): string => new Date(newestMs - secondsAgo * 1000).toISOString();

interface Listed {
  readonly id: string;
  readonly command: string;
  readonly command_type: string;
  readonly alias: string;
  readonly created_at: string;
}

/** Newest first. */
const commandsOf = (command: string, number: number, from = 0, everySeconds = 1): readonly Listed[] =>
  Array.from({ length: number }, (_, index) => ({
    ...{ id: `${command}-${String(index)}`, command, command_type: "DEVICE", alias: `label-${String(index)}` },
    created_at: at(from + index * everySeconds),
  }));

describe("the latest commands", () => {
  let server: AnsweringServer;
  afterEach(() => server.close());

  const listing = async (rows: readonly Listed[]) => {
    const newestFirst = [...rows].sort((one, other) => other.created_at.localeCompare(one.created_at));
    server = await startAnswering(({ query }) => {
      const some = newestFirst.filter(({ command }) => [null, command].includes(query.get("command")));
      const offset = Number(query.get("offset"));
      const results = some.slice(offset, offset + Number(query.get("limit")));
      return { body: { content: { count: some.length, results } } };
    });
    return benchFor(server.url, quickClock(20)).client;
  };
  const asked = (): readonly string[] =>
    server.asked.map(({ query }) => `${query.get("command") ?? "all"} ${query.get("offset") ?? ""}`);
  const idsOf = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id);

  it("of every command come out of one page where little goes on, for all who ask", async () => {
    const client = await listing([
      ...commandsOf("INSTALL_CERTIFICATE", 3),
      ...commandsOf("UNINSTALL_CERTIFICATE", 2, 10),
    ]);
    const [installs, removals] = await Promise.all([
      client.recent("INSTALL_CERTIFICATE", at(1), 600_000),
      client.recent("UNINSTALL_CERTIFICATE", at(60), 600_000),
    ]);
    expect(idsOf(installs)).to.deep.equal(["INSTALL_CERTIFICATE-0", "INSTALL_CERTIFICATE-1"]);
    expect(idsOf(removals)).to.deep.equal(["UNINSTALL_CERTIFICATE-0", "UNINSTALL_CERTIFICATE-1"]);
    expect(idsOf(await client.recent("INSTALL_CERTIFICATE", at(30), 600_000))).to.have.length(3);
    expect(asked()).to.deep.equal(["all 0"]);
  });

  it("come out of the command's own list where others' commands fill the page, read as far as somebody asks", async () => {
    const client = await listing([...commandsOf("OPEN_APP", 5000, 0, 0.01), ...commandsOf("INSTALL_CERTIFICATE", 200)]);
    expect(await client.recent("INSTALL_CERTIFICATE", at(60), 600_000)).to.have.length(61);
    expect(asked()).to.deep.equal(["all 0", "INSTALL_CERTIFICATE 0", "INSTALL_CERTIFICATE 50"]);
    expect(await client.recent("INSTALL_CERTIFICATE", at(20), 600_000)).to.have.length(21);
    expect(asked()).to.have.length(3);
    expect(await client.recent("INSTALL_CERTIFICATE", at(120), 600_000)).to.have.length(121);
    expect(asked().slice(3)).to.deep.equal(["INSTALL_CERTIFICATE 100"]);
  });

  it("end where the list repeats itself, since a server that ignores the offset has no more to show", async () => {
    const nowMs = Date.now();
    const results = Array.from({ length: 50 }, (_, index) => ({
      id: `r${String(index)}`,
      command: "INSTALL_CERTIFICATE",
      command_type: "DEVICE",
      created_at: new Date(nowMs - index * 1000).toISOString(),
    }));
    server = await startAnswering(() => ({ body: { count: 100_000, results } }));
    const { client } = benchFor(server.url, quickClock(100));
    const found = await client.recent("INSTALL_CERTIFICATE", new Date(nowMs - 3_600_000).toISOString(), 0);
    expect(found).to.have.length(50);
    // One page of all commands, and two of the command's own list.
    expect(server.asked).to.have.length(3);
  });

  it("are read again when what was read is too old", async () => {
    const client = await listing(commandsOf("INSTALL_CERTIFICATE", 3));
    await client.recent("INSTALL_CERTIFICATE", at(1), 600_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.recent("INSTALL_CERTIFICATE", at(1), 0);
    expect(asked()).to.deep.equal(["all 0", "all 0"]);
  });

  it("are asked for again after a read that failed", async () => {
    let isDown = true;
    server = await startAnswering(() =>
      isDown ? { status: 403, body: { message: "no" } } : { body: { content: { count: 0, results: null } } },
    );
    const { client } = benchFor(server.url, quickClock(20));
    const failed = await refusalOf(client.recent("INSTALL_CERTIFICATE", at(1), 600_000));
    expect(failed.message).to.match(/^Could not look for the latest commands: /);
    isDown = false;
    expect(await client.recent("INSTALL_CERTIFICATE", at(1), 600_000)).to.deep.equal([]);
  });
});
