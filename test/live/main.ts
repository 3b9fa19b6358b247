// Acceptance against a real tenant (`npm run test:live`), and a report on what nobody knows yet of Esper's API.
//
//   ESPER_TENANT=acme ESPER_API_KEY=… ESPER_TEST_GROUP="pulumi-esper test" npm run test:live
//
// It installs a certificate of its own under an alias of its own on the devices of the test group (its sub-groups included),
// overwrites it, and removes it. It sends to no other device, and refuses a group of more than 25 devices. Then it asks the
// questions of probes.ts. It takes some minutes; without the three settings it says so and ends well.
//
//   ESPER_TEST_GROUP          the group's id or exact name; an online device with Android 9 or later should be in it
//   ESPER_TEST_MAX_DEVICES    the largest group to work on, default 25
//   ESPER_TEST_WAIT_MINUTES   how long to wait for devices at each step, default 3
//   ESPER_TEST_RATE_LIMIT=1   also find the rate limit, by up to 1000 quick reads: it slows others of the tenant down
//   ESPER_TEST_REPORT         the file for the report (Markdown); without it, it is printed
//
// A device that is offline keeps the install and the removal after it in its queue; they do no harm when it comes back.
// The report names neither tenant, key, group nor devices, so it can be shown to others. Exit code 1 when a step fails.

import { writeFile } from "node:fs/promises";
import { systemClock } from "../../provider/clock";
import type { Environment } from "../../provider/config";
import type { Step } from "./acceptance";
import type { LiveTenant } from "./tenant";

async function main(env: NodeJS.ProcessEnv): Promise<number> {
  const missing = missingSettings(env);
  if (missing.length > 0) {
    say(`skipped: not set ${missing.join(", ")} (the head of test/live/main.ts says what they mean)`);
    return 0;
  }
  // What it takes to run is loaded only where it runs.
  const [{ accept }, { probesFor }, { openTenant }] = await Promise.all([
    import("./acceptance.js"),
    import("./probes.js"),
    import("./tenant.js"),
  ]);
  const tenant = await openTenant(env);
  const { devices, online } = tenant;
  say(`test group: ${devices.length} devices, ${online.length} of them online and able to hold a certificate`);

  const steps: Step[] = [];
  await accept(tenant, (step) => {
    steps.push(step);
    say(`${step.holds ? "✔" : "✖"} ${step.sentence}: ${step.seen}`);
  });
  const answers: string[] = [];
  for (const { question, find } of probesFor({ withRateLimit: env["ESPER_TEST_RATE_LIMIT"] === "1" })) {
    const answer = await find(tenant).catch(
      (error: unknown) => `not found out: ${error instanceof Error ? error.message : String(error)}`,
    );
    answers.push(`- ${question}\n  ${answer}`);
    say(`? ${question} ${answer}`);
  }

  const report = reportOf(tenant, steps, answers);
  const file = env["ESPER_TEST_REPORT"] ?? "";
  if (file === "") say(`\n${report}`);
  else await writeFile(file, report);
  return steps.every(({ holds }) => holds) ? 0 : 1;
}

/** What is not set, of what a live run needs. */
function missingSettings(env: Environment): readonly string[] {
  const isSet = (name: string): boolean => (env[name] ?? "").trim() !== "";
  return [
    ...(isSet("ESPER_TENANT") || isSet("ESPER_BASE_URL") ? [] : ["ESPER_TENANT"]),
    ...["ESPER_API_KEY", "ESPER_TEST_GROUP"].filter((name) => !isSet(name)),
  ];
}

function reportOf(tenant: LiveTenant, steps: readonly Step[], answers: readonly string[]): string {
  const { devices, online, settings, group, password } = tenant;
  const day = new Date(systemClock.now()).toISOString().slice(0, 10);
  const text = [
    `# pulumi-esper on a real tenant, ${day}`,
    `${devices.length} devices, ${online.length} online; commands by the ${settings.commandsApi} endpoint.`,
    "## Acceptance",
    steps.map(({ sentence, holds, seen }) => `- ${holds ? "holds" : "FAILS"}: ${sentence} (${seen})`).join("\n"),
    "## What was not known",
    answers.join("\n"),
  ].join("\n\n");
  const names = [
    new URL(settings.baseUrl).host,
    group.id,
    group.name,
    ...devices.flatMap(({ id, name }) => [id, name]),
  ];
  const withoutNames = names
    .filter((name) => name.length > 2)
    .sort((one, other) => other.length - one.length)
    .reduce((whole, name) => whole.replaceAll(name, "(name)"), text);
  if ([settings.apiKey, password].some((secret) => withoutNames.includes(secret))) {
    throw new Error("The report would have held a secret, so it was not written: this is a defect of test/live.");
  }
  return `${withoutNames}\n`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.env).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`test:live: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
