// All faults together, chosen by a seed: the weather in which a client must still bring the fleet to its end.
// Each fault strikes a small share of requests; none of them lasts, so that a client that goes on comes through.

import type { Faults } from "./faults";
import { chanceOf } from "../world/random";

/** The same seed gives the same storm. About half of the faults are in each. */
export function faultStorm(seed: number): Faults {
  const chance = chanceOf(seed);
  const share = (place: number): number => 0.02 + 0.08 * chance.fraction(place, 1);
  const storm: Faults = {
    rateLimit: { perSecond: 30, retryAfter: chance.fraction(0, 2) < 0.5 ? "date" : 1 },
    failEveryNthRead: { n: 5 + Math.floor(10 * chance.fraction(1, 2)) },
    failPostAfterAccept: { share: 2 * share(2) },
    cutPostAfterAccept: { share: 2 * share(3) },
    failPostBeforeAccept: { share: 2 * share(4) },
    closeAtOnce: { share: share(5) },
    slowMs: { share: share(6), ms: 100 },
    hang: { share: share(7) / 4, times: 1 },
    htmlErrors: { share: 0.5 },
    htmlAnswers: { share: share(8) / 2 },
    emptyBodies: { share: share(9) / 2 },
    truncatedJson: { share: share(10) / 2 },
    wrongContentType: { share: share(11) },
    lyingNextHost: {},
    lateStatusRowsMs: { ms: 300 },
    countsRouteMissing: { share: share(12), on: ["stats"] },
    echoSecretsInErrors: {},
    smallPages: { share: 0.5, size: 3 },
    clockSkewMs: { ms: Math.round(120_000 * (chance.fraction(13, 1) - 0.5)) },
    unknownState: { share: 0.5 },
  };
  return Object.fromEntries(Object.entries(storm).filter((_, place) => chance.fraction(place, 3) < 0.5));
}
