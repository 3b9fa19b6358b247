import { expect } from "chai";
import { isApiError, isOutcomeUnknownError } from "../../../provider/errors";
import { startAnswering, type AnsweringServer } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, commandFor, refusalOf, tenantBench, type TenantBench } from "../harness";

const ENTERPRISE = "0a6a7a0b-7b43-4b52-8a37-111111111111";

for (const commandsApi of ["request", "v2"] as const) {
  describe(`sending a command (${commandsApi})`, () => {
    let bench: TenantBench;
    beforeEach(async () => {
      bench = await tenantBench({ devices: 5 }, { speed: 50, settings: { commandsApi } });
    });
    afterEach(() => bench.sim.close());

    const deviceIds = (): string[] => bench.sim.world.devices().map(({ id }) => id);
    const log = () => bench.sim.world.commandLog;

    it("gives Esper's id, and what was sent", async () => {
      const command = commandFor(deviceIds());
      const sent = await bench.client.send(command);
      expect(log()).to.have.length(1);
      expect(sent).to.deep.include({
        id: log()[0]?.requestId,
        command: "INSTALL_CERTIFICATE",
        aliasName: "corp-client",
      });
      expect(sent.devices).to.have.members(deviceIds());
      expect(sent.label).to.equal(bench.client.hasLabels ? command.label : undefined);
      expect(bench.client.hasLabels).to.equal(commandsApi === "request");
    });

    it("sends once when the answer was lost after Esper accepted it", async () => {
      for (const fault of ["cutPostAfterAccept", "failPostAfterAccept"] as const) {
        bench.sim.faults.set({ [fault]: { times: 1 } });
        const before = log().length;
        const sent = await bench.client.send(commandFor(deviceIds()));
        expect(log()).to.have.length(before + 1);
        expect(sent.id).to.equal(log().at(-1)?.requestId);
      }
    });

    it("finds the command also when the success cannot be read, is empty, hangs or comes late", async () => {
      for (const fault of ["truncatedJson", "emptyBodies", "htmlAnswers", "hang"] as const) {
        bench.sim.faults.set({ [fault]: { times: 1, on: ["send"] } });
        const before = log().length;
        await bench.client.send(commandFor(deviceIds()));
        expect(log(), fault).to.have.length(before + 1);
      }
    });

    it("sends again when Esper failed before it accepted", async () => {
      bench.sim.faults.set({ failPostBeforeAccept: { times: 2 } });
      await bench.client.send(commandFor(deviceIds()));
      expect(log()).to.have.length(1);
    });

    it("keeps several commands apart whose answers are lost at the same time", async () => {
      bench.sim.faults.set({ cutPostAfterAccept: {} });
      const ids = deviceIds();
      const sent = await Promise.all(ids.map((id) => bench.client.send(commandFor([id]))));
      expect(sent.map(({ devices }) => devices[0])).to.deep.equal(ids);
      expect(new Set(sent.map(({ id }) => id)).size).to.equal(ids.length);
      expect(log()).to.have.length(ids.length);
    });

    it("finds it in a tenant whose clock is wrong", async () => {
      bench.sim.faults.set({ clockSkewMs: { ms: -300_000 }, cutPostAfterAccept: { times: 1, on: ["send"] } });
      // Any answer tells the server's time.
      await bench.client.devices({}, 0);
      await bench.client.send(commandFor(deviceIds()));
      expect(log()).to.have.length(1);
    });

    it("says that the outcome is not known when it cannot look", async () => {
      bench.sim.faults.set({ cutPostAfterAccept: { times: 1 }, failEveryNthRead: { n: 1, on: ["commands"] } });
      const command = commandFor(deviceIds());
      const error = await refusalOf(bench.client.send(command));
      expect(isOutcomeUnknownError(error) && error.label).to.equal(command.label);
      expect(error.message).to.match(/INSTALL_CERTIFICATE was sent to 5 devices, but whether Esper accepted it/);
      expect(log()).to.have.length(1);
    });

    it("waits and sends again on 429, once", async () => {
      bench.sim.faults.set({ rateLimit: { perSecond: 1, times: 3 } });
      await Promise.all(deviceIds().map((id) => bench.client.send(commandFor([id]))));
      expect(log()).to.have.length(5);
      expect(bench.said.join()).to.include("Esper's rate limit");
    });

    it("names the permission on 403", async () => {
      bench.sim.faults.set({ forbidden: { on: ["send"] } });
      const error = await refusalOf(bench.client.send(commandFor(deviceIds())));
      expect(error.message)
        .to.match(/^Could not send INSTALL_CERTIFICATE to 5 devices: /)
        .and.include("`create:device_command:INSTALL_CERTIFICATE`");
    });

    it("says that the file is too large on 413", async () => {
      bench.sim.faults.set({ maxBodyBytes: { bytes: 100 } });
      const error = await refusalOf(bench.client.send(commandFor(deviceIds())));
      expect(isApiError(error) && error.meaning).to.equal("tooLarge");
    });

    it("sends groups, both kinds of targets, a device type and a schedule as Esper describes them", async () => {
      const [shop] = bench.sim.world.groups();
      const groups = [shop?.id ?? ""];
      const schedule = {
        schedule: "WINDOW",
        scheduleArgs: {
          name: "w",
          start_datetime: "2030-01-01T00:00:00Z",
          end_datetime: "2030-01-02T00:00:00Z",
          time_type: "device",
        },
      } as const;
      await bench.client.send(commandFor([], { commandType: "GROUP", groups, deviceType: "active" }));
      await bench.client.send(commandFor(deviceIds(), { commandType: "DYNAMIC", groups, schedule }));
      expect(log().map(({ commandType, deviceType, schedule: kind }) => [commandType, deviceType, kind])).to.deep.equal(
        [
          ["GROUP", "active", "IMMEDIATE"],
          ["DYNAMIC", "all", "WINDOW"],
        ],
      );
    });
  });
}

