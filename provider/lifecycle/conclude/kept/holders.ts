// Devices that a new state remembers beside the members that have what they are to have: those that hold earlier content, and
// those that left a group and still have it. Pure. Follows docs/design.md, section 5.

import type { Sent } from "../../apply/send";
import { wasSent, type DeviceStatus } from "../../facts/device-status";
import type { Facts } from "../../facts/gather";
import type { Plan } from "../../policy/plan";
import { difference, sketchOf } from "../../state/members/membership-sketch";
import { devicesSent } from "../../state/sent-request";
import type { StateRecord } from "../../state/state";

/** Devices that hold earlier content of this resource: they are its own to remove, also before the present one reaches them. */
export function earlierSentTo(
  { prior, goal, steps }: Plan,
  { fleet }: Facts,
  statuses: readonly DeviceStatus[],
  sent: readonly Sent[],
): { readonly earlierSentTo?: string } {
  const lacking = new Set(statuses.filter((status) => !wasSent(status)).map(({ device }) => device.id));
  const sketches = [prior?.record.sentTo, prior?.record.earlierSentTo].filter((sketch) => sketch !== undefined);
  const joined = sketches.map((sketch) => difference(sketch, fleet.members)?.joined);
  const earlier = [...lacking].filter((id) => joined.some((since) => since?.has(id) === false));
  const keeping = goal === "rollBack" ? notRemoved(steps, sent) : [];
  const all = new Set([...earlier, ...keeping]);
  return all.size === 0 ? {} : { earlierSentTo: sketchOf(all) };
}

/** Devices at which a rollback to nothing stopped: somebody else had the alias there before. */
function notRemoved(steps: Plan["steps"], sent: readonly Sent[]): readonly string[] {
  const removed = devicesSent(sent, "uninstall");
  const asked = steps.filter(({ action }) => action === "uninstall").flatMap(({ devices }) => devices);
  return asked.filter((id) => id !== "everyone" && !removed.has(id));
}

/** Devices that left a group by themselves, were too many to lose it, and are outside still. */
export function stillLeft(
  { prior, settings }: Plan,
  { departed, entitled }: Facts,
): Pick<StateRecord, "left" | "leftMore"> {
  if (prior === undefined || settings.onLeave === undefined) return {};
  const { left = [], leftMore = 0 } = prior.record;
  const done = new Set(departed.left);
  const still = left.filter((id) => !done.has(id) && !entitled.members.has(id));
  return still.length === 0 ? {} : { left: still, ...(leftMore > 0 && { leftMore }) };
}
