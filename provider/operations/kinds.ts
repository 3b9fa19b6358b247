// The two kinds of resources that one provider serves: one certificate for all devices, and one for each. What differs between
// them before and after a run stands here; the run itself is the same (lifecycle/).

import { systemClock } from "../clock";
import { readDeviceInputs, type DeviceInputs } from "../lifecycle/arguments/devices/device-inputs";
import { openDeviceParts } from "../lifecycle/arguments/devices/device-source";
import { readInputs } from "../lifecycle/arguments/arguments";
import { isObject, type Failure, type RawObject } from "../lifecycle/arguments/reader";
import { openParts } from "../lifecycle/arguments/source";
import { learnInputs, openSource } from "../lifecycle/content/content";
import { perDevice, type ContentsForMembers } from "../lifecycle/content/device-contents";
import { revokeEverything } from "../lifecycle/apply/revocations/revoke";
import { askedMade, deskFor, revokingBy, type IssuingSurroundings } from "../lifecycle/content/made/issued-by";
import { learnDeviceInputs } from "../lifecycle/content/files/secrets";
import { digestOfHashes, listFiles, type FileList, type FileSurroundings } from "../lifecycle/content/files/file-list";
import { listFolder, readRegularFile } from "../lifecycle/content/read-file";
import type { OperationContext } from "../lifecycle/context";
import { SourceError } from "../lifecycle/errors";
import { contentsFromFiles } from "../lifecycle/facts/own/file-contents";
import { contentsFromIssuer } from "../lifecycle/facts/own/issued-contents";
import { lastingDaysWarnings } from "../lifecycle/facts/own/certificates-summary";
import { importCertificate } from "../lifecycle/import";
import type { Asked, AskedFiles } from "../lifecycle/policy/full-send";
import type { Desired } from "../lifecycle/policy/plan";
import { check, type Checked } from "../lifecycle/preview/check";
import { checkDevices, previewDevices, type DeviceChecking } from "../lifecycle/preview/device-check";
import { previewIssued } from "../lifecycle/preview/issued-check";
import { readDeviceState, toDeviceOutputs } from "../lifecycle/state/ledger/device-record";
import { readState, toOutputs } from "../lifecycle/state/record";
import type { State } from "../lifecycle/state/state";

export interface Kind {
  /** The inputs of the last run, whose passwords devices may still repeat. */
  readonly learnInputs: (raw: RawObject) => void;
  readonly readState: (outputs: RawObject) => State;
  readonly toOutputs: (state: State) => RawObject;
  readonly asked: (raw: RawObject) => Asked;
  readonly check: (checking: DeviceChecking, olds: RawObject, raw: RawObject) => Promise<Checked>;
  /** What is said of a change beside its reason. */
  readonly preview: (checking: DeviceChecking, prior: State, raw: RawObject) => Promise<Told>;
  /** What is said as long as it lasts. */
  readonly lasting: (prior: State, nowMs: number) => readonly string[];
  readonly desired: (raw: RawObject, prior: State | undefined) => Promise<Desired>;
  /** The state of what stands on devices already, by its id. */
  readonly import: (context: OperationContext, id: string) => Promise<State>;
  /** What is done once devices have lost the certificate; the warnings about it. */
  readonly afterDelete: (state: State) => Promise<readonly string[]>;
  /** What `check` adds to the inputs, from the state. */
  readonly addedInputs: (state: State) => RawObject;
}

type Told = Pick<Checked, "warnings" | "notes">;

export const surroundings: FileSurroundings = {
  readFile: readRegularFile,
  environment: process.env,
  nowMs: () => systemClock.now(),
  listFolder,
};

const issuing: IssuingSurroundings = { ...surroundings, clock: systemClock, random: Math.random };

/** Of the files that `check` has listed in this process: `diff` follows at once, and hashes none of them again. */
const hashesByDigest = new Map<string, Hashes>();

type Hashes = Pick<AskedFiles, "hashes" | "count">;

export function keepHashes(list: FileList): void {
  hashesByDigest.set(list.digest, hashesIn(list));
}

function hashesIn({ files }: FileList): Hashes {
  return { hashes: new Set([...files.values()].map(({ hash }) => hash)), count: files.size };
}

const nothingTold: Told = { warnings: [], notes: [] };

