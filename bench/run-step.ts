// One measured run of the engine: how long the whole process took, and what its processes cost.

import type { Stack } from "../test/support/engine";
import { commandLines, type Step } from "./profiles";
import { watchProcesses, type Costs } from "./processes";

export interface StepRun extends Costs {
  /** From the start of the CLI to its end. */
  readonly ms: number;
  readonly endedAt: number;
}

/** @throws Error with what the CLI printed when it does not end as it should */
export async function runStep(stack: Stack, step: Step, wantedCode: 0 | "any" = 0): Promise<StepRun> {
  const { pid, ended } = await stack.start(...commandLines[step]);
  const startedAt = performance.now();
  const over = new AbortController();
  const costs = watchProcesses(pid ?? 0, over.signal);
  try {
    const { code, text } = await ended;
    const ms = performance.now() - startedAt;
    const endedAt = Date.now();
    if (wantedCode === 0 && code !== 0) throw new Error(`\`${step}\` ended with exit code ${code}:\n${text}`);
    over.abort();
    return { ms, endedAt, ...(await costs) };
  } finally {
    over.abort();
  }
}
