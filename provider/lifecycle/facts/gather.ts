// The facts that a run decides by: who belongs to the target now, and where they stand with what was sent before. Each is
// read once, before anything is sent. It decides nothing and sends nothing.

import type { Settings } from "../arguments/arguments";
import { devicesOf, groupsOf, sameTarget, type Target } from "../arguments/target";
import type { DeviceContents } from "../content/device-contents";
import type { OperationContext } from "../context";
import { goneIdSentences, killedCreateSentence, leftUnsureSentence, unreadableSentences } from "../messages/notices";
import { leavingNow } from "../state/backlog";
import { digestHeld } from "../state/holding";
import type { LateCommand } from "../state/state";
import { historyOf, noSentRequests, recordedInstalls, type SentRequests } from "./command-history";
import { CommandResults } from "./command-results";
import { gatherDeparted, type Departed } from "./departed";
import { deviceStatuses, type DeviceStatus } from "./device-status";
import { withEnrolledAgain } from "./enrolled-again";
import { merged, timedOutAmong, type DigestFor, timedOutBefore, withLateAnswers } from "./newer/late-answers";
import { devicesOfKilledCreate, type Newer } from "./newer/newer-commands";
import type { Resumed } from "./newer/resume";
import { memberIds, narrowed, nobodyOf, readFleet, refuseUnknown, type Fleet } from "./members/fleet";
import { entitledIn, withRemoved } from "./own/gather-contents";
import { digestsOf, ledgerInstalls, wantedIn, withContentStates } from "./own/ledger-history";
import { withUnlisted } from "./members/unlisted";

export interface Facts {
  /** The members that this run addresses. */
  readonly fleet: Fleet;
  /** Devices that may keep the certificate: everyone in the target, also where `deviceType` leaves them out of this run. */
  readonly entitled: Fleet;
  readonly results: CommandResults;
  /** Earlier installs of the content that members are to have. */
  readonly installs: SentRequests;
  /** Where today's members stand with those. */
  readonly statuses: readonly DeviceStatus[];
  readonly departed: Departed;
  /** The devices of `rollout.canary`. */
  readonly canaries: ReadonlySet<string>;
  /** Those of the rollout that the last run left unfinished. */
  readonly priorCanaries: ReadonlySet<string>;
  /** Commands under the alias that the state did not count among its own. */
  readonly newer: Newer;
  /** Commands that ended in TimeOut on some devices, and may still succeed there. */
  readonly lateCommands: readonly LateCommand[];
  /** Where each device has its own content. */
  readonly contents?: DeviceContents | undefined;
  readonly warnings: readonly string[];
}

/** What is asked about: the devices meant, and the digest of the content that they are to have at the end of this run. */
export interface Question {
  readonly settings: Settings;
  readonly digest: string | undefined;
  /** Undefined for a new resource. */
  readonly resumed: Resumed | undefined;
  readonly newer: Newer;
  readonly contents?: DeviceContents | undefined;
}

// A list of devices that the preview's check has read moments ago is good enough to act on.
const listMaxAgeMs = 10_000;
const canariesMaxAgeMs = 60_000;

export async function gather(
  context: OperationContext,
  { settings, digest, resumed, newer, contents }: Question,
): Promise<Facts> {
  const { client, clock } = context;
  const prior = resumed?.prior;
  const listed = await readFleet(client, settings.target, listMaxAgeMs);
  const isSameTarget = prior !== undefined && sameTarget(prior.settings.target, settings.target);
  const everyone = isSameTarget ? await withUnlisted(client, listed, prior) : listed;
  const fleet = narrowed(everyone, settings.deviceType);
  const named = namedIn(prior?.settings.target);
  refuseUnknown(fleet, (id) => !named.has(id));
  const results = new CommandResults(client, prior, everyone.others);
  const holdsIt = resumed !== undefined && digest !== undefined && digestHeld(resumed.prior) === digest;
  const installs = holdsIt ? earlierInstalls(resumed, contents, settings.target, fleet) : noSentRequests;
  await results.look(installs.requests);
  const nowMs = clock.now();
  const history = await historyOf(results, installs, fleet.members, nowMs);
  const entitled =
    digest === undefined ? nobodyOf(everyone) : contents ? entitledIn(everyone, wantedIn(contents)) : everyone;
  const left = await gatherDeparted(context, results, {
    ...{ prior, target: settings.target, entitled, newer },
    leaving: prior === undefined ? [] : leavingNow(prior, settings),
  });
  const departed = contents === undefined ? left : withRemoved(left, contents.toRemove, everyone);
  const answered = withEnrolledAgain(deviceStatuses(fleet.members.values(), history, nowMs), {
    ...{ requests: installs.requests, forgotten: results.forgotten, prior },
  });
  // Where a request still says where its devices stand, it needs no following.
  const isOvertaken = !holdsIt || departed.devices.length > 0;
  const overtaken = (prior?.commands ?? []).filter(({ kind }) => kind === "uninstall" || isOvertaken);
  const before = await timedOutBefore(client, prior, overtaken, newer.commands);
  const wanted: DigestFor = contents ? digestsOf(wantedIn(contents)) : () => digest;
  const late = await withLateAnswers(
    client,
    { statuses: answered, removals: departed.statuses, lateCommands: before },
    wanted,
  );
  return {
    ...{ fleet, entitled, results, installs, newer, contents },
    statuses: contents ? withContentStates(late.statuses, prior?.record.own?.ledger, contents, nowMs) : late.statuses,
    departed: { ...departed, statuses: late.removals },
    lateCommands: merged([...before, ...timedOutAmong(answered, wanted)]),
    canaries: await canariesOf(context, settings.rollout.canary, namedIn(prior?.settings.rollout.canary)),
    priorCanaries: await memberIds(client, prior?.settings.rollout.canary, canariesMaxAgeMs),
    warnings: [
      ...goneIdSentences(settings.target, fleet),
      ...(departed.isUnsure === true ? [leftUnsureSentence] : []),
      ...unreadableSentences(newer.unreadable, settings.alias),
      ...(resumed === undefined ? await killedCreateWarnings(context, settings.alias, everyone) : []),
    ],
  };
}

function earlierInstalls(
  resumed: Resumed,
  contents: DeviceContents | undefined,
  target: Target,
  fleet: Fleet,
): SentRequests {
  const { own } = resumed.prior.record;
  if (contents === undefined || own === undefined) return recordedInstalls(resumed, target, fleet);
  return ledgerInstalls(resumed, own.ledger, wantedIn(contents), fleet);
}

/** The id of a killed create is lost with it, so that what it has sent outside today's target can only be told. */
async function killedCreateWarnings(
  context: OperationContext,
  alias: string,
  { members }: Fleet,
): Promise<readonly string[]> {
  const reached = await devicesOfKilledCreate(context, alias);
  const outside = [...reached].filter((id) => !members.has(id)).length;
  return outside === 0 ? [] : [killedCreateSentence(outside)];
}

async function canariesOf(
  { client }: OperationContext,
  canary: Target | undefined,
  named: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  if (canary === undefined) return new Set();
  const fleet = await readFleet(client, canary, canariesMaxAgeMs);
  refuseUnknown(fleet, (id) => !named.has(id));
  return new Set(fleet.members.keys());
}

/** Ids that the program named before: they may be gone, where a new one that Esper does not know is refused. */
function namedIn(target: Target | undefined): ReadonlySet<string> {
  return new Set(target === undefined ? [] : [...groupsOf(target), ...devicesOf(target)]);
}
