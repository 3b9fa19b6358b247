// The plugin beside the dynamic resource: the same certificates on the same tenant, as a program in YAML and one in JavaScript.
// Runs come in pairs, so that what slows the machine for a while meets both.

import { withPackagedStack } from "../test/support/packaged-stack";
import { makeFile, password } from "./files";
import { passwordVariable } from "./programs";
import { steps, type Step } from "./profiles";
import { runStep, type StepRun } from "./run-step";
import { fileName, prompt, withStage, type Size } from "./stage";
import { ratiosOf, type Pair } from "./statistics";

const sizes: readonly Size[] = [
  { certificates: 1, devices: 1000, target: "group" },
  { certificates: 100, devices: 100, target: "device" },
];

/** What was asked for of one certificate, as a share of the dynamic resource's time. */
const wantedRatio: Partial<Record<Step, number>> = { "no-change up": 0.9, preview: 0.9, refresh: 0.9 };

interface Both {
  readonly packaged: StepRun;
  readonly dynamic: StepRun;
}

export async function benchPackaged(rounds: number, print: (line: string) => void): Promise<void> {
  for (const size of sizes) {
    const runs = new Map<Step, Both[]>(steps.map((step) => [step, []]));
    for (let round = 0; round < rounds; round++) await measureRound(size, round, runs);
    print(`\npackaged to dynamic, ${size.certificates} x ${size.devices / size.certificates}`);
    for (const step of steps)
      print(lineOf(step, runs.get(step) ?? [], size.certificates === 1 ? wantedRatio[step] : undefined));
  }
}

function lineOf(step: Step, both: readonly Both[], wanted: number | undefined): string {
  const pairs = both.map(({ packaged, dynamic }): Pair => ({ ownMs: packaged.ms, floorMs: dynamic.ms }));
  const { lowest, middle, highest } = ratiosOf(pairs);
  const most = (side: keyof Both): number => Math.max(...both.map((run) => run[side].providerBytes ?? NaN)) / 1e6;
  const memory = `${most("packaged").toFixed(0)} MB to ${most("dynamic").toFixed(0)} MB`;
  const asked = wanted === undefined ? "" : `  (wanted: at most ${wanted.toFixed(2)})`;
  return `${step.padEnd(13)} ${middle.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})  ${memory}${asked}`;
}

async function measureRound(size: Size, round: number, runs: ReadonlyMap<Step, Both[]>): Promise<void> {
  await withStage(size, prompt, async (dynamicStack, tenant) => {
    const { url, apiKey, group, deviceIds } = tenant.welcome;
    const numbers = [...Array(size.certificates).keys()];
    const targetOf = (number: number): object =>
      size.target === "group" ? { group } : { devices: deviceIds.slice(number, number + 1) };
    const resources = numbers.map((number) => {
      const source = { file: fileName(number), passwordEnv: passwordVariable };
      const properties = { alias: `packaged-${number}`, target: targetOf(number), source };
      return [`certificate-${number}`, { type: "esper:Certificate", properties }] as const;
    });
    const env = { ESPER_BASE_URL: url, ESPER_API_KEY: apiKey, [passwordVariable]: password };
    await withPackagedStack(Object.fromEntries(resources), env, async (packagedStack) => {
      for (const number of numbers) await packagedStack.writeFile(fileName(number), await makeFile());
      for (const [place, step] of steps.entries()) {
        const isPackagedFirst = (round + place) % 2 === 0;
        const first = await runStep(isPackagedFirst ? packagedStack : dynamicStack, step);
        const second = await runStep(isPackagedFirst ? dynamicStack : packagedStack, step);
        const both = isPackagedFirst ? { packaged: first, dynamic: second } : { packaged: second, dynamic: first };
        runs.get(step)?.push(both);
      }
    });
  });
}
