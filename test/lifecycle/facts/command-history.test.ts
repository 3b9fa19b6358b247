import { expect } from "chai";
import { CommandResults } from "../../../provider/lifecycle/facts/command-results";
import { historyOf, recordedInstalls } from "../../../provider/lifecycle/facts/command-history";
import { sketchOf } from "../../../provider/lifecycle/state/members/membership-sketch";
import { deviceStatuses } from "../../../provider/lifecycle/facts/device-status";
import type { SentRequest, StateRecord } from "../../../provider/lifecycle/state/state";
import { fakeClient } from "../fake-client";
import { devices, nowMs, request, row, state, uuid } from "../given";

const target = { kind: "set", groups: [uuid(0xb1)], devices: [] } as const;

function ids(count: number, from = 0): ReadonlySet<string> {
  return new Set(Array.from({ length: count }, (_, index) => uuid(from + index)));
}

/** Where three members stand whose rows all say Success, by what the state remembers. */
async function phases(record: Partial<StateRecord>, states?: SentRequest["states"]): Promise<readonly string[]> {
  const members = devices(3);
  const sent = request({ devices: 3, targetWide: true, states });
  const known = state({ program: { target: { groups: [uuid(0xb1)] } }, rest: { commands: [sent] }, record });
  const fleet = {
    members: new Map(members.map((one) => [one.id, one])),
    digest: "",
    others: new Set<string>(),
    unsupported: 0,
    addsUp: true,
    disabled: 0,
  };
  const installs = recordedInstalls({ prior: known, others: [], resumed: new Map() }, target, {
    ...fleet,
    unknownDevices: [],
    unknownGroups: [],
  });
  const { client } = fakeClient(() => members.map((_, index) => row(index, "Success")));
  const results = new CommandResults(client, known);
  await results.look(installs.requests);
  const history = await historyOf(results, installs, new Set(fleet.members.keys()), nowMs);
  return deviceStatuses(members, history, nowMs).map(({ phase }) => phase);
}

describe("an earlier answer", () => {
  it("counts for a device that was a member when the state was written", async () => {
    expect(await phases({ sentTo: sketchOf(ids(3)) }, { Queued: 3 })).to.deep.equal(Array(3).fill("installed"));
  });

  it("counts no more for a device that was none then: it may have been cleared, and has come back", async () => {
    const sentTo = sketchOf(ids(2));
    expect(await phases({ sentTo }, { Queued: 3 })).to.deep.equal(["installed", "installed", "missing"]);
  });

  it("counts where too many came and left to tell who, but not when some of them were cleared", async () => {
    const sentTo = sketchOf(ids(500, 1_000));
    expect(await phases({ sentTo }, { Queued: 3 })).to.deep.equal(Array(3).fill("installed"));
    expect(await phases({ sentTo, removedSinceFullSend: true })).to.deep.equal(Array(3).fill("missing"));
  });

  it("counts before an older failure on the same device, although all devices of its request succeeded", async () => {
    const failed = request({ id: uuid(0xa1), devices: 1, states: { Failure: 1 } });
    const retried = request({ id: uuid(0xa2), devices: 1, states: { Success: 1 } });
    const { client } = fakeClient((id) => [row(0, id === failed.id ? "Failure" : "Success", { requestId: id })]);
    const results = new CommandResults(client, state({ rest: { commands: [failed, retried] } }));
    const installs = { requests: [failed, retried], sentTo: new Map(), reached: ids(1), compactedAt: retried.sentAt };
    await results.look(installs.requests);
    const history = await historyOf(results, installs, ids(1), nowMs);
    expect(deviceStatuses(devices(1), history, nowMs).map(({ phase }) => phase)).to.deep.equal(["installed"]);
  });
});
