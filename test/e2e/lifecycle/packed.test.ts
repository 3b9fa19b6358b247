// The story of a new user, as the README tells it: its blocks are run as they are printed, with the packed package in an
// empty folder, the simulator by its command line, and the README's program. Four things differ: the simulator's port,
// which others may be using; nobody is there to say yes; the stack is kept in the test's folder, since Pulumi finds the
// user's own without asking HOME (measured with CLI 3.250); where there is no `openssl` the test makes the certificate.
// Needs npm and its cache or the network.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeSandbox, type Sandbox } from "../../../tools/sandbox";
import { codeIn, document, root, sectionOf } from "../../docs/markdown";
import { makeIdentity, p12Of } from "../../support/certificates";
import type { Ran } from "../../support/engine";
import { at, expectOperations, listAt } from "../../support/story";

const readme = document("README.md");
const [program] = codeIn(readme).filter(({ language }) => language === "ts");
const blocks = codeIn(sectionOf(readme, "Five minutes with the simulator")).map(({ text }) => text);
const printedUrl = "http://127.0.0.1:4010/api";
const printedLogin = "pulumi login --local\n";

describe("the packed package", () => {
  let sandbox: Sandbox;
  let simulator: ChildProcess | undefined;

  before(async () => {
    sandbox = await makeSandbox();
  });

  after(async () => {
    if (simulator?.pid !== undefined && simulator.exitCode === null) {
      // npx has a child of its own, so the whole group that was started here is ended.
      process.kill(-simulator.pid, "SIGTERM");
      await once(simulator, "exit");
    }
    await sandbox.remove();
  });

  it("works for a new user who does what the README prints", async function () {
    this.timeout(600_000);
    const [install = "", certificates = "", simulate = "", first = "", ...more] = blocks;
    expect(more).to.deep.equal([]);
    const user = await newUser(sandbox);
    const fleet = join(sandbox.folder, "fleet");

    // A clone called pulumi-esper beside the empty folder, as the README has it.
    await mkdir(join(sandbox.folder, "pulumi-esper"));
    await run(user, root, `npm pack --ignore-scripts --pack-destination "${join(sandbox.folder, "pulumi-esper")}"`);
    await run(user, sandbox.folder, install);
    await writeFile(join(fleet, "index.ts"), program?.text ?? "");
    await makeCertificate(user, fleet, certificates);

    simulator = spawn("bash", ["-c", `${simulate.trim()} --port 0`], { cwd: fleet, env: user, detached: true });
    const welcome = await outputUntil(simulator, /Look at it and trouble it/);
    const url = /export ESPER_BASE_URL=(\S+)/.exec(welcome)?.[1] ?? "";
    const exports = linesOf(first, /^export /).replace(printedUrl, url);
    expect(linesOf(welcome.replaceAll(/^ +/gm, ""), /^export /)).to.equal(linesOf(exports, /^export ESPER_/));
    const [group = ""] = /(?<=\{ group: ")[^"]+/.exec(program?.text ?? "") ?? [];
    expect(welcome).to.match(new RegExp(`${group} {2}All devices/Shops \\(`));
    const origin = new URL(url).origin;
    const pulumi = (command: string): Promise<Ran> => run(user, fleet, `${exports}\npulumi ${command}`);

    expect(first).to.include(printedUrl).and.to.include(printedLogin);
    const login = `pulumi login "file://${join(sandbox.folder, "backend")}"\n`;
    const started = await run(user, fleet, first.replace(printedUrl, url).replace(printedLogin, login));
    expectOperations(started, { created: 2 });
    const devices = await devicesOf(origin, group);
    expect(devices.filter((device) => at(device, "online") === false)).not.to.have.length(0);
    for (const device of devices) expect(holds(device)).to.equal(at(device, "online"));
    const { text } = await pulumi("stack output coverage --json");
    expect(JSON.parse(text)).to.deep.equal(printedCoverage()).and.to.include({ members: devices.length });

    await ask(`${origin}/_simulator/requests`, { reset: true });
    expectOperations(await pulumi("up"), { unchanged: 2 });
    expect(at(await ask(`${origin}/_simulator/requests`), "byRoute")).to.deep.equal({});

    await makeCertificate(user, fleet, linesOf(certificates, /^openssl /));
    const again = await pulumi("up --diff");
    expectOperations(again, { updated: 1, unchanged: 1 });
    for (const shown of ["notAfter", "sha256Fingerprint"])
      expect(again.text).to.match(new RegExp(`~ ${shown} *: .* => `));
    const digestOf = (device: unknown): unknown => at(device, "keystore", "corp-client", "digest");
    const digests = (await devicesOf(origin, group)).filter(holds).map(digestOf);
    expect(new Set(digests).size).to.equal(1);
    expect(digests[0]).not.to.equal(devices.filter(holds).map(digestOf)[0]);

    expectOperations(await pulumi("destroy"), { deleted: 2 });
    expect((await devicesOf(origin, group)).filter(holds)).to.deep.equal([]);
  });
});

/** Somebody with a home of their own, who says yes; npm keeps its settings and its cache. */
async function newUser({ folder, environment }: Sandbox): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, "home-of-the-user");
  await mkdir(home);
  const npm = {
    npm_config_userconfig: process.env["npm_config_userconfig"] ?? join(homedir(), ".npmrc"),
    npm_config_cache: process.env["npm_config_cache"] ?? join(homedir(), ".npm"),
    ...{ npm_config_prefer_offline: "true", npm_config_audit: "false", npm_config_fund: "false" },
  };
  // What the sandbox sets for other stories, the README's own lines set here.
  const unset = { PULUMI_BACKEND_URL: undefined, PULUMI_CONFIG_PASSPHRASE: undefined };
  return { ...environment, ...npm, ...unset, HOME: home, PULUMI_SKIP_CONFIRMATIONS: "true", NO_COLOR: "1" };
}

