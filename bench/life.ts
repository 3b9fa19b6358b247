// Measures one profile: the whole life of its certificates, step by step, each step's run beside a run of the floor.
// It measures; what was wanted, wanted.ts knows.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { withStack, type Stack } from "../test/support/engine";
import { password } from "./files";
import type { CpuMs } from "./processes";
import { steps, type Profile, type Step } from "./profiles";
import { echoProgram, floorProgram, installFloorModule } from "./programs";
import { runStep } from "./run-step";
import { fileName, prompt, stateBytes, storedCertificate, withStage, writeDeviceFiles } from "./stage";
import type { Pair } from "./statistics";
import type { Tenant } from "./tenant";

/** What each side's processes took of the CPUs. */
export interface CpuOfSides {
  readonly own: CpuMs;
  readonly floor: CpuMs;
  readonly echo?: CpuMs;
}

/** Of one step, over all rounds. */
export interface StepFigures {
  readonly pairs: readonly Pair[];
  readonly cpu: readonly CpuOfSides[];
  /** Of the round that needed most. */
  readonly requests: number;
  readonly byRoute: Readonly<Record<string, number>>;
  /** Time the simulator spent on answers in that round. */
  readonly busyMs: number;
  /** The provider process's highest peak; absent where it cannot be seen. */
  readonly ownBytes?: number;
  readonly floorBytes?: number;
}

export interface LifeFigures {
  readonly profile: Profile;
  readonly steps: Readonly<Record<Step, StepFigures>>;
  /** The largest record of a resource in the stack, as JSON. */
  readonly stateBytes: number;
  /** A curl script that posts and polls; empty where there is none. */
  readonly curlMs: readonly number[];
  /** An `up` after 100 files have changed, where each device has its own. */
  readonly changed?: StepFigures;
}

/** How many files change between two runs. */
export const changedFiles = 100;

/** The stacks of a measurement and the tenant that the first one's devices belong to. */
interface Sides {
  readonly own: Stack;
  readonly floor: Stack;
  /** Where the state is large: as many resources that store the same. */
  readonly echo: Stack | undefined;
  readonly tenant: Tenant;
}

type Rounds = Readonly<Record<Step, readonly StepFigures[]>>;

export async function measureLife(profile: Profile, rounds: number): Promise<LifeFigures> {
  const measured: Record<Step, StepFigures[]> = {
    create: [],
    "no-change up": [],
    preview: [],
    refresh: [],
    destroy: [],
  };
  const curlMs: number[] = [];
  const changed: StepFigures[] = [];
  let bytes = 0;
  const measureRounds = (from: number, to: number): Promise<void> =>
    withStage(profile, prompt, async (own, tenant) => {
      await withIdle(profile, async (floor, echo) => {
        for (let round = from; round < to; round++) {
          const sides = { own, floor, echo, tenant };
          for (const step of steps) {
            for (let run = 0; run < runsOf(step, profile); run++) {
              measured[step].push(await measureStep(step, sides, (round + run) % 2 === 0));
            }
            if (step === "create") bytes = Math.max(bytes, await stateBytes(own));
            if (step !== "refresh" || profile.own !== true || profile.issued === true) continue;
            await writeDeviceFiles(own, tenant, changedFiles);
            changed.push(await measureStep("no-change up", sides, round % 2 === 0));
          }
          if (profile.own !== true) curlMs.push(...(await runCurl(profile, own.folder, tenant)));
        }
      });
    });
  // A thousand commands of an earlier life would be read again: each is measured on a tenant that knows none.
  if (profile.own === true) for (let round = 0; round < rounds; round++) await measureRounds(round, round + 1);
  else await measureRounds(0, rounds);
  const more = changed.length > 0 && { changed: changed.reduce(together) };
  return { profile, steps: summed(measured), stateBytes: bytes, curlMs, ...more };
}

/** Of few rounds one slow spell of the machine would be the middle; what changes nothing can be run again. */
function runsOf(step: Step, { own }: Profile): number {
  return own === true && (step === "no-change up" || step === "preview") ? 5 : 1;
}

