// Long commands: what is kept of their output, and that none outlives its time. Follows tools/pulumi-cli/command.ts.

import { expect } from "chai";
import { inWords, lastLines, runLong, type Outcome } from "../../../tools/pulumi-cli/command";

describe("tools/pulumi-cli/command", () => {
  const shell = (script: string, limitMs?: number): Promise<Outcome> =>
    runLong({
      command: "/bin/sh",
      args: ["-c", script],
      cwd: __dirname,
      env: process.env,
      onProgress: () => undefined,
      ...(limitMs === undefined ? {} : { limitMs }),
    });

  it("keeps the last words of both streams", async () => {
    expect(await shell("echo fetching; echo no such host >&2; exit 1")).to.deep.equal({
      ended: "badly",
      lastWords: "fetching / no such host",
    });
    expect(await shell("true")).to.deep.equal({ ended: "well", lastWords: "" });
  });

  it("ends a command that takes too long, with everything that it has started", async () => {
    // The inner sleep holds the output open: this would last a minute if only the shell were ended.
    expect(await shell("echo started; sleep 60 & wait", 100)).to.deep.equal({ ended: "cutOff", lastWords: "started" });
  });

  it("shortens a long output to its last lines that say something", () => {
    expect(lastLines("a\nb\n\nc\r\n  d\n\ne\n")).to.equal("b / c / d / e");
  });

  it("tells times as people do", () => {
    expect([9_600, 60_000, 80_400].map(inWords)).to.deep.equal(["10 s", "1 min 0 s", "1 min 20 s"]);
  });
});
