// What is said about devices, waits, rollouts and stored states: small stories of one resource against the simulator, driven
// in this process, and pure functions where a story would need days.

import { createClient } from "../../../provider/client/create";
import { systemClock } from "../../../provider/clock";
import { readSettings } from "../../../provider/config";
import { unknownValue } from "../../../provider/lifecycle/arguments/reader";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { Impact } from "../../../provider/lifecycle/preview/impact";
import { readState, schemaNumber, toOutputs } from "../../../provider/lifecycle/state/record";
import { fromPem, writePkcs12 } from "../../../provider/pkcs12";
import { certificate } from "../../../provider/provider";
import { startSimulator, type Simulator } from "../../../simulator";
import { state } from "../../lifecycle/given";
import { makeIdentity } from "../../support/certificates";
import { printed, QuickStack } from "../../support/quick-stack";
import { messageOf, urn, type Provocations, type Shown } from "./provocation";

const password = "a-password-of-the-documents";

interface Story {
  readonly simulator: Simulator;
  readonly stack: QuickStack;
  /** Another certificate of the same program. */
  readonly beside: (name: string) => QuickStack;
  /** Arguments for the group Shops, changed as given. */
  readonly args: (change?: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Another certificate. */
  readonly other: Readonly<Record<string, unknown>>;
  /** Lines printed where no stack listens. */
  readonly said: string[];
  /** What follows happens when the lists read so far are too old. */
  readonly later: () => void;
  /** The same tenant by another name of its host. */
  readonly moveAddress: () => void;
}

let number = 0;

/** Runs a story; its errors are those it returns. */
async function story(tell: (story: Story) => Promise<readonly (string | undefined)[]>): Promise<Shown> {
  const sources = await contents();
  const devices = [{ alias: "till-1" }, { alias: "till-2" }, { alias: "till-3", online: false }];
  const simulator = await startSimulator({
    ...{ deviceMs: 10, readsBeforeAnswer: 0 },
    fleet: { groups: [{ name: "Shops", devices }, { name: "Empty" }] },
  });
  number += 1;
  const config = { "esper:baseUrl": simulator.url, "esper:apiKey": simulator.apiKey, "esper:pollSeconds": "0.02" };
  const stack = new QuickStack(`story-${number}`, config);
  const base = { alias: "corp", target: { group: simulator.world.group("Shops").id }, source: sources.one };
  const from = printed.length;
  const said: string[] = [];
  try {
    const ended = await tell({
      ...{ simulator, stack, said, other: sources.other },
      beside: (name) => new QuickStack(`${name}-${number}`, config),
      // Lists that a client has read are fresh for a while; one with other settings has read none.
      later: () => (config["esper:pollSeconds"] = "0.03"),
      moveAddress: () => (config["esper:baseUrl"] = simulator.url.replace("127.0.0.1", "localhost")),
      args: (change = {}) => ({ ...base, ...change }),
    });
    return { errors: ended.flatMap((text) => text?.split("\n") ?? []), said: [...said, ...printed.slice(from)] };
  } finally {
    await simulator.close();
  }
}

let made: Promise<{ readonly one: Story["other"]; readonly other: Story["other"] }> | undefined;

function contents(): NonNullable<typeof made> {
  const sourceOf = async (name: string): Promise<Story["other"]> => {
    const file = await writePkcs12(await fromPem(makeIdentity(name)), { profile: "androidLegacy", password });
    return { base64: Buffer.from(file).toString("base64"), password };
  };
  made ??= Promise.all([sourceOf("one.example"), sourceOf("other.example")]).then(([one, other]) => ({ one, other }));
  return made;
}

/** What is printed meanwhile, where no stack listens. */
async function listening(operation: () => Promise<unknown>): Promise<readonly string[]> {
  const lines: string[] = [];
  const print = console.log;
  console.log = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await operation();
  } finally {
    console.log = print;
  }
  return lines;
}

const unknownId = "00000000-0000-4000-8000-000000000042";

function failing({ world }: Simulator, ...reasons: readonly string[]): void {
  for (const [index, { id }] of world.devices("Shops").entries()) {
    const reason = reasons[index];
    if (reason !== undefined) world.failWith(id, reason);
  }
}

