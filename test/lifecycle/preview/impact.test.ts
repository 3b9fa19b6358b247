import { expect } from "chai";
import type { Client } from "../../../provider/client/client";
import { systemClock } from "../../../provider/clock";
import { Impact } from "../../../provider/lifecycle/preview/impact";
import { fakeClient } from "../fake-client";
import { devices, inputsOf, program, uuid } from "../given";

async function reachOf(rollout: unknown): Promise<string | undefined> {
  const { client } = fakeClient(() => []);
  const ten: Client = { ...client, devices: () => Promise.resolve({ devices: devices(10), addsUp: true }) };
  const told = await new Impact(systemClock).tell(ten, inputsOf(program({ rollout })), undefined);
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
});
