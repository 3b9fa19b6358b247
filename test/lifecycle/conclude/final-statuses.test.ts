import { expect } from "chai";
import type { Client, StatusRow } from "../../../provider/client";
import { AliasTurns } from "../../../provider/lifecycle/alias-turns";
import type { Sent } from "../../../provider/lifecycle/apply/send";
import { Claims } from "../../../provider/lifecycle/claims";
import { finalStatuses, type Final } from "../../../provider/lifecycle/conclude/final-statuses";
import { noSentRequests } from "../../../provider/lifecycle/facts/command-history";
import { CommandResults } from "../../../provider/lifecycle/facts/command-results";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { fakeClient } from "../fake-client";
import { at, device, nowMs, request, row, status, uuid } from "../given";
import { factsOf, planOf, sentNow } from "../given-run";

const earlier = request({ id: uuid(0xa0), devices: 3, sentAt: at(3_600_000) });
const install = request({ id: uuid(0xa1), commandType: "DEVICE", devices: 2, sentAt: at(0) });
const removal = request({ id: uuid(0xb1), kind: "uninstall", commandType: "DEVICE", devices: 1, sentAt: at(0) });

const answers: Readonly<Record<string, readonly StatusRow[]>> = {
  [earlier.id]: [0, 1, 2].map((number) => row(number, "Success", { requestId: earlier.id })),
  [install.id]: [row(0, "Success"), row(1, "Failure", { reason: "Storage full" })],
  [removal.id]: [row(9, "Failure", { requestId: removal.id, reason: "Device locked" })],
};

interface Row {
  readonly sent?: readonly Sent[];
  /** Everyone was sent the content in this run, so that earlier requests count no more. */
  readonly startsOver?: boolean;
  readonly waitFor?: "reachable" | "none";
  /** Esper answers no question from now on. */
  readonly silent?: boolean;
  readonly statuses: Readonly<Record<number, DeviceStatus["phase"]>>;
  readonly notRemoved?: readonly string[];
  readonly asked?: boolean;
  readonly problems?: readonly string[];
}

const sentTo = (sent: typeof install, ...numbers: readonly number[]): Sent => {
  return { ...sentNow(sent), devices: new Set(numbers.map(uuid)) };
};
const silence = "Esper did not answer.";

const rows: Readonly<Record<string, Row>> = {
  "a run that sent nothing leaves members as the earlier requests say": {
    statuses: { 0: "installed", 1: "installed", 2: "installed" },
  },
  "what was sent in this run counts before what was sent earlier": {
    sent: [sentTo(install, 0, 1)],
    statuses: { 0: "installed", 1: "failed", 2: "installed" },
  },
  "where everyone was sent the content anew, an earlier success counts no more": {
    ...{ sent: [sentTo(install, 0, 1)], startsOver: true },
    statuses: { 0: "installed", 1: "failed", 2: "missing" },
  },
  "a device that did not remove the certificate is among the failed removals, and is no member": {
    ...{ sent: [sentTo(removal, 9)], statuses: { 0: "installed", 1: "installed", 2: "installed" } },
    notRemoved: [uuid(9)],
  },
  "a run that does not wait asks for nothing that it has just sent: those devices are pending": {
    ...{ sent: [sentTo(install, 0, 1)], startsOver: true, waitFor: "none" },
    ...{ statuses: { 0: "pending", 1: "pending", 2: "missing" }, asked: false },
  },
  "where Esper answers no more, devices count as they were last seen, and that is one problem": {
    ...{ sent: [sentTo(install, 0, 1), sentTo(removal, 9)], startsOver: true, silent: true },
    ...{ statuses: { 0: "pending", 1: "pending", 2: "missing" }, problems: [silence] },
  },
};

async function finalOf(given: Row): Promise<{ readonly final: Final; readonly asked: readonly string[] }> {
  const { client: answering, clock, asked } = fakeClient((id) => answers[id], { startMs: nowMs });
  const refuse = (): Promise<never> => Promise.reject(new Error(silence));
  const client: Client = {
    ...(given.silent === true ? { ...answering, counts: refuse, rows: refuse } : answering),
    devicesById: (wanted) => Promise.resolve(new Map(wanted.map((id) => [id, device(9)]))),
  };
  const results = new CommandResults(client);
  const facts = factsOf(
    [0, 1, 2].map((number) => status(number, "missing")),
    {
      ...{ results, installs: { ...noSentRequests, requests: [earlier] } },
      departed: { devices: [device(9)], removals: noSentRequests, statuses: [] },
    },
  );
  if (given.silent !== true) await results.look([earlier]);
  asked.length = 0;
  const context = {
    ...{ client, clock, random: () => 0, urnHash: "0123456789ab", instance: "abcdefgh" },
    ...{ claims: new Claims(), turns: new AliasTurns(), status: () => undefined, note: () => undefined },
  };
  const wait = { for: given.waitFor ?? "reachable" };
  const plan = planOf({ startsOver: given.startsOver ?? false, program: { wait } });
  return { final: await finalStatuses(context, plan, facts, given.sent ?? []), asked };
}

describe("where everyone stands in the end:", () => {
  for (const [title, given] of Object.entries(rows)) {
    it(title, async () => {
      const { final, asked } = await finalOf(given);
      const numbers = Object.keys(given.statuses).map(Number);
      const phases = final.statuses.map(({ device: { id }, phase }) => [numbers.find((at) => uuid(at) === id), phase]);
      expect(Object.fromEntries(phases)).to.deep.equal(given.statuses);
      expect(final.removals.failed.map(({ device: { id } }) => id)).to.deep.equal(given.notRemoved ?? []);
      expect(final.problems).to.deep.equal(given.problems ?? []);
      if (given.asked === false) expect(asked).to.deep.equal([]);
    });
  }
});
