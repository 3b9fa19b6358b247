// Sends UNINSTALL to devices that are not to have the certificate any more, and only where the alias is this resource's to
// take: right before it sends it asks which certificates stand in the program and whose installs are newer, and later on it
// looks back. What it may remove is decided in policy/removal.ts.

import type { Device } from "../../client/index";
import type { OperationContext } from "../context";
import { readFleet } from "../facts/members/fleet";
import { membersAndDeparted } from "../facts/departed";
import type { Facts } from "../facts/gather";
import { devicesHeldBefore } from "../facts/newer/held-before";
import { readNewer, removalMaxAgeMs } from "../facts/newer/newer-commands";
import { ownedByOthers } from "../facts/newer/owners";
import { claimUnsureSentence } from "../messages/notices";
import { count, oneLine, someOf } from "../messages/words";
import type { Plan } from "../policy/plan";
import { filesGone } from "../policy/reasons";
import { decideRemoval, type Claimant } from "../policy/removal";
import type { Step } from "../policy/steps";
import { mapById } from "../state/members/ids";
import { devicesSent } from "../state/sent-request";
import { batchesForDevices, batchesForEveryone } from "./batches";
import { uninstallOf } from "./esper-commands";
import { ownDevices, ownInstalls } from "./own-installs";
import { sendBatches, type Sent } from "./send";

export interface Removed {
  readonly notes: readonly string[];
  /** Looks once more, at a list that was read after the last removal was sent; gives warnings. */
  readonly lookBack: () => Promise<readonly string[]>;
}

export async function removeStep(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  step: Pick<Step, "devices" | "reason">,
  sent: Sent[],
  earlier: readonly Sent[] = [],
): Promise<Removed> {
  const { settings } = plan;
  const candidates = candidatesOf(facts, step.devices);
  if (candidates.size === 0) return { notes: [], lookBack: () => Promise.resolve([]) };
  const before = sent.length;
  const turn = { tenantHash: context.client.tenantHash, alias: settings.alias };
  const decided = await context.turns.during(turn, "uninstall", async () => {
    const newer =
      plan.prior === undefined ? undefined : await readNewer(context, plan.prior, removalMaxAgeMs, settings.target);
    if (newer?.isComplete === false) throw new Error(incompleteSentence(settings.alias));
    const own = await ownInstalls(context, plan.prior, facts, sent, newer);
    const others = newer === undefined ? new Set<string>() : ownedByOthers(newer.commands, own, context.clock.now());
    const removal = decideRemoval({
      ...{ alias: settings.alias, candidates, ownedByOthers: others },
      isOwn: await ownDevices(context, plan, facts, newer, candidates, step.reason),
      claimed: await claimedDevices(context, plan, step.reason),
      heldBefore: step.reason === "rollback" ? await heldBefore(context, plan, [...earlier, ...sent]) : undefined,
    });
    // A member that the list leaves out may be somebody else's.
    const isWhole = step.devices === "everyone" && facts.fleet.addsUp && removal.devices.size === candidates.size;
    const batches = isWhole
      ? await batchesForEveryone(context, settings.target, facts.fleet)
      : batchesForDevices([...removal.devices.keys()]);
    await sendBatches(
      context,
      plan,
      batches,
      "uninstall",
      (address, label) => uninstallOf(settings, address, label),
      sent,
    );
    return { removal, others };
  });
  const mine = sent.slice(before);
  const sentAtMs = context.clock.now();
  return {
    notes: decided.removal.notes,
    lookBack: () => overtaken(context, plan, facts, { mine, sentAtMs, ownedBefore: decided.others, candidates }),
  };
}

function candidatesOf({ fleet, departed }: Facts, devices: Step["devices"]): ReadonlyMap<string, Device> {
  if (devices === "everyone") return fleet.members;
  const all = membersAndDeparted(fleet, departed);
  return mapById(devices.map((id) => all.get(id)).filter((device) => device !== undefined));
}

