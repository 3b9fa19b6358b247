// What `check` and `diff` say of certificates of devices: a new resource opens the files that members use, and a changed one
// those whose bytes are new. It asks Esper only of what is new, and sends nothing. Follows docs/design.md, section 12.

import type { Settings } from "../arguments/arguments";
import { readDeviceInputs, type DeviceInputs, type ReadDeviceInputs } from "../arguments/devices/device-inputs";
import type { DeviceSource } from "../arguments/devices/device-source";
import type { Failure, RawObject } from "../arguments/reader";
import type { DeviceContents } from "../content/device-contents";
import { listFiles, type FileList, type FileSurroundings } from "../content/files/file-list";
import { SourceError } from "../errors";
import { readFleet } from "../facts/members/fleet";
import { contentsFromFiles, openNew } from "../facts/own/file-contents";
import { askedMade } from "../content/made/issued-by";
import { recordedOf } from "../facts/own/gather-contents";
import { bareState, exceptionPhase } from "../facts/exception-phase";
import { emptyFolderSentence, previewSentence } from "../messages/files";
import { mayRetry } from "../policy/retry";
import { holdsContent } from "../state/ledger/ledger";
import type { State } from "../state/state";
import { listMaxAgeMs, newTarget } from "./new-target";
import { overlapsOf } from "./overlap";
import { impactOf, sharedMembers, type Checked, type Checking } from "./check";
import { checkNewIssued } from "./issued-check";
import { isNews, validateSchedule, type Before } from "./validate";

export interface DeviceChecking extends Checking {
  readonly surroundings: FileSurroundings;
  /** Takes the files that were listed: whoever asks for them next need not. */
  readonly listed: (list: FileList) => void;
  readonly status: (text: string) => void;
}

/** @param olds the inputs of an earlier check; empty for a new resource */
export async function checkDevices(checking: DeviceChecking, olds: RawObject, raw: RawObject): Promise<Checked> {
  const { failures, alias, target, source, inputs: whole, options } = readDeviceInputs(raw);
  const { sourceDigest: before } = olds;
  const former = before === undefined ? undefined : readDeviceInputs(olds);
  const hasNews = isNews({ alias, target }, former && beforeOf(former));
  const claimed = alias === undefined || target === undefined ? undefined : checking.claim(alias, target, hasNews);
  const refused = (why: readonly Failure[]): Checked => ({
    ...{ inputs: raw, failures: why, warnings: [], notes: [] },
  });
  if (failures.length > 0) return refused(failures);
  try {
    if (source === undefined) return refused([]);
    const list = source.kind === "issuer" ? undefined : listFiles(source, checking.surroundings);
    if (list !== undefined) checking.listed(list);
    const digest = list?.digest ?? madeBy(source, options, checking);
    const isChanged = before !== digest || !sameSchedule(olds, raw);
    const scheduled = validateSchedule(options.schedule, isChanged, checking.nowMs);
    const overlaps = claimed && overlapsOf(claimed.own, claimed.others);
    const refusals = [...scheduled.failures, ...(overlaps?.failures ?? []), ...emptied(source, list, options)];
    const shared = refusals.length > 0 ? [] : await sharedMembers(checking, claimed?.own, overlaps?.inQuestion ?? []);
    const warnings = [...scheduled.warnings, ...(overlaps?.warnings ?? []), ...shared];
    const checked = { inputs: { ...raw, sourceDigest: digest }, failures: refusals, warnings, notes: [] };
    if (before !== undefined || refusals.length > 0 || whole === undefined) return checked;
    const { source: asked } = whole;
    if (asked.kind === "issuer") return withFailures(checked, await checkNewIssued(checking, whole, asked));
    return list === undefined ? checked : withFailures(checked, await checkNew(checking, whole, list));
  } catch (error) {
    if (error instanceof SourceError) return refused([{ property: error.path, reason: error.message }]);
    throw error;
  }
}

/** Of an issuer's certificates the inputs tell by what they are made. */
function madeBy(
  source: DeviceSource,
  { renewBeforeDays }: ReadDeviceInputs["options"],
  { surroundings }: DeviceChecking,
): string {
  return source.kind === "issuer" ? askedMade(source.issued, renewBeforeDays, surroundings).template : "";
}

