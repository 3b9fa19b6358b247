// Sends the commands of a step, batch after batch. It decides nothing.

import type { Client, CommandToSend, SentCommand } from "../../client/index";
import { isApiError } from "../../errors";
import type { Address } from "../arguments/target";
import type { OperationContext } from "../context";
import type { SentRequests } from "../facts/command-history";
import type { Facts } from "../facts/gather";
import type { Plan } from "../policy/plan";
import type { Step } from "../policy/steps";
import { newLabel } from "../state/command-label";
import { digestHeld } from "../state/holding";
import { type SentRequest, type State } from "../state/state";
import { batchesForDevices, batchesForEveryone, type Batch } from "./batches";
import { installOf } from "./esper-commands";

/** A request sent in this run, with the devices it was sent to. */
export interface Sent {
  readonly request: SentRequest;
  readonly devices: ReadonlySet<string>;
  /** Esper's time. */
  readonly createdAt: string;
}

/** Installs the plan's content on everyone in the target, or on these devices. */
export async function installOn(
  context: OperationContext,
  plan: Plan,
  { fleet }: Pick<Facts, "fleet">,
  devices: Step["devices"],
  sent: Sent[],
): Promise<void> {
  const { settings, content } = plan;
  // Newer tenants ignore or refuse a `deviceType` that narrows, so whoever it means is addressed singly.
  const isNarrowed = devices === "everyone" && settings.deviceType !== "all";
  const named = isNarrowed ? [...fleet.members.keys()] : devices;
  const batches =
    named === "everyone" ? await batchesForEveryone(context, settings.target, fleet) : batchesForDevices(named);
  if (batches.length === 0) return;
  if (content === undefined) throw new Error("A plan without content installs nothing.");
  const file = await content.file();
  const { turns, claims, urnHash } = context;
  const { tenantHash } = context.client;
  const before = sent.length;
  try {
    await turns.during({ tenantHash, alias: settings.alias }, "install", () =>
      sendBatches(
        ...([context, plan, batches, "install"] as const),
        (address, label) => installOf(settings, file, address, label),
        sent,
      ),
    );
  } finally {
    const reached = sent.slice(before).flatMap((one) => [...one.devices]);
    claims.noteSent({ tenantHash, urnHash }, reached);
  }
}

type CommandFor = (address: Address, label: string) => CommandToSend;

/** Each request is added to `sent` at once, so that a later failure loses nothing. */
export async function sendBatches(
  context: OperationContext,
  { settings, content, prior }: Plan,
  batches: readonly Batch[],
  kind: SentRequest["kind"],
  command: CommandFor,
  sent: Sent[],
): Promise<void> {
  const { client, clock, random, instance } = context;
  const digest = content?.digest ?? (prior && digestHeld(prior)) ?? "";
  const accepted = acceptedBy(client);
  for (const { address, devices, targetWide, unsupported } of batches) {
    const label = newLabel({ instance, alias: settings.alias, digest }, random);
    const { id, createdAt } = await accepted(command(address, label), knownIds(prior, sent));
    // The age of a command is judged by this machine's clock later on, so it is stamped by it too.
    const sentAt = new Date(clock.now()).toISOString();
    const request = { id, kind, commandType: address.commandType, devices: devices.size, sentAt, createdAt };
    const isMixed = unsupported > 0 && address.commandType !== "DEVICE";
    const facts = { ...(targetWide && { targetWide }), ...(isMixed && { unsupported }) };
    sent.push({ request: { ...request, ...facts }, devices, createdAt });
  }
}

/** What was sent before is never taken for a command whose answer was lost: where there is no label, times alone tell. */
function knownIds(prior: State | undefined, sent: readonly Sent[]): ReadonlySet<string> {
  const before = prior === undefined ? [] : [...prior.commands.map(({ id }) => id), ...(prior.record.droppedIds ?? [])];
  return new Set([...before, ...sent.map(({ request }) => request.id)]);
}

type Send = (command: CommandToSend, known: ReadonlySet<string>) => Promise<SentCommand>;

/** Sends; a tenant that refuses the `deviceType` takes `all`, for the same devices. */
function acceptedBy(client: Client): Send {
  let isRefused = false;
  return async function send(command, known) {
    if (isRefused) return client.send({ ...command, deviceType: "all" }, known);
    try {
      return await client.send(command, known);
    } catch (error) {
      if (!isApiError(error) || error.meaning !== "deviceTypeRefused" || command.deviceType === "all") throw error;
      isRefused = true;
      return client.send({ ...command, deviceType: "all" }, known);
    }
  };
}

/** The requests of one kind among those sent. */
export function sentOfKind(sent: readonly Sent[], kind: SentRequest["kind"]): SentRequests {
  const own = sent.filter(({ request }) => request.kind === kind);
  return {
    requests: own.map(({ request }) => request),
    sentTo: new Map(own.map(({ request, devices }) => [request.id, devices])),
  };
}
