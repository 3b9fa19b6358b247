// The figures of docs/performance.md: writes the part of the page between its two marks, and leaves the rest. Pure.

import { measuredSteps, type LifeFigures } from "./life";
import { roles } from "./processes";
import { steps } from "./profiles";
import { echoRatioOf, median, ratiosOf } from "./statistics";
import type { Row } from "./wanted";

const begin = "<!-- The bench writes from here … -->";
const end = "<!-- … to here. -->";

export interface Conditions {
  readonly startedAt: string;
  readonly cpus: number;
  readonly cpu: string;
  readonly node: string;
  readonly pulumi: string;
  readonly sdk: string;
  /** Of one minute, before anything was started. */
  readonly loadBefore: number;
}

/** @throws Error when the page has lost its marks */
export function withFigures(page: string, figures: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from)
    throw new Error("docs/performance.md has lost the marks between which the figures stand.");
  return `${page.slice(0, from + begin.length)}\n\n${figures}\n\n${page.slice(to)}`;
}

/** Markdown: the conditions, wanted against seen, and each profile's steps. */
export function figuresOf(conditions: Conditions, rows: readonly Row[], lives: readonly LifeFigures[]): string {
  const { startedAt, cpus, cpu, node, pulumi, sdk, loadBefore } = conditions;
  const reached = rows.filter(({ isReached }) => isReached).length;
  return [
    `Measured on ${startedAt.slice(0, 10)}: ${cpus} CPUs (${cpu}), Node ${node}, Pulumi ${pulumi}, SDK ${sdk}; load before the start ${loadBefore.toFixed(2)}. ` +
      `${reached} of ${rows.length} figures are as wanted.`,
    table(
      ["figure", "wanted", "seen", ""],
      rows.map(({ what, wanted, seen, isReached }) => [what, wanted, seen, isReached ? "" : "not reached"]),
    ),
    "Each profile, step by step: the middle run in seconds and the middle ratio with the lowest and the highest; requests and memory of the run that needed most; the time that the simulator was busy in it.",
    table(
      ["profile", "step", "s", "floor s", "ratio", "to echo", "requests", "MB", "floor MB", "simulator s"],
      lives.flatMap(lifeLines),
    ),
    "What the processes took of the CPUs where there are many resources, in seconds, as own / echo / floor; the middle of each.",
    table(["profile", "step", ...roles], lives.filter(({ profile }) => profile.certificates > 1).flatMap(cpuLines)),
  ].join("\n\n");
}

function lifeLines(life: LifeFigures): readonly (readonly string[])[] {
  return measuredSteps(life).map(([step, { pairs, requests, busyMs, ownBytes, floorBytes }]) => {
    const ratios = ratiosOf(pairs);
    const range = `${ratios.middle.toFixed(2)} (${ratios.lowest.toFixed(2)} to ${ratios.highest.toFixed(2)})`;
    const [own, floor] = [pairs.map(({ ownMs }) => ownMs), pairs.map(({ floorMs }) => floorMs)].map(median);
    const times = [own, floor].map((ms) => seconds(ms ?? NaN));
    const echo = echoRatioOf(pairs)?.toFixed(2) ?? "";
    const memory = [mega(ownBytes), mega(floorBytes)];
    return [life.profile.name, step, ...times, range, echo, String(requests), ...memory, seconds(busyMs)];
  });
}

function cpuLines({ profile, steps: figures }: LifeFigures): readonly (readonly string[])[] {
  return steps.map((step) => {
    const { cpu } = figures[step];
    const cells = roles.map((role) => {
      const sides = [cpu.map(({ own }) => own), cpu.flatMap(({ echo }) => echo ?? []), cpu.map(({ floor }) => floor)];
      return sides.map((side) => seconds(median(side.map((ms) => ms[role])))).join(" / ");
    });
    return [profile.name, step, ...cells];
  });
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const mega = (bytes: number | undefined): string => (bytes === undefined ? "" : String(Math.ceil(bytes / 1e6)));

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}