export const devices: Provocations = {
  "a group that Esper does not know": () =>
    story(async ({ stack, args }) => [(await stack.up(args({ target: { group: unknownId } }))).error]),

  "a target that cannot be seen": () =>
    story(async ({ stack, args, simulator, later }) => {
      await stack.up(args());
      simulator.faults.set({ narrowedRole: {} });
      later();
      return [(await stack.destroy()).error];
    }),

  "devices that fail, each for its reason, until the retry rounds are used up": () =>
    story(async ({ stack, args, simulator }) => {
      failing(simulator, "Invalid password", "Not enough storage");
      const first = await stack.up(args({ retryRounds: 0, resend: { [unknownId]: "typed wrong" } }));
      const second = await stack.up(args({ retryRounds: 0 }));
      await stack.up(args({ retryRounds: 0 }));
      failing(simulator, "Keystore locked", "Keystore locked");
      const removed = await stack.destroy();
      return [first.error, second.error, removed.error];
    }),

  "devices that do not answer in time": () =>
    story(async ({ stack, args }) => [
      (await stack.up(args({ wait: { for: "all", timeoutMinutes: 0.001 } }))).error,
      (await stack.destroy()).error,
    ]),

  "a removal that waits for an offline device": () =>
    story(async ({ stack, args }) => [(await stack.up(args())).error, (await stack.destroy()).error]),

  "a removal that fails on one device of three": () =>
    story(async ({ stack, args, simulator }) => {
      for (const { id } of simulator.world.devices("Shops")) simulator.world.setOnline(id, true);
      await stack.up(args());
      failing(simulator, "Keystore locked");
      return [(await stack.destroy()).error];
    }),

  "a removal over an install that timed out and may still succeed": () =>
    story(async ({ stack, args, simulator }) => {
      const [first] = simulator.world.devices("Shops");
      simulator.world.timeOutThenSucceed(first?.id ?? "", 60_000, true);
      const { error } = await stack.up(args({ wait: { timeoutMinutes: 0.005 } }));
      return [error, (await stack.destroy()).error];
    }),

  "devices that leave a group, which loses them the certificate": () =>
    story(async ({ stack, args, simulator, later }) => {
      const leaving = (atMost?: number): unknown => (atMost === undefined ? "remove" : { remove: true, atMost });
      await stack.up(args({ onLeave: leaving() }));
      for (const { id } of simulator.world.devices("Shops").slice(0, 2)) simulator.world.move(id, "Empty");
      later();
      await stack.refresh();
      return [(await stack.up(args({ onLeave: leaving(1) }))).error];
    }),

  "another address of the same tenant": () =>
    story(async ({ stack, args, moveAddress }) => {
      await stack.up(args());
      moveAddress();
      return [(await stack.up(args())).error];
    }),

  "a group without devices": () =>
    story(async ({ stack, args, simulator }) => [
      (await stack.up(args({ target: { group: simulator.world.group("Empty").id } }))).error,
    ]),

  "devices that cannot hold certificates": () =>
    story(async ({ stack, args, simulator }) => {
      simulator.world.join("Shops", { osVersion: "8.1.0" });
      return [(await stack.up(args())).error];
    }),

  "a device that Esper does not know any more": () =>
    story(async ({ stack, args, simulator, other, later }) => {
      const [one, two] = simulator.world.devices("Shops").map(({ id }) => id);
      const target = { devices: [one, two] };
      const created = await stack.up(args({ target }));
      simulator.world.leave(two ?? "");
      later();
      return [created.error, (await stack.up(args({ target, source: other }))).error];
    }),

  "a group that is gone": () =>
    story(async ({ stack, args, simulator, later }) => {
      const { id } = simulator.world.group("Empty");
      const created = await stack.up(args({ target: { group: id } }));
      simulator.world.removeGroup(id);
      later();
      return [created.error, (await stack.refresh()).error];
    }),

  "a wave that does not pass": () =>
    story(async ({ stack, args, simulator }) => {
      failing(simulator, "x", "x", "x");
      return [(await stack.up(args({ rollout: { waves: [2, "100%"] } }))).error];
    }),

  "a rollout that something stopped in its second wave": () =>
    story(async ({ stack, args, simulator }) => {
      const running = stack.up(args({ rollout: { waves: [2, "100%"] } }));
      while (simulator.world.commandLog.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      simulator.faults.set({ forbidden: { on: ["send"] } });
      return [(await running).error];
    }),

  "a rollout that is rolled back, and its content again": () =>
    story(async ({ stack, args, simulator }) => {
      failing(simulator, "x", "x", "x");
      const rollout = { waves: [2, "100%"], onFailure: "rollback" };
      const first = await stack.up(args({ rollout }));
      const again = await stack.up(args({ rollout }));
      return [first.error, again.error];
    }),

  "a rollout without previous content": () =>
    story(async ({ stack, args, simulator, other }) => {
      const created = await stack.up(args());
      failing(simulator, "x", "x", "x");
      const rollout = { waves: [2, "100%"], onFailure: "rollback" };
      return [created.error, (await stack.up(args({ source: other, rollout }))).error];
    }),

  "a rollout that cannot be rolled back": () =>
    story(async ({ stack, args, simulator }) => {
      failing(simulator, "x", "x", "x");
      const rollout = { waves: [2, "100%"], onFailure: "rollback" };
      const running = stack.up(args({ rollout }));
      while (simulator.world.commandLog.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      simulator.faults.set({ forbidden: { on: ["send"] } });
      return [(await running).error];
    }),

  "a reach that cannot be found out": () =>
    story(async ({ stack, args, simulator, said }) => {
      simulator.faults.set({ forbidden: { on: ["devices"] } });
      // One of its own: all reaches of a process share a few seconds, which other tests may have used up.
      const settings = readSettings(
        (key) => ({ "esper:baseUrl": simulator.url, "esper:apiKey": simulator.apiKey })[key],
        {},
      );
      const client = createClient({ settings, clock: systemClock, random: Math.random });
      const { inputs } = readInputs(args());
      const told = inputs && (await new Impact(systemClock).tell(client, inputs, undefined));
      said.push(told?.reach ?? "");
      return [(await stack.up(args())).error];
    }),

  "two certificates under one alias on the same devices": () =>
    story(async ({ stack, args, simulator, beside, later }) => {
      const shops = { groups: [simulator.world.group("Shops").id] };
      const [root] = simulator.world.groups();
      await stack.up(args());
      later();
      await beside("all").up(args({ target: { groups: [root?.id] } }), false);
      const refused = await beside("refused").up(args({ target: shops }), false);
      const other = beside("other");
      await other.up(args({ target: shops }));
      await stack.up(args());
      await other.up(args({ target: shops }), false);
      return [refused.error];
    }),

  "a schedule that is still to come": () =>
    story(async ({ stack, args }) => {
      const schedule = { window: { start: "2040-01-01T00:00:00Z", end: "2040-01-02T00:00:00Z" } };
      return [(await stack.up(args({ schedule }))).error];
    }),

  "a schedule that is over when devices are left": () =>
    story(async ({ args, simulator, said }) => {
      const schedule = { window: { start: "2020-01-01T00:00:00Z", end: "2020-01-02T00:00:00Z" } };
      const program = args({ schedule, triggers: ["again"] });
      const known = state({ program: args({ schedule }), rest: { commands: [] } });
      const provider = certificate(urn);
      const config = new Map([
        ["esper:baseUrl", simulator.url],
        ["esper:apiKey", simulator.apiKey],
      ]);
      await provider.configure({ config: { get: (key) => config.get(key) } });
      said.push(...(await listening(() => provider.update("corp", toOutputs(known), program))));
      return [];
    }),

  "stored states that cannot be read": async () => {
    const outputs = toOutputs(state());
    const newer = { schema: schemaNumber + 1 };
    return [
      await messageOf(() => readState({ ...outputs, coverage: "edited" })),
      await messageOf(() => readState({ ...outputs, record: newer })),
    ];
  },

  "arguments that are still not known when something is made": async () => [
    await messageOf(() =>
      certificate(urn).create({ alias: unknownValue, target: { group: unknownId }, source: { file: "x" } }),
    ),
  ],
};
