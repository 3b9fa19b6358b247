import { expect } from "chai";
import type { Fleet } from "../../../simulator/index";
import { install, startedAt, withTenant } from "../tenant";

const dayMs = 24 * 60 * 60 * 1000;

const one = { id: "00000000-0000-4000-a000-000000000001" };
const two = { id: "00000000-0000-4000-a000-000000000002" };
const oneDevice: Fleet = { groups: [{ name: "Shop", devices: [one] }] };
const twoDevices: Fleet = { groups: [{ name: "Shop", devices: [one, { ...two, online: false }] }] };

function windowFrom(fromMs: number, toMs: number, type: "console" | "device" = "console"): Record<string, unknown> {
  return {
    name: "night",
    start_datetime: new Date(startedAt + fromMs).toISOString(),
    end_datetime: new Date(startedAt + toMs).toISOString(),
    time_type: type,
  };
}

describe("simulator: schedules", () => {
  it("keeps a WINDOW command scheduled until it opens; a device that is offline through it never gets it", () =>
    withTenant({ fleet: twoDevices }, async ({ send, states, world, pass }) => {
      const schedule = { schedule: "WINDOW", schedule_args: windowFrom(60_000, 120_000) };
      const request = await send({ ...install([one.id, two.id]), ...schedule });
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Scheduled", [two.id]: "Command Scheduled" });
      pass(61_000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success", [two.id]: "Command Queued" });
      pass(60_000);
      world.setOnline(two.id, true);
      pass(1000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success", [two.id]: "Command TimeOut" });
      expect(world.keystore(two.id).size).to.equal(0);
    }));

  it("opens a window by the device's own wall clock when time_type is device", () => {
    const fleet = { groups: [{ name: "Shop", devices: [{ ...one, utcOffsetMinutes: 120 }] }] };
    return withTenant({ fleet }, async ({ send, states, pass }) => {
      const args = windowFrom(2.5 * 3_600_000, 3 * 3_600_000, "device");
      const request = await send({ ...install([one.id]), schedule: "WINDOW", schedule_args: args });
      pass(29 * 60_000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Scheduled" });
      pass(2 * 60_000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success" });
    });
  });

  it("tries a RECURRING command in every slot until it succeeds", () =>
    withTenant({ fleet: oneDevice }, async ({ send, states, world, pass }) => {
      world.flaky(one.id, 1);
      // The clock starts on a Monday at 08:00.
      const times = { window_start_time: "22:00", window_end_time: "02:00", days: ["Monday", "Wednesday"] };
      const args = { ...windowFrom(0, 30 * dayMs), ...times };
      const request = await send({ ...install([one.id]), schedule: "RECURRING", schedule_args: args });
      pass(14 * 3_600_000 + 1000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Scheduled" });
      expect(world.device(one.id).commands[0]?.reason).to.equal("The device was busy");
      pass(dayMs);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Scheduled" });
      pass(dayMs);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success" });
    }));
});
