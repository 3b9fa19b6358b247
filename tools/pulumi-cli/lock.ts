// Lets one process at a time do a piece of work, by a file that names its owner and is touched while the owner lives.
// A lock whose owner died is taken over. It keeps no promise stronger than that (two waiters may take over the same
// abandoned lock in the same instant), so the work itself must stay harmless when it is done twice.

import { open, readFile, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "./system-error";

export interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** An owner touches its lock this often; one that is untouched for `abandonedAfterMs` has none any more. */
const touchEveryMs = 5_000;
export const abandonedAfterMs = 60_000;

/** What is seen of a lock that somebody holds; the owner is undefined while the file is still being written. */
export interface Seen {
  readonly owner: Owner | undefined;
  readonly untouchedMs: number;
}

/** Whether a lock may be taken over: its owner is known to be dead (same machine), or has not touched it for long. */
export function isAbandoned({ owner, untouchedMs }: Seen, host: string, isAlive: (pid: number) => boolean): boolean {
  if (untouchedMs > abandonedAfterMs) return true;
  return owner?.host === host && !isAlive(owner.pid);
}

export interface Options {
  /** Who takes the lock. */
  readonly me: Owner;
  /** Called before every new look while another holds the lock. */
  readonly onWait: (holder: Owner | undefined) => void;
  readonly lookEveryMs?: number;
}

/** Does the work while holding the lock `file`; waits as long as somebody else who lives holds it. */
export async function withLock<T>(
  file: string,
  { me, onWait, lookEveryMs = 500 }: Options,
  work: () => Promise<T>,
): Promise<T> {
  let handle = await take(file);
  while (handle === undefined) {
    const seen = await look(file);
    if (seen !== undefined && isAbandoned(seen, me.host, isAlive)) {
      await rm(file, { force: true });
    } else if (seen !== undefined) {
      onWait(seen.owner);
      await sleep(lookEveryMs);
    }
    handle = await take(file);
  }
  const held = handle;
  const touch = setInterval(() => {
    const now = new Date();
    void held.utimes(now, now);
  }, touchEveryMs);
  try {
    await held.writeFile(`${me.pid} ${me.host}`);
    return await work();
  } finally {
    clearInterval(touch);
    const owner = (await look(file))?.owner;
    await held.close();
    // Somebody may have taken over while this machine slept; their lock is not ours to remove.
    if (owner?.pid === me.pid && owner.host === me.host) await rm(file, { force: true });
  }
}

async function take(file: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  try {
    return await open(file, "wx");
  } catch (error) {
    if (hasCode(error, "EEXIST")) return undefined;
    throw error;
  }
}

async function look(file: string): Promise<Seen | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return { owner: readOwner(text), untouchedMs: Date.now() - mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function readOwner(text: string): Owner | undefined {
  const [, pid, host] = /^(\d+) (.+)$/.exec(text) ?? [];
  return pid === undefined || host === undefined ? undefined : { pid: Number(pid), host };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return !hasCode(error, "ESRCH");
  }
}
