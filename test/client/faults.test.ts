// Every switch of the simulator's against the client's own operations, on a real socket: each ends well or with the
// right sentence, and no command is sent twice. (The same for whole lifecycles stands in the lifecycle's tests.)

import { expect } from "chai";
import type { Client } from "../../provider/client/client";
import { faultStorm, type Faults } from "../../simulator";
import { commandFor, FILE_BASE64, PASSWORD, tenantBench, type TenantBench } from "./harness";

interface Row {
  readonly name: string;
  readonly faults: Faults;
  /** The sentence that operations may end with, when they cannot end well. */
  readonly sentence?: RegExp;
  /** Milliseconds of the client in one of the test; 50 when nothing is said. */
  readonly speed?: number;
}

const rows: readonly Row[] = [
  { name: "a rate limit with Retry-After", faults: { rateLimit: { perSecond: 2 } } },
  { name: "a rate limit with a date", faults: { rateLimit: { perSecond: 2, retryAfter: "date" } } },
  { name: "a rate limit without Retry-After", faults: { rateLimit: { perSecond: 2, retryAfter: "absent" } } },
  {
    name: "a rate limit that says eleven days",
    faults: { rateLimit: { perSecond: 20, times: 1, retryAfter: "absurd" } },
  },
  { name: "every second read failing", faults: { failEveryNthRead: { n: 2 } } },
  {
    name: "every read failing with 500",
    faults: { failEveryNthRead: { n: 1, status: 500 } },
    sentence: /Esper failed \(500\)/,
  },
  { name: "answers lost after a command was accepted", faults: { cutPostAfterAccept: {} } },
  { name: "5xx after a command was accepted", faults: { failPostAfterAccept: {} } },
  { name: "5xx before a command is accepted", faults: { failPostBeforeAccept: { times: 2 } } },
  // Six times at most, since a call is tried seven times: it ends well even where all of them hit one call.
  { name: "a connection closed at once, now and then", speed: 20, faults: { closeAtOnce: { everyNth: 3, times: 6 } } },
  { name: "connections always closed at once", faults: { closeAtOnce: {} }, sentence: /closed the connection/ },
  { name: "a missing permission", faults: { forbidden: {} }, sentence: /not allowed to \(403\)/ },
  { name: "slow answers", faults: { slowMs: { ms: 5000 } } },
  { name: "an answer that never comes", faults: { hang: { times: 1 } } },
  { name: "an answer byte by byte", faults: { trickle: { times: 1 } } },
  { name: "HTML in errors", faults: { htmlErrors: {}, failEveryNthRead: { n: 2 } } },
  {
    name: "HTML instead of every answer",
    faults: { htmlAnswers: {} },
    sentence: /a web page where its API describes JSON/,
  },
  { name: "HTML instead of some answers", faults: { htmlAnswers: { everyNth: 3 } } },
  { name: "empty bodies", faults: { emptyBodies: { everyNth: 3 } } },
  { name: "truncated JSON", faults: { truncatedJson: { everyNth: 3 } } },
  {
    name: "a body of 50 MB",
    // Reading 32 MB takes its time on a busy machine.
    speed: 5,
    faults: { hugeBody: { on: ["devices"] } },
    sentence: /more than 32 MB/,
  },
  { name: "a wrong content type", faults: { wrongContentType: {} } },
  { name: "a redirect to another host", faults: { redirect: {} }, sentence: /which is not followed/ },
  { name: "links to another host", faults: { lyingNextHost: {}, smallPages: {} } },
  { name: "late status rows", faults: { lateStatusRowsMs: { ms: 3000 } } },
  { name: "no route for counts", faults: { countsRouteMissing: {} } },
  { name: "pages of two rows", faults: { smallPages: {} } },
  { name: "a clock that is two minutes ahead", faults: { clockSkewMs: { ms: 120_000 }, cutPostAfterAccept: {} } },
  { name: "a clock that is two minutes behind", faults: { clockSkewMs: { ms: -120_000 }, cutPostAfterAccept: {} } },
  { name: "a limit on bodies", faults: { maxBodyBytes: { bytes: 200 } }, sentence: /larger than Esper takes/ },
  { name: "a state that nobody knows", faults: { unknownState: {} } },
  {
    name: "secrets in errors",
    faults: { echoSecretsInErrors: {}, failEveryNthRead: { n: 2 }, failPostAfterAccept: {} },
  },
];

