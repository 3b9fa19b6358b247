// A command request as a state knows it, and how far the counts that were seen of it can be believed. Pure. It must not know how
// any of it is stored (docs/design.md, sections 5 and 6).

import { sameCounts, totalOf, type StateCounts, type StatusRow } from "../../client/index";
import { joinedIds, type Ids } from "./members/ids";

/** A command request that the coverage rests on; also an entry of the output `commands`. */
export interface SentRequest {
  readonly id: string;
  readonly kind: "install" | "uninstall";
  readonly commandType: "DEVICE" | "GROUP" | "DYNAMIC";
  /** How many devices it was sent to. */
  readonly devices: number;
  /** ISO instant of this machine's clock. */
  readonly sentAt: string;
  /** Esper's time (ISO); absent in records of the first schema. */
  readonly createdAt?: string | undefined;
  /** It is one of the requests that together addressed the whole target as it is written. */
  readonly targetWide?: boolean | undefined;
  /**
   * Later requests say where its devices stand. It is kept since its rows tell which devices it reached, for the day on which
   * the target is gone.
   */
  readonly superseded?: boolean | undefined;
  /** How many devices of the target could not hold a certificate when it was sent: rows of theirs are counted as well. */
  readonly unsupported?: number | undefined;
  /** By its rows, or by later requests, everyone whom it was sent to had the certificate with the counts of `states`. */
  readonly accounted?: boolean | undefined;
  /** How many devices were in which state when the record was written. */
  readonly states?: StateCounts | undefined;
}

/**
 * Whether counts are those of everyone whom a request was sent to, as far as that shows without a row: a request to groups
 * also counts devices that are no members.
 */
export function countsEveryone(
  { commandType, devices, accounted, unsupported = 0 }: SentRequest,
  counts: StateCounts,
  unsupportedNow: number,
): boolean {
  if (commandType === "DEVICE" || accounted === true) return totalOf(counts) >= devices;
  return unsupported === 0 && unsupportedNow === 0 && totalOf(counts) === devices;
}

/** What the record holds of a request that was looked at. */
export function seenNow(
  request: SentRequest,
  states: StateCounts,
  coverage: { readonly members: number; readonly installed: number; readonly unsupported: number },
): Pick<SentRequest, "states" | "accounted"> {
  const { accounted, ...fresh } = request;
  const isKnown = request.kind === "uninstall" || countsEveryone(fresh, states, coverage.unsupported);
  const isAccounted =
    coverage.installed === coverage.members || (accounted === true && sameCounts(request.states ?? {}, states));
  return { states, accounted: !isKnown && isAccounted ? true : undefined };
}

/** The devices that rows are of. */
export function devicesIn(rows: readonly StatusRow[]): ReadonlySet<string> {
  return new Set(rows.map(({ deviceId }) => deviceId));
}

/** Whom requests of one kind went to. */
export function devicesSent(
  sent: readonly { readonly request: Pick<SentRequest, "kind">; readonly devices: Ids }[],
  kind: SentRequest["kind"],
): Ids {
  return joinedIds(sent.flatMap(({ request, devices }) => (request.kind === kind ? [devices] : [])));
}
