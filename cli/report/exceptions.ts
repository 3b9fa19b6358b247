// The members without the certificate, put together by what is the matter with them. Pure.

import { bareState, exceptionPhase } from "../../provider/lifecycle/facts/exception-phase";
import type { Exception } from "../../provider/lifecycle/state/state";

export interface ExceptionDevice {
  /** Esper's id. */
  readonly device: string;
  readonly name: string;
  /** ISO instant. */
  readonly since: string;
}

/** Devices with the same state and reason. */
export interface ExceptionGroup {
  readonly is: "failed" | "missing" | "pending";
  /** Esper's state without its prefix "Command ", or one of the provider's own, such as `Never sent` or `No file`. */
  readonly state: string;
  /** The devices' own words; empty when they gave none. */
  readonly reason: string;
  readonly devices: readonly ExceptionDevice[];
}

const urgency: readonly ExceptionGroup["is"][] = ["failed", "missing", "pending"];

/** The most urgent first, then the largest. */
export function exceptionGroups(exceptions: readonly Exception[]): readonly ExceptionGroup[] {
  const groups = new Map<string, ExceptionGroup>();
  for (const { device, name, since, reason, ...exception } of exceptions) {
    const state = bareState(exception.state);
    const key = JSON.stringify([state, reason]);
    const before = groups.get(key)?.devices ?? [];
    groups.set(key, { is: exceptionPhase(state), state, reason, devices: [...before, { device, name, since }] });
  }
  return [...groups.values()].sort(
    (one, other) => urgency.indexOf(one.is) - urgency.indexOf(other.is) || other.devices.length - one.devices.length,
  );
}
