// The story of a new user: the packed package in an empty folder, the simulator by its command line, the README's program.
// Devices are looked at over the simulator's own HTTP routes. Needs npm and its cache or the network.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { version } from "@pulumi/pulumi/package.json";
import { makeSandbox, type Sandbox } from "../../../tools/sandbox";
import { Stack } from "../../support/engine";
import { makeIdentity, p12Of } from "../../support/certificates";
import { at, expectOperations, listAt } from "../../support/story";

const password = "a-password-of-a-new-user";
const projectFolder = join(__dirname, "..", "..", "..");

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

  it("works for a new user who installs it, simulates a tenant and writes the README's program", async function () {
    this.timeout(240_000);
    const folder = join(sandbox.folder, "new-user");
    await mkdir(folder);
    await run(sandbox, projectFolder, "npm", "pack", "--pack-destination", sandbox.folder);
    const [tarball = "no tarball"] = (await readdir(sandbox.folder)).filter((name) => name.endsWith(".tgz"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "new-user", private: true }));
    const quietly = ["--prefer-offline", "--no-audit", "--no-fund"];
    await run(sandbox, folder, "npm", "install", ...quietly, join("..", tarball), `@pulumi/pulumi@${version}`);

    const command = [
      "pulumi-esper",
      "simulator",
      "--port",
      "0",
      "--devices",
      "24",
      "--offline",
      "25%",
      "--device-ms",
      "60",
    ];
    simulator = spawn("npx", command, { cwd: folder, env: sandbox.environment, detached: true });
    const welcome = await outputUntil(simulator, /Look at it and trouble it/);
    const setting = (name: string): string => new RegExp(`export ${name}=(\\S+)`).exec(welcome)?.[1] ?? "";
    const origin = new URL(setting("ESPER_BASE_URL")).origin;
    const group = /(\S+) {2}All devices\/Shops \(/.exec(welcome)?.[1] ?? "";

    await writeFile(join(folder, "Pulumi.yaml"), "name: new-user\nruntime: nodejs\nmain: index.ts\n");
    const environment = {
      ...sandbox.environment,
      ESPER_BASE_URL: setting("ESPER_BASE_URL"),
      ESPER_API_KEY: setting("ESPER_API_KEY"),
    };
    const stack = new Stack(folder, environment, "ts");
    await stack.writeProgram(`
import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();

const client = new esper.Certificate("corp-client", {
    alias: "corp-client",
    target: { group: "${group}" },
    source: { file: "certs/corp-client.p12", password: config.requireSecret("p12Password") },
});

export const coverage = client.coverage;
`);
    await mkdir(join(folder, "certs"));
    await stack.writeFile("certs/corp-client.p12", await p12Of(makeIdentity("first.example"), password));
    await stack.pulumi("stack", "init", "dev");
    await stack.setConfig("p12Password", password, true);

    expectOperations(await stack.up(), { created: 2 });
    const first = await devicesOf(origin, group);
    expect(first.length).to.be.greaterThan(4);
    expect(first.filter((device) => at(device, "online") === false)).not.to.have.length(0);
    for (const device of first) expect(holds(device)).to.equal(at(device, "online"));
    expect(at(await stack.outputs(), "coverage")).to.include({ members: first.length, failed: 0, missing: 0 });

    await ask(`${origin}/_simulator/requests`, { reset: true });
    expectOperations(await stack.up(), { unchanged: 2 });
    expect(at(await ask(`${origin}/_simulator/requests`), "byRoute")).to.deep.equal({});

    await stack.writeFile("certs/corp-client.p12", await p12Of(makeIdentity("second.example"), password));
    expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    const digestOf = (device: unknown): unknown => at(device, "keystore", "corp-client", "digest");
    const digests = (await devicesOf(origin, group)).filter(holds).map(digestOf);
    expect(new Set(digests).size).to.equal(1);
    expect(digests[0]).not.to.equal(first.filter(holds).map(digestOf)[0]);

    expectOperations(await stack.destroy(), { deleted: 2 });
    expect((await devicesOf(origin, group)).filter(holds)).to.deep.equal([]);
  });
});

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

/** Runs a command to its end; fails with what it printed. */
async function run({ environment }: Sandbox, cwd: string, command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { cwd, env: environment });
  const printed = collect(child);
  await once(child, "close");
  expect(child.exitCode, `${command} ${args.join(" ")}\n${printed()}`).to.equal(0);
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
