// What each state of test/fixtures/states says, and what else of it the next run goes by. It reads no file.

import { expect } from "chai";
import type { StateCounts } from "../../../provider/client/client";
import type { RawObject } from "../../../provider/lifecycle/arguments/reader";
import { difference } from "../../../provider/lifecycle/state/members/membership-sketch";
import { isTakenOff } from "../../../provider/lifecycle/state/holding";
import { type SentRequest, type State } from "../../../provider/lifecycle/state/state";

const first = "21de6f202e32c1e54352e103fc129a18df8980ef6ac43ffe8cedb614e61d16ab";
const second = "5bdb2e23ef2d139f3e66de89358208b44cb6f97c8ab549c3013097e2650574a0";

/** In short: what was sent, what is the matter with whom, and how far the rollout came. */
export function inShort({ commands, exceptions, progress, coverage, certificate, record }: State): RawObject {
  return {
    sent: commands.map(requestInShort),
    exceptions: exceptions.map(({ name, state }) => `${name} ${state}`).filter((each) => !each.endsWith("Never sent")),
    progress: `${progress.state} ${progress.wave}/${progress.waves}`,
    coverage: `${coverage.installed}/${coverage.members}`,
    rounds: record.roundsUsed,
    holding: holdingInShort(record.holding, certificate["digest"]),
    backlog: record.backlog,
  };
}

function requestInShort({ kind, commandType, devices, targetWide, states }: SentRequest): string {
  const whom = targetWide === true ? "target-wide" : "to some";
  return `${kind} ${commandType} ${devices} ${whom}: ${countsInShort(states ?? {})}`;
}

function countsInShort(counts: StateCounts): string {
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}

/** `the certificate` is the content that the outputs describe. */
function holdingInShort(holding: State["record"]["holding"], digest: unknown): unknown {
  return holding.kind === "content" && holding.digest === digest ? "the certificate" : holding;
}

const orphanedCommandIds = ["9d8f0408-7404-406e-a35b-89b1d54f5377", "59a1719d-4c92-4467-aaf0-ebd071cf693d"];
const nothing = { failed: 0, missing: 0, expired: 0, removalsFailed: 0 };
const usual = { exceptions: [], progress: "complete 1/1", rounds: 0, holding: "the certificate", backlog: undefined };

