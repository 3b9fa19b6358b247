// The figures that no profile's life shows: the price of polls, the state with many failures, the lag after the last
// device's answer, and how long the provider's modules take to load.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { runStep } from "./run-step";
import { prompt, stateBytes, withStage, type Size } from "./stage";
import { median } from "./statistics";

const tenThousand: Size = { certificates: 1, devices: 10_000, target: "group" };

export interface Extras {
  /** Requests of a create on 10,000 devices whose answers show only at the eleventh look. */
  readonly requestsWithTenPollsMore?: number;
  /** State of a resource on 10,000 devices of which 5,000 failed. */
  readonly stateBytesWithFailures?: number;
  /** From the last device's answer to the end of `up`, 1,000 devices that take 5 s; one for each round. */
  readonly lagMs?: readonly number[];
  /** Of `pulumi-esper/provider` where `@pulumi/pulumi` is loaded already; the median. */
  readonly loadMs?: number;
}

export async function requestsWithTenPollsMore(): Promise<number> {
  let requests = 0;
  await withStage(tenThousand, { ...prompt, readsBeforeAnswer: 10 }, async (stack, tenant) => {
    await tenant.report();
    await runStep(stack, "create");
    requests = (await tenant.report()).total;
  });
  return requests;
}

export async function stateBytesWithFailures(): Promise<number> {
  let bytes = 0;
  await withStage(tenThousand, { ...prompt, failing: 5000 }, async (stack) => {
    await runStep(stack, "create", "any");
    bytes = await stateBytes(stack);
  });
  return bytes;
}

export async function lagMs(rounds: number): Promise<readonly number[]> {
  const lags: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await withStage({ ...tenThousand, devices: 1000 }, { ...prompt, deviceMs: 5000 }, async (stack, tenant) => {
      const { endedAt } = await runStep(stack, "create");
      const { lastAnswerAt = NaN } = await tenant.report("last answer");
      lags.push(endedAt - lastAnswerAt);
    });
  }
  return lags;
}

const loadScript = `
require("@pulumi/pulumi");
const startedAt = performance.now();
require("pulumi-esper/provider");
console.log(performance.now() - startedAt);
process.exit();
`;

export async function loadMs(): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 11; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", loadScript], { cwd: join(__dirname, "..") });
    times.push(Number(stdout));
  }
  return median(times);
}
