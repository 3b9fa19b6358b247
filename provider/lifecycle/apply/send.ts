// Sends the commands of a step, batch after batch. It decides nothing.

import type { CommandToSend } from "../../client/index";
import type { Address } from "../arguments/target";
import type { OperationContext } from "../context";
import type { SentRequests } from "../facts/command-history";
import type { Facts } from "../facts/gather";
import type { Plan } from "../policy/plan";
import type { Step } from "../policy/steps";
import { newLabel } from "../state/command-label";
import { digestHeld, type SentRequest } from "../state/state";
import { batchesForDevices, batchesForEveryone } from "./batches";
import { installOf, uninstallOf } from "./esper-commands";

/** A request sent in this run, with the devices it was sent to. */
export interface Sent {
  readonly request: SentRequest;
  readonly devices: ReadonlySet<string>;
  /** Esper's time. */
  readonly createdAt: string;
}

/** Each request is added to `sent` at once, so that a later failure loses nothing. */
export async function sendStep(
  context: OperationContext,
  plan: Plan,
  { fleet }: Pick<Facts, "fleet">,
  { action, devices }: Pick<Step, "action" | "devices">,
  sent: Sent[],
): Promise<void> {
  const { settings } = plan;
  const batches =
    devices === "everyone" ? await batchesForEveryone(context, settings.target, fleet) : batchesForDevices(devices);
  if (batches.length === 0) return;
  const command = action === "install" ? await installsOf(plan) : uninstallsOf(plan);
  const digest = plan.content?.digest ?? (plan.prior && digestHeld(plan.prior)) ?? "";
  for (const { address, devices: ids, targetWide } of batches) {
    const label = newLabel(context.urnHash, digest, context.random);
    const { id, createdAt } = await context.client.send(command(address, label));
    // The age of a command is judged by this machine's clock later on, so it is stamped by it too.
    const sentAt = new Date(context.clock.now()).toISOString();
    const request = { id, kind: action, commandType: address.commandType, devices: ids.size, sentAt };
    sent.push({ request: { ...request, ...(targetWide && { targetWide }) }, devices: ids, createdAt });
  }
}

type CommandFor = (address: Address, label: string) => CommandToSend;

async function installsOf({ settings, content }: Plan): Promise<CommandFor> {
  if (content === undefined) throw new Error("A plan without content installs nothing.");
  const file = await content.file();
  return (address, label) => installOf(settings, file, address, label);
}

function uninstallsOf({ settings }: Plan): CommandFor {
  return (address, label) => uninstallOf(settings, address, label);
}

/** The requests of one kind among those sent. */
export function sentOfKind(sent: readonly Sent[], kind: SentRequest["kind"]): SentRequests {
  const own = sent.filter(({ request }) => request.kind === kind);
  return {
    requests: own.map(({ request }) => request),
    sentTo: new Map(own.map(({ request, devices }) => [request.id, devices])),
  };
}
