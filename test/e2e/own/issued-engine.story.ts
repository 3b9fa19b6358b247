// Certificates that are made for each device, through the real engine: the preview needs no key, nothing that the run leaves on
// disk holds one, and an unchanged run asks nobody (docs/design.md, section 13).

import { expect } from "chai";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { reportOf } from "../../../cli/report/report";
import { readStackExport } from "../../../cli/report/stack-export";
import { withStack } from "../../support/engine";
import { connectionTo, expectNothingToDo, expectNoSecret, expectOperations, holdersOf } from "../../support/story";
import { Secrets, SigningProgram, issuedTills, names, startIssuedTills } from "./issuing";

describe("certificates that are made for devices, through the engine,", function () {
  this.timeout(900_000);

  it("leave no key in the state, its backups, the history or any other file", async () => {
    const secrets = new Secrets();
    const simulator = await startIssuedTills(secrets);
    const signer = new SigningProgram();
    try {
      const caKey = readFileSync(join(signer.folder, "ca.key"), "utf8");
      const ca = { certificate: { file: join(signer.folder, "ca.pem") }, key: { env: "CA_KEY" } };
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
        const left = filesBelow(dirname(stack.folder));
        expect(left.some((file) => file.endsWith("test.json"))).to.equal(true);
        const texts = left.map((file) => readFileSync(file).toString("latin1"));
        expect(secrets.keys).to.have.length(12);
        for (const text of [...texts, ran.text, preview.text]) {
          for (const [at, key] of secrets.keys.entries()) {
            const file = secrets.files[at] ?? Buffer.alloc(0);
            expectNoSecret(text, { key, file, password: secrets.passwords[at] ?? "" });
            expect(text.includes(key.subarray(-40).toString("latin1"))).to.equal(false);
          }
          expect(text).to.not.include(caKey.split("\n")[1]);
        }
        expectOperations(await stack.destroy(), { deleted: 2 });
      });
    } finally {
      signer.remove();
      await simulator.close();
    }
  });
});

/** All files, without what is linked. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
