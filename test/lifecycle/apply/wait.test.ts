import { expect } from "chai";
import { AliasTurns } from "../../../provider/lifecycle/alias-turns";
import { waitForAll } from "../../../provider/lifecycle/apply/wait";
import { Claims } from "../../../provider/lifecycle/claims";
import { CommandResults } from "../../../provider/lifecycle/facts/command-results";
import { fakeClient } from "../fake-client";
import { row, status } from "../given";
import { factsOf, planOf, sentNow } from "../given-run";

const members = Array.from({ length: 60 }, (_, number) =>
  status(number, "missing", { device: { online: number < 50 } }),
);
const ids = members.map(({ device }) => device.id);

/** The lines of a wait for 60 devices, the last 10 of them offline, of which one answers in each `everyMs`. */
async function linesOf(everyMs: number, timeoutMinutes: number): Promise<readonly string[]> {
  const { client, clock } = fakeClient((requestId, passedMs) =>
    ids.map((deviceId, place) =>
      row(place, place < 50 && (place + 1) * everyMs <= passedMs ? "Success" : "Queued", { requestId, deviceId }),
    ),
  );
  const lines: string[] = [];
  const context = {
    ...{ client, clock, random: () => 0, urnHash: "0123456789ab", instance: "abcdefgh" },
    ...{ claims: new Claims(), turns: new AliasTurns(), note: () => undefined },
    status: (line: string) => void lines.push(line),
  };
  const facts = factsOf(members, { results: new CommandResults(client) });
  const plan = planOf({ program: { wait: { timeoutMinutes } } });
  await waitForAll(context, plan, facts, [{ ...sentNow({ devices: 60 }), devices: new Set(ids) }]);
  return lines;
}

describe("the line of a resource that waits", () => {
  it("tells the time that is left as soon as the answers tell it, and counts it down", async () => {
    const lines = await linesOf(2_000, 10);
    expect(lines[0]).to.equal("0/60 installed, 10 offline");
    expect(lines.findIndex((line) => line.includes("left"))).to.equal(10);
    expect(lines).to.include("5/60 installed, 10 offline; about 2 min left");
    expect(lines).to.include("20/60 installed, 10 offline; about 1 min left");
    expect(lines).to.include("45/60 installed, 10 offline; about 10 s left");
    expect(lines.at(-1)).to.equal("50/60 installed, 10 offline");
  });

  it("tells none where the answers would come after the deadline", async () => {
    expect((await linesOf(2_000, 1)).filter((line) => line.includes("left"))).to.deep.equal([]);
  });
});