function incompleteSentence(alias: string): string {
  return (
    `Esper's list of commands is longer than can be read, so other owners of "${alias}" may be missing in it; ` +
    "nothing is removed. Run `pulumi refresh` more often, or remove the certificate in the Esper console."
  );
}

/** Of a rollback to nothing: devices that had the alias before, and would lose what cannot be given back. */
async function heldBefore(
  context: OperationContext,
  { settings, prior }: Plan,
  sent: readonly Sent[],
): Promise<ReadonlySet<string>> {
  const earlier = prior === undefined ? [] : prior.commands;
  const own = [...earlier, ...sent.map(({ request }) => request)];
  const installed = own.flatMap(({ kind, createdAt = "" }) =>
    kind === "install" && createdAt !== "" ? [createdAt] : [],
  );
  const [firstInstallAt] = installed.sort();
  if (firstInstallAt === undefined) return new Set();
  const ids = new Set([...own.map(({ id }) => id), ...(prior?.record.droppedIds ?? [])]);
  const { devices, isComplete } = await devicesHeldBefore(context, settings.alias, { ids, firstInstallAt });
  if (!isComplete) throw new Error(incompleteSentence(settings.alias));
  return devices;
}

const claimsMaxAgeMs = 10_000;

/** Members of other certificates that stand under the same alias, with one of those. */
async function claimedDevices(
  context: OperationContext,
  { settings, prior }: Plan,
  reason: Step["reason"],
): Promise<ReadonlyMap<string, Claimant>> {
  const { client, claims, urnHash, instance } = context;
  const asking = {
    ...{ tenantHash: client.tenantHash, alias: settings.alias, urnHash, instance },
    target: prior?.settings.target ?? settings.target,
  };
  const claimed = new Map<string, Claimant>();
  for (const { target, name, sentTo, urnHash: claimant } of claims.othersUnder(asking)) {
    // With a new target it would keep the members of that for itself; those whose file is gone are to lose it all the same.
    if (reason === filesGone && claimant === urnHash) continue;
    const { members, addsUp } = await readFleet(client, target, claimsMaxAgeMs);
    if (!addsUp) throw new Error(claimUnsureSentence(settings.alias, name));
    for (const id of members.keys()) claimed.set(id, { name, hasSent: sentTo?.has(id) === true });
  }
  return claimed;
}

interface SentRemovals {
  readonly mine: readonly Sent[];
  /** When the last of them had been sent. */
  readonly sentAtMs: number;
  readonly ownedBefore: ReadonlySet<string>;
  readonly candidates: ReadonlyMap<string, Device>;
}

/** Another sender's install that came in between the last look and the removal was removed with it. */
async function overtaken(
  context: OperationContext,
  { prior, settings }: Plan,
  facts: Facts,
  { mine, sentAtMs, ownedBefore, candidates }: SentRemovals,
): Promise<readonly string[]> {
  if (prior === undefined || mine.length === 0) return [];
  const { clock } = context;
  const known = { ...prior, commands: [...prior.commands, ...mine.map(({ request }) => request)] };
  // Any list that was read since answers: many that are removed at once share one.
  const newer = await readNewer(context, known, clock.now() - sentAtMs, settings.target);
  const lastAt = mine.reduce((last, { createdAt }) => (createdAt > last ? createdAt : last), "");
  const earlier = newer.commands.filter(({ createdAt }) => createdAt <= lastAt);
  const own = await ownInstalls(context, prior, facts, [], newer);
  const owned = ownedByOthers(earlier, own, clock.now());
  const removed = [...devicesSent(mine, "uninstall").keys()].filter((id) => owned.has(id) && !ownedBefore.has(id));
  if (removed.length === 0) return [];
  const names = removed.map((id) => oneLine(candidates.get(id)?.name ?? id));
  return [
    `${count(removed.length, "device")} got "${settings.alias}" from another resource at the same moment, and may have lost ` +
      `it: ${someOf(names)}. Run \`pulumi up\` where that one is declared.`,
  ];
}