/** What each says in short, and what else of it the next run goes by. */
export const facts: Readonly<Record<string, readonly [short: RawObject, more?: (state: State) => void]>> = {
  "group-installed": [
    { ...usual, sent: ["install GROUP 3 target-wide: 3 Success"], coverage: "3/3" },
    ({ settings, record }) => {
      expect(settings.target.kind).to.equal("group");
      expect(difference(record.sentTo, new Set())?.leftCount).to.equal(3);
    },
  ],
  "set-installed": [
    { ...usual, sent: ["install DYNAMIC 3 target-wide: 3 Success"], coverage: "3/3" },
    ({ settings }) => {
      expect(settings.target.kind).to.equal("set");
    },
  ],
  "set-of-two-groups": [{ ...usual, sent: ["install DYNAMIC 4 target-wide: 4 Success"], coverage: "4/4" }],
  "offline-pending": [
    {
      ...usual,
      sent: ["install GROUP 4 target-wide: 1 Queued, 3 Success"],
      coverage: "3/4",
      exceptions: ["d2 Command Queued"],
    },
    ({ coverage }) => {
      expect(coverage).to.include({ pending: 1, offline: 1 });
    },
  ],
  "devices-failed": [
    {
      ...usual,
      backlog: { ...nothing, failed: 2 },
      ...{ sent: ["install GROUP 4 target-wide: 2 Failure, 2 Success"], coverage: "2/4", progress: "stopped 1/1" },
      exceptions: ["d2 Failure", "d3 Failure"],
    },
    ({ exceptions }) => {
      expect(exceptions.map(({ reason }) => reason)).to.deep.equal([
        "Certificate could not be parsed",
        "No space left",
      ]);
    },
  ],
  "retries-used-up": [
    {
      ...usual,
      backlog: { ...nothing, failed: 1 },
      ...{
        sent: ["install GROUP 4 target-wide: 1 Failure, 3 Success", "install DEVICE 1 to some: 1 Failure"],
        coverage: "3/4",
        exceptions: ["d4 Failure"],
        rounds: 1,
      },
    },
    ({ settings }) => {
      expect(settings.retryRounds).to.equal(1);
    },
  ],
  "rollout-paused": [
    { ...usual, sent: ["install DEVICE 2 to some: 2 Success"], coverage: "2/20", progress: "paused 1/3" },
    ({ record }) => {
      expect(record.heldBack).to.equal(18);
      expect(record.waveBoundaries).to.deep.equal({ canary: false, ends: ["0b56fe0f00", "866a26c533", "~"] });
    },
  ],
  "rollout-stopped": [
    {
      ...usual,
      backlog: { ...nothing, failed: 2 },
      ...{ sent: ["install DEVICE 2 to some: 2 Failure"], coverage: "0/20", progress: "stopped 1/3" },
      exceptions: ["d12 Failure", "d5 Failure"],
    },
    ({ record }) => {
      expect(record.heldBack).to.equal(18);
    },
  ],
  "rollout-paused-over-previous": [
    { ...usual, sent: ["install DEVICE 2 to some: 2 Success"], coverage: "2/20", progress: "paused 1/3" },
    ({ kept, record }) => {
      expect(kept?.map(({ digest }) => digest)).to.have.members([first, second]);
      expect(difference(record.previouslySentTo ?? "", new Set())?.leftCount).to.equal(20);
    },
  ],
  "rolled-back": [
    {
      ...usual,
      sent: ["install DEVICE 2 to some: 2 Success"],
      coverage: "6/6",
      progress: "rolledBack 1/2",
      holding: { kind: "rolledBack", rejected: second, to: first },
    },
    (state) => {
      expect(isTakenOff(state)).to.equal(false);
    },
  ],
  "rolled-back-to-nothing": [
    {
      ...usual,
      sent: [],
      coverage: "0/6",
      progress: "rolledBack 1/2",
      holding: { kind: "rolledBack", rejected: first },
    },
    (state) => {
      expect(isTakenOff(state)).to.equal(true);
    },
  ],
  interrupted: [
    {
      ...usual,
      ...{
        sent: [
          "install DEVICE 2 to some: 2 Success",
          "install DEVICE 8 to some: 8 Success",
          "install DEVICE 10 to some: 10 Success",
        ],
        coverage: "20/20",
      },
      progress: "complete 3/3",
      holding: { kind: "unknown", orphanedCommandIds },
    },
    (state) => {
      expect(isTakenOff(state)).to.equal(false);
    },
  ],
  "removals-left": [
    {
      ...usual,
      backlog: { ...nothing, removalsFailed: 1 },
      sent: ["install DYNAMIC 4 to some: 4 Success", "uninstall DEVICE 1 to some: 1 Failure"],
      coverage: "3/3",
      progress: "stopped 1/1",
    },
    ({ record }) => {
      expect(record).to.include({ removalsFailed: 1, removedSinceFullSend: true });
    },
  ],
  "removed-and-joined": [
    {
      ...usual,
      sent: ["install DYNAMIC 3 to some: 3 Success", "install DEVICE 1 to some: 1 Success"],
      coverage: "3/3",
    },
    ({ record }) => {
      expect(record).to.include({ compacted: true, removedSinceFullSend: true });
    },
  ],
  "failures-made-good": [
    { ...usual, sent: ["install DEVICE 1 to some: 1 Success"], coverage: "4/4", rounds: 1 },
    ({ record, commands }) => {
      expect(record.compacted).to.equal(true);
      expect([record.sentToAllAt, commands[0]?.sentAt]).to.deep.equal([
        "2026-11-27T07:39:21.924Z",
        "2026-11-27T07:39:28.695Z",
      ]);
    },
  ],
  "content-changed": [
    { ...usual, sent: ["install GROUP 3 target-wide: 3 Success"], coverage: "3/3" },
    ({ record }) => {
      expect(record.hadOtherContent).to.equal(true);
    },
  ],
  scheduled: [
    {
      ...usual,
      ...{ sent: ["install GROUP 3 target-wide: 3 Scheduled"], coverage: "0/3" },
      exceptions: ["d1", "d2", "d3"].map((name) => `${name} Command Scheduled`),
    },
    ({ settings }) => {
      expect(settings.schedule).not.to.equal(undefined);
    },
  ],
  v2: [
    {
      ...usual,
      backlog: { ...nothing, failed: 1 },
      ...{
        sent: ["install GROUP 4 target-wide: 1 Failure, 3 Success"],
        coverage: "3/4",
        progress: "stopped 1/1",
        exceptions: ["d2 Failure"],
      },
    },
  ],
  "joined-missing": [
    { ...usual, sent: ["install GROUP 3 target-wide: 3 Success"], coverage: "3/4" },
    ({ record, exceptions }) => {
      expect(record.drifted).to.equal(true);
      expect(exceptions.map(({ name, state }) => `${name} ${state}`)).to.deep.equal(["d4 Never sent"]);
    },
  ],
  expired: [
    {
      ...usual,
      sent: ["install GROUP 3 target-wide: 1 Queued, 2 Success"],
      coverage: "2/3",
      exceptions: ["d2 Expired"],
    },
    ({ record, coverage }) => {
      expect(record.drifted).to.equal(true);
      expect(coverage).to.include({ missing: 1, pending: 0 });
    },
  ],
};
