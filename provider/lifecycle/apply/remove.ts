// Sends UNINSTALL to devices that are not to have the certificate any more, and only where the alias is this resource's to
// take: right before it sends it asks which certificates stand in the program and whose installs are newer, and after it
// looks once more. What it may remove is decided in policy/removal.ts.

import type { Device } from "../../client/index";
import type { OperationContext } from "../context";
import { readFleet } from "../facts/fleet";
import type { Facts } from "../facts/gather";
import { readNewer, removalMaxAgeMs, type Newer } from "../facts/newer/newer-commands";
import { ownedByOthers, type OwnInstall } from "../facts/newer/owners";
import { devicesOf } from "../facts/newer/resume";
import { count, oneLine, someOf } from "../messages/words";
import type { Plan } from "../policy/plan";
import { decideRemoval } from "../policy/removal";
import type { Step } from "../policy/steps";
import { deviceKey, holdsContent } from "../state/ledger/ledger";
import { difference } from "../state/membership-sketch";
import type { State } from "../state/state";
import { batchesForDevices, batchesForEveryone } from "./batches";
import { uninstallOf } from "./esper-commands";
import { sendBatches, type Sent } from "./send";

export interface Removed {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

export async function removeStep(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  step: Pick<Step, "devices" | "reason">,
  sent: Sent[],
): Promise<Removed> {
  const { settings } = plan;
  const candidates = candidatesOf(facts, step.devices);
  if (candidates.size === 0) return { notes: [], warnings: [] };
  const before = sent.length;
  const turn = `${context.client.tenantHash} ${settings.alias}`;
  const decided = await context.turns.during(turn, "uninstall", async () => {
    const newer = plan.prior === undefined ? undefined : await readNewer(context, plan.prior, removalMaxAgeMs);
    if (newer?.isComplete === false) throw new Error(incompleteSentence(settings.alias));
    const own = ownInstalls(plan.prior, facts, sent);
    const others = newer === undefined ? new Set<string>() : ownedByOthers(newer.commands, own, context.clock.now());
    const removal = decideRemoval({
      ...{ alias: settings.alias, candidates, ownedByOthers: others },
      isOwn: ownDevices(plan, facts, newer, candidates, step.reason),
      claimed: await claimedDevices(context, plan),
    });
    const isWhole = step.devices === "everyone" && removal.devices.size === candidates.size;
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
  return {
    notes: decided.removal.notes,
    warnings: await overtaken(context, plan, facts, mine, decided.others, candidates),
  };
}

function candidatesOf({ fleet, departed }: Facts, devices: Step["devices"]): ReadonlyMap<string, Device> {
  if (devices === "everyone") return fleet.members;
  const known = [...departed.devices, ...departed.statuses.map(({ device }) => device)];
  const all = new Map([...known.map((device): [string, Device] => [device.id, device]), ...fleet.members]);
  return new Map(
    devices.map((id) => all.get(id)).flatMap((device) => (device === undefined ? [] : [[device.id, device]])),
  );
}

function incompleteSentence(alias: string): string {
  return (
    `Esper's list of commands is longer than can be read, so other owners of "${alias}" may be missing in it; ` +
    "nothing is removed. Run `pulumi refresh` more often, or remove the certificate in the Esper console."
  );
}

/** Requests of this resource with Esper's time and the devices that they are known to have reached. */
function ownInstalls(prior: State | undefined, { installs }: Facts, sent: readonly Sent[]): readonly OwnInstall[] {
  const earlier = (prior?.commands ?? [])
    .filter(({ kind }) => kind === "install")
    .map((request) => ({
      request,
      devices:
        installs.sentTo.get(request.id) ??
        (request.targetWide === true ? (installs.reached ?? new Set<string>()) : new Set<string>()),
    }));
  const now = sent.filter(({ request }) => request.kind === "install");
  return [...earlier, ...settledInstalls(installs), ...now.map(({ request, devices }) => ({ request, devices }))];
}

function settledInstalls({ settled = [] }: Facts["installs"]): readonly OwnInstall[] {
  return settled.map(({ device, at }) => ({ request: { createdAt: at }, devices: new Set([device]) }));
}

/** Whether an INSTALL of this resource is known on a device. */
function ownDevices(
  { prior }: Plan,
  { installs, departed, newer: before }: Facts,
  newer: Newer | undefined,
  candidates: ReadonlyMap<string, Device>,
  reason: Step["reason"],
): (id: string) => boolean {
  // A removal that is tried again was this resource's to send the first time; a rollback takes back what this run has sent.
  if (prior === undefined || reason === "removalsFailed" || reason === "rollback") return () => true;
  const ids = new Set(candidates.keys());
  const { sentTo, earlierSentTo, previouslySentTo } = prior.record;
  const sketches = [sentTo, earlierSentTo, previouslySentTo].filter((sketch) => sketch !== undefined);
  const joined = sketches.map((sketch) => difference(sketch, ids)?.joined);
  // What a destroy finds outside the target, it finds in the rows of this resource's own requests.
  const found = new Set(reason === "destroy" ? departed.devices.map(({ id }) => id) : []);
  for (const command of [...before.commands, ...(newer?.commands ?? [])]) {
    if (command.by === "own" && command.kind === "install") for (const id of devicesOf(command)) found.add(id);
  }
  // Where too many came and left to tell who, nothing is known against it.
  const ledger = prior.record.own?.ledger;
  if (ledger !== undefined) return (id) => found.has(id) || holdsContent(ledger.get(deviceKey(id)));
  return (id) => found.has(id) || installs.reached?.has(id) === true || joined.some((since) => !since?.has(id));
}

const claimsMaxAgeMs = 10_000;

/** Members of other certificates that stand under the same alias, with the name of one of those. */
async function claimedDevices(
  context: OperationContext,
  { settings, prior }: Plan,
): Promise<ReadonlyMap<string, string>> {
  const { client, claims, urnHash, instance } = context;
  const asking = {
    ...{ tenantHash: client.tenantHash, alias: settings.alias, urnHash, instance },
    target: prior?.settings.target ?? settings.target,
  };
  const claimed = new Map<string, string>();
  for (const { target, name } of claims.othersUnder(asking)) {
    const { members } = await readFleet(client, target, claimsMaxAgeMs);
    for (const id of members.keys()) claimed.set(id, name);
  }
  return claimed;
}

/** Another sender's install that came in between the last look and the removal was removed with it. */
async function overtaken(
  context: OperationContext,
  { prior, settings }: Plan,
  facts: Facts,
  sent: readonly Sent[],
  ownedBefore: ReadonlySet<string>,
  candidates: ReadonlyMap<string, Device>,
): Promise<readonly string[]> {
  if (prior === undefined || sent.length === 0) return [];
  const { commands } = await readNewer(context, prior, 0);
  const owned = ownedByOthers(commands, ownInstalls(prior, facts, []), context.clock.now());
  const removed = sent.flatMap(({ devices }) => [...devices]).filter((id) => owned.has(id) && !ownedBefore.has(id));
  if (removed.length === 0) return [];
  const names = removed.map((id) => oneLine(candidates.get(id)?.name ?? id));
  return [
    `${count(removed.length, "device")} got "${settings.alias}" from another resource at the same moment, and may have lost ` +
      `it: ${someOf(names)}. Run \`pulumi up\` where that one is declared.`,
  ];
}
