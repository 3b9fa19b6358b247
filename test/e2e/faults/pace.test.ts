// Two hundred certificates in one run, eight at a time as an engine does, at a tenant that takes twenty requests a second:
// nothing fails, and the limit is used well. The whole provider is driven, in this process.

import { expect } from "chai";
import { startSimulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickStack } from "../../support/quick-stack";
import { startTogether } from "../../support/together";
import { settingsOf } from "../../support/given-fleet";

const password = "a-password-of-the-pace";
const resources = Array.from({ length: 200 }, (_, index) => `g${index}`);
const requestsPerSecond = 20;
/** The last devices answer after the last request of a command, and this machine may be busy. */
const marginMs = 3_000;

describe("many certificates under a rate limit", () => {
  it("takes 200 resources through a limit of 20 requests a second without a failure, in 1.25 times what it must take", async function () {
    this.timeout(240_000);
    const fleet = { groups: resources.map((name) => ({ name, devices: 2 })) };
    const faults = { rateLimit: { perSecond: requestsPerSecond } };
    const simulator = await startSimulator({ deviceMs: 60, fleet, faults });
    try {
      const base64 = await base64Of(makeIdentity("pace.example"), password);
      const config = settingsOf(simulator);
      const startedAt = performance.now();
      const story = startTogether(resources, 8, (name) => {
        const target = { group: simulator.world.group(name).id };
        return new QuickStack(name, config).up({ alias: "corp", target, source: { base64, password } });
      });
      const ends = await Promise.all(resources.map(story));
      const tookMs = performance.now() - startedAt;

      expect(ends.filter(({ error }) => error !== undefined)).to.deep.equal([]);
      const held = simulator.world.devices().filter(({ keystore }) => keystore.has("corp"));
      expect(held).to.have.lengthOf(2 * resources.length);
      expect(simulator.world.commandLog).to.have.lengthOf(resources.length);
      const { total, byStatus } = simulator.traffic;
      const refused = byStatus["429"] ?? 0;
      expect(refused, "requests that met the limit").to.be.within(1, total / 10);
      const leastMs = ((total - refused) / requestsPerSecond) * 1_000;
      expect(tookMs).to.be.lessThan(1.25 * leastMs + marginMs);
      expect(tookMs, "the limit was real").to.be.greaterThan(0.8 * leastMs);
    } finally {
      await simulator.close();
    }
  });
});
