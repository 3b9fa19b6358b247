// Certificates that are made for each device, through the real engine: the preview needs no key, nothing that the run leaves on
// disk holds one, and an unchanged run asks nobody (docs/design.md, section 13).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { reportOf } from "../../../cli/report/report";
import { readStackExport } from "../../../cli/report/stack-export";
import { withStack, type Stack } from "../../support/engine";
import { descendantsOf, kill } from "../../support/processes";
import { connectionTo, expectNothingToDo, expectNoSecret, expectOperations, holdersOf } from "../../support/story";
import { until } from "../../support/until";
import type { Json } from "./tills";
import { Secrets, SigningProgram, issuedTills, names, startIssuedTills } from "./issuing";

describe("certificates that are made for devices, through the engine,", function () {
  this.timeout(900_000);

  it("leave no key in the state, its backups, the history or any other file", () =>
    withAuthority(async ({ simulator, secrets, ca, caKey }) => {
      const args = issuedTills(simulator, { ca }, { wait: { timeoutMinutes: 1 } });
      const program = `
const esper = require("pulumi-esper");
const tills = new esper.DeviceCertificates("tills", ${JSON.stringify(args)});
exports.certificates = tills.certificates;
`;
      await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
        const preview = await stack.preview();
        expect(preview.code, preview.text).to.equal(0);
        expect(preview.text).to.include("12 devices get a new one from the own authority");
        temporaryFilesOf(stack);
        stack.setEnvironment("CA_KEY", caKey);
        const ran = await stack.up();
        expectOperations(ran, { created: 2 });
        expect(holdersOf(simulator, "till")).to.deep.equal([...names]);
        const reported = async () =>
          reportOf(readStackExport(await stack.exported()), Date.now()).certificates[0]?.facts;
        const known = { by: "the own authority", issued: 12, due: 0 };
        expect((await reported())?.issued).to.include(known);
        stack.setEnvironment("CA_KEY", undefined);
        await expectNothingToDo(stack, simulator, 2);
        expect((await stack.refresh()).code).to.equal(0);
        expect((await reported())?.issued).to.include(known);
        await expectNothingToDo(stack, simulator, 2);
        expect(secrets.keys).to.have.length(12);
        expectNoKeyIn([...leftOnDisk(stack), ran.text, preview.text], secrets, caKey);
        expectOperations(await stack.destroy(), { deleted: 2 });
      });
    }));

  it("leave no key on disk where the run is killed between two waves, and none where the next one goes on", () =>
    withAuthority(async ({ simulator, secrets, ca, caKey }) => {
      const programOf = (more: Json): string => `
const esper = require("pulumi-esper");
new esper.DeviceCertificates("tills", ${JSON.stringify(issuedTills(simulator, { ca }, { wait: { timeoutMinutes: 1 }, ...more }))});
`;
      const staged = programOf({ rollout: { waves: [4, "100%"], soakMinutes: 30 } });
      await withStack(staged, { env: { ...connectionTo(simulator), CA_KEY: caKey } }, async (stack) => {
        temporaryFilesOf(stack);
        const run = await stack.start("up", "--yes", "--skip-preview", "--non-interactive");
        await until(() => secrets.keys.length === 4, 120_000);
        const below = await descendantsOf(run.pid ?? 0);
        kill(run.pid ?? 0);
        for (const { pid } of below) kill(pid);
        const killed = await run.ended;
        expect(killed.code).to.not.equal(0);
        expectNoKeyIn([...leftOnDisk(stack), killed.text], secrets, caKey);
        await stack.pulumi("cancel", "--yes");
        await stack.writeProgram(programOf({}));
        const ran = await stack.up();
        expect(ran.code, ran.text).to.equal(0);
        expect(holdersOf(simulator, "till")).to.deep.equal([...names]);
        expectNoKeyIn([...leftOnDisk(stack), ran.text], secrets, caKey);
      });
    }));
});

interface Given {
  readonly simulator: Simulator;
  /** What devices were sent. */
  readonly secrets: Secrets;
  /** The issuer, whose key is in the variable CA_KEY. */
  readonly ca: Json;
  readonly caKey: string;
}

/** Twelve tills, and an authority of OpenSSL's; both are gone when `story` is over. */
async function withAuthority(story: (given: Given) => Promise<void>): Promise<void> {
  const secrets = new Secrets();
  const simulator = await startIssuedTills(secrets);
  const signer = new SigningProgram();
  try {
    const caKey = readFileSync(join(signer.folder, "ca.key"), "utf8");
    const ca = { certificate: { file: join(signer.folder, "ca.pem") }, key: { env: "CA_KEY" } };
    await story({ simulator, secrets, ca, caKey });
  } finally {
    signer.remove();
    await simulator.close();
  }
}

/** What engine and provider put among the temporary files stands beside the stack, and is looked through with it. */
function temporaryFilesOf(stack: Stack): void {
  const folder = join(dirname(stack.folder), "temporary");
  mkdirSync(folder);
  stack.setEnvironment("TMPDIR", folder);
}

function leftOnDisk({ folder }: Stack): readonly string[] {
  const left = filesBelow(dirname(folder));
  expect(left.some((file) => file.endsWith("test.json"))).to.equal(true);
  return left.map((file) => readFileSync(file).toString("latin1"));
}

function expectNoKeyIn(texts: readonly string[], { keys, files, passwords }: Secrets, caKey: string): void {
  for (const text of texts) {
    for (const [at, key] of keys.entries()) {
      expectNoSecret(text, { key, file: files[at] ?? Buffer.alloc(0), password: passwords[at] ?? "" });
      expect(text.includes(key.subarray(-40).toString("latin1"))).to.equal(false);
    }
    expect(text).to.not.include(caKey.split("\n")[1]);
  }
}

/** All files, without what is linked. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
