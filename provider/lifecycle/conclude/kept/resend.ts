// What a state remembers of `resend`: an entry counts as done once its device was sent the certificate, or where there is
// nothing to send. What a stopped wave, a narrowing `deviceType` or a rollback leaves out stays due. Pure.

import type { Sent } from "../../apply/send";
import type { Facts } from "../../facts/gather";
import type { Plan, Recorded } from "../../policy/plan";
import { resendChanged } from "../../policy/reasons";
import { newlyNamed } from "../../policy/resend";

/** The settings to store, with the former entries of devices that are still due. */
export function withResendDone(
  plan: Plan,
  facts: Pick<Facts, "fleet" | "entitled">,
  sent: readonly Sent[],
): Pick<Recorded, "settings" | "written"> {
  const { settings, written } = plan.recorded;
  const before = plan.prior?.settings.resend ?? {};
  const isDue = stillDue(plan, facts, sent);
  const due = new Set(newlyNamed(before, settings.resend).filter(isDue));
  if (due.size === 0) return { settings, written };
  const entries = Object.entries(settings.resend).flatMap(([id, text]) => {
    const known = due.has(id) ? before[id] : text;
    return known === undefined ? [] : [[id, known] as const];
  });
  const resend = Object.fromEntries(entries);
  return { settings: { ...settings, resend }, written: { ...written, resend } };
}

function stillDue(
  { goal, startsOver, steps }: Plan,
  { fleet, entitled }: Pick<Facts, "fleet" | "entitled">,
  sent: readonly Sent[],
): (deviceId: string) => boolean {
  if (goal !== "install") return () => true;
  if (startsOver) return () => false;
  const planned = new Set(steps.flatMap(({ reason, devices }) => (reason === resendChanged ? devices : [])));
  const done = new Set(sent.flatMap(({ request, devices }) => (request.kind === "install" ? [...devices.keys()] : [])));
  const isLeftOut = (id: string): boolean => !fleet.members.has(id) && (entitled.members.has(id) || !entitled.addsUp);
  return (id) => (planned.has(id) && !done.has(id)) || isLeftOut(id);
}
