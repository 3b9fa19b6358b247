// One process from its start to its end: input, outputs up to a bound, a time-out that ends its whole family.
// It must not know what the process is for.

import { spawn } from "node:child_process";
import type { Clock } from "../../clock";

export interface Running {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export type Ended =
  | { readonly kind: "exited"; readonly code: number; readonly output: string; readonly errorOutput: string }
  | { readonly kind: "killed"; readonly signal: string; readonly errorOutput: string }
  | { readonly kind: "timedOut" | "tooMuch" }
  /** With the system's code, such as `ENOENT`. */
  | { readonly kind: "notStarted"; readonly code: string };

const maxOutputBytes = 1024 * 1024;
const maxErrorBytes = 16 * 1024;

export async function run({ program, args, env, input, timeoutMs, clock }: Running): Promise<Ended> {
  const isWindows = process.platform === "win32";
  // A process group of its own, so that what it starts ends with it.
  const child = spawn(program, args, { env, shell: false, detached: !isWindows, stdio: ["pipe", "pipe", "pipe"] });
  const cut: { why?: "timedOut" | "tooMuch" } = {};
  const end = (why: "timedOut" | "tooMuch"): void => {
    cut.why ??= why;
    if (child.pid !== undefined) endFamily(isWindows ? child.pid : -child.pid);
  };
  const output: Buffer[] = [];
  let outputBytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    outputBytes += chunk.length;
    if (outputBytes <= maxOutputBytes) output.push(chunk);
    else end("tooMuch");
  });
  let errorOutput = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (errorOutput.length < maxErrorBytes) errorOutput += chunk.toString("utf8");
  });
  // A program may end without having read its input; how it ended tells the rest.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);

  const done = new AbortController();
  void clock.sleep(timeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) end("timedOut");
  });
  return await new Promise<Ended>((resolve) => {
    child.once("error", (error) => {
      resolve({ kind: "notStarted", code: "code" in error ? String(error.code) : "unknown" });
    });
    child.once("close", (code, signal) => {
      if (cut.why !== undefined) resolve({ kind: cut.why });
      else if (code === null) resolve({ kind: "killed", signal: String(signal), errorOutput });
      else resolve({ kind: "exited", code, output: Buffer.concat(output).toString("utf8"), errorOutput });
    });
  }).finally(() => {
    done.abort();
  });
}

function endFamily(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has just ended by itself.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
