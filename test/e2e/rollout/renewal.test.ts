// Renewal as time goes by (docs/design.md, sections 2 and 4): when a certificate becomes due, when it is over, and what
// each of it does to runs. Its last days are seconds here.

import { expect } from "chai";
import { startSimulator, type Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { printed, QuickStack } from "../../support/quick-stack";
import { settingsOf } from "../../support/given-fleet";

const password = "a-password-of-the-renewal";
const dayMs = 24 * 3_600_000;

/** Long enough for a create, also on a machine that does much else. */
const soonMs = 10_000;

describe("a certificate whose end comes nearer", () => {
  let simulator: Simulator;
  let stack: QuickStack;

  beforeEach(async () => {
    const fleet = { groups: [{ name: "Shops", devices: 2 }] };
    simulator = await startSimulator({ deviceMs: 20, pageSize: 10, fleet });
    stack = new QuickStack("renewal", settingsOf(simulator));
  });

  afterEach(() => simulator.close());

  const argsFor = async (
    name: string,
    leftMs: number,
    change: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> => {
    const notBefore = new Date(Date.now() - 300 * dayMs);
    const identity = makeIdentity(name, { notBefore, notAfter: new Date(Date.now() + leftMs) });
    const base64 = await base64Of(identity, password);
    const target = { group: simulator.world.group("Shops").id };
    return { alias: "corp", target, source: { base64, password }, ...change };
  };

  it("becomes due by a refresh alone, warns of it in every run, and its successor is not due", async function () {
    this.timeout(240_000);
    // Due in seconds from now: renewBeforeDays before the end.
    const args = await argsFor("soon.example", 10 * dayMs + soonMs, { renewBeforeDays: 10 });
    expect(await stack.up(args)).to.deep.equal({ did: "created" });
    expect(stack.outputs).to.include({ readyForRenewal: false });
    const renewAt = Date.parse(String(stack.outputs?.["renewAt"]));
    expect(renewAt - Date.now()).to.be.within(0, soonMs);

    await new Promise((resolve) => setTimeout(resolve, renewAt - Date.now() + 100));
    expect(await stack.refresh()).to.deep.equal({ did: "refreshed" });
    expect(stack.outputs).to.include({ readyForRenewal: true });
    const before = printed.length;
    expect(await stack.up(args), "what is due is no change").to.deep.equal({ did: "nothing" });
    expect(printed.slice(before).join("\n")).to.match(/expires/);

    const next = await argsFor("next.example", 100 * dayMs, { renewBeforeDays: 10 });
    expect(await stack.up(next)).to.deep.equal({ did: "updated" });
    expect(stack.outputs).to.include({ readyForRenewal: false });
    expect(stack.outputs).to.have.nested.property("certificate.subject", "CN=next.example");
    expect(simulator.world.commandLog).to.have.length(2);
  });

  it("is over one day: runs warn and change nothing, another resource is refused it, and destroy is never in its way", async function () {
    this.timeout(240_000);
    const args = await argsFor("over.example", soonMs);
    expect(await stack.up(args)).to.deep.equal({ did: "created" });
    await new Promise((resolve) => setTimeout(resolve, soonMs + 100));
    expect(await stack.refresh()).to.deep.equal({ did: "refreshed" });
    const before = printed.length;
    expect(await stack.up(args)).to.deep.equal({ did: "nothing" });
    expect(printed.slice(before).join("\n")).to.match(/expired/);

    const other = new QuickStack("renewal-of-another", settingsOf(simulator));
    expect(await other.up(args), "as a new one it is refused").to.include({ did: "refused" });
    expect(await stack.destroy()).to.deep.equal({ did: "deleted" });
    expect(simulator.world.devices().filter(({ keystore }) => keystore.has("corp"))).to.deep.equal([]);
  });
});
