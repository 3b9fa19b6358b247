// One owner for an alias on a device, through the real engine: what people do to programs and stacks takes no certificate from
// a device that is meant to have it. Each rule by itself, on both endpoints, stands in ownership.test.ts.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack, type Ran, type Stack } from "../../support/engine";
import { givenFleet } from "../../support/given-fleet";
import { deviceNamed } from "../../support/sent";
import { connectionTo, digestsOf, expectNothingToDo, holdersOf } from "../../support/story";

const password = "a-password-of-owners";
const everyone = ["b1", "b2", "b3", "h1", "h2"];
const groups = { Shops: 0, "Shops/Berlin": ["b1", "b2", "b3"], "Shops/Hamburg": ["h1", "h2"] };

/** One certificate of a program. */
interface Row {
  readonly name: string;
  readonly alias: string;
  readonly target: unknown;
  readonly file?: "one.p12" | "two.p12";
  /** It is made by a component. */
  readonly inComponent?: boolean;
}

function programOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, alias, target, file = "one.p12", inComponent = false }) => {
    const args = { alias, target, source: { file, password }, wait: { timeoutMinutes: 1 } };
    const text = `${JSON.stringify(name)}, ${JSON.stringify(args)}`;
    return inComponent ? `new Site("site-of-${name}", ${text});` : `new esper.Certificate(${text});`;
  });
  return `
const pulumi = require("@pulumi/pulumi");
const esper = require("pulumi-esper");
class Site extends pulumi.ComponentResource {
  constructor(site, name, args) {
    super("acme:Site", site);
    new esper.Certificate(name, args, { parent: this });
  }
}
${lines.join("\n")}
`;
}

