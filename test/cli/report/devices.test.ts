// `pulumi-esper report --devices`: which device has which certificate, where each has its own, by names that are read from a
// simulated tenant on a real socket. The states are what runs of the provider against it leave.

import { expect } from "chai";
import { reportCommand } from "../../../cli/report/command";
import { listedDevices, listedDeviceWords, type ListedDevices } from "../../../cli/report/devices/listed-devices";
import { readStored } from "../../../cli/report/facts";
import { readStackExport } from "../../../cli/report/stack-export";
import type { Simulator } from "../../../simulator";
import type { Console } from "../../../cli/terminal/console";
import { authorityIn, issuedTills, SigningProgram, startIssuedTills } from "../../e2e/own/issuing";
import { programFor } from "../../e2e/own/tills";
import { uuid } from "../../lifecycle/given";
import type { QuickProgram } from "../../support/quick-program";
import { consoleOf } from "../report-console";
import { exportOf, secret } from "../report-given";
import { issuedUrn, serialOf, storedIssued, type StoredIssued } from "../report-given-issued";

interface Told {
  readonly printed: string;
  readonly hints: readonly string[];
}

async function told(stored: object, given: Partial<Console>, ...flags: readonly string[]): Promise<Told> {
  const hints: string[] = [];
  const own = consoleOf({
    ...{ input: exportOf([stored]), inputIsPiped: true, hint: (line: string) => hints.push(line), ...given },
  });
  await reportCommand(own).parseAsync(["--devices", ...flags], { from: "user" });
  return { printed: own.kept.printed, hints };
}

async function listed(stored: object, given: Partial<Console>): Promise<ListedDevices> {
  const { printed } = await told(stored, given, "--json");
  const { certificates } = JSON.parse(printed) as {
    readonly certificates: readonly { readonly facts: { readonly devices: ListedDevices } }[];
  };
  const [only] = certificates;
  if (only === undefined) throw new Error("The export has no certificate.");
  return only.facts.devices;
}

function storedBy(program: QuickProgram): object {
  const { inputs, outputs } = program.stack("tills");
  return { urn: issuedUrn, type: "pulumi-nodejs:dynamic/esper:DeviceCertificates", inputs, outputs };
}

describe("the report on each device's certificate", function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let signer: SigningProgram;
  let program: QuickProgram;
  const environment = (): Pick<Console, "env"> => ({
    env: { ESPER_BASE_URL: simulator.url, ESPER_API_KEY: simulator.apiKey },
  });

  before(async () => {
    signer = new SigningProgram();
    simulator = await startIssuedTills();
    program = programFor(simulator);
    await program.up({ tills: issuedTills(simulator, authorityIn(signer)) });
  });
  after(async () => {
    signer.remove();
    await simulator.close();
  });

  it("names each device with the end and the digest of what it holds, by Esper's names", async () => {
    const { devices, unnamed } = await listed(storedBy(program), environment());
    expect(unnamed).to.equal(0);
    expect(devices).to.have.length(12);
    for (const { device, name, is, digest, notAfter } of devices) {
      const { alias } = simulator.world.device(device);
      const [held] = [...simulator.world.keystore(device).values()];
      expect(name).to.contain(alias);
      expect(is).to.equal("installed");
      expect(held?.digest.slice(0, 12)).to.equal(digest);
      expect(notAfter).to.match(/^\d{4}-\d\d-\d\d$/);
    }
    const { printed } = await told(storedBy(program), environment());
    expect(printed).to.contain("Devices: tills\n");
    expect(printed.match(/ {2}installed, ends on \d{4}-\d\d-\d\d, digest [0-9a-f]{12}$/gm)).to.have.length(12);
    expect(printed).not.to.contain("serial number");
  });

  it("asks Esper nothing without the flag, and only reads with it", async () => {
    const own = consoleOf({ input: exportOf([storedBy(program)]), inputIsPiped: true, ...environment() });
    simulator.resetTraffic();
    await reportCommand(own).parseAsync([], { from: "user" });
    expect(simulator.traffic.byRoute).to.deep.equal({});
    await told(storedBy(program), environment());
    const routes = Object.keys(simulator.traffic.byRoute);
    expect(routes).not.to.be.empty;
    for (const route of routes) expect(route).to.match(/^GET /);
  });

  it("counts the devices without a name where Esper is not to be asked, and a hint says why", async () => {
    const stored = storedBy(program);
    const rows: readonly (readonly [given: Partial<Console>, hint: RegExp])[] = [
      [{ env: {} }, /tills are not known: .*esper:tenant/],
      [{ env: { ...environment().env, ESPER_API_KEY: "wrong-key" } }, /tills are not known: .*401/],
      [{ env: { ...environment().env, ESPER_BASE_URL: simulator.url.replace("127.0.0.1", "localhost") } }, /tenant/],
    ];
    for (const [given, hint] of rows) {
      const { printed, hints } = await told(stored, given);
      expect(printed).to.contain("Devices: tills\n  12 devices whose names are not known");
      expect(hints).to.have.length(1);
      expect(hints[0]).to.match(hint);
    }
    const { outputs } = program.stack("tills");
    const hidden = await told({ ...stored, outputs: { ...outputs, target: secret } }, environment());
    expect(hidden.hints.join()).to.contain("tills are not known: the target is a secret.");
  });

  it("names those of the exceptions without Esper, with their state", async () => {
    simulator.world.failWith(simulator.world.devices("Tills")[0]?.id ?? "", "The keystore is locked");
    const failing = programFor(simulator);
    const change = { triggers: ["anew"], retryRounds: 0 };
    await failing.up({ tills: { ...issuedTills(simulator, authorityIn(signer)), alias: "other", ...change } });
    const { devices, unnamed } = await listed(storedBy(failing), { env: {} });
    expect(devices.map(({ is }) => is)).to.deep.equal(["failed"]);
    expect(unnamed).to.equal(11);
    expect((await told(storedBy(failing), { env: {} })).printed).to.contain(
      "11 more devices whose names are not known",
    );
  });
});

describe("the list of each device's certificate", () => {
  const issuer = { vault: { address: "https://vault.acme.com", mount: "pki", role: "till" } };
  const names = new Map([0, 1, 2].map((number) => [uuid(number), `till-${number}`]));

  function rows(given: Omit<StoredIssued, "issuer">): readonly string[] {
    const [stored] = readStackExport(exportOf([storedIssued({ issuer, ...given })])).certificates;
    const state = stored && readStored(stored);
    if (state === undefined || "message" in state) throw new Error("The state cannot be read.");
    const { devices = [] } = listedDevices(state, names) ?? {};
    return devices.map((device) => `${device.name}: ${listedDeviceWords(device)}`);
  }

  it("tells who waits for another certificate", () => {
    expect(rows({ endsInDays: [10, 80], waiting: 1 })).to.deep.equal([
      "till-0: waits for another; has one that ends on 2026-11-30, digest abcdefabcdef",
      "till-1: installed, ends on 2027-02-08, digest abcdefabcdef",
    ]);
  });

  it("has serial numbers where the state has them", () => {
    expect(rows({ endsInDays: [80], toRevoke: [] })).to.deep.equal([
      `till-0: installed, ends on 2027-02-08, digest abcdefabcdef, serial number ${serialOf(0)}`,
    ]);
  });
});