describe("sending a command", () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
  });

  it("over V2 to a tenant that does not know it names the other endpoint as the way out", async () => {
    const bench = await tenantBench({ faults: { v2RefusesCertificates: {} } }, { settings: { commandsApi: "v2" } });
    const error = await refusalOf(bench.client.send(commandFor([bench.sim.world.devices()[0]?.id ?? ""])));
    await bench.sim.close();
    expect(isApiError(error) && error.meaning).to.equal("commandNotKnown");
    expect(error.message)
      .to.include("`pulumi config set esper:commandsApi request`")
      .and.include("ESPER_COMMANDS_API=request")
      .and.include("is not a valid choice");
  });

  it("is given up after seven sends that Esper has none of", async () => {
    server = await startAnswering(({ method }) =>
      method === "POST" ? { status: 500 } : { body: { content: { count: 0, results: null } } },
    );
    const error = await refusalOf(benchFor(server.url, quickClock(100)).client.send(commandFor(["d"])));
    expect(isApiError(error) && error.status).to.equal(500);
    expect(server.asked.filter(({ method }) => method === "POST")).to.have.length(7);
  });

  it("looks for one whose row appears late before it sends again", async () => {
    let listed = 0;
    const command = commandFor(["d"]);
    const row = {
      id: "r",
      command: command.command,
      command_type: "DEVICE",
      alias: command.label,
      created_at: new Date().toISOString(),
    };
    server = await startAnswering(({ method }) => {
      if (method === "POST") return (response) => response.destroy();
      listed += 1;
      return { body: { content: { count: listed > 2 ? 1 : 0, results: listed > 2 ? [row] : null } } };
    });
    const sent = await benchFor(server.url, quickClock(100)).client.send(command);
    expect(sent.id).to.equal("r");
    expect(server.asked.filter(({ method }) => method === "POST")).to.have.length(1);
  });

  it("finds on the V2 endpoint also what an earlier attempt has left, whose row appears after the next was sent", async () => {
    const clock = quickClock(20);
    const command = commandFor(["d"]);
    let posts = 0;
    let firstAtMs = 0;
    server = await startAnswering(({ method }) => {
      const headers = { Date: new Date(clock.now()).toUTCString() };
      if (method === "POST") {
        posts += 1;
        if (posts === 1) firstAtMs = clock.now();
        return { status: 503, headers };
      }
      const row = {
        id: "r",
        command: command.command,
        command_type: command.commandType,
        devices: command.devices,
        command_args: { cert_alias_name: command.commandArgs["cert_alias_name"] },
        created_on: new Date(firstAtMs).toISOString(),
      };
      return { headers, body: { results: posts > 1 ? [row] : [] } };
    });
    const { client } = benchFor(server.url, clock, { commandsApi: "v2", enterpriseId: ENTERPRISE });
    expect((await client.send(command)).id).to.equal("r");
    expect(posts).to.equal(2);
  });

  for (const isKnown of [true, false]) {
    it(`takes on the V2 endpoint an equal request of a moment ago ${isKnown ? "never for its own where its id is known" : "for its own"}`, async () => {
      const clock = quickClock(100);
      const command = commandFor(["d"]);
      let posts = 0;
      server = await startAnswering(({ method }) => {
        if (method === "POST") {
          posts += 1;
          return posts === 1 ? { status: 503 } : { status: 201, body: { id: "new" } };
        }
        const row = {
          id: "before",
          command: command.command,
          command_type: command.commandType,
          devices: command.devices,
          command_args: { cert_alias_name: command.commandArgs["cert_alias_name"] },
          // A clock of the tenant's that is wrong makes it look as if it came later.
          created_on: new Date(clock.now() + 1000).toISOString(),
        };
        return { body: { results: [row] } };
      });
      const { client } = benchFor(server.url, clock, { commandsApi: "v2", enterpriseId: ENTERPRISE });
      const sent = await client.send(command, new Set(isKnown ? ["before"] : []));
      expect(sent.id).to.equal(isKnown ? "new" : "before");
      expect(posts).to.equal(isKnown ? 2 : 1);
    });
  }

  for (const order of ["newest first", "oldest first", "in no order"] as const) {
    it(`finds a command in a list that is ${order}`, async () => {
      const command = commandFor(["d"]);
      const rows = Array.from({ length: 130 }, (_, index) => ({
        id: `r${String(index)}`,
        command: command.command,
        command_type: "DEVICE",
        alias: index === 0 ? command.label : `other-${String(index)}`,
        created_at: new Date(Date.now() - index * 1000).toISOString(),
      }));
      if (order === "oldest first") rows.reverse();
      if (order === "in no order")
        rows.sort((one, other) => (Number(one.id.slice(1)) % 7) - (Number(other.id.slice(1)) % 7));
      if (order === "in no order") rows.reverse();
      server = await startAnswering(({ method, query }) => {
        if (method === "POST") return (response) => response.destroy();
        const offset = Number(query.get("offset"));
        const results = rows.slice(offset, offset + Number(query.get("limit")));
        return { body: { content: { count: rows.length, results } } };
      });
      const bench = benchFor(server.url, quickClock(100));
      expect((await bench.client.send(command)).id).to.equal("r0");
      const sinceAt = new Date(Date.now() - 20_500).toISOString();
      const query = { commands: [command.command], sinceAt, maxAgeMs: 0 };
      const recent = (await bench.client.commandsSince(query)).commands;
      expect(recent.map(({ id }) => id).slice(0, 3)).to.deep.equal(["r0", "r1", "r2"]);
      expect(recent).to.have.length.within(15, 21);
    });
  }
});