describe("an alias on a device has one owner, through the engine:", function () {
  this.timeout(300_000);
  let files: readonly Uint8Array[];
  let simulator: Simulator;

  before(async () => {
    files = await Promise.all(["one.example", "two.example"].map((name) => p12Of(makeIdentity(name), password)));
  });

  beforeEach(async () => {
    simulator = await givenFleet(groups, { deviceMs: 20, pageSize: 5 });
  });

  afterEach(() => simulator.close());

  const group = (name: string): unknown => ({ group: simulator.world.group(name).id });
  const devices = (...names: readonly string[]): unknown => ({
    devices: names.map((name) => deviceNamed(simulator, name)),
  });
  const holders = (alias: string): readonly string[] => holdersOf(simulator, alias);

  async function inStack(body: (stack: Stack) => Promise<void>): Promise<void> {
    await withStack("", { env: { ...connectionTo(simulator), ESPER_POLL_SECONDS: "0.1" } }, async (stack) => {
      await stack.writeFile("one.p12", files[0] ?? "");
      await stack.writeFile("two.p12", files[1] ?? "");
      await body(stack);
    });
  }

  async function up(stack: Stack, rows: readonly Row[], ...more: string[]): Promise<Ran> {
    await stack.writeProgram(programOf(rows));
    return well(await stack.up(...more));
  }

  function well(ran: Ran): Ran {
    expect(ran.code, ran.text).to.equal(0);
    return ran;
  }

  it("a rename, a component, a split, a join, a hand-over, a swap and a set's change take it from nobody", async () => {
    const [shops, berlin, hamburg] = [group("Shops"), group("Berlin"), group("Hamburg")];
    await inStack(async (stack) => {
      await up(stack, [
        { name: "old-name", alias: "renamed", target: shops },
        { name: "plain", alias: "moved", target: shops },
        { name: "whole", alias: "split", target: shops },
        { name: "berlin-part", alias: "joined", target: berlin },
        { name: "hamburg-part", alias: "joined", target: hamburg },
        { name: "from", alias: "handed", target: shops },
        { name: "left", alias: "left", target: shops },
        { name: "right", alias: "right", target: shops, file: "two.p12" },
        { name: "set", alias: "served", target: devices("b1", "h1") },
      ]);
      const [leftBefore, rightBefore] = [digestsOf(simulator, "left"), digestsOf(simulator, "right")];
      const after: readonly Row[] = [
        { name: "new-name", alias: "renamed", target: shops },
        { name: "plain", alias: "moved", target: shops, inComponent: true },
        { name: "berlin-share", alias: "split", target: berlin },
        { name: "hamburg-share", alias: "split", target: hamburg },
        { name: "both", alias: "joined", target: shops },
        { name: "to", alias: "handed", target: shops },
        { name: "left", alias: "right", target: shops },
        { name: "right", alias: "left", target: shops, file: "two.p12" },
        { name: "set", alias: "served", target: devices("b1") },
        { name: "single", alias: "served", target: devices("h1") },
      ];
      const changed = await up(stack, after);
      for (const alias of ["renamed", "moved", "split", "joined", "handed", "left", "right"]) {
        expect(holders(alias), alias).to.deep.equal(everyone);
      }
      expect(holders("served")).to.deep.equal(["b1", "h1"]);
      expect([digestsOf(simulator, "left"), digestsOf(simulator, "right")]).to.deep.equal([rightBefore, leftBefore]);
      expect(changed.text).to.include(
        '5 devices have "renamed" from another resource by now (new-name in this program); it stays there.',
      );
      await expectNothingToDo(stack, simulator, after.length + 2);
      well(await stack.refresh());
      await expectNothingToDo(stack, simulator, after.length + 2);
      well(await stack.destroy());
      for (const { alias } of after) expect(holders(alias), alias).to.deep.equal([]);
    });
  });

  it("a replacement after the stack was renamed keeps what it has just installed", async () => {
    const rows: readonly Row[] = [{ name: "corp", alias: "corp", target: group("Shops") }];
    await inStack(async (stack) => {
      await up(stack, rows);
      well(await stack.pulumi("stack", "rename", "prod"));
      await expectNothingToDo(stack, simulator, 2);
      const urn = "urn:pulumi:prod::fleet::pulumi-nodejs:dynamic/esper:Certificate::corp";
      await up(stack, rows, "--replace", urn);
      expect(holders("corp")).to.deep.equal(everyone);
      well(await stack.destroy());
      expect(holders("corp")).to.deep.equal([]);
    });
  });

  it("of two resources that overlap one goes, and the other keeps it on all of its devices", async () => {
    const wide: Row = { name: "wide", alias: "corp", target: group("Shops") };
    await inStack(async (stack) => {
      await up(stack, [wide]);
      await up(stack, [wide, { name: "narrow", alias: "corp", target: group("Berlin") }]);
      await up(stack, [wide]);
      expect(holders("corp")).to.deep.equal(everyone);
    });
  });

  it("two stacks of the same names renew, refresh and destroy without taking each other's commands for their own", async () => {
    const rowOf = (file: Row["file"]): readonly Row[] => [
      { name: "corp", alias: "corp", target: group("Shops"), ...(file !== undefined && { file }) },
    ];
    await inStack(async (ours) => {
      await up(ours, rowOf("one.p12"));
      const first = digestsOf(simulator, "corp");
      await inStack(async (theirs) => {
        await up(theirs, rowOf("two.p12"));
        const told = well(await ours.refresh());
        expect(told.text).to.include(`5 devices have other content under "corp" from another resource`);
        await up(ours, rowOf("one.p12"));
        expect(digestsOf(simulator, "corp"), "theirs is newer, and stays").to.not.deep.equal(first);
        well(await theirs.destroy());
      });
      expect(holders("corp")).to.deep.equal([]);
      well(await ours.refresh());
      await up(ours, rowOf("one.p12"));
      expect(holders("corp"), "removed by the other stack, installed again").to.deep.equal(everyone);
      expect(digestsOf(simulator, "corp")).to.deep.equal(first);
    });
  });

  it("with another tenant's address a destroy, a refresh and a replacement are refused, and nothing is forgotten", async () => {
    const other = await givenFleet(groups, { seed: 77, deviceMs: 20 });
    try {
      await inStack(async (stack) => {
        await up(stack, [{ name: "corp", alias: "corp", target: group("Shops") }]);
        for (const [name, value] of Object.entries(connectionTo(other))) stack.setEnvironment(name, value);
        for (const ran of [await stack.destroy(), await stack.refresh()]) {
          expect(ran.code, ran.text).to.not.equal(0);
          expect(ran.text).to.include("another tenant").and.include("pulumi state delete");
        }
        await stack.writeProgram(programOf([{ name: "corp", alias: "corp", target: group("Berlin") }]));
        const replaced = await stack.up();
        expect(replaced.code, replaced.text).to.not.equal(0);
        expect(other.world.commandLog).to.deep.equal([]);
        for (const [name, value] of Object.entries(connectionTo(simulator))) stack.setEnvironment(name, value);
        expect(holders("corp")).to.deep.equal(everyone);
        well(await stack.destroy());
        expect(holders("corp")).to.deep.equal([]);
      });
    } finally {
      await other.close();
    }
  });

  it("after a removal that failed, a refresh finds the device that lost it when the program goes back", async () => {
    const rowOf = (target: unknown): readonly Row[] => [{ name: "corp", alias: "corp", target }];
    await inStack(async (stack) => {
      await up(stack, rowOf(devices("b1", "b2", "b3")));
      simulator.world.failWith(deviceNamed(simulator, "b3"), "The keystore is locked");
      await stack.writeProgram(programOf(rowOf(devices("b1"))));
      const refused = await stack.up();
      expect(refused.code, refused.text).to.not.equal(0);
      expect(holders("corp")).to.deep.equal(["b1", "b3"]);
      simulator.world.failWith(deviceNamed(simulator, "b3"), undefined);
      await stack.writeProgram(programOf(rowOf(devices("b1", "b2", "b3"))));
      well(await stack.refresh());
      await up(stack, rowOf(devices("b1", "b2", "b3")));
      expect(holders("corp")).to.deep.equal(["b1", "b2", "b3"]);
    });
  });
});