/** The stacks of providers that do nothing. Where the state weighs nothing, the second of them would be the first. */
async function withIdle(
  { certificates, own, comparedWith }: Profile,
  body: (floor: Stack, echo: Stack | undefined) => Promise<void>,
): Promise<void> {
  // What stands beside one resource is measured against the floor of that one.
  const isBeside = comparedWith !== undefined;
  await withStack(floorProgram(isBeside ? 1 : certificates), {}, async (floor) => {
    await installFloorModule(floor.folder);
    if (isBeside || (certificates === 1 && own !== true)) await body(floor, undefined);
    else await withStack(echoProgram(certificates), {}, (echo) => body(floor, echo));
  });
}

/** The steps in their order, with the run on changed files where there was one. */
export function measuredSteps({ steps: figures, changed }: LifeFigures): readonly (readonly [string, StepFigures])[] {
  return steps.flatMap((step): readonly (readonly [string, StepFigures])[] => {
    const more = step === "refresh" && changed !== undefined;
    return [[step, figures[step]], ...(more ? [[`${changedFiles} files changed`, changed] as const] : [])];
  });
}

/** All sides of a step, one after the other; who of the first two comes first changes from round to round. */
async function measureStep(step: Step, { own, floor, echo, tenant }: Sides, ownFirst: boolean): Promise<StepFigures> {
  await tenant.report();
  const early = ownFirst ? undefined : await runStep(floor, step);
  const ownRun = await runStep(own, step);
  const { total, byRoute, busyMs } = await tenant.report();
  const floorRun = early ?? (await runStep(floor, step));
  if (echo !== undefined && step === "create") await installFloorModule(echo.folder, await storedCertificate(own));
  const echoRun = echo && (await runStep(echo, step));
  return {
    pairs: [{ ownMs: ownRun.ms, floorMs: floorRun.ms, ...(echoRun && { echoMs: echoRun.ms }) }],
    cpu: [{ own: ownRun.cpuMs, floor: floorRun.cpuMs, ...(echoRun && { echo: echoRun.cpuMs }) }],
    ...{ requests: total, byRoute, busyMs },
    ...(ownRun.providerBytes !== undefined && { ownBytes: ownRun.providerBytes }),
    ...(floorRun.providerBytes !== undefined && { floorBytes: floorRun.providerBytes }),
  };
}

function summed(rounds: Rounds): Readonly<Record<Step, StepFigures>> {
  const sum = (step: Step): StepFigures => rounds[step].reduce(together);
  return {
    create: sum("create"),
    "no-change up": sum("no-change up"),
    preview: sum("preview"),
    refresh: sum("refresh"),
    destroy: sum("destroy"),
  };
}

function together(before: StepFigures, now: StepFigures): StepFigures {
  const most = now.requests > before.requests ? now : before;
  const highest = (one = 0, other = 0): number => Math.max(one, other);
  return {
    ...most,
    pairs: [...before.pairs, ...now.pairs],
    cpu: [...before.cpu, ...now.cpu],
    ...(now.ownBytes !== undefined && { ownBytes: highest(before.ownBytes, now.ownBytes) }),
    ...(now.floorBytes !== undefined && { floorBytes: highest(before.floorBytes, now.floorBytes) }),
  };
}

/** The same installs by curl.sh, under an alias of its own; empty when it does not run here. */
async function runCurl(profile: Profile, folder: string, { welcome }: Tenant): Promise<readonly number[]> {
  const { url, apiKey, group, deviceIds } = welcome;
  const targets = profile.target === "group" ? Array.from({ length: profile.certificates }, () => group) : deviceIds;
  const script = [join(__dirname, "curl.sh"), url, apiKey, "curl", join(folder, fileName(0)), password];
  const startedAt = performance.now();
  const run = spawn("bash", [...script, profile.target, ...targets], { stdio: ["ignore", "ignore", "inherit"] });
  const ended: unknown[] = await once(run, "close");
  return ended[0] === 0 ? [performance.now() - startedAt] : [];
}
