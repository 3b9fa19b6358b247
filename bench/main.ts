// `npm run bench`: measures the provider in whole runs of the real engine, each beside a run of a provider that does nothing,
// against a simulated tenant on a loopback address. Prints every figure with what was wanted, writes them to
// bench/results.json, and after a whole run draws docs/performance.svg and puts the figures into docs/performance.md. It
// judges nothing by its exit code: times are the machine's too.
//
//   npm run bench [-- --quick] [-- --only NAME]    NAME: a profile such as "1 x 1,000", or load, lag, polls, failures, pkcs12, hostile,
//                                                packaged

import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { version as sdkVersion } from "@pulumi/pulumi/version";
import { format } from "prettier";
import { pulumiCli } from "../tools/pulumi-cli";
import { benchHostile } from "./hostile";
import { lagMs, loadMs, requestsWithTenPollsMore, stateBytesWithFailures, type Extras } from "./extras";
import { measureLife, type LifeFigures } from "./life";
import { benchPackaged } from "./packaged";
import { figuresOf, withFigures, type Conditions } from "./page";
import { pictureOf } from "./picture";
import { benchPkcs12 } from "./pkcs12";
import { profiles } from "./profiles";
import { lifeTable, wantedTable } from "./table";
import { rowsOf, type Row } from "./wanted";

const quickRounds = 2;
const { quick, only } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
}).values;

const isAsked = (name: string, isQuick = false): boolean => (only === undefined ? isQuick || !quick : only === name);

async function measureLives(): Promise<readonly LifeFigures[]> {
  const lives: LifeFigures[] = [];
  for (const profile of profiles.filter(({ name, quick: isQuick }) => isAsked(name, isQuick))) {
    const life = await measureLife(profile, quick ? quickRounds : profile.rounds);
    print(lifeTable(life));
    lives.push(life);
  }
  return lives;
}

async function measureExtras(): Promise<Extras> {
  return {
    ...(isAsked("load", true) && { loadMs: await loadMs() }),
    ...(isAsked("lag", true) && { lagMs: await lagMs(quick ? 1 : 3) }),
    ...(isAsked("polls") && { requestsWithTenPollsMore: await requestsWithTenPollsMore() }),
    ...(isAsked("failures") && { stateBytesWithFailures: await stateBytesWithFailures() }),
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const cli = await pulumiCli();
  const conditions: Conditions = {
    startedAt: new Date().toISOString(),
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? "",
    node: process.version,
    pulumi: cli.version,
    sdk: sdkVersion,
    // Of one minute, before anything was started: more than none means that others use the machine.
    loadBefore: loadavg()[0] ?? NaN,
  };
  print(`${JSON.stringify(conditions)}\n`);
  const lives = await measureLives();
  const extras = await measureExtras();
  const pkcs12 = isAsked("pkcs12") ? await benchPkcs12(print) : [];
  if (isAsked("hostile")) await benchHostile(print);
  if (isAsked("packaged")) await benchPackaged(quick ? quickRounds : 5, print);
  const rows = rowsOf(lives, extras);
  print(`\n${wantedTable(rows)}`);
  const results = { conditions, lives, extras, pkcs12, rows };
  await writeFile(join(__dirname, "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  // From a whole run only: a part of it would be another picture.
  if (!quick && only === undefined) await publish(conditions, rows, lives);
}

async function publish(conditions: Conditions, rows: readonly Row[], lives: readonly LifeFigures[]): Promise<void> {
  const docs = join(__dirname, "../docs");
  const single = lives.filter(({ profile }) => profile.certificates === 1 && profile.own !== true);
  await writeFile(join(docs, "performance.svg"), pictureOf(single));
  const path = join(docs, "performance.md");
  const page = withFigures(await readFile(path, "utf8"), figuresOf(conditions, rows, lives));
  await writeFile(path, await format(page, { parser: "markdown", printWidth: 120 }));
}

void main();
