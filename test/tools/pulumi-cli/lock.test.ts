// One builder at a time, and none that died blocks the others. Real lock files in a temporary folder.
// Follows tools/pulumi-cli/lock.ts.

import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abandonedAfterMs, isAbandoned, withLock, type Owner } from "../../../tools/pulumi-cli/lock";

describe("tools/pulumi-cli/lock", () => {
  const me: Owner = { pid: process.pid, host: "here" };
  const neverWaits = (): void => {
    throw new Error("The lock should have been free.");
  };
  let folder = "";
  let file = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lock-"));
    file = join(folder, "work.lock");
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("lets the second wait until the first is done, and tells it for whom", async () => {
    const events: string[] = [];
    let second: Promise<void> | undefined;
    await withLock(file, { me, onWait: neverWaits }, async () => {
      await new Promise<void>((secondWaits) => {
        const onWait = (holder: Owner | undefined): void => {
          if (holder === undefined) return;
          if (!events.includes(`waits for ${holder.pid}`)) events.push(`waits for ${holder.pid}`);
          secondWaits();
        };
        second = withLock(file, { me, onWait, lookEveryMs: 1 }, () => {
          events.push("second works");
          return Promise.resolve();
        });
      });
      events.push("first is done");
    });
    await second;
    expect(events).to.deep.equal([`waits for ${process.pid}`, "first is done", "second works"]);
  });

  it("frees the lock also when the work fails", async () => {
    const failing = withLock(file, { me, onWait: neverWaits }, () => Promise.reject(new Error("no disk space")));
    const seen = await failing.catch((error: unknown) => error);
    expect(seen).to.have.property("message", "no disk space");
    expect(existsSync(file)).to.equal(false);
  });

  it("takes over the lock of a process that was killed", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(file, `${pid} here`);
    expect(await withLock(file, { me, onWait: neverWaits }, () => readFile(file, "utf8"))).to.equal(
      `${process.pid} here`,
    );
  });

  it("takes over a lock from another machine when nobody has touched it for long", async () => {
    await writeFile(file, "1 elsewhere");
    const longAgo = new Date(Date.now() - abandonedAfterMs - 1000);
    await utimes(file, longAgo, longAgo);
    expect(await withLock(file, { me, onWait: neverWaits }, () => Promise.resolve("done"))).to.equal("done");
  });

  it("leaves a lock alone that was taken over by somebody else", async () => {
    for (const other of ["1 here", `${process.pid} elsewhere`]) {
      await withLock(file, { me, onWait: neverWaits }, () => writeFile(file, other));
      expect(await readFile(file, "utf8")).to.equal(other);
      await rm(file);
    }
  });

  it("respects a living owner, one on another machine, and one that is just writing its name", () => {
    const dead = (): boolean => false;
    const alive = (): boolean => true;
    expect(isAbandoned({ owner: me, untouchedMs: 10 }, "here", alive)).to.equal(false);
    expect(isAbandoned({ owner: me, untouchedMs: 10 }, "elsewhere", dead)).to.equal(false);
    expect(isAbandoned({ owner: undefined, untouchedMs: 10 }, "here", dead)).to.equal(false);
    expect(isAbandoned({ owner: me, untouchedMs: 10 }, "here", dead)).to.equal(true);
    expect(isAbandoned({ owner: me, untouchedMs: abandonedAfterMs + 1 }, "here", alive)).to.equal(true);
  });
});
