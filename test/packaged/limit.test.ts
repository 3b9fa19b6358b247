// A run that is cancelled, or whose time is over: its waits end, and nothing more is sent.

import { expect } from "chai";
import type { CommandToSend } from "../../provider/client";
import { AliasTurns } from "../../provider/lifecycle/alias-turns";
import { Claims } from "../../provider/lifecycle/claims";
import type { OperationContext } from "../../provider/lifecycle/context";
import { limited } from "../../provider/packaged/limit";
import { fakeClient, type FakeClient } from "../lifecycle/fake-client";
import { row } from "../lifecycle/given";

const silent = (): void => undefined;
const command: CommandToSend = {
  ...{ command: "INSTALL_CERTIFICATE", commandArgs: {}, commandType: "DEVICE", groups: [], devices: ["d1"] },
  ...{ deviceType: "all", label: "l" },
};

function given(): { readonly fake: FakeClient; readonly context: OperationContext; readonly sent: string[] } {
  const fake = fakeClient(() => [row(1, "Queued")], { startMs: 1_000_000 });
  const sent: string[] = [];
  const client = {
    ...fake.client,
    send: ({ label, devices }: CommandToSend) => {
      sent.push(label);
      const at = new Date(fake.clock.now()).toISOString();
      return Promise.resolve({ ...command, id: "r", createdAt: at, devices });
    },
  };
  const context: OperationContext = {
    ...{ client: { ...fake.client, ...client }, clock: fake.clock, random: () => 0, urnHash: "0123456789ab" },
    ...{ instance: "abcdefgh", claims: new Claims(), turns: new AliasTurns(), status: silent, note: silent },
  };
  return { fake, context, sent };
}

async function rounds(context: OperationContext, untilMs: number, onRound: (number: number) => void): Promise<number> {
  let number = 0;
  for await (const sightings of context.client.watch([{ requestId: "r1", devices: 1 }], untilMs)) {
    expect([...sightings.keys()]).to.deep.equal(["r1"]);
    number += 1;
    onRound(number);
  }
  return number;
}

describe("a limit on a run", () => {
  it("changes nothing while there is time", async () => {
    const { fake, context, sent } = given();
    const within = limited(context, { cancelled: new AbortController().signal, timeoutMs: 0 });
    await within.client.send(command);
    expect(await rounds(within, fake.clock.now() + 2_000, silent)).to.equal(3);
    expect(sent).to.deep.equal(["l"]);
    expect(within.cutShort?.()).to.equal(undefined);
  });

  it("ends a wait when its time is over, and sends nothing after that", async () => {
    const { fake, context, sent } = given();
    const within = limited(context, { cancelled: new AbortController().signal, timeoutMs: 3_000 });
    expect(await rounds(within, fake.clock.now() + 600_000, silent)).to.equal(4);
    expect(within.cutShort?.()).to.deep.equal({ kind: "outOfTime", timeoutMs: 3_000 });
    const refused = await within.client.send(command).catch((error: unknown) => String(error));
    expect(refused).to.include("The 3 seconds of `customTimeouts` are over; the next run does the rest.");
    expect(sent).to.deep.equal([]);
  });

  it("ends a wait in the middle of a round when the run is cancelled", async () => {
    const { fake, context } = given();
    const cancel = new AbortController();
    const within = limited(context, { cancelled: cancel.signal, timeoutMs: 0 });
    const before = fake.clock.now();
    const number = await rounds(within, before + 600_000, (round) => {
      if (round === 2) cancel.abort();
    });
    expect(number).to.equal(2);
    expect(fake.clock.now() - before).to.be.below(3_000);
    expect(within.cutShort?.()).to.deep.equal({ kind: "cancelled" });
    const refused = await within.client.send(command).catch((error: unknown) => String(error));
    expect(refused).to.include("The run was cancelled; the next `pulumi up` does the rest.");
  });

  it("cuts the soaking of a wave short, in both ways", async () => {
    const { fake, context } = given();
    const late = limited(context, { cancelled: new AbortController().signal, timeoutMs: 5_000 });
    const slept = late.clock.sleep(60_000);
    await fake.clock.pass(5_000);
    await slept;
    expect(late.cutShort?.()).to.deep.equal({ kind: "outOfTime", timeoutMs: 5_000 });
    const cancel = new AbortController();
    const soaking = limited(context, { cancelled: cancel.signal, timeoutMs: 0 }).clock.sleep(60_000);
    cancel.abort();
    await soaking;
  });
});
