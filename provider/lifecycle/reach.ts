// What a preview says of a new or changed certificate: whom it reaches (DESIGN, section 8). A courtesy: it is bounded in time
// for a whole run, and not to find out is a note, never an error.

import type { Client } from "../client/client";
import type { Clock } from "../clock";
import type { Content } from "./content";
import { observeFleet } from "./fleet";
import type { Encoding } from "./inputs";
import { count } from "./report";
import { amountOf, type Rollout } from "./rollout";
import type { Target } from "./target";
import { isStaged } from "./waves";

/** For all resources of a run together: `check` is called for one after the other. */
export const reachBudgetMs = 3_000;

/** Lists read for the reach are used again by `create`. */
const listMaxAgeMs = 60_000;

export class Reach {
  private leftMs = reachBudgetMs;

  constructor(private readonly clock: Clock) {}

  /** One sentence, or why there is none; undefined once the time of the run is used up. */
  async sentence(
    client: Client,
    wanted: { readonly target: Target; readonly encoding: Encoding; readonly rollout: Rollout },
    content: Content | undefined,
  ): Promise<string | undefined> {
    if (this.leftMs <= 0) return undefined;
    const startedAt = this.clock.now();
    const ended = new AbortController();
    const tooLate = this.clock.sleep(this.leftMs, ended.signal).then(() => "Esper did not answer in time");
    const asking = describe(client, wanted, content).catch((error: unknown) =>
      error instanceof Error ? error.message : "unknown",
    );
    const told = await Promise.race([asking, tooLate.then((why) => `The reach is not known: ${why}.`)]);
    ended.abort();
    this.leftMs -= this.clock.now() - startedAt;
    return told;
  }
}

async function describe(
  client: Client,
  { target, encoding, rollout }: { readonly target: Target; readonly encoding: Encoding; readonly rollout: Rollout },
  content: Content | undefined,
): Promise<string> {
  const { members, unsupported } = await observeFleet(client, target, listMaxAgeMs);
  const devices = [...members.values()];
  const online = devices.filter((device) => device.online).length;
  const versions = devices.map((device) => device.osVersion);
  const fitting = content?.fitting(encoding, versions);
  const [first] = rollout.waves;
  const parts = [
    `reaches ${count(devices.length, "device")}: ${online} online, ${devices.length - online} offline`,
    ...(unsupported > 0 ? [`${count(unsupported, "device")} cannot hold certificates`] : []),
    ...(isStaged(rollout) ? [firstWave(rollout, first && amountOf(first, devices.length))] : []),
    ...(fitting?.note === undefined ? [] : [fitting.note]),
    ...(fitting?.warning === undefined ? [] : [fitting.warning]),
  ];
  return parts.join("; ");
}

function firstWave({ canary, waves }: Rollout, size: number | undefined): string {
  const number = Math.max(1, waves.length) + (canary === undefined ? 0 : 1);
  return canary === undefined
    ? `wave 1 of ${number}: ${count(size ?? 0, "device")}`
    : `wave 1 of ${number}: the canary devices`;
}
