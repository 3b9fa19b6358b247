// The pulumi-esper command as a process of its own: its help, its exit codes, and its manners towards terminals and pipes.

import { spawn } from "node:child_process";
import { chmod, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { mayColor } from "../../cli/terminal/console";
import { pathOf, password as p12Password } from "../pkcs12/fixtures";
import { exportOf, fleetExport, stored } from "./report-given";

const main = join(__dirname, "..", "..", "cli", "main.ts");

interface Ended {
  readonly code: number | null;
  readonly printed: string;
  readonly said: string;
}

interface Given {
  /** What is piped into it; nothing at all where it is left out. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Stops reading what it prints at once. */
  readonly readsNothing?: boolean;
  /** Where it prints to, instead of to the test. */
  readonly printsTo?: string;
}

async function run(args: readonly string[], { input, env = {}, readsNothing, printsTo }: Given = {}): Promise<Ended> {
  const target = printsTo === undefined ? undefined : await open(printsTo, "w");
  const child = spawn(process.execPath, ["--import", "tsx", main, ...args], {
    env: { ...process.env, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", target?.fd ?? "pipe", "pipe"],
  });
  const { stdin, stdout, stderr } = child;
  if ((stdout === null && target === undefined) || stderr === null)
    throw new Error("The test's process has no output.");
  stdin?.end(input);
  if (readsNothing === true) stdout?.destroy();
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [printed, said] = await Promise.all([
    readsNothing === true || stdout === null ? "" : text(stdout),
    text(stderr),
  ]);
  await target?.close();
  return { code: await code, printed, said };
}

describe("the pulumi-esper command", function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-main-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("lists its commands with examples and exit codes, and tells its version", async () => {
    const { code, printed } = await run(["--help"]);
    expect(code).to.equal(0);
    for (const part of [
      "inspect",
      "convert",
      "report",
      "doctor",
      "simulator",
      "Examples:",
      "Exit codes:",
      "NO_COLOR",
    ]) {
      expect(printed).to.contain(part);
    }
    expect((await run(["--version"])).printed).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  for (const command of ["inspect", "convert", "report", "doctor", "simulator"]) {
    it(`explains ${command} with examples`, async () => {
      const { code, printed } = await run([command, "--help"]);
      expect(code).to.equal(0);
      expect(printed).to.contain("\nExamples:\n").and.to.contain(`pulumi-esper ${command}`);
      expect(printed).to.match(/\nExit codes:\n {2}0 {2}.+\n {2}1 {2}/);
    });
  }

  it("asks back for a command or an option that is written wrongly, and ends with 1", async () => {
    expect(await run(["reprot"])).to.deep.include({
      code: 1,
      said: "error: unknown command 'reprot'\n(Did you mean report?)\nRun with --help for usage.\n",
    });
    expect(await run(["report", "--htlm", "x"])).to.deep.include({
      code: 1,
      said: "error: unknown option '--htlm'\n(Did you mean --html?)\nRun with --help for usage.\n",
    });
    expect((await run(["simulator", "--device", "3"])).said).to.contain("(Did you mean --devices?)");
    expect((await run(["doctor", "--jsn"])).said).to.contain("(Did you mean --json?)");
  });

  it("ends with 2 when something needs attention, with 0 when all is well, with 1 and one line when it cannot tell", async () => {
    const troubled = await run(["report"], { input: fleetExport });
    expect(troubled).to.deep.include({ code: 2, said: "" });
    expect(troubled.printed).not.to.contain("\u001b");
    // Its 200 days are counted from the tests' own time, and a certificate of 100 years is well at any.
    const well = await run(["report"], { input: exportOf([stored("corp", { endsInDays: 36_500 })]) });
    expect(well).to.deep.include({ code: 0, said: "" });
    expect(await run(["report"], { input: "no JSON" })).to.deep.equal({
      ...{ code: 1, printed: "" },
      said: "pulumi-esper: This is not what `pulumi stack export` prints: it is no JSON.\n",
    });
  });

  it("says in one line that its output could not be written", async function () {
    if (process.platform !== "linux") this.skip();
    const { code, said } = await run(["report"], { input: fleetExport, printsTo: "/dev/full" });
    expect(said).to.match(/^pulumi-esper: The output could not be written: ENOSPC.*\n$/);
    expect(code).to.equal(1);
  });

  it("ends inspect and convert with 0 when they could do it, with 1 and one line when not", async () => {
    const out = join(folder, "out.p12");
    const file = pathOf("dates-expired.p12");
    const env = { P12_PASSWORD: p12Password };
    const password = ["--password-env", "P12_PASSWORD"];
    const inspected = await run(["inspect", file, ...password, "--json"], { env });
    expect(inspected).to.deep.include({ code: 0, said: "" });
    expect(inspected.printed).to.contain('"code": "expired"');
    expect(await run(["convert", file, ...password, "--out", out], { env })).to.deep.include({ code: 0, said: "" });
    expect(await run(["convert", file, ...password, "--out", out], { env })).to.deep.equal({
      ...{ code: 1, printed: "" },
      said: `pulumi-esper: ${out} exists already; name another file, or overwrite it with --force.\n`,
    });
    expect(await run(["inspect", folder])).to.deep.equal({
      ...{ code: 1, printed: "" },
      said: "pulumi-esper: What is named there is a folder; name a file.\n",
    });
    expect(await run(["inspect", "no-such.p12"])).to.deep.equal({
      ...{ code: 1, printed: "" },
      said: "pulumi-esper: There is no file or folder no-such.p12; paths are relative to this folder.\n",
    });
  });

  it("ends the simulator with 1 and one line when the port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? String(address.port) : "";
      expect(await run(["simulator", "--port", port])).to.deep.equal({
        ...{ code: 1, printed: "" },
        said: `pulumi-esper: Port ${port} is taken by another program; name another one with --port, or 0 for a free one.\n`,
      });
    } finally {
      server.close();
    }
  });

  it("runs Pulumi by itself where nothing is piped in, and repeats what Pulumi says when that fails", async () => {
    const pulumi = join(folder, "pulumi");
    const path = `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
    const file = join(folder, "export.json");
    await writeFile(file, fleetExport);
    await writeFile(pulumi, `#!/bin/sh\n[ "$*" = "stack export --non-interactive --color never" ] && cat "${file}"\n`);
    await chmod(pulumi, 0o755);
    expect((await run(["report"], { env: { PATH: path } })).printed).to.contain("8 certificates in fleet/prod");
    await writeFile(pulumi, `#!/bin/sh\necho "error: no stack selected" >&2\nexit 255\n`);
    expect((await run(["report"], { env: { PATH: path } })).said).to.equal(
      'pulumi-esper: Could not run `pulumi stack export`: Pulumi says "error: no stack selected".\n',
    );
  });

  it("says where to get Pulumi when there is none", async () => {
    const { code, said } = await run(["report"], { env: { PATH: folder.replace(/$/, "-empty") } });
    expect(code).to.equal(1);
    expect(said).to.contain("there is no `pulumi` on the PATH. Install it (https://www.pulumi.com/docs/install/).");
  });

  it("is quiet when its reader goes away", async () => {
    const { said } = await run(["report"], { input: fleetExport, readsNothing: true });
    expect(said).to.equal("");
  });
});

describe("colours", () => {
  it("are shown on a terminal only, and not where NO_COLOR is set", () => {
    expect(mayColor({}, true)).to.equal(true);
    expect(mayColor({ NO_COLOR: "" }, true)).to.equal(true);
    expect(mayColor({ NO_COLOR: "1" }, true)).to.equal(false);
    expect(mayColor({ TERM: "dumb" }, true)).to.equal(false);
    expect(mayColor({}, false)).to.equal(false);
  });
});
