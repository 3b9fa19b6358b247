// What each state of test/fixtures/states says, and what else of it the next run goes by. It reads no file.

import { expect } from "chai";
import type { RawObject } from "../../../provider/lifecycle/arguments/reader";
import { difference } from "../../../provider/lifecycle/state/membership-sketch";
import { isTakenOff, noContent, type State } from "../../../provider/lifecycle/state/state";

const first = "21de6f202e32c1e54352e103fc129a18df8980ef6ac43ffe8cedb614e61d16ab";
const second = "5bdb2e23ef2d139f3e66de89358208b44cb6f97c8ab549c3013097e2650574a0";

/** In short: what was sent, what is the matter with whom, and how far the rollout came. */
export function inShort({ commands, exceptions, progress, coverage, certificate, record }: State): RawObject {
  return {
    sent: commands.map(({ kind, commandType, devices }) => `${kind} ${commandType} ${devices}`),
    exceptions: exceptions.map(({ name, state }) => `${name} ${state}`).filter((each) => !each.endsWith("Never sent")),
    progress: `${progress.state} ${progress.wave}/${progress.waves}`,
    coverage: `${coverage.installed}/${coverage.members}`,
    rounds: record.rounds,
    wanted: record.digest === certificate["digest"] ? "the certificate" : record.digest,
  };
}

const usual = { exceptions: [], progress: "complete 1/1", rounds: 0, wanted: "the certificate" };

/** What each says in short, and what else of it the next run goes by. */
export const facts: Readonly<Record<string, readonly [short: RawObject, more?: (state: State) => void]>> = {
  "group-installed": [
    { ...usual, sent: ["install GROUP 3"], coverage: "3/3" },
    ({ settings, record }) => {
      expect(settings.target.kind).to.equal("group");
      expect(record.base).to.equal(1);
      expect(difference(record.covered, new Set())?.leftCount).to.equal(3);
    },
  ],
  "set-installed": [
    { ...usual, sent: ["install DYNAMIC 3"], coverage: "3/3" },
    ({ settings }) => {
      expect(settings.target.kind).to.equal("set");
    },
  ],
  "set-of-two-groups": [{ ...usual, sent: ["install DYNAMIC 4"], coverage: "4/4" }],
  "offline-pending": [
    { ...usual, sent: ["install GROUP 4"], coverage: "3/4", exceptions: ["d2 Command Queued"] },
    ({ coverage, record }) => {
      expect(coverage).to.include({ pending: 1, offline: 1 });
      expect(record.seen).to.deep.equal([{ Queued: 1, Success: 3 }]);
    },
  ],
  "devices-failed": [
    {
      ...usual,
      ...{ sent: ["install GROUP 4"], coverage: "2/4", progress: "stopped 1/1" },
      exceptions: ["d2 Failure", "d3 Failure"],
    },
    ({ record, exceptions }) => {
      expect(record.left).to.include({ failed: 2 });
      expect(exceptions.map(({ reason }) => reason)).to.deep.equal([
        "Certificate could not be parsed",
        "No space left",
      ]);
    },
  ],
  "retries-used-up": [
    {
      ...usual,
      ...{ sent: ["install GROUP 4", "install DEVICE 1"], coverage: "3/4", exceptions: ["d4 Failure"], rounds: 1 },
    },
    ({ settings }) => {
      expect(settings.retryRounds).to.equal(1);
    },
  ],
  "rollout-paused": [
    { ...usual, sent: ["install DEVICE 2"], coverage: "2/20", progress: "paused 1/3" },
    ({ record }) => {
      expect(record.held).to.equal(18);
      expect(record.limits?.limits).to.have.length(3);
    },
  ],
  "rollout-stopped": [
    {
      ...usual,
      ...{ sent: ["install DEVICE 2"], coverage: "0/20", progress: "stopped 1/3" },
      exceptions: ["d12 Failure", "d5 Failure"],
    },
    ({ record }) => {
      expect(record.held).to.equal(18);
    },
  ],
  "rollout-paused-over-previous": [
    { ...usual, sent: ["install DEVICE 2"], coverage: "2/20", progress: "paused 1/3" },
    ({ kept, record }) => {
      expect(kept?.map(({ digest }) => digest)).to.have.members([first, second]);
      expect(difference(record.coveredBefore ?? "", new Set())?.leftCount).to.equal(20);
    },
  ],
  "rolled-back": [
    { ...usual, sent: ["install DEVICE 2"], coverage: "6/6", progress: "rolledBack 1/2" },
    (state) => {
      expect(state.record.refused).to.equal(second);
      expect(isTakenOff(state)).to.equal(false);
    },
  ],
  "rolled-back-to-nothing": [
    { ...usual, sent: [], coverage: "0/6", progress: "rolledBack 1/2", wanted: noContent },
    (state) => {
      expect(state.record.refused).to.equal(first);
      expect(isTakenOff(state)).to.equal(true);
    },
  ],
  interrupted: [
    {
      ...usual,
      ...{ sent: ["install DEVICE 2", "install DEVICE 8", "install DEVICE 10"], coverage: "20/20" },
      ...{ progress: "complete 3/3", wanted: noContent },
    },
    (state) => {
      expect(state.record.strays).to.have.length(2);
      expect(isTakenOff(state)).to.equal(false);
    },
  ],
  "removals-left": [
    { ...usual, sent: ["install DYNAMIC 4", "uninstall DEVICE 1"], coverage: "3/3", progress: "stopped 1/1" },
    ({ record }) => {
      expect(record).to.include({ removalsFailed: 1, cleared: true });
    },
  ],
  "removed-and-joined": [
    { ...usual, sent: ["install DYNAMIC 3", "install DEVICE 1"], coverage: "3/3" },
    ({ record }) => {
      expect(record).to.include({ folded: true, cleared: true });
    },
  ],
  "failures-made-good": [
    { ...usual, sent: ["install DEVICE 1"], coverage: "4/4", rounds: 1 },
    ({ record, commands }) => {
      expect(record.folded).to.equal(true);
      expect([record.sentToAllAt, commands[0]?.sentAt]).to.deep.equal([
        "2026-11-27T07:39:21.924Z",
        "2026-11-27T07:39:28.695Z",
      ]);
    },
  ],
  "content-changed": [
    { ...usual, sent: ["install GROUP 3"], coverage: "3/3" },
    ({ record }) => {
      expect(record).to.include({ overwrites: true, digest: second });
    },
  ],
  scheduled: [
    {
      ...usual,
      ...{ sent: ["install GROUP 3"], coverage: "0/3" },
      exceptions: ["d1", "d2", "d3"].map((name) => `${name} Command Scheduled`),
    },
    ({ settings, record }) => {
      expect(settings.schedule).not.to.equal(undefined);
      expect(record.seen).to.deep.equal([{ Scheduled: 3 }]);
    },
  ],
  v2: [
    {
      ...usual,
      ...{ sent: ["install GROUP 4"], coverage: "3/4", progress: "stopped 1/1", exceptions: ["d2 Failure"] },
    },
  ],
  "joined-missing": [
    { ...usual, sent: ["install GROUP 3"], coverage: "3/4" },
    ({ record, exceptions }) => {
      expect(record.drifted).to.equal(true);
      expect(exceptions.map(({ name, state }) => `${name} ${state}`)).to.deep.equal(["d4 Never sent"]);
    },
  ],
  expired: [
    { ...usual, sent: ["install GROUP 3"], coverage: "2/3", exceptions: ["d2 Expired"] },
    ({ record, coverage }) => {
      expect(record.drifted).to.equal(true);
      expect(coverage).to.include({ missing: 1, pending: 0 });
    },
  ],
};
