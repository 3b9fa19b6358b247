import { expect } from "chai";
import type { StateCounts } from "../../../provider/client";
import { compact } from "../../../provider/lifecycle/conclude/compaction";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { request, status } from "../given";

interface Row {
  /** The counts of each request, oldest first: r0, r1 … */
  readonly counts: readonly StateCounts[];
  /** Where each member stands, and by which request. */
  readonly members: readonly (readonly [phase: DeviceStatus["phase"], request: number])[];
  /** The requests that the state still holds. */
  readonly keeps: readonly number[];
  /** Whether devices without a row have the content all the same. */
  readonly isCompacted: boolean;
}

const ok = { Success: 1 };
const failed = { Failure: 1 };

const rows: Readonly<Record<string, Row>> = {
  "one request to all of the members stays": {
    ...{
      counts: [{ Success: 2 }],
      members: [
        ["installed", 0],
        ["installed", 0],
      ],
    },
    ...{ keeps: [0], isCompacted: false },
  },
  "a request that no member rests on is dropped": {
    ...{ counts: [ok, ok], members: [["installed", 1]] },
    ...{ keeps: [1], isCompacted: false },
  },
  "a failure that a retry made good is dropped once everyone has it": {
    counts: [{ Success: 1, Failure: 1 }, ok],
    members: [
      ["installed", 0],
      ["installed", 1],
    ],
    ...{ keeps: [1], isCompacted: true },
  },
  "a failure that a retry made good stays while another device is pending": {
    counts: [{ Success: 1, Failure: 1 }, ok, { Queued: 1 }],
    members: [
      ["installed", 0],
      ["installed", 1],
      ["pending", 2],
    ],
    ...{ keeps: [0, 1, 2], isCompacted: false },
  },
  "the request of a member that failed stays": {
    counts: [failed],
    members: [["failed", 0]],
    ...{ keeps: [0], isCompacted: false },
  },
  "the request of a scheduled install stays though no member rests on it: a later run may have to cancel it": {
    counts: [{ Scheduled: 1 }, ok],
    members: [["installed", 1]],
    ...{ keeps: [0, 1], isCompacted: true },
  },
  "of more than twenty requests that ended well the oldest are dropped": {
    counts: Array.from({ length: 25 }, () => ok),
    members: Array.from({ length: 25 }, (_, number) => ["installed", number] as const),
    keeps: Array.from({ length: 20 }, (_, number) => number + 5),
    isCompacted: true,
  },
  "of more than twenty requests an old one stays that a member still waits for": {
    counts: Array.from({ length: 25 }, (_, number) => (number === 0 ? { Queued: 1 } : ok)),
    members: Array.from({ length: 25 }, (_, number) => [number === 0 ? "pending" : "installed", number] as const),
    keeps: [0, ...Array.from({ length: 20 }, (_, number) => number + 5)],
    isCompacted: true,
  },
  "nothing is left of nothing": { counts: [], members: [], keeps: [], isCompacted: false },
};

describe("what the state still holds of the requests:", () => {
  for (const [title, { counts, members, keeps, isCompacted }] of Object.entries(rows)) {
    it(title, () => {
      const requests = counts.map((_, number) => request({ id: `r${number}`, devices: 1 }));
      const statuses = members.map(([phase, number], index) => status(index, phase, { requestId: `r${number}` }));
      const found = compact(requests, statuses, (id) => counts[Number(id.slice(1))] ?? {});
      expect(found.requests.map(({ id }) => id)).to.deep.equal(keeps.map((number) => `r${number}`));
      expect(found.isCompacted).to.equal(isCompacted);
    });
  }
});