function linesOf(text: string, wanted: RegExp): string {
  return text
    .split("\n")
    .filter((line) => wanted.test(line))
    .join("\n");
}

/** The numbers in the README's picture of a run. */
function printedCoverage(): Readonly<Record<string, number>> {
  const [, picture = ""] = /coverage: \{\n([^}]*)\}/.exec(readme.text) ?? [];
  return Object.fromEntries(
    [...picture.matchAll(/(\w+) *: (\d+)/g)].map(([, name = "", count]) => [name, Number(count)]),
  );
}

async function makeCertificate(user: NodeJS.ProcessEnv, folder: string, block: string): Promise<void> {
  try {
    execFileSync("openssl", ["version"], { env: user, stdio: "ignore" });
  } catch {
    await mkdir(join(folder, "certs"), { recursive: true });
    await writeFile(join(folder, "certs", "corp-client.p12"), await p12Of(makeIdentity("Corp Client"), "changeit"));
    return;
  }
  await run(user, folder, block);
  expect((await readFile(join(folder, "certs", "corp-client.p12"))).length).to.be.above(1000);
}

function holds(device: unknown): boolean {
  return at(device, "keystore", "corp-client") !== undefined;
}

async function devicesOf(origin: string, group: string): Promise<readonly unknown[]> {
  return listAt(await ask(`${origin}/_simulator/devices?group=${group}`), "devices");
}

async function ask(url: string, body?: unknown): Promise<unknown> {
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(url, body === undefined ? {} : post);
  return answer.json();
}

/** Runs a block as somebody types it, line by line until one fails; fails with what it printed. */
async function run(env: NodeJS.ProcessEnv, cwd: string, block: string): Promise<Ran> {
  const child = spawn("bash", ["-e", "-c", block], { cwd, env });
  const printed = collect(child);
  await once(child, "close");
  expect(child.exitCode, `${block}\n${printed()}`).to.equal(0);
  return { code: 0, text: printed() };
}

async function outputUntil(child: ChildProcess, wanted: RegExp): Promise<string> {
  const printed = collect(child);
  const ended = once(child, "exit");
  for (let tries = 0; tries < 600 && !wanted.test(printed()); tries++) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 50)), ended]);
    if (child.exitCode !== null) break;
  }
  expect(printed()).to.match(wanted);
  return printed();
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
  }
  return () => text;
}
