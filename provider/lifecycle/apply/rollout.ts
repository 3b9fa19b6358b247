// Carries out a staged rollout: wave after wave, each judged before the next one is sent (docs/design.md, section 7).
// A run that was cut off, stopped or paused starts at wave one again and finds there what is left to do, so it goes on where
// it was. The verdict on a wave is pure (`judgeWave`).

import { readFleet, refuseUnknown } from "../facts/fleet";
import { sendInstalls, unansweredOf, waitForAll } from "./apply";
import { historyOf } from "../facts/command-history";
import { count } from "../messages/failures";
import { isMoreThan } from "../arguments/rollout";
import { deviceStatuses, type DeviceStatus } from "../facts/device-status";
import { devicesOf, groupsOf } from "../arguments/target";
import { waveCount, waveBoundaries, waveOf, type WaveBoundaries } from "../policy/waves";
import { installsOf, type Work } from "./work";

export interface RolloutOutcome {
  /** The last wave that was sent. */
  readonly wave: number;
  readonly waves: number;
  readonly state: "complete" | "paused" | "stopped";
  readonly limits: WaveBoundaries;
  /** Members whose wave has not come, or who lie beyond the last one. */
  readonly heldIds: ReadonlySet<string>;
  /** What ended it, when that was no verdict on a wave. */
  readonly problem?: string;
}

export async function rollOut(work: Work): Promise<RolloutOutcome> {
  const { inputs, fleet, plan, sent } = work;
  const { rollout, alias } = inputs;
  const canary = await canaryDevices(work);
  const limits = limitsFor(work, canary);
  const waves = waveCount(limits);
  const members = [...fleet.members.keys()];
  const waveById = new Map(members.map((id) => [id, waveOf(limits, alias, id, canary) ?? Infinity]));
  const installs = plan.steps.filter((step) => step.action === "install");
  const todo = new Set(installs.flatMap(({ devices }) => (devices === "everyone" ? members : devices)));
  const within = (wave: number): Set<string> => new Set(members.filter((id) => (waveById.get(id) ?? Infinity) <= wave));
  const ended = (wave: number, state: RolloutOutcome["state"], problem?: string): RolloutOutcome => {
    const inWaves = within(wave);
    const heldIds = new Set(members.filter((id) => !inWaves.has(id)));
    return { wave, waves, state, limits, heldIds, ...(problem !== undefined && { problem }) };
  };

  let wave = 1;
  try {
    for (; wave <= waves; wave += 1) {
      const own = members.filter((id) => waveById.get(id) === wave && todo.has(id));
      if (!(await wavePasses(work, { number: wave, of: waves, own, upTo: within(wave) })))
        return ended(wave, "stopped");
      if (rollout.pauseAfterWave === wave && wave < waves) return ended(wave, "paused");
    }
    return ended(waves, "complete");
  } catch (error) {
    if (sent.length === 0 || !(error instanceof Error)) throw error;
    return ended(wave, "stopped", error.message);
  }
}

interface Wave {
  readonly number: number;
  readonly of: number;
  /** Its devices that are to be sent something. */
  readonly own: readonly string[];
  /** All devices of the waves so far. */
  readonly upTo: ReadonlySet<string>;
}

async function wavePasses(work: Work, { number, of, own, upTo }: Wave): Promise<boolean> {
  const { run, inputs, known, plan } = work;
  const { rollout } = inputs;
  // Its devices have answered since a run gave up waiting for them, so nothing is sent; but it has not soaked.
  const isUnfinished = !plan.startsOver && known?.progress.state === "stopped" && known.progress.wave === number;
  if (own.length > 0) run.note(`Wave ${number} of ${of}: ${count(own.length, "device")}.`);
  await sendInstalls(work, own);
  await waitForAll(work, upTo);
  const passes = judgeWave(await standingsIn(work, upTo), work) === "passed";
  if (!passes || number === of || (own.length === 0 && !isUnfinished) || rollout.soakMs === 0) return passes;
  run.status(`Wave ${number} of ${of} soaks for ${count(rollout.soakMs / 60_000, "minute")}.`);
  await run.clock.sleep(rollout.soakMs);
  return judgeWave(await standingsIn(work, upTo), work) === "passed";
}

/** Too many failures among the answers so far, or somebody waited for has not answered. Offline members count neither way. */
export function judgeWave(
  standings: readonly DeviceStatus[],
  { inputs, fleet }: Pick<Work, "inputs" | "fleet">,
): "passed" | "failed" {
  const failed = standings.filter(({ phase }) => phase === "failed").length;
  const answered = failed + standings.filter(({ phase }) => phase === "installed").length;
  if (isMoreThan(inputs.rollout.maxFailures, failed, answered)) return "failed";
  const isSilent = unansweredOf(inputs, standings, fleet.members).length > 0;
  return isSilent && inputs.wait.onTimeout === "fail" ? "failed" : "passed";
}

async function canaryDevices({ inputs, run, known }: Work): Promise<ReadonlySet<string>> {
  const { canary } = inputs.rollout;
  if (canary === undefined) return new Set();
  const before = known?.settings.rollout.canary;
  const named = before === undefined ? [] : [...groupsOf(before), ...devicesOf(before)];
  const fleet = await readFleet(run.client, canary, 60_000);
  refuseUnknown(fleet, (id) => !named.includes(id));
  return new Set(fleet.members.keys());
}

/** The limits of the rollout that is going on, as long as its waves are still the same; else new ones. */
function limitsFor({ inputs, known, plan, fleet }: Work, canary: ReadonlySet<string>): WaveBoundaries {
  const { waves, canary: named } = inputs.rollout;
  const before = known?.settings.rollout;
  const isSame = JSON.stringify([before?.waves, before?.canary]) === JSON.stringify([waves, named]);
  const kept = plan.startsOver || !isSame ? undefined : known?.record.limits;
  return kept ?? waveBoundaries(inputs.rollout, inputs.alias, [...fleet.members.keys()], canary);
}

async function standingsIn(work: Work, ids: ReadonlySet<string>): Promise<readonly DeviceStatus[]> {
  const { run, book, fleet } = work;
  const now = run.clock.now();
  const installs = installsOf(work);
  await book.look(installs.requests);
  const ledger = await historyOf(book, installs, new Set(fleet.members.keys()), now);
  return deviceStatuses(fleet.members.values(), ledger, now).filter(({ device }) => ids.has(device.id));
}
