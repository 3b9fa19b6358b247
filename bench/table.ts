// Writes figures as text in columns. Pure.

import { measuredSteps, type LifeFigures } from "./life";
import { echoRatioOf, median, ratioOf } from "./statistics";
import type { Row } from "./wanted";

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const megabytes = (bytes: number | undefined): string => (bytes === undefined ? "-" : String(Math.ceil(bytes / 1e6)));

/** A profile's steps, one line each. */
export function lifeTable(life: LifeFigures): string {
  const { profile, stateBytes, curlMs } = life;
  const lines = measuredSteps(life).map(([step, { pairs, requests, busyMs, ownBytes, floorBytes }]) => {
    const own = median(pairs.map(({ ownMs }) => ownMs));
    const floor = median(pairs.map(({ floorMs }) => floorMs));
    const ratio = ratioOf(pairs).toFixed(2);
    const memory = [megabytes(ownBytes), megabytes(floorBytes)];
    const echo = echoRatioOf(pairs)?.toFixed(2) ?? "-";
    return [step, seconds(own), seconds(floor), ratio, echo, String(requests), ...memory, seconds(busyMs)];
  });
  const rounds = life.steps.create.pairs.length;
  const head = [profile.name, "s", "floor s", "ratio", "to echo", "requests", "MB", "floor MB", "simulator s"];
  const curl = curlMs.length === 0 ? "" : `; the curl script takes ${seconds(median(curlMs))} s for the create`;
  const note = `  ${rounds} ${rounds === 1 ? "round" : "rounds"}; state of a resource ${stateBytes} bytes${curl}`;
  return [...columns([head, ...lines]), note, ""].join("\n");
}

/** Wanted against seen. */
export function wantedTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, wanted, seen, isReached }) => [what, wanted, seen, isReached ? "ok" : "NOT REACHED"]);
  const reached = rows.filter(({ isReached }) => isReached).length;
  return [...columns([["", "wanted", "seen", ""], ...lines]), `${reached} of ${rows.length} reached`].join("\n");
}

function columns(lines: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...lines.map((cells) => cells[column]?.length ?? 0));
  return lines.map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column) + 2))).join(""),
  );
}
