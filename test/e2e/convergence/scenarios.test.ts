// The scenarios drawn at the head of provider/lifecycle/state/holding.ts, played: each line that is drawn there is the record
// that a run really leaves. The provider is driven in this process, as the engine drives it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { isObject } from "../../../provider/lifecycle/arguments/reader";
import type { Holding } from "../../../provider/lifecycle/state/holding";
import { difference } from "../../../provider/lifecycle/state/members/membership-sketch";
import { readState } from "../../../provider/lifecycle/state/record";
import { digestOf, readPkcs12 } from "../../../provider/pkcs12";
import type { Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { printed, type Ended } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-scenarios";
const text = readFileSync(join(__dirname, "../../../provider/lifecycle/state/holding.ts"), "utf8");

type Json = Readonly<Record<string, unknown>>;

describe("the scenarios drawn in state/holding.ts are what runs record:", () => {
  const files = new Map<string, string>();
  const names = new Map<string, string>();
  let simulator: Simulator;
  let program: QuickProgram;
  let steps: Record<string, string>;

  before(async () => {
    for (const name of ["old", "new"]) {
      const p12 = await p12Of(makeIdentity(`${name}.example`), password);
      files.set(name, Buffer.from(p12).toString("base64"));
      names.set(digestOf(await readPkcs12(p12, password)), name);
    }
  });

  beforeEach(async () => {
    simulator = await givenFleet({ Shops: ["d1", "d2", "d3"], Store: ["d4"] }, { deviceMs: 10, pageSize: 5 });
    program = newProgram();
    steps = {};
    printed.length = 0;
  });

  afterEach(() => simulator.close());

  const device = (name: string): string => deviceNamed(simulator, name);

  function args(content: string, more: Json = {}): Json {
    return {
      ...{ alias: "corp", target: { group: simulator.world.group("Shops").id } },
      ...{ source: { base64: files.get(content), password }, wait: { timeoutMinutes: 0.05 }, ...more },
    };
  }

  async function up(content: string, more: Json = {}): Promise<Ended> {
    const { corp } = await program.up({ corp: args(content, more) });
    return corp ?? { did: "nothing" };
  }

  /** Runs, and remembers the record that this leaves. */
  async function step(name: string, run: () => Promise<unknown>): Promise<void> {
    await run();
    steps[name] = drawn();
  }

  function newProgram(): QuickProgram {
    return new QuickProgram(settingsOf(simulator, { "esper:pollSeconds": "0.05" }));
  }

  /** The record in the words of the page. */
  function drawn(): string {
    const outputs = program.outputs("corp");
    if (!isObject(outputs)) return "no record";
    const { record, commands } = readState(outputs);
    const requests = commands.map(({ id, kind, targetWide, superseded }) => {
      const marks = [...(targetWide === true ? ["whole target"] : []), ...(superseded === true ? ["superseded"] : [])];
      return `${kind} ${devicesOf(id).join(" ")}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
    });
    const others = (record.otherCommands ?? []).map(
      ({ kind, by, id }) => `${kind} ${devicesOf(id).join(" ")} by ${by}`,
    );
    return [
      drawnHolding(record.holding),
      ...requests,
      ...others,
      `sent to ${named(record.sentTo)}`,
      ...((record.heldBack ?? 0) === 0 ? [] : [`${record.heldBack} held back`]),
      ...(record.compacted === true ? ["compacted"] : []),
      ...((record.removalsFailed ?? 0) === 0 ? [] : [`${record.removalsFailed} removal failed`]),
    ].join(" | ");
  }

  function drawnHolding(holding: Holding): string {
    if (holding.kind === "content") return `content ${nameOf(holding.digest)}`;
    if (holding.kind === "unknown") return "unknown";
    const to = holding.to === undefined ? "nothing" : nameOf(holding.to);
    return `rolledBack to ${to}, rejected ${nameOf(holding.rejected)}`;
  }

  function nameOf(digest: string): string {
    return names.get(digest) ?? "content of neither name";
  }

  function named(sketch: string): string {
    const ids = new Map(simulator.world.devices().map(({ id, alias, name }) => [id, alias ?? name]));
    const since = difference(sketch, new Set(ids.keys()));
    return (
      [...ids]
        .flatMap(([id, name]) => (since?.joined.has(id) === false ? [name] : []))
        .sort()
        .join(" ") || "nobody"
    );
  }

  function devicesOf(requestId: string): readonly string[] {
    const logged = simulator.world.commandLog.find((entry) => entry.requestId === requestId);
    if (logged === undefined) return ["?"];
    if (logged.commandType !== "DEVICE") return ["group"];
    const names = new Map(simulator.world.devices().map(({ id, alias, name }) => [id, alias ?? name]));
    return logged.devices.map((id) => names.get(id) ?? id).sort();
  }

  /** What the page draws under a letter, step by step. */
  function page(letter: string): Readonly<Record<string, string>> {
    const [, part = ""] = text.split(`\n// ${letter}  `);
    const lines = part
      .slice(0, part.search(/\n\/\/\n|\n\n/))
      .matchAll(/^\/\/ {6}(\S.*?) +((?:content|rolledBack) .*)$/gm);
    return Object.fromEntries([...lines].map(([, step = "", record = ""]) => [step, record]));
  }

  it("A, an interrupted run", async () => {
    const canary = { rollout: { canary: { devices: [device("d1")] } } };
    await step("before", () => up("old"));
    const upTo = { rollout: { ...canary.rollout, pauseAfterWave: 1 } };
    await step("killed", () => program.stack("corp").killedAfter(() => up("new", upTo)));
    await step("resumed", () => up("new", canary));
    expect(steps).to.deep.equal(page("A"));
  });

  it("B, a late joiner", async () => {
    await step("before", () => up("old"));
    simulator.world.move(device("d4"), "Shops");
    await step("joined", () => program.refresh());
    await step("sent", () => up("old"));
    expect(steps).to.deep.equal(page("B"));
  });

  it("C, a rollback that is finished by the next run", async () => {
    const rollout = { rollout: { canary: { devices: [device("d1")] }, onFailure: "rollback" } };
    await step("before", () => up("old", { rollout: { onFailure: "rollback" } }));
    simulator.world.failWith(device("d1"), "The keystore is locked");
    await step("failed", () => up("new", rollout));
    simulator.world.failWith(device("d1"), undefined);
    await step("finished", () => up("new", rollout));
    expect(steps).to.deep.equal(page("C"));
  });

  it("D, a departed device", async () => {
    const on = (...names: readonly string[]): Json => ({ target: { devices: names.map(device) } });
    await step("before", () => up("old", on("d1", "d2", "d3")));
    simulator.world.failWith(device("d3"), "The keystore is locked");
    await step("refused", () => up("old", on("d1", "d2")));
    simulator.world.failWith(device("d3"), undefined);
    await step("removed", () => up("old", on("d1", "d2")));
    expect(steps).to.deep.equal(page("D"));
  });

  it("E, compaction", async () => {
    await step("before", () => up("old"));
    simulator.world.failWith(device("d2"), "The keystore is locked");
    await step("refused", () => up("new"));
    simulator.world.failWith(device("d2"), undefined);
    await step("made good", () => up("new"));
    expect(steps).to.deep.equal(page("E"));
  });

  it("F, another owner", async () => {
    const second = newProgram();
    await step("before", () => up("old"));
    await second.up({ theirs: args("new", { target: { devices: [device("d2")] } }) });
    await step("owned", () => program.refresh());
    await second.up({});
    await step("removed", () => program.refresh());
    await step("sent", () => up("old"));
    expect(steps).to.deep.equal(page("F"));
  });
});
