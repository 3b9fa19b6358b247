// All faults of the simulated tenant at once, mixed by a seed, while a certificate is created, refreshed, overwritten and
// removed. What a run could not do, the next does; after at most a few the fleet is right, and nothing secret was shown.

import { expect } from "chai";
import { faultStorm, startSimulator, type Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { printed, QuickStack, type Ended } from "../../support/quick-stack";
import { expectNoSecret } from "../../support/story";
import { startTogether, type Told } from "../../support/together";

const devices = 30;
const password = "a-password-of-the-storm";
const apiKey = "an-api-key-of-the-storm";
/** Of one operation, until it ends well. */
const mostRuns = 4;

interface Storm {
  readonly seed: number;
  readonly endpoint: "request" | "v2";
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const storms: readonly Storm[] = seeds.flatMap((seed) => [
  { seed, endpoint: "request" as const },
  ...(seed % 2 === 0 ? [{ seed, endpoint: "v2" as const }] : []),
]);

describe("a certificate ends where it should in a storm of all faults", () => {
  let told: Told<Storm, void>;

  before(async () => {
    const [first, second] = [makeIdentity("first.example"), makeIdentity("second.example")];
    const files = [await p12Of(first, password), await p12Of(second, password)] as const;
    told = startTogether(storms, 30, (storm) => weather(storm, files));
  });

  for (const storm of storms) {
    it(`seed ${storm.seed} (${storm.endpoint})`, async function () {
      this.timeout(240_000);
      await told(storm);
    });
  }
});

async function weather({ seed, endpoint }: Storm, files: readonly [Uint8Array, Uint8Array]): Promise<void> {
  const fleet = { groups: [{ name: "Shops", devices }] };
  const simulator = await startSimulator({ seed, deviceMs: 40, pageSize: 20, apiKey, fleet });
  try {
    const stack = new QuickStack(`storm-${seed}-${endpoint}`, {
      ...{ "esper:baseUrl": simulator.url, "esper:apiKey": apiKey, "esper:commandsApi": endpoint },
      ...{ "esper:requestTimeoutSeconds": "3", "esper:pollSeconds": "0.1" },
    });
    const argsFor = (file: Uint8Array): Record<string, unknown> => ({
      ...{ alias: "corp", target: { group: simulator.world.group("Shops").id } },
      source: { base64: Buffer.from(file).toString("base64"), password },
      wait: { timeoutMinutes: 0.5 },
    });
    const [first, second] = files;
    simulator.faults.set(faultStorm(seed));
    const shown: string[] = [];
    const again = async (what: string, run: () => Promise<Ended>): Promise<void> => {
      for (let runs = 1; ; runs += 1) {
        const { error } = await run();
        if (error === undefined) break;
        shown.push(error);
        if (runs === mostRuns) expect.fail(`${what} failed ${runs} times:\n${shown.join("\n")}`);
      }
      const sent = simulator.world.devices("Shops").map(({ commands }) => commands.length);
      expect(Math.max(...sent), `commands to one device after ${what}`).to.be.at.most(mostSent(what, shown.length));
    };
    await again("create", () => stack.up(argsFor(first)));
    expectHeld(simulator, stack);
    await again("refresh", () => stack.refresh());
    await again("update", () => stack.up(argsFor(second)));
    expectHeld(simulator, stack);
    await again("delete", () => stack.destroy());
    expect(simulator.world.devices("Shops").filter(({ keystore }) => keystore.has("corp"))).to.deep.equal([]);
    expect(simulator.traffic.unknownRoutes).to.deep.equal([]);
    const text = [...shown, ...printed].join("\n");
    expectNoSecret(text, { password, "API key": apiKey, "first file": first, "second file": second });
  } finally {
    await simulator.close();
  }
}

/** One command for each operation so far that sends, and at most one more for each run that failed. */
function mostSent(what: string, failedRuns: number): number {
  const operations = { create: 1, refresh: 1, update: 2, delete: 3 }[what] ?? 0;
  return operations + failedRuns;
}

/** Every device has what the state says it has. */
function expectHeld({ world }: Simulator, { outputs }: QuickStack): void {
  const held = new Set(world.devices("Shops").map(({ keystore }) => keystore.get("corp")?.digest));
  expect(held, "contents that devices hold").to.have.lengthOf(1);
  expect(outputs).to.have.nested.property("certificate.digest", [...held][0]);
  expect(outputs?.["coverage"]).to.include({ members: devices, installed: devices });
}
