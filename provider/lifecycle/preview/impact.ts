// What a preview says of a new or changed certificate: whom it reaches (docs/design.md, section 8). A courtesy: it is
// bounded in time for a whole run, and not to find out is a note, never an error.

import type { Client, Device, DeviceType } from "../../client";
import { systemClock, type Clock } from "../../clock";
import { countVersions } from "../../pkcs12/index";
import type { Content } from "../content/content";
import type { EncodingChoice } from "../content/encoding-choice";
import { narrowed, readFleet, type Fleet } from "../facts/members/fleet";
import { devicesWithAlias } from "../facts/newer/already-there";
import type { Encoding } from "../arguments/arguments";
import { count, someOf } from "../messages/words";
import { amountOf, type Rollout } from "../arguments/rollout";
import type { Target } from "../arguments/target";
import { isStaged } from "../state/wave-boundaries";
import { countThat } from "../state/members/count-that";

/** For all resources of a run together: `check` is called for one after the other. */
const reachBudgetMs = 3_000;

/** Devices that were not seen for longer are told: whether they come back is for people to know. */
const longUnseenDays = 30;

/** Lists read for the reach are used again by `create`. */
const listMaxAgeMs = 60_000;

export interface TargetImpact {
  /** Ids named in the program that Esper does not know. */
  readonly unknownGroups?: readonly string[];
  readonly unknownDevices?: readonly string[];
  /** For example `reaches 412 devices: 374 online, 38 offline; 38 run Android 10 to 12`. */
  readonly reach: string;
  /** How the file will be encoded for these devices, and who cannot read it. */
  readonly fitting?: EncodingChoice;
}

/** What is asked about: a certificate of which nothing else need be known. */
export interface ImpactQuery {
  readonly target: Target;
  readonly encoding: Encoding;
  readonly rollout: Rollout;
  readonly deviceType: DeviceType;
}

export class Impact {
  private leftMs = reachBudgetMs;

  constructor(private readonly clock: Clock) {}

  /** A run of the engine has a process of its own; who drives several runs in one process begins each with this. */
  begin(): void {
    this.leftMs = reachBudgetMs;
  }

  /** Undefined once the time of the run is used up. */
  async tell(client: Client, asked: ImpactQuery, content: Content | undefined): Promise<TargetImpact | undefined> {
    const asking = (): Promise<TargetImpact> => describe(client, asked, content, this.clock.now());
    return this.inTime(asking, (error) => unknownImpact(error?.message ?? "Esper did not answer in time."));
  }

  /** How many of the members have the alias already, as far as a few pages tell; undefined where none is known to. */
  async alreadyThere(client: Client, alias: string, target: Target): Promise<AlreadyThere | undefined> {
    const asking = async (): Promise<AlreadyThere | undefined> => {
      const [{ members }, having] = await Promise.all([
        readFleet(client, target, listMaxAgeMs),
        devicesWithAlias(client, alias),
      ]);
      const devices = countThat(members.keys(), (id) => having.has(id));
      return devices === 0 ? undefined : { devices, members: members.size };
    };
    return this.inTime(asking, () => undefined);
  }

  /** The names of the devices that both targets have; none where that cannot be found out. */
  async inCommon(client: Client, one: Target, other: Target): Promise<readonly string[]> {
    const asking = async (): Promise<readonly string[]> => {
      const [own, others] = await Promise.all([one, other].map((target) => readFleet(client, target, listMaxAgeMs)));
      return [...(own?.members.values() ?? [])].filter(({ id }) => others?.members.has(id)).map(({ name }) => name);
    };
    return (await this.inTime(asking, () => [])) ?? [];
  }

  private async inTime<T>(ask: () => Promise<T>, otherwise: (error?: Error) => T): Promise<T | undefined> {
    if (this.leftMs <= 0) return undefined;
    const startedAt = this.clock.now();
    const ended = new AbortController();
    const tooLate = this.clock.sleep(this.leftMs, ended.signal).then(() => otherwise());
    const asking = ask().catch((error: unknown) => {
      if (error instanceof Error) return otherwise(error);
      throw error;
    });
    const told = await Promise.race([asking, tooLate]);
    ended.abort();
    this.leftMs -= this.clock.now() - startedAt;
    return told;
  }
}

/** What previews say in this process. */
export const impact = new Impact(systemClock);

export interface AlreadyThere {
  readonly devices: number;
  readonly members: number;
}

export function alreadyThereSentence({ devices, members }: AlreadyThere, alias: string): string {
  const have = devices === 1 ? "has" : "have";
  return `At least ${devices} of ${count(members, "device")} ${have} "${alias}" already; it is overwritten.`;
}

export function unknownImpact(why: string): TargetImpact {
  return { reach: `The reach is not known: ${why}` };
}

async function describe(
  client: Client,
  { target, encoding, rollout, deviceType }: ImpactQuery,
  content: Content | undefined,
  nowMs: number,
): Promise<TargetImpact> {
  const fleet = narrowed(await readFleet(client, target, listMaxAgeMs), deviceType);
  const { members, disabled, unknownGroups, unknownDevices } = fleet;
  const unsupported = fleet.unsupported - disabled;
  const unknown = [...unknownGroups, ...unknownDevices];
  const devices = members.size;
  const online = countThat(members.values(), (device) => device.online);
  const osVersions = countVersions(versionsOf(members));
  const unable = content?.incompatible(osVersions);
  const unseen = countThat(members.values(), (device) => isLongUnseen(device, nowMs));
  const parts = [
    `reaches ${count(devices, "device")}: ${online} online, ${devices - online} offline` +
      (unseen > 0 ? `, ${unseen} of them not seen for over ${longUnseenDays} days` : ""),
    ...(unable === undefined ? [] : [unable]),
    ...(unsupported > 0 ? [`${count(unsupported, "device")} cannot hold certificates`] : []),
    ...(disabled > 0 ? [`${count(disabled, "device")} removed in Esper`] : []),
    ...(unknown.length > 0 ? [`Esper does not know ${someOf(unknown)}`] : []),
    ...(isStaged(rollout) ? [firstWave(rollout, devices)] : []),
  ];
  const fitting = content?.encodingFor(encoding, osVersions);
  return { reach: parts.join("; "), unknownGroups, unknownDevices, ...(fitting !== undefined && { fitting }) };
}

function* versionsOf(members: Fleet["members"]): Generator<string, void> {
  for (const { osVersion } of members.values()) yield osVersion;
}

/** A device without `lastSeenMs` does not count as long unseen. */
function isLongUnseen({ online, lastSeenMs }: Device, nowMs: number): boolean {
  return !online && nowMs - (lastSeenMs ?? nowMs) > longUnseenDays * 24 * 3_600_000;
}

function firstWave({ canary, waves }: Rollout, members: number): string {
  const number = Math.max(1, waves.length) + (canary === undefined ? 0 : 1);
  const [first] = waves;
  const share = count(first === undefined ? members : amountOf(first, members), "device");
  return `wave 1 of ${number}: ${canary === undefined ? share : "the canary devices"}`;
}
