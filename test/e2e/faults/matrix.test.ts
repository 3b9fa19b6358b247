// Faults of the simulated tenant, against every operation of a certificate (create, refresh, update, delete),
// over both endpoints on a real socket: it converges, or fails with the right sentence; the next `up` without the fault
// ends in the right place; devices get no more commands than docs/design.md, section 3 allows; nothing secret is shown.

import { expect } from "chai";
import { startSimulator, type Faults, type Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { printed, QuickStack, type Ended } from "../../support/quick-stack";
import { expectNoSecret } from "../../support/story";
import { startTogether, type Told } from "../../support/together";

type Endpoint = "request" | "v2";
type Operation = "create" | "refresh" | "update" | "delete";

interface Row {
  readonly name: string;
  readonly faults: Faults;
  /** What an operation may fail with; without it every one must end well at once. */
  readonly sentence?: RegExp;
  /** Operations that must fail. */
  readonly fails?: readonly Operation[];
  /** The command stands although the operation failed; it must not be sent again. */
  readonly wasAccepted?: boolean;
  readonly only?: Endpoint;
  /** A fault that lasts costs the client its whole patience; one operation shows that it ends. */
  readonly operations?: readonly Operation[];
  /** Of one exchange; default 3, since a busy machine must not look like a fault. */
  readonly timeoutSeconds?: number;
}

const everything: readonly Operation[] = ["create", "refresh", "update", "delete"];
const sending: readonly Operation[] = ["create", "update", "delete"];

// The longest first: they run side by side.
const rows: readonly Row[] = [
  {
    name: "a server that accepts and never answers",
    faults: { hang: {} },
    sentence: /gave no whole answer within 1 s/,
    fails: everything,
    operations: ["create"],
    timeoutSeconds: 1,
    only: "request",
  },
  {
    name: "a server that sends a byte a second",
    faults: { trickle: {} },
    sentence: /gave no whole answer within 1 s/,
    fails: everything,
    operations: ["create"],
    timeoutSeconds: 1,
    only: "request",
  },
  {
    name: "a server that closes at once",
    faults: { closeAtOnce: {} },
    sentence: /closed the connection/,
    fails: everything,
    operations: ["create"],
    timeoutSeconds: 1,
    only: "request",
  },
  { name: "a rate limit with Retry-After", faults: { rateLimit: { perSecond: 3 } } },
  { name: "a rate limit that names an instant", faults: { rateLimit: { perSecond: 3, retryAfter: "date" } } },
  { name: "a rate limit without Retry-After", faults: { rateLimit: { perSecond: 5, times: 2, retryAfter: "absent" } } },
  { name: "every second read failing", faults: { failEveryNthRead: { n: 2 } } },
  { name: "answers lost after a command was accepted", faults: { cutPostAfterAccept: {} } },
  { name: "5xx after a command was accepted", faults: { failPostAfterAccept: {} } },
  { name: "5xx before a command is accepted", faults: { failPostBeforeAccept: { times: 1 } } },
  { name: "a connection closed at once, now and then", faults: { closeAtOnce: { everyNth: 3 } } },
  {
    name: "a missing permission",
    faults: { forbidden: {} },
    sentence: /not allowed to \(403\)/,
    fails: everything,
  },
  {
    name: "a missing permission to send",
    faults: { forbidden: { on: ["send"] } },
    sentence: /not allowed to \(403\).*_CERTIFICATE/s,
    fails: sending,
  },
  { name: "slow answers", faults: { slowMs: { ms: 300 } } },
  { name: "an answer that never comes", faults: { hang: { times: 1 } } },
  { name: "an answer to a command that never comes", faults: { hang: { times: 1, on: ["send"] } } },
  { name: "an answer byte by byte", faults: { trickle: { times: 1 } } },
  { name: "HTML in errors", faults: { htmlErrors: {}, failEveryNthRead: { n: 2 } } },
  { name: "HTML instead of some answers", faults: { htmlAnswers: { everyNth: 3 } } },
  { name: "empty bodies", faults: { emptyBodies: { everyNth: 3 } } },
  { name: "truncated JSON", faults: { truncatedJson: { everyNth: 3 } } },
  {
    name: "a body of 50 MB",
    faults: { hugeBody: { on: ["devices"] } },
    sentence: /more than 32 MB/,
    fails: everything,
    operations: ["create"],
  },
  { name: "a wrong content type", faults: { wrongContentType: {} } },
  {
    name: "a redirect to another host",
    faults: { redirect: {} },
    sentence: /which is not followed/,
    fails: everything,
  },
  { name: "links to another host", faults: { lyingNextHost: {}, smallPages: { size: 5 } } },
  { name: "late status rows", faults: { lateStatusRowsMs: { ms: 1_200 } } },
  { name: "no route for counts", faults: { countsRouteMissing: {} } },
  {
    name: "a history that is dropped at once",
    faults: { historyPurged: {} },
    sentence: /28 devices did not answer within .* waits again without sending it again/s,
    fails: ["create"],
    wasAccepted: true,
    operations: ["create", "refresh"],
  },
  { name: "pages of two rows", faults: { smallPages: {} } },
  { name: "a clock two minutes ahead", faults: { clockSkewMs: { ms: 120_000 }, cutPostAfterAccept: {} } },
  { name: "a clock two minutes behind", faults: { clockSkewMs: { ms: -120_000 }, cutPostAfterAccept: {} } },
  {
    name: "a limit on bodies",
    faults: { maxBodyBytes: { bytes: 200 } },
    sentence: /larger than Esper takes/,
    fails: ["create", "update"],
  },
  { name: "a state that nobody knows", faults: { unknownState: {} } },
  {
    name: "secrets in errors",
    faults: { echoSecretsInErrors: {}, failEveryNthRead: { n: 2 }, failPostAfterAccept: {} },
  },
  {
    name: "a refusal that repeats the secrets",
    faults: { echoSecretsInErrors: {}, forbidden: { on: ["send"] } },
    sentence: /not allowed to \(403\)/,
    fails: sending,
  },
  {
    name: "no certificate commands",
    faults: { v2RefusesCertificates: {} },
    only: "v2",
    sentence: /does not take this command \(400\)\. .*esper:commandsApi request/s,
    fails: sending,
  },
];

const devices = 28;
const password = "a-password-of-the-fault-matrix";
const apiKey = "an-api-key-of-the-fault-matrix";
/** The client's whole patience with a server that only fails, and what other stories take of the processor meanwhile. */
const patienceMs = 60_000;

interface Case {
  readonly row: Row;
  readonly endpoint: Endpoint;
  readonly title: string;
}

const cases: readonly Case[] = rows.flatMap((row) =>
  (["request", "v2"] as const)
    .filter((endpoint) => row.only === undefined || row.only === endpoint)
    .map((endpoint) => ({ row, endpoint, title: `${row.name} (${endpoint})` })),
);

describe("a certificate survives, in create, refresh, update and delete,", () => {
  let told: Told<Case, void>;

  before(async () => {
    const [first, second] = [makeIdentity("first.example"), makeIdentity("second.example")];
    const files = [await p12Of(first, password), await p12Of(second, password)] as const;
    told = startTogether(cases, 50, (each) => story(each, files));
  });

  for (const each of cases) {
    it(each.title, async function () {
      this.timeout(240_000);
      await told(each);
    });
  }
});

async function story({ row, endpoint, title }: Case, files: readonly [Uint8Array, Uint8Array]): Promise<void> {
  const fleet = { groups: [{ name: "Shops", devices }] };
  const simulator = await startSimulator({ deviceMs: 40, pageSize: 20, apiKey, fleet });
  try {
    const config: Record<string, string> = {
      ...{ "esper:baseUrl": simulator.url, "esper:apiKey": apiKey, "esper:commandsApi": endpoint },
      ...{ "esper:pollSeconds": "0.1" },
    };
    let operations = 0;
    /** Another setting makes another client, with nothing in its caches, as a process of its own has. */
    const anew = (): void => {
      operations += 1;
      config["esper:requestTimeoutSeconds"] = String((row.timeoutSeconds ?? 3) + operations / 10_000);
    };
    anew();
    const stack = new QuickStack(title, config);
    const argsFor = (file: Uint8Array): Record<string, unknown> => ({
      ...{ alias: "corp", target: { group: simulator.world.group("Shops").id } },
      source: { base64: Buffer.from(file).toString("base64"), password },
      wait: { timeoutMinutes: 0.1 },
    });
    const [first, second] = files;
    const shown: Ended[] = [];
    /** One operation under the fault, then without it until it has ended well. */
    const under = async (operation: Operation, run: () => Promise<Ended>, commandsEach: number): Promise<void> => {
      anew();
      const isTried = row.operations?.includes(operation) ?? true;
      const before = commandCounts(simulator);
      const ended = isTried ? await tried(simulator, row, operation, run) : await run();
      shown.push(ended);
      const maySendAgain = commandsEach > 0 && ended.error !== undefined && row.wasAccepted !== true;
      for (let again = 0; again < 2 && (again === 0 || shown.at(-1)?.error !== undefined); again += 1) {
        if (ended.error !== undefined) shown.push(await run());
      }
      expect(shown.at(-1)?.error, `${operation}, after the fault has ended`).to.equal(undefined);
      const most = commandsEach + (maySendAgain ? 1 : 0);
      for (const [id, count] of commandCounts(simulator)) {
        const sent = count - (before.get(id) ?? 0);
        expect(sent, `commands of ${operation} to one device, ${title}`).to.be.within(commandsEach, most);
      }
    };

    await under("create", () => stack.up(argsFor(first)), 1);
    expectHeld(simulator, stack);
    await under("refresh", () => stack.refresh(), 0);
    expect(await stack.up(argsFor(first)), "an up after the refresh").to.deep.equal({ did: "nothing" });
    await under("update", () => stack.up(argsFor(second)), 1);
    expectHeld(simulator, stack);
    await under("delete", () => stack.destroy(), 1);
    expect(simulator.world.devices("Shops").filter(({ keystore }) => keystore.has("corp"))).to.deep.equal([]);
    expect(stack.outputs).to.equal(undefined);
    expect(simulator.traffic.unknownRoutes).to.deep.equal([]);

    const text = [...shown.map(({ error }) => error ?? ""), ...printed].join("\n");
    expectNoSecret(text, { password, "API key": apiKey, "first file": first, "second file": second });
  } finally {
    await simulator.close();
  }
}

/** Under the fault; it must end in time, and fail only where the row says so. */
async function tried(
  simulator: Simulator,
  { faults, sentence, fails = [] }: Row,
  operation: Operation,
  run: () => Promise<Ended>,
): Promise<Ended> {
  simulator.faults.set(faults);
  const startedAt = performance.now();
  const ended = await run();
  expect(performance.now() - startedAt, `time of ${operation}`).to.be.lessThan(patienceMs);
  simulator.faults.set({});
  if (sentence === undefined) expect(ended.error, operation).to.equal(undefined);
  else if (ended.error !== undefined) expect(ended.error, operation).to.match(sentence);
  if (fails.includes(operation)) expect(ended.error, `${operation} was to fail`).not.to.equal(undefined);
  return ended;
}

function commandCounts({ world }: Simulator): ReadonlyMap<string, number> {
  return new Map(world.devices("Shops").map(({ id, commands }) => [id, commands.length]));
}

/** Every device has what the state says it has. */
function expectHeld({ world }: Simulator, { outputs }: QuickStack): void {
  const held = world.devices("Shops").map(({ keystore }) => keystore.get("corp")?.digest);
  expect(new Set(held), "contents that devices hold").to.have.lengthOf(1);
  expect(outputs).to.have.nested.property("certificate.digest", held[0]);
  expect(outputs?.["coverage"]).to.include({ members: devices, installed: devices });
}
