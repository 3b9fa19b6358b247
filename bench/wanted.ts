// The figures that are wanted, against those that were seen. Pure. A row whose measurement was left out is left out.

import type { Extras } from "./extras";
import { changedFiles, type LifeFigures, type StepFigures } from "./life";
import type { Step } from "./profiles";
import { beyondEchoMs, beyondMs, echoRatioOf, median, ratioOf } from "./statistics";

export interface Row {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  readonly isReached: boolean;
}

const mega = 1_000_000;
/** Less than this beyond the floor cannot be told from the engine's own jitter. */
const noiseMs = 50;
/** The largest page of a list of devices (Esper's documented maximum). */
const devicesAPage = 1000;

export function rowsOf(lives: readonly LifeFigures[], extras: Extras): readonly Row[] {
  const named = (name: string): LifeFigures[] => lives.filter(({ profile }) => profile.name === name);
  // What a hundred thousand devices cost has its own rows: reading a hundred pages cannot be within the engine's second.
  const ofOne = lives.filter(({ profile }) => profile.own !== true && profile.comparedWith === undefined);
  const upToTenThousand = ofOne.filter(({ profile }) => profile.devices <= 10_000);
  return [
    ...[...named("1 x 1,000"), ...named("100 x 1")].map((life) => ratioRow(life, "create", 1.25)),
    ...named("400 x 1").map((life) => ratioRow(life, "create", 1.35)),
    ...ofOne.flatMap((life) => [ratioRow(life, "no-change up", 1.1), ratioRow(life, "preview", 1.1)]),
    ...lives.map((life) => mostRow(`requests, no-change up and preview, ${life.profile.name}`, 0, quietRequests(life))),
    ...upToTenThousand.map((life) => ratioRow(life, "refresh", 1.25)),
    ...ofOne.map((life) =>
      mostRow(`requests, refresh, ${life.profile.name}`, refreshRequests(life), requests(life, "refresh")),
    ),
    ...named("1 x 10,000").map((life) => mostRow("requests, create, 1 x 10,000", 40, requests(life, "create"))),
    ...named("1 x 10,000").flatMap((life) => pollRows(life, extras)),
    ...named("400 x 1").map((life) => mostRow("requests, create, 400 x 1", 400 + 80, requests(life, "create"))),
    ...(extras.lagMs === undefined ? [] : [lagRow(extras.lagMs)]),
    ...named("1 x 10,000").flatMap((life) => memoryRow(life)),
    ...named("1 x 10").map((life) => mostRow("state of a resource, bytes, 1 x 10", 4000, life.stateBytes)),
    ...(extras.stateBytesWithFailures === undefined
      ? []
      : [mostRow("state of a resource, bytes, 5,000 of 10,000 failed", 16_000, extras.stateBytesWithFailures)]),
    ...named("1 x 100,000").flatMap(hugeRows),
    ...named("1 x 1,000,000").flatMap(millionRows),
    ...lives.flatMap(ownRows),
    ...issuedPairs(lives).map(([issued, files]) => processorRow(issued, files)),
    ...named("1 x 1,000").flatMap((small) => named("1 x 10,000").flatMap((large) => growthRows(small, large))),
    ...(extras.loadMs === undefined
      ? []
      : [mostRow("load of pulumi-esper/provider over @pulumi/pulumi's own, ms", 60, Math.round(extras.loadMs))]),
  ];
}

function mostRow(what: string, most: number, seen: number): Row {
  return { what, wanted: `at most ${written(most)}`, seen: written(seen), isReached: seen <= most };
}

function ratioRow({ profile, steps }: LifeFigures, step: Step, most: number): Row {
  const ratio = ratioOf(steps[step].pairs);
  const echo = echoRatioOf(steps[step].pairs);
  const what = `${step} over the floor, ${profile.name}`;
  const seen = `${ratio.toFixed(2)}${echo === undefined ? "" : `; ${echo.toFixed(2)} to echo`}`;
  return { what, wanted: `at most ${most.toFixed(2)}`, seen, isReached: ratio <= most };
}

function requests({ steps }: LifeFigures, step: Step): number {
  return steps[step].requests;
}

function quietRequests(life: LifeFigures): number {
  return requests(life, "no-change up") + requests(life, "preview");
}

function refreshRequests({ profile }: LifeFigures): number {
  const pages = Math.ceil(profile.devices / devicesAPage);
  return profile.name === "100 x 1" ? 10 : pages + profile.certificates;
}

function pollRows(life: LifeFigures, { requestsWithTenPollsMore }: Extras): readonly Row[] {
  if (requestsWithTenPollsMore === undefined) return [];
  const more = requestsWithTenPollsMore - requests(life, "create");
  return [mostRow("requests that 10 polls more cost, create, 1 x 10,000", 10, more)];
}

function lagRow(lags: readonly number[]): Row {
  const lag = median(lags);
  const seen = `${(lag / 1000).toFixed(2)} s`;
  return {
    what: "lag after the last device's answer, answers after 5 s",
    wanted: "at most 1.50 s",
    seen,
    isReached: lag <= 1500,
  };
}

