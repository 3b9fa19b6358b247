// Proves the live acceptance on a simulated tenant: that it holds there, finds something out, cleans up, and tells no secret.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator";

const fleet = {
  groups: [
    { name: "Test shelf", devices: [{ alias: "shelf-1" }, { alias: "shelf-2" }, { alias: "shelf-3", online: false }] },
    { name: "Shops", devices: [{ alias: "shop-1" }, { alias: "shop-2" }] },
  ],
};
const apiKey = "a-key-that-nobody-may-see";

describe("npm run test:live", function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-live-"));
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(() => simulator.close());

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await startSimulator({
      apiKey,
      fleet,
      deviceMs: 20,
      pageSize: 250,
      onUnknownRoute: () => undefined,
      ...options,
    });
  };
  const live = async (more: Readonly<Record<string, string>>): Promise<{ code: number | null; printed: string }> => {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ESPER_"));
    const env = {
      ESPER_BASE_URL: simulator.url,
      ESPER_API_KEY: apiKey,
      ESPER_POLL_SECONDS: "0.02",
      ESPER_TEST_WAIT_MINUTES: "0.2",
    };
    const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "main.ts")], {
      env: { ...Object.fromEntries(inherited), ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const code = new Promise<number | null>((resolve) => child.on("close", resolve));
    const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, printed: printed + said };
  };

  it("is skipped without settings, and says which", async () => {
    await start();
    const { code, printed } = await live({ ESPER_API_KEY: "" });
    expect(code).to.equal(0);
    expect(printed).to.match(/^skipped: not set ESPER_API_KEY, ESPER_TEST_GROUP \(/);
    expect(simulator.traffic.total).to.equal(0);
  });

  it("takes a certificate through its life on the test group, leaves nothing behind, and writes a report without secrets", async () => {
    await start();
    const file = join(folder, "report.md");
    const { code, printed } = await live({ ESPER_TEST_GROUP: "Test shelf", ESPER_TEST_REPORT: file });
    expect(code, printed).to.equal(0);
    const report = await readFile(file, "utf8");
    expect(report.match(/^- holds: /gm)).to.have.length(6);
    for (const line of [
      /cert_data_base64 is readable as it was sent; cert_password is readable as it was sent/,
      /INSTALL with a wrong password\?\n {2}Command Failure: .*password/i,
      /What does a 401 look like\?\n {2}401, \{/,
      /3 rows at once, for 3 devices of the group and its sub-groups/,
      /by its whole name found, by the first half found/,
      /50: 200, 100: 200, 200: 200/,
    ]) {
      expect(report).to.match(line);
    }
    expect(report).not.to.contain("not found out");
    expect(report + printed).not.to.contain(apiKey);
    expect(report).not.to.match(/shelf|127\.0\.0\.1|[0-9a-f]{8}-[0-9a-f]{4}/);
    const touched = new Set(simulator.world.commandLog.flatMap(({ devices }) => devices));
    for (const { id, alias, keystore } of simulator.world.devices()) {
      expect([...keystore.keys()], alias ?? id).to.deep.equal([]);
      if (alias?.startsWith("shop") === true) expect(touched).not.to.include(id);
    }
  });

  it("ends with 1 and still cleans up when devices do not take the certificate", async () => {
    await start();
    const shelf = simulator.world.devices().find(({ alias }) => alias === "shelf-1");
    simulator.world.failWith(shelf?.id ?? "", "Keystore is locked");
    const { code, printed } = await live({ ESPER_TEST_GROUP: simulator.world.group("Test shelf").id });
    expect(code).to.equal(1);
    expect(printed).to.contain("✖ A certificate is installed on every device that is online: 1 device did not take");
    expect(printed).to.contain("What was sent is removed again");
    expect(simulator.world.devices().filter(({ keystore }) => keystore.size > 0)).to.deep.equal([]);
  });

  it("refuses a group that is no test group, before anything is sent", async () => {
    await start();
    const { code, printed } = await live({ ESPER_TEST_GROUP: "Test shelf", ESPER_TEST_MAX_DEVICES: "2" });
    expect(code).to.equal(1);
    expect(printed).to.contain("The test group has 3 devices with those of its sub-groups, more than 2");
    expect(simulator.world.commandLog).to.have.length(0);
  });
});
