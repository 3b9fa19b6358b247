// The whole of what a run does, decided from the facts. Pure: no client, no clock (the time is an argument), no Pulumi.
// Which steps there are stands in steps.ts, a rollback's plan in rollback/rollback-plan.ts (docs/design.md, sections 3 and 7).

import { pickWritten, type Settings } from "../arguments/arguments";
import type { RawObject } from "../arguments/reader";
import { isOver } from "../arguments/schedule";
import type { Device } from "../../client/index";
import { countVersions } from "../../pkcs12/index";
import type { Content } from "../content/content";
import type { ContentsForMembers, FileToSend } from "../content/device-contents";
import type { EncodingChoice } from "../content/encoding-choice";
import { toRemoveAgain } from "../facts/departed";
import { isOwnedByOther, type DeviceStatus } from "../facts/device-status";
import type { Facts } from "../facts/gather";
import type { Fleet } from "../facts/members/fleet";
import type { Newer } from "../facts/newer/newer-commands";
import { overdueSentence, ownedByOthersSentence } from "../messages/notices";
import { orphanedIds } from "../state/holding";
import { type SentAs, type State } from "../state/state";
import { isStaged, waveBoundaries, wavesOf, type Waves } from "../state/wave-boundaries";
import { newlyNamed, noMemberWarnings } from "./resend";
import { installTargets, planSteps, withoutInstalls, type Steps } from "./steps";

/** What the program asks for, opened and checked. */
export interface Desired {
  readonly inputs: Settings;
  /** As the program wrote it. */
  readonly raw: RawObject;
  /** What of the source is no secret. */
  readonly source: Readonly<Record<string, string>>;
  readonly content: DesiredContent;
}

/** One content for everyone; with `forMembers` each device has its own, and the digest of the whole is a constant. */
export interface DesiredContent extends Pick<Content, "digest" | "summary" | "encodingFor" | "toSend"> {
  readonly forMembers?: ContentsForMembers;
}

/** Scheduled installs to cancel before anything is sent, since they would come after it: of these devices, or of all. */
export interface Cancellation {
  readonly requestIds: readonly string[];
  readonly devices?: readonly string[] | undefined;
}

/** Content that devices are brought to. */
export interface GoalContent {
  readonly digest: string;
  /** The output `certificate`. */
  readonly certificate: RawObject;
  readonly sentAs: SentAs;
  /** Each device has its own, so that it is addressed singly. */
  readonly isPerDevice: boolean;
  /** The file for a device; the same for all unless each has its own. */
  readonly fileFor: (device: Device | undefined) => Promise<FileToSend | undefined>;
}

/** What the new state remembers of the program. */
export interface Recorded {
  readonly settings: Settings;
  /** The settings as the program wrote them. */
  readonly written: RawObject;
  /** What of the source is no secret. */
  readonly source: Readonly<Record<string, string>>;
}

