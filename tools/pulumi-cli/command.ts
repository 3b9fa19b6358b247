// Runs one long command quietly: its output is kept instead of shown, the caller is told the time that passes,
// and it ends with its whole family of processes when its time is over or when this process is told to stop.
// It knows neither Pulumi nor Go.

import { spawn } from "node:child_process";
import { hasCode } from "./system-error";

export interface LongCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The command is ended after this time; without it, it may take as long as it wants. */
  readonly limitMs?: number;
  /** Called every `progressEveryMs` with the time since the start. */
  readonly onProgress: (elapsedMs: number) => void;
}

export interface Outcome {
  readonly ended: "well" | "badly" | "cutOff";
  /** The last lines that the command wrote, both streams, at most some 600 characters. */
  readonly lastWords: string;
}

const progressEveryMs = 10_000;

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command to its end. It rejects only when the command cannot be started at all. */
export async function runLong({ command, args, cwd, env, limitMs, onProgress }: LongCommand): Promise<Outcome> {
  const startedAt = Date.now();
  // Its own process group, so that what it starts (compilers, curl) can be ended with it.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });

  let words = "";
  const keep = (chunk: Buffer): void => {
    words = (words + chunk.toString("utf8")).slice(-20_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);

  const limited = { cutOff: false };
  const end = (): void => {
    if (child.pid !== undefined) endFamily(child.pid);
  };
  const cut = (): void => {
    limited.cutOff = true;
    end();
  };
  const limit = limitMs === undefined ? undefined : setTimeout(cut, limitMs);
  const progress = setInterval(() => {
    onProgress(Date.now() - startedAt);
  }, progressEveryMs);
  const stop = (signal: NodeJS.Signals): void => {
    end();
    release();
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    clearTimeout(limit);
    clearInterval(progress);
    for (const signal of stopSignals) process.off(signal, stop);
  };
  for (const signal of stopSignals) process.on(signal, stop);

  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { ended: limited.cutOff ? "cutOff" : exitCode === 0 ? "well" : "badly", lastWords: lastLines(words) };
  } finally {
    release();
  }
}

function endFamily(pid: number): void {
  try {
    // Windows has no process groups; there the command alone is ended.
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has just ended by itself.
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

/** The end of a text, as one line: at most four lines that say something, at most 600 characters. */
export function lastLines(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(-4)
    .join(" / ")
    .slice(-600);
}

/** `80_000` is `1 min 20 s`. */
export function inWords(elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
