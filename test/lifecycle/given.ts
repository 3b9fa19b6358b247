// What the lifecycle's tests start from: ids, devices, answers, a program's arguments, and the state that an earlier run of
// it left. Each takes only what a test is about; the rest is usual. `usual` is twelve devices, all well.

import type { CommandState, Device, DeviceList, StatusRow } from "../../provider/client/client";
import type { RawObject } from "../../provider/lifecycle/arguments/reader";
import { pickWritten, readInputs, readSettings, type Inputs } from "../../provider/lifecycle/arguments/arguments";
import type { Answers, HistoryEntry, DeviceStatus } from "../../provider/lifecycle/facts/device-status";
import type { Coverage, KeptContent, SentRequest, State, StateRecord } from "../../provider/lifecycle/state/state";

export const dayMs = 24 * 3_600_000;
export const nowMs = Date.parse("2026-11-20T12:00:00Z");

export function at(agoMs: number): string {
  return new Date(nowMs - agoMs).toISOString();
}

/** The same id for the same number; different numbers never share one. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

export const groupA = "01922b24-adae-787f-a08a-778067704f57";
export const groupB = "01922b24-adae-787f-a08a-7780677000b2";
export const digestA = "a".repeat(64);
export const digestB = "b".repeat(64);

/** The arguments of a program, changed as given; `undefined` takes one away. */
export function program(change: Readonly<Record<string, unknown>> = {}): RawObject {
  const usual: RawObject = {
    alias: "corp-client",
    target: { group: groupA },
    source: { file: "certs/corp-client.p12", password: "pass-word-1" },
  };
  return Object.fromEntries(Object.entries({ ...usual, ...change }).filter(([, value]) => value !== undefined));
}

export function inputsOf(raw: RawObject): Inputs {
  const { inputs, failures } = readInputs(raw);
  if (inputs === undefined) throw new Error(`The test's program is refused: ${JSON.stringify(failures)}`);
  return inputs;
}

export function device(number: number, change: Partial<Device> = {}): Device {
  const name = `ESR-${String(number).padStart(5, "0")}`;
  return { id: uuid(number), name, platform: "ANDROID", osVersion: "13", online: true, tags: [], ...change };
}

export function devices(count: number, change: Partial<Device> = {}): readonly Device[] {
  return Array.from({ length: count }, (_, index) => device(index, change));
}

/** Esper's list of them. */
export function listOf(all: readonly Device[]): DeviceList {
  return { byId: new Map(all.map((one) => [one.id, one])), addsUp: true };
}

export function request(change: Partial<SentRequest> = {}): SentRequest {
  return { id: uuid(0xa1), kind: "install", commandType: "GROUP", devices: 12, sentAt: at(60_000), ...change };
}

export function row(deviceNumber: number, state: CommandState, change: Partial<StatusRow> = {}): StatusRow {
  return {
    ...{ id: uuid(0xf000 + deviceNumber), requestId: uuid(0xa1), deviceId: uuid(deviceNumber) },
    ...{ state, stateText: state, updatedAt: at(30_000) },
    ...change,
  };
}

export function answers(rows: readonly StatusRow[], othersSucceeded = false): Answers {
  return { rows: new Map(rows.map((each) => [each.deviceId, each])), othersSucceeded };
}

export function entry(sent: SentRequest, given: Answers, sentTo: readonly string[] = []): HistoryEntry {
  return { request: sent, answers: given, sentTo: new Set(sentTo) };
}

/** Where a member stands. */
export function status(
  number: number,
  phase: DeviceStatus["phase"],
  change: Partial<Omit<DeviceStatus, "device">> & { readonly device?: Partial<Device> } = {},
): DeviceStatus {
  const states = { installed: "Success", pending: "Queued", failed: "Failure", missing: "Never sent" };
  const usual = { phase, state: states[phase], reason: "", since: at(30_000) };
  const sent = phase === "missing" ? {} : { requestId: uuid(0xa1) };
  return { ...usual, ...sent, ...change, device: device(number, change.device) };
}

/** Content that the state keeps for a rollback. */
export function keptContent(digest: string): KeptContent {
  return { digest, base64: "AAAA", password: "", sentAs: "asGiven", certificate: { digest } };
}

export interface StateChange {
  readonly program?: Readonly<Record<string, unknown>>;
  readonly coverage?: Partial<Coverage>;
  readonly record?: Partial<StateRecord>;
  readonly rest?: Partial<Omit<State, "coverage" | "record">>;
}

/** What a run of `program(change.program)` left an hour ago, changed as given. */
export function state(change: StateChange = {}): State {
  const raw = program(change.program);
  const settings = readSettings(raw);
  if (settings === undefined) throw new Error("The test's program is refused.");
  return {
    settings,
    written: pickWritten(raw),
    certificate: { subject: "CN=corp-client", digest: digestA },
    sentAs: "asGiven",
    exceptions: [],
    exceptionsOmitted: 0,
    commands: [request({ sentAt: at(3_600_000), targetWide: true, states: { Success: 12 } })],
    progress: { wave: 1, waves: 1, state: "complete" },
    readyForRenewal: false,
    renewAt: "2027-10-20T00:00:00.000Z",
    ...change.rest,
    coverage: {
      ...{ members: 12, installed: 12, pending: 0, failed: 0, missing: 0, offline: 0, unsupported: 0 },
      ...change.coverage,
    },
    record: {
      ...{ urnHash: "0123456789ab", holding: { kind: "content", digest: digestA }, membersDigest: "m".repeat(16) },
      ...{ roundsUsed: 0, sentTo: "", lookedUntil: at(3_600_000), instance: "abcdefgh" },
      source: { file: "certs/corp-client.p12" },
      ...change.record,
    },
  };
}
