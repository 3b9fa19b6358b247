// Devices repeat the password and the file in every writing there is. After a whole life with the real engine, in its most
// talkative ways, none of them stands anywhere: terminal, event logs, `--json`, `--debug`, state, backups, history, report.
// The search decodes nothing: it looks for each writing as the device wrote it.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { reportCommand } from "../../../cli/report/command";
import { startSimulator, type Simulator } from "../../../simulator";
import { consoleOf } from "../../cli/report-console";
import { writings } from "../../redaction/writings";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack, type Stack } from "../../support/engine";
import { deviceNamed } from "../../support/sent";
import { connectionTo } from "../../support/story";
import { until } from "../../support/until";

const password = 'Tr4ps & "more": ä+1/2 \\ 0.5';

/** What a file's bytes may be written as. */
const byteWritings: Readonly<Record<string, (bytes: Buffer) => string>> = {
  base64: (bytes) => bytes.toString("base64"),
  "base64 for URLs": (bytes) => bytes.toString("base64url"),
  "base64, URL-escaped": (bytes) => encodeURIComponent(bytes.toString("base64")),
  "base64 of base64": (bytes) => Buffer.from(bytes.toString("base64")).toString("base64"),
  hex: (bytes) => bytes.toString("hex"),
  "upper-case hex": (bytes) => bytes.toString("hex").toUpperCase(),
  "hex with colons": (bytes) => bytes.toString("hex").replace(/..(?=.)/g, "$&:"),
  "\\xNN": (bytes) => bytes.toString("hex").replace(/../g, "\\x$&"),
  "a list of bytes": (bytes) => JSON.stringify([...bytes]),
  "as Java has them": (bytes) => [...new Int8Array(bytes)].join(", "),
};

/** Each writing of the secrets, under its name. */
function writtenBy(file: Uint8Array): ReadonlyMap<string, string> {
  const piece = Buffer.from(file.subarray(900, 930));
  return new Map([
    ...Object.entries(writings).map(([name, write]) => [`password, ${name}`, write(password)] as const),
    ...Object.entries(byteWritings).map(([name, write]) => [`file, ${name}`, write(piece)] as const),
  ]);
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map((path) => readFile(path, "utf8")));
}

describe("devices that repeat password and file in every writing", () => {
  let simulator: Simulator;
  let written: ReadonlyMap<string, string>;
  let file: Uint8Array;

  beforeEach(async () => {
    file = await p12Of(makeIdentity("echoes.example"), password);
    written = writtenBy(file);
    const devices = [...written.keys(), "late"].map((alias) => ({ alias: `d ${alias}`, online: alias !== "late" }));
    simulator = await startSimulator({ deviceMs: 20, pageSize: 100, fleet: { groups: [{ name: "Shops", devices }] } });
    for (const [name, text] of written) {
      simulator.world.failWith(deviceNamed(simulator, `d ${name}`), `cannot open it with ${text}`);
    }
  });

  afterEach(() => simulator.close());

  function seek(where: string, text: string): void {
    // As it stands, and as it stands in JSON.
    const lower = text.toLowerCase();
    for (const [name, writing] of written) {
      for (const needle of [writing, JSON.stringify(writing).slice(1, -1)]) {
        const at = lower.indexOf(needle.toLowerCase());
        expect(at, `${name} stands in ${where}: ${text.slice(Math.max(0, at - 80), at + 80)}`).to.equal(-1);
      }
    }
  }

  async function seekEverywhere(stack: Stack, shown: readonly string[]): Promise<void> {
    for (const text of shown) seek("the terminal", text);
    const kept = await filesUnder(join(stack.folder, "..", "backend"));
    expect(kept.length).to.be.above(2);
    for (const text of [...kept, await stack.exported()]) seek("the stack's files", text);
    for (const format of [[], ["--json"], ["--markdown"], ["--html", join(stack.folder, "report.html")]]) {
      const console = consoleOf({ now: () => Date.now(), pulumi: async (args) => (await stack.pulumi(...args)).text });
      await reportCommand(console).parseAsync(format, { from: "user" });
      seek("a report", console.kept.printed);
    }
    for (const name of await readdir(stack.folder)) {
      if (/\.(?:log|html)$/.test(name)) seek(name, await readFile(join(stack.folder, name), "utf8"));
    }
  }

  it("have it in no terminal, event log, state, backup, history or report, in the first run and in later ones", async function () {
    this.timeout(300_000);
    const group = simulator.world.group("Shops").id;
    const source = { file: "corp.p12", passwordEnv: "P12_PASSWORD" };
    const program = (alias: string): string =>
      `new (require("pulumi-esper").Certificate)("corp", ${JSON.stringify({ alias, target: { group }, source })});`;
    await withStack(
      program("corp"),
      { env: { ...connectionTo(simulator), P12_PASSWORD: password, PULUMI_DEBUG_COMMANDS: "true" } },
      async (stack) => {
        await stack.writeFile("corp.p12", file);
        const shown: string[] = [];
        const run = async (...args: string[]): Promise<string> => {
          const log = join(stack.folder, `${String(shown.length)}.log`);
          const { text } = await stack.pulumi(
            ...args,
            "--yes",
            "--skip-preview",
            "--non-interactive",
            "--event-log",
            log,
          );
          shown.push(text);
          return text;
        };
        expect(await run("up", "--debug")).to.contain(
          "(Esper's reason is not shown: it repeats a part of what was sent)",
        );
        expect(await run("up", "--json")).to.contain('"coverage"');

        const late = deviceNamed(simulator, "d late");
        simulator.world.failWith(late, `cannot open it with ${[...written.values()].join(" or ")}`);
        simulator.world.setOnline(late, true);
        await until(() => simulator.world.device(late).waiting === 0);
        await run("refresh", "--debug");
        shown.push((await stack.preview("--debug")).text);
        await seekEverywhere(stack, shown);

        await run("up", "--debug");
        expect(await run("destroy", "--debug")).to.contain("did not remove the certificate");
        await seekEverywhere(stack, shown);
      },
    );
  });
});