/** Sends to each device by itself, and waits until all have succeeded. */
async function sendAndWait({ client, clock }: TenantBench, ids: readonly string[]): Promise<void> {
  const sent = await Promise.all(ids.map((id) => client.send(commandFor([id]))));
  await Promise.all(
    sent.map(async ({ id }) => {
      for await (const seen of client.watch([{ requestId: id, devices: 1 }], clock.now() + 90_000)) {
        if (seen.get(id)?.counts.Success === 1) return;
      }
      expect.fail("The wait ended before the device had answered.");
    }),
  );
}

/** Each operation's end: "well", or what it was refused with. */
async function operations(bench: TenantBench, ids: readonly string[], groupId: string): Promise<readonly string[]> {
  const { client } = bench;
  const endOf = async (operation: (client: Client) => Promise<unknown>): Promise<string> =>
    operation(client).then(
      () => "well",
      (error: unknown) => (error instanceof Error ? error.message : "no Error"),
    );
  return Promise.all([
    endOf(() => sendAndWait(bench, ids)),
    endOf((own) => own.devices({ groups: [groupId] }, 0)),
    endOf((own) => own.devicesById(ids, 0)),
    endOf((own) => own.group(groupId, 0)),
    endOf((own) =>
      own.commandsSince({ commands: ["INSTALL_CERTIFICATE"], sinceAt: "2020-01-01T00:00:00Z", maxAgeMs: 0 }),
    ),
  ]);
}

for (const commandsApi of ["request", "v2"] as const) {
  describe(`the client survives (${commandsApi})`, () => {
    for (const { name, faults, sentence, speed = 50 } of rows) {
      it(name, async () => {
        const bench = await tenantBench({ devices: 8, faults }, { speed, settings: { commandsApi } });
        const ids = bench.sim.world.devices().map(({ id }) => id);
        const [group] = bench.sim.world.groups();
        const ends = await operations(bench, ids, group?.id ?? "");
        const log = bench.sim.world.commandLog;
        const unknown = bench.sim.traffic.unknownRoutes;
        await bench.sim.close();
        for (const end of ends) {
          if (sentence === undefined) expect(end).to.equal("well");
          else if (end !== "well") expect(end).to.match(sentence);
        }
        if (sentence !== undefined) expect(ends.some((end) => end !== "well")).to.be.true;
        else expect(log.map(({ devices }) => devices[0])).to.have.members(ids);
        expect(unknown).to.deep.equal([]);
        const shown = [...ends, ...bench.said].join("\n");
        expect(shown)
          .not.to.include(PASSWORD)
          .and.not.include(FILE_BASE64.slice(0, 12))
          .and.not.include("simulator-key");
      });
    }

    for (const seed of [1, 2, 3, 4, 5, 6]) {
      it(`a storm of all faults together (seed ${String(seed)})`, async () => {
        const bench = await tenantBench(
          { devices: 12, seed, faults: faultStorm(seed) },
          { speed: 50, settings: { commandsApi } },
        );
        const ids = bench.sim.world.devices().map(({ id }) => id);
        await sendAndWait(bench, ids);
        const log = bench.sim.world.commandLog;
        const installed = ids.filter((id) => bench.sim.world.keystore(id).has("corp-client"));
        await bench.sim.close();
        expect(installed).to.have.members(ids);
        expect(log.length - ids.length, "commands sent twice").to.equal(0);
      });
    }
  });
}
