// What a refresh found to be done that the last run did not leave so, in one line such as
// `7 devices joined, 2 installs expired`. Pure.

import type { Backlog } from "../state/backlog";
import { count } from "./words";

export function driftOf(before: Backlog, now: Backlog, orphanedCommands: number, leaving = 0): readonly string[] {
  const more = (what: keyof Backlog, sentence: (number: number) => string): readonly string[] =>
    (now[what] ?? 0) > (before[what] ?? 0) ? [sentence((now[what] ?? 0) - (before[what] ?? 0))] : [];
  return [
    ...more("missing", (number) => `${count(number, "device")} joined`),
    ...more("enrolledAgain", (number) => `${count(number, "device")} enrolled again`),
    ...more("removed", (number) => `removed on ${count(number, "device")}`),
    ...more("overwritten", (number) => `overwritten on ${count(number, "device")}`),
    ...more("expired", (number) => `${count(number, "install")} expired`),
    ...more("failed", (number) => `${count(number, "device")} failed`),
    ...more("removalsFailed", (number) => `${count(number, "removal")} failed`),
    ...(leaving > 0 ? [`${count(leaving, "device")} left`] : []),
    ...(orphanedCommands > 0 ? [`${count(orphanedCommands, "newer command")} of an interrupted run`] : []),
  ];
}