/** All that a run does. */
export interface Plan extends Steps {
  readonly goal: "install" | "rollBack" | "destroy";
  /** What holds for what is sent, and for how it is waited for. */
  readonly settings: Settings;
  readonly recorded: Recorded;
  readonly prior: State | undefined;
  /** What members are to have in the end: the program's content or a rollback's stable one; undefined when nothing. */
  readonly content: GoalContent | undefined;
  readonly cancellations: readonly Cancellation[];
  /** Present when the members are sent to wave after wave. */
  readonly waves?: Waves | undefined;
  /** The window of the schedule is over, so nothing may be installed now. */
  readonly isOverdue: boolean;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** Brings the members to the content that the program names. */
export function planInstall(desired: Desired, prior: State | undefined, facts: Facts, nowMs: number): Plan {
  const { inputs, content, raw } = desired;
  const isOverdue = prior !== undefined && inputs.schedule !== undefined && isOver(inputs.schedule, nowMs);
  const { contents } = facts;
  const asked = planSteps({
    ...{ desired: inputs, digest: content.digest, prior, statuses: facts.statuses, nowMs },
    fileGone: contents?.toRemove ?? [],
    departed: facts.departed.devices.map(({ id }) => id),
    removalsFailed: toRemoveAgain(facts.departed.statuses).map(({ device }) => device.id),
  });
  const steps = isOverdue ? withoutInstalls(asked, prior, inputs) : asked;
  const choice = encodingFor(desired, prior, facts, steps);
  const written = pickWritten(raw);
  const owned = notAddressed(facts.statuses.filter(isOwnedByOther), steps).length;
  const recorded = { settings: inputs, written, source: desired.source };
  return {
    ...steps,
    ...{ goal: "install", settings: inputs, prior, isOverdue },
    recorded: isOverdue ? askedAgainLater(recorded, prior) : recorded,
    content: {
      ...{ digest: content.digest, certificate: content.summary, sentAs: choice.sentAs },
      isPerDevice: contents !== undefined,
      fileFor: (device) =>
        contents === undefined || device === undefined ? content.toSend(choice.sentAs) : contents.fileFor(device),
    },
    cancellations: prior === undefined ? [] : cancellationsBefore(steps, prior, facts),
    waves: isStaged(inputs.rollout) && !isOverdue ? wavesFor(inputs, prior, facts, steps.startsOver) : undefined,
    notes: [...(choice.note === undefined ? [] : [choice.note]), ...(contents?.notes ?? [])],
    warnings: [
      ...facts.warnings,
      ...(contents?.warnings ?? []),
      ...(owned > 0 ? [ownedByOthersSentence(owned, inputs.alias)] : []),
      ...noMemberWarnings(newlyNamed(prior?.settings.resend ?? {}, inputs.resend), facts.entitled),
      ...(choice.warning === undefined ? [] : [choice.warning]),
      ...(steps.steps.length < asked.steps.length ? [overdueSentence] : []),
    ],
  };
}

/** Those that no install of these steps reaches. */
function notAddressed(statuses: readonly DeviceStatus[], steps: Steps): readonly DeviceStatus[] {
  const addressed = new Set(
    installTargets(
      steps,
      statuses.map(({ device }) => device.id),
    ),
  );
  return statuses.filter(({ device }) => !addressed.has(device.id));
}

/** The encoding for the devices that are to be sent something. */
function encodingFor(
  { inputs, content }: Desired,
  prior: State | undefined,
  { fleet }: Facts,
  steps: Steps,
): EncodingChoice {
  const installsNothing = !steps.steps.some(({ action }) => action === "install");
  if (prior !== undefined && installsNothing) return { sentAs: prior.sentAs };
  return content.encodingFor(inputs.encoding, countVersions(versionsReached(steps, fleet.members)));
}

/** One for each device that an install reaches. */
function* versionsReached({ steps }: Steps, members: Fleet["members"]): Generator<string, void> {
  for (const { action, devices } of steps) {
    if (action !== "install") continue;
    const reached = devices === "everyone" ? members.keys() : devices;
    for (const id of reached) yield members.get(id)?.osVersion ?? "";
  }
}

/** What could not be done is asked for again by the next schedule, so the state remembers what was asked for before. */
function askedAgainLater(recorded: Recorded, { settings, written }: State): Recorded {
  return {
    ...recorded,
    settings: {
      ...recorded.settings,
      ...{ rollout: settings.rollout, triggers: settings.triggers, resend: settings.resend },
    },
    written: {
      ...recorded.written,
      ...{ rollout: written["rollout"], triggers: written["triggers"], resend: written["resend"] },
    },
  };
}

function cancellationsBefore({ steps, startsOver }: Steps, prior: State, facts: Facts): readonly Cancellation[] {
  const requestIds = mayBeScheduled(prior, facts.newer);
  if (requestIds.length === 0) return [];
  if (startsOver) return [{ requestIds }];
  return steps.flatMap(({ action, devices }) =>
    action === "uninstall" && devices !== "everyone" ? [{ requestIds, devices }] : [],
  );
}

/** Earlier requests that may hold installs which wait for their window. */
export function mayBeScheduled(prior: State, { commands: newer }: Newer): readonly string[] {
  const { settings, commands } = prior;
  // The schedule may be out of the program since, and what was sent under it still waits.
  const mayWait = settings.schedule !== undefined || commands.some(({ states }) => (states?.Scheduled ?? 0) > 0);
  const installs = mayWait ? commands.filter(({ kind }) => kind === "install").map(({ id }) => id) : [];
  // What an interrupted run has sent may wait for a window that this state has never known.
  const own = newer.filter(({ by, kind }) => by === "own" && kind === "install").map(({ id }) => id);
  return [...new Set([...installs, ...orphanedIds(prior), ...own])];
}

/** The waves of the rollout that goes on, as long as they are still the same; else new ones. */
function wavesFor(inputs: Settings, prior: State | undefined, { fleet, canaries }: Facts, startsOver: boolean): Waves {
  const { rollout, alias } = inputs;
  const before = prior?.settings.rollout;
  const isSame = JSON.stringify([before?.waves, before?.canary]) === JSON.stringify([rollout.waves, rollout.canary]);
  const members = [...fleet.members.keys()];
  const recorded = startsOver || !isSame ? undefined : prior?.record.waveBoundaries;
  return wavesOf(recorded ?? waveBoundaries(rollout, alias, members, canaries), alias, members, canaries);
}
