import { expect } from "chai";
import { faultStorm, readFaults } from "../../../simulator/index";
import { faultNames } from "../../../simulator/faults/read-faults";
import { withTenant } from "../tenant";

describe("simulator: switches of faults", () => {
  it("can be limited to a number of times, a family of routes, every nth request, a share by seed", () => {
    const faults = { forbidden: { times: 2, on: ["devices"], everyNth: 2 } } as const;
    return withTenant({ devices: 5, faults }, async ({ get, simulator }) => {
      const statuses = async (count: number): Promise<number[]> => {
        const seen: number[] = [];
        for (let read = 0; read < count; read += 1) seen.push((await get("/v2/devices/")).status);
        return seen;
      };
      expect((await get("/v1/token-info/")).status).to.equal(200);
      expect(await statuses(6)).to.deep.equal([200, 403, 200, 403, 200, 200]);
      simulator.faults.set({ forbidden: { share: 0.5 } });
      const first = await statuses(20);
      simulator.faults.set({ forbidden: { share: 0.5 } });
      expect(await statuses(20)).to.deep.equal(first);
      expect(first.filter((status) => status === 403).length).to.be.within(4, 16);
      expect(simulator.faults.strikes.forbidden).to.equal(first.filter((status) => status === 403).length);
    });
  });

  it("are read from JSON: each by its name, wrong ones named", () => {
    const ms = { ms: 1 };
    const settings: Readonly<Record<string, unknown>> = {
      slowMs: ms,
      lateStatusRowsMs: ms,
      clockSkewMs: ms,
      dateHeaderSkewMs: ms,
      createdAtAheadMs: ms,
      largePagesFail: { rows: 1 },
      failEveryNthRead: { n: 2 },
      maxBodyBytes: { bytes: 1 },
    };
    const all = Object.fromEntries(faultNames.map((name) => [name, settings[name] ?? { times: 1, on: ["send"] }]));
    expect(readFaults(all)).to.deep.equal(all);
    expect(() => readFaults({ slow: {} })).to.throw('There is no fault "slow"');
    expect(() => readFaults({ slowMs: { ms: "long" } })).to.throw("ms");
    expect(() => readFaults({ hang: { on: ["rockets"] } })).to.throw("on");
    expect(() => readFaults([])).to.throw("Faults must be a JSON object of switches.");
    expect(() => readFaults({ slowMs: 5 })).to.throw(/^The fault "slowMs" cannot be set so: .{10,400}$/);
  });

  it("come as a storm, by a seed", () => {
    expect(faultStorm(3)).to.deep.equal(faultStorm(3)).and.not.to.deep.equal(faultStorm(4));
    expect(readFaults(faultStorm(3))).to.deep.equal(faultStorm(3));
    const seen = new Set(Array.from({ length: 20 }, (_, seed) => Object.keys(faultStorm(seed))).flat());
    expect(seen.size).to.be.greaterThan(18);
  });
});
