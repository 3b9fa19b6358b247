import { expect } from "chai";
import type { Client, Device } from "../../../provider/client/client";
import { systemClock } from "../../../provider/clock";
import { Impact } from "../../../provider/lifecycle/preview/impact";
import { fakeClient } from "../fake-client";
import { device, devices, listOf, inputsOf, program, uuid } from "../given";

async function reachOf(rollout: unknown, fleet = devices(10), clock = systemClock): Promise<string | undefined> {
  const { client } = fakeClient(() => []);
  const known: Client = { ...client, devices: () => Promise.resolve(listOf(fleet)) };
  const told = await new Impact(clock).tell(known, inputsOf(program({ rollout })), undefined);
  return told?.reach;
}

describe("whom a preview says the certificate reaches", () => {
  const all = "reaches 10 devices: 10 online, 0 offline";
  const rows: Readonly<Record<string, readonly [rollout: unknown, reach: string]>> = {
    "nothing of waves without any": [undefined, all],
    "a share": [{ waves: ["25%", "100%"] }, `${all}; wave 1 of 2: 3 devices`],
    "the canary devices": [{ canary: { devices: [uuid(1)] } }, `${all}; wave 1 of 2: the canary devices`],
    "everyone where only a rollback is asked for": [{ onFailure: "rollback" }, `${all}; wave 1 of 1: 10 devices`],
  };
  for (const [title, [rollout, reach]] of Object.entries(rows)) {
    it(`tells ${title}`, async () => {
      expect(await reachOf(rollout)).to.equal(reach);
    });
  }

  const nowMs = Date.parse("2026-12-01T00:00:00Z");
  const seenDaysAgo = (days: number, online = false): Device =>
    device(days, { online, lastSeenMs: nowMs - days * 24 * 3_600_000 });
  const unseen: Readonly<Record<string, readonly [fleet: readonly Device[], reach: string]>> = {
    "those who were away for over 30 days": [
      [seenDaysAgo(0, true), seenDaysAgo(1), seenDaysAgo(30), seenDaysAgo(31), seenDaysAgo(400)],
      "reaches 5 devices: 1 online, 4 offline, 2 of them not seen for over 30 days",
    ],
    "nothing of it where everybody was seen": [[seenDaysAgo(2)], "reaches 1 device: 0 online, 1 offline"],
    "nothing of it where Esper does not tell": [devices(1, { online: false }), "reaches 1 device: 0 online, 1 offline"],
    "nothing of it of a device that is online": [[seenDaysAgo(40, true)], "reaches 1 device: 1 online, 0 offline"],
  };
  for (const [title, [fleet, reach]] of Object.entries(unseen)) {
    it(`tells ${title}`, async () => {
      expect(await reachOf(undefined, fleet, { ...systemClock, now: () => nowMs })).to.equal(reach);
    });
  }
});