export const oneForAll: Kind = {
  ...{ learnInputs, readState, toOutputs, check },
  asked: (raw) => {
    const { alias, target, options } = readInputs(raw);
    const { digest } = asObject(raw["certificate"]);
    const settings = alias === undefined || target === undefined ? undefined : { alias, target, ...options };
    return { alias, target, settings, digest: typeof digest === "string" ? digest : undefined };
  },
  preview: () => Promise.resolve(nothingTold),
  lasting: () => [],
  desired: async (raw) => {
    const { inputs, failures } = readInputs(raw);
    if (inputs === undefined) throw notWhole(failures);
    const { source } = inputs;
    return { inputs, raw, source: openParts(source), content: await openSource(source, surroundings) };
  },
  import: importCertificate,
  afterDelete: () => Promise.resolve([]),
  addedInputs: ({ certificate }) => ({ certificate }),
};

export const oneForEach: Kind = {
  learnInputs: learnDeviceInputs,
  readState: readDeviceState,
  toOutputs: toDeviceOutputs,
  check: checkDevices,
  asked: (raw) => {
    const { alias, target, options, source } = readDeviceInputs(raw);
    const settings = alias === undefined || target === undefined ? undefined : { alias, target, ...options };
    if (source === undefined) return { alias, target, settings, digest: undefined };
    if (source.kind === "issuer") {
      const made = askedMade(source.issued, options.renewBeforeDays, surroundings);
      return { alias, target, settings, digest: perDevice, made };
    }
    const { sourceDigest } = raw;
    const listed = typeof sourceDigest === "string" ? hashesByDigest.get(sourceDigest) : undefined;
    const hashes = listed ?? hashesIn(listFiles(source, surroundings));
    return { alias, target, settings, digest: perDevice, files: { ...hashes, digestOf: digestOfHashes } };
  },
  preview: async (checking, prior, raw) => {
    const { inputs } = readDeviceInputs(raw);
    if (inputs === undefined) return nothingTold;
    try {
      if (inputs.source.kind === "issuer") return await previewIssued(checking, prior, inputs, inputs.source);
      const list = listFiles(inputs.source, surroundings);
      return await previewDevices(checking, prior, inputs, list, issuersOf(prior));
    } catch (error) {
      if (error instanceof SourceError) throw new Error(`source: ${error.message}`, { cause: error });
      throw error;
    }
  },
  lasting: lastingDaysWarnings,
  desired: (raw, prior) => {
    const { inputs, failures } = readDeviceInputs(raw);
    if (inputs === undefined) return Promise.reject(notWhole(failures));
    return Promise.resolve({
      ...{ inputs, raw, source: openDeviceParts(inputs.source) },
      content: {
        ...{ digest: perDevice, summary: {}, encodingFor: () => ({ sentAs: "asGiven" }) as const },
        toSend: () => Promise.reject(new Error("Each device has a file of its own.")),
        forMembers: contentsFor(inputs, raw, prior),
      },
    });
  },
  import: () =>
    Promise.reject(
      new Error(
        "DeviceCertificates cannot be imported: Esper does not tell which device has which file. Create the resource; " +
          "its first run sends each member its file.",
      ),
    ),
  afterDelete: async (state) => {
    const { source: written } = state.record.own?.made?.revoke ?? {};
    if (written === undefined) return [];
    const { source } = readDeviceInputs({ ...state.written, source: written });
    if (source?.kind !== "issuer") return [];
    return revokeEverything(state, revokingBy(deskFor(source.issued, undefined, issuing), written));
  },
  addedInputs: ({ certificate: { digest = "" } }) => ({ sourceDigest: digest }),
};

/** What each device is to have, by files or by an issuer. */
function contentsFor(inputs: DeviceInputs, raw: RawObject, prior: State | undefined): ContentsForMembers {
  const { source } = inputs;
  if (source.kind === "issuer") {
    const { issued } = source;
    const made = askedMade(issued, inputs.renewBeforeDays, surroundings);
    const desk = deskFor(issued, inputs.renewBeforeDays, issuing);
    const written = asObject(raw["source"]);
    const asked = { source: issued, made, settings: inputs, desk, nowMs: systemClock.now(), written, prior };
    return (members, recorded) => Promise.resolve(contentsFromIssuer(asked, members, recorded));
  }
  const list = listFiles(source, surroundings);
  const asked = { list, settings: inputs, surroundings, knownIssuers: issuersOf(prior) };
  return (members, recorded, status) => contentsFromFiles(asked, members, recorded, status);
}

function issuersOf(prior: State | undefined): readonly string[] {
  const issuers = prior?.certificate["issuers"];
  return Array.isArray(issuers) ? issuers.filter((issuer) => typeof issuer === "string") : [];
}

function notWhole(failures: readonly Failure[]): Error {
  return new Error(failures.map(({ reason }) => reason).join("; ") || "Not every argument is known yet.");
}

export function asObject(value: unknown): RawObject {
  return isObject(value) ? value : {};
}
