// Sends the commands of a step, batch after batch. It decides nothing.

import type { Client, CommandToSend, SentCommand } from "../../client/index";
import { isApiError } from "../../errors";
import type { Address } from "../arguments/target";
import type { ContentMark, FileToSend } from "../content/device-contents";
import type { OperationContext } from "../context";
import type { SentRequests } from "../facts/command-history";
import type { Facts } from "../facts/gather";
import type { Plan } from "../policy/plan";
import type { Step } from "../policy/steps";
import { newLabel } from "../state/command-label";
import { digestHeld } from "../state/holding";
import { type SentRequest, type State } from "../state/state";
import { batchesForDevices, batchesForEveryone, batchesForSingleDevices, type Batch } from "./batches";
import { installOf } from "./esper-commands";
import { joinedIds, type Ids } from "../state/members/ids";
import { inParallel } from "../in-parallel";

/** A request sent in this run, with the devices it was sent to. */
export interface Sent {
  readonly request: SentRequest;
  readonly devices: Ids;
  /** Esper's time. */
  readonly createdAt: string;
  /** What it installs, where each device has its own content. */
  readonly mark?: ContentMark | undefined;
}

/** Installs the plan's content on everyone in the target, or on these devices. */
export async function installOn(
  context: OperationContext,
  plan: Plan,
  { fleet, contents }: Pick<Facts, "fleet" | "contents">,
  devices: Step["devices"],
  sent: Sent[],
): Promise<void> {
  const { settings, content } = plan;
  if (content?.isPerDevice === true) {
    const all = devices === "everyone" ? [...fleet.members.keys()] : devices;
    const able = all.filter((id) => contents?.nothingToSend.has(id) !== true);
    return installSingly(context, plan, { fleet, contents }, able, sent);
  }
  // Newer tenants ignore or refuse a `deviceType` that narrows, so whoever it means is addressed singly.
  const isNarrowed = devices === "everyone" && settings.deviceType !== "all";
  const named = isNarrowed ? [...fleet.members.keys()] : devices;
  const batches =
    named === "everyone" ? await batchesForEveryone(context, settings.target, fleet) : batchesForDevices(named);
  if (batches.length === 0) return;
  if (content === undefined) throw new Error("A plan without content installs nothing.");
  const file = await content.fileFor(undefined);
  if (file === undefined) throw new Error("There is one file for everyone.");
  await takingTurn(context, settings.alias, sent, () =>
    sendBatches(context, plan, batches, "install", (address, label) => installOf(settings, file, address, label), sent),
  );
}

/** Each device gets its own file, several at a time under the client's limiter. */
async function installSingly(
  context: OperationContext,
  plan: Plan,
  { fleet: { members }, contents }: Pick<Facts, "fleet" | "contents">,
  devices: readonly string[],
  sent: Sent[],
): Promise<void> {
  const { settings, content } = plan;
  if (content === undefined) return;
  const send = sender(context, plan, "install", sent);
  let done = 0;
  await takingTurn(context, settings.alias, sent, () =>
    inParallel(batchesForSingleDevices(devices), Math.max(sentAtOnce, contents?.making?.atOnce ?? 0), async (batch) => {
      const file = await content.fileFor(members.get(batch.address.devices[0] ?? ""));
      if (file === undefined) return;
      await send(batch, (address, label) => installOf(settings, file, address, label), file);
      done += 1;
      if (done % 50 === 0) context.status(`${done}/${devices.length} sent`);
    }),
  );
}

const sentAtOnce = 8;

/** Removals under the alias wait meanwhile, and whom this reaches is known to the other resources of the program. */
async function takingTurn(
  { client: { tenantHash }, turns, claims, urnHash }: OperationContext,
  alias: string,
  sent: readonly Sent[],
  install: () => Promise<void>,
): Promise<void> {
  const before = sent.length;
  try {
    await turns.during({ tenantHash, alias }, "install", install);
  } finally {
    const reached = joinedIds(sent.slice(before).map(({ devices }) => devices));
    claims.noteSent({ tenantHash, urnHash }, reached);
  }
}

type CommandFor = (address: Address, label: string) => CommandToSend;

/** Each request is added to `sent` at once, so that a later failure loses nothing. */
export async function sendBatches(
  context: OperationContext,
  plan: Plan,
  batches: readonly Batch[],
  kind: SentRequest["kind"],
  command: CommandFor,
  sent: Sent[],
): Promise<void> {
  const send = sender(context, plan, kind, sent);
  for (const batch of batches) await send(batch, command, {});
}

type SendBatch = (
  batch: Batch,
  command: CommandFor,
  file: Pick<FileToSend, "mark" | "digest" | "template">,
) => Promise<void>;

function sender(
  { client, clock, random, instance }: OperationContext,
  { settings, content, prior }: Plan,
  kind: SentRequest["kind"],
  sent: Sent[],
): SendBatch {
  const whole = content?.digest ?? (prior && digestHeld(prior)) ?? "";
  const accepted = acceptedBy(client);
  const known = knownIds(prior, sent);
  return async function send(
    { address, devices, targetWide, unsupported },
    command,
    { mark, digest = whole, template },
  ) {
    const label = newLabel({ instance, alias: settings.alias, digest, endDay: mark?.endDay, template }, random);
    const { id, createdAt } = await accepted(command(address, label), known);
    known.add(id);
    // The age of a command is judged by this machine's clock later on, so it is stamped by it too.
    const sentAt = new Date(clock.now()).toISOString();
    const request = { id, kind, commandType: address.commandType, devices: devices.size, sentAt, createdAt };
    const isMixed = unsupported > 0 && address.commandType !== "DEVICE";
    const facts = { ...(targetWide && { targetWide }), ...(isMixed && { unsupported }) };
    sent.push({
      request: { ...request, ...facts },
      devices,
      createdAt,
      ...(mark && { mark }),
    });
  };
}

/** What was sent before is never taken for a command whose answer was lost: where there is no label, times alone tell. */
function knownIds(prior: State | undefined, sent: readonly Sent[]): Set<string> {
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