function memoryRow({ steps }: LifeFigures): readonly Row[] {
  const { ownBytes, floorBytes } = steps.create;
  if (ownBytes === undefined || floorBytes === undefined) return [];
  const most = Math.floor((1.5 * floorBytes) / mega + 40);
  return [mostRow("provider memory, MB, create, 1 x 10,000", most, Math.ceil(ownBytes / mega))];
}

function hugeRows(life: LifeFigures): readonly Row[] {
  return (["create", "refresh"] as const).flatMap((step) => {
    const { ownBytes } = life.steps[step];
    const memory = ownBytes === undefined ? [] : [Math.ceil(ownBytes / mega)];
    return [
      mostRow(`requests, ${step}, 1 x 100,000`, 250, requests(life, step)),
      ...memory.map((seen) => mostRow(`provider memory, MB, ${step}, 1 x 100,000`, 400, seen)),
    ];
  });
}

function millionRows(life: LifeFigures): readonly Row[] {
  const { create, refresh } = life.steps;
  const both = create.requests + refresh.requests;
  const peaks = [create, refresh].flatMap(({ ownBytes }) => ownBytes ?? []);
  const memory = peaks.length === 0 ? [] : [Math.ceil(Math.max(...peaks) / mega)];
  return [
    mostRow("requests, create and refresh, 1 x 1,000,000", 2_100, both),
    ...memory.map((seen) => mostRow("provider memory, MB, create and refresh, 1 x 1,000,000", 800, seen)),
  ];
}

/** Certificates of devices: one POST for each, and few reads beside them (docs/design.md, section 12). */
function ownRows(life: LifeFigures): readonly Row[] {
  const { profile, steps, changed } = life;
  if (profile.own !== true) return [];
  const isLarge = profile.devices > 1000;
  const { create } = steps;
  const posts = (figures: StepFigures): number =>
    Object.entries(figures.byRoute).reduce((sum, [route, number]) => sum + (route.startsWith("POST ") ? number : 0), 0);
  const { pairs } = steps["no-change up"];
  const beyond = beyondMs(pairs) / 1000;
  const echo = beyondEchoMs(pairs);
  const toEcho = echo === undefined ? "" : `; ${(echo / 1000).toFixed(2)} s beyond echo`;
  const most = profile.issued === true ? 0.2 : isLarge ? 1.5 : 0.3;
  const peaks = [create, changed, steps.refresh, steps.destroy].flatMap((figures) => figures?.ownBytes ?? []);
  const memory = peaks.length === 0 ? [] : [Math.ceil(Math.max(...peaks) / mega)];
  return [
    mostRow(`POSTs, create, ${profile.name}`, profile.devices, posts(create)),
    mostRow(`other requests, create, ${profile.name}`, isLarge ? 600 : 60, create.requests - posts(create)),
    ...(changed === undefined
      ? []
      : [mostRow(`POSTs, ${changedFiles} files changed, ${profile.name}`, changedFiles, posts(changed))]),
    ...memory.map((seen) => mostRow(`provider memory, MB, ${profile.name}`, 400, seen)),
    {
      ...{ what: `no-change up beyond the floor, ${profile.name}`, wanted: `at most ${most.toFixed(1)} s` },
      ...{ seen: `${beyond.toFixed(2)} s${toEcho}`, isReached: beyond <= most },
    },
  ];
}

/** What an issuer makes, beside files for as many devices. */
function issuedPairs(lives: readonly LifeFigures[]): readonly (readonly [LifeFigures, LifeFigures])[] {
  const files = lives.filter(({ profile }) => profile.own === true && profile.issued !== true);
  return lives
    .filter(({ profile }) => profile.issued === true)
    .flatMap((life) => files.filter(({ profile }) => profile.devices === life.profile.devices).map((of) => [life, of]));
}

/** Key, signature, check and file of a device, against finding and opening its file (docs/design.md, section 13). */
function processorRow(issued: LifeFigures, files: LifeFigures): Row {
  const { name, devices } = issued.profile;
  const providerMs = ({ steps }: LifeFigures): number => median(steps.create.cpu.map(({ own }) => own.provider));
  const more = (providerMs(issued) - providerMs(files)) / devices;
  return {
    ...{ what: `processor of the provider beyond ${files.profile.name}, a device, create, ${name}` },
    ...{ wanted: "at most 2.5 ms", seen: `${more.toFixed(2)} ms`, isReached: more <= 2.5 },
  };
}

function growthRows(small: LifeFigures, large: LifeFigures): readonly Row[] {
  return (["create", "refresh"] as const).flatMap((step) => {
    const from = beyondMs(small.steps[step].pairs);
    const to = beyondMs(large.steps[step].pairs);
    const times = `${(to / 1000).toFixed(2)} s from ${(from / 1000).toFixed(2)} s`;
    return [
      {
        what: `growth of the time beyond the floor, ${step}, 1,000 to 10,000`,
        wanted: "at most 10 times",
        seen: times,
        isReached: to <= 10 * Math.max(from, noiseMs),
      },
      {
        what: `growth of the requests, ${step}, 1,000 to 10,000`,
        wanted: "at most 5 times",
        seen: `${requests(large, step)} from ${requests(small, step)}`,
        isReached: requests(large, step) <= 5 * requests(small, step),
      },
    ];
  });
}

function written(value: number): string {
  return value.toLocaleString("en");
}
