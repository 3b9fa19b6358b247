// Where the certificates of a report lie on a line of time from today on: positions in percent, and the marks of the scale.
// Days near are drawn wide and years far are drawn narrow, so that next week and 2036 fit on one line. Pure.

import type { Expiry } from "../facts";

/** Percent of the line's width. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Timeline {
  readonly marks: readonly { readonly at: number; readonly label: string }[];
  /** From today until it expires; of an expired one a stump before today. */
  readonly lifeOf: (expiry: Expiry) => Span;
  /** The part of it in which it is to be renewed. */
  readonly renewalOf: (expiry: Expiry) => Span;
}

const dayMs = 24 * 3_600_000;
const scale = [
  { days: 0, label: "today" },
  { days: 7, label: "1 week" },
  { days: 30, label: "1 month" },
  { days: 90, label: "3 months" },
  { days: 365, label: "1 year" },
  { days: 3 * 365, label: "3 years" },
  { days: 10 * 365, label: "10 years" },
  { days: 30 * 365, label: "30 years" },
];

/** Expired certificates stand before today. */
const todayAt = 4;

export function timelineOf(expiries: readonly Expiry[], nowMs: number): Timeline {
  const daysTo = (iso: string): number => (Date.parse(iso) - nowMs) / dayMs;
  const furthest = Math.max(90, ...expiries.map(({ notAfter }) => daysTo(notAfter)));
  const end = scale.find(({ days }) => days >= furthest)?.days ?? furthest;
  const at = (days: number): number => {
    if (days < 0) return 0;
    const share = Math.log1p(days / 7) / Math.log1p(end / 7);
    return Number((todayAt + (100 - todayAt) * Math.min(1, share)).toFixed(2));
  };
  const from = (days: number): number => (days <= 0 ? todayAt : at(days));
  return {
    marks: scale.filter(({ days }) => days <= end).map(({ days, label }) => ({ at: at(days), label })),
    lifeOf: ({ notAfter, expired }) =>
      expired ? { from: 0, to: todayAt } : { from: todayAt, to: at(daysTo(notAfter)) },
    renewalOf: ({ renewAt, notAfter, expired }) =>
      expired ? { from: todayAt, to: todayAt } : { from: from(daysTo(renewAt)), to: at(daysTo(notAfter)) },
  };
}
