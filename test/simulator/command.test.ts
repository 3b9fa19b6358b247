import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "chai";
import { install } from "./tenant";

const main = join(__dirname, "..", "..", "cli", "main.ts");

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Waits until the pattern stands in the output, and gives its first group. */
  readonly saw: (pattern: RegExp) => Promise<string>;
}

/** Runs the command, and ends it whatever happens in the story. */
async function withCommand(args: readonly string[], story: (running: Running) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", main, "simulator", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let wake = (): void => undefined;
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    wake();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const saw: Running["saw"] = async (pattern) => {
    for (let found = pattern.exec(output); ; found = pattern.exec(output)) {
      if (found !== null) return found[1] ?? "";
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  try {
    await story({ child, output: () => output, saw });
  } finally {
    child.kill("SIGKILL");
  }
}

describe("pulumi-esper simulator", () => {
  it("prints what to set and a line for each command without its secrets, and ends on SIGTERM", () =>
    withCommand(["--port", "0", "--devices", "5", "--key", "k1", "--offline", "0%"], async ({ child, output, saw }) => {
      const url = await saw(/export ESPER_BASE_URL=(\S+)\n/);
      expect(await saw(/export ESPER_API_KEY=(\S+)\n/)).to.equal("k1");
      const page = await fetch(await saw(/in a browser: (\S+)\n/));
      expect(await page.text()).to.match(/^<!doctype html>/);
      const group = await saw(/(\S+) {2}All devices\/Offices/);
      const headers = { authorization: "Bearer k1" };
      const body = JSON.stringify({ ...install([]), command_type: "GROUP", groups: [group], device_type: "all" });
      expect((await fetch(`${url}/commands/v0/commands/`, { method: "POST", headers, body })).status).to.equal(201);
      expect(await saw(/(INSTALL_CERTIFICATE .*)\n/)).to.equal('INSTALL_CERTIFICATE "corp" as GROUP to 1 device');
      expect(output()).not.to.contain("secret");
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      expect(await ended).to.deep.equal([0, null]);
    })).timeout(20_000);

  it("names a fault that does not exist", () =>
    withCommand(["--faults", '{"slow":{}}'], async ({ child, output }) => {
      expect(await once(child, "close")).to.deep.equal([1, null]);
      expect(output()).to.contain('There is no fault "slow". There are: rateLimit');
    })).timeout(20_000);
});
