// Two certificates of one program under one alias that mean the same devices: each would overwrite the other's. What both
// name is refused where one of the two is new or changed, and warned of elsewhere. Pure. Follows docs/design.md, section 4.

import { devicesOf, groupsOf, type Target } from "../arguments/target";
import type { Failure } from "../arguments/reader";
import type { Claim } from "../claims";
import { count, oneLine, someOf } from "../messages/words";

export interface Overlaps {
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
  /** Others that name nothing in common; their members may be the same, which is news where one of the two is. */
  readonly inQuestion: readonly Claim[];
}

/** @param others certificates of the program under the same alias, as far as they were checked before this one */
export function overlapsOf(own: Claim, others: readonly Claim[]): Overlaps {
  const found = others.map((other) => ({ other, both: bothName(own.target, other.target) }));
  const named = found.filter(({ both }) => both.length > 0);
  const isNews = ({ other }: { readonly other: Claim }): boolean => own.isNews === true || other.isNews === true;
  return {
    failures: named.filter(isNews).map(({ other, both }) => ({ property: "", reason: refusal(own, other, both) })),
    warnings: named.filter((one) => !isNews(one)).map(({ other, both }) => namedWarning(own, other, both)),
    inQuestion: found.filter((one) => one.both.length === 0 && isNews(one)).map(({ other }) => other),
  };
}

function bothName(one: Target, other: Target): readonly string[] {
  const common = (noun: string, ids: readonly string[], others: readonly string[]): readonly string[] =>
    ids.filter((id) => others.includes(id)).map((id) => `${noun} ${id}`);
  return [...common("group", groupsOf(one), groupsOf(other)), ...common("device", devicesOf(one), devicesOf(other))];
}

function namesOf(own: Claim, other: Claim): string {
  return own.name === other.name
    ? `two resources called ${oneLine(own.name)}`
    : [other.name, own.name].map(oneLine).join(" and ");
}

function refusal(own: Claim, other: Claim, both: readonly string[]): string {
  return (
    `target: ${namesOf(own, other)} name the same ${someOf(both)} under the alias "${own.alias}", and a device keeps one ` +
    "certificate under an alias; give one of the two another alias, or take what both name out of one target"
  );
}

function namedWarning(own: Claim, other: Claim, both: readonly string[]): string {
  return (
    `${namesOf(own, other)} name the same ${someOf(both)} under the alias "${own.alias}"; each overwrites the other's ` +
    "certificate. Give one of the two another alias, or take what both name out of one target."
  );
}

/** @param devices names of the members that both have */
export function membersWarning(own: Claim, other: Claim, devices: readonly string[]): string {
  return (
    `${namesOf(own, other)} have ${count(devices.length, "device")} in common under the alias "${own.alias}" ` +
    `(${someOf(devices.map(oneLine))}); each overwrites the other's certificate there.`
  );
}