function beforeOf({ alias, target, options }: ReadDeviceInputs): Before {
  return { digest: undefined, alias, target, triggers: options.triggers, schedule: options.schedule };
}

function sameSchedule({ schedule: before }: RawObject, { schedule: now }: RawObject): boolean {
  return JSON.stringify(before ?? null) === JSON.stringify(now ?? null);
}

/** A folder that holds nothing is more likely a mistake than meant, and here it would cost every device its certificate. */
function emptied(
  source: DeviceSource,
  list: FileList | undefined,
  { goneFile }: ReadDeviceInputs["options"],
): readonly Failure[] {
  if (source.kind !== "folder" || goneFile !== "remove" || list === undefined || list.files.size > 0) return [];
  return [{ property: "source.folder", reason: emptyFolderSentence(source.folder, list.nameFor(`{${list.mark}}`)) }];
}

type Told = Omit<Checked, "inputs">;

function withFailures(checked: Checked, told: Told): Checked {
  return { ...checked, ...told, warnings: [...checked.warnings, ...told.warnings] };
}

async function checkNew(checking: DeviceChecking, inputs: DeviceInputs, list: FileList): Promise<Told> {
  const asked = { list, settings: inputs, surroundings: checking.surroundings, knownIssuers: [] };
  const { failures, notes, seen } = await newTarget(checking, inputs);
  if (failures.length > 0) return { failures, warnings: [], notes };
  if (seen === undefined) {
    await openNew([...list.files.values()], asked, checking.status);
    return { failures, warnings: [], notes };
  }
  const contents = await contentsFromFiles(asked, seen.members, new Map(), checking.status);
  const parts = previewSentence({ ...countsOf(contents), changed: 0 });
  return {
    failures: contents.problems.map((reason) => ({ property: "", reason })),
    warnings: contents.warnings,
    notes: [parts === "" ? seen.reach : `${seen.reach}; ${parts}`, ...contents.notes, ...seen.already],
  };
}

function countsOf({ nothingToSend, summary }: DeviceContents): { used: number; without: number; unused: number } {
  const counted = summary([], 0);
  const number = (name: string): number => (typeof counted[name] === "number" ? counted[name] : 0);
  return { used: number("used"), without: nothingToSend.size, unused: number("unused") };
}

/** Members that failed, as far as the state lists them, and are sent what they were sent once more. */
function retriedIn(prior: State, inputs: Settings, { wanted }: DeviceContents): readonly string[] {
  if (!mayRetry(prior, inputs)) return [];
  const failed = prior.exceptions.filter(({ state }) => exceptionPhase(bareState(state)) === "failed");
  return failed.map(({ device }) => device).filter((id) => wanted.has(id));
}

/** What a preview says of a change. @throws SourceError where a file that is new cannot be used */
export async function previewDevices(
  checking: DeviceChecking,
  prior: State,
  inputs: Settings,
  list: FileList,
  knownIssuers: readonly string[],
): Promise<Pick<Checked, "warnings" | "notes">> {
  const impact = await impactOf(checking, inputs, undefined);
  if (impact?.unknownGroups === undefined) return { warnings: [], notes: impact === undefined ? [] : [impact.reach] };
  const { members } = await readFleet(checking.client(), inputs.target, listMaxAgeMs);
  const recorded = recordedOf(members, prior);
  const asked = { list, settings: inputs, surroundings: checking.surroundings, knownIssuers };
  const contents = await contentsFromFiles(asked, members, recorded, checking.status);
  const isDue = (id: string, digest: string | undefined): boolean =>
    digest === undefined || recorded.get(id)?.digest !== digest;
  const due = [...contents.wanted].filter(([id, mark]) => isDue(id, mark === "isDue" ? undefined : mark.digest));
  const changed = due.filter(([id]) => holdsContent(recorded.get(id))).length;
  const parts = previewSentence({ ...countsOf(contents), changed });
  const reached = new Set([...due.map(([id]) => id), ...retriedIn(prior, inputs, contents)]).size;
  const reach = `reaches ${reached} ${reached === 1 ? "device" : "devices"}`;
  return { warnings: contents.warnings, notes: [parts === "" ? reach : `${parts}; ${reach}`] };
}
