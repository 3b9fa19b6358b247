// `pulumi-esper doctor`, called with a console of the test's own, against a simulated tenant on a real socket.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Console } from "../../../cli/terminal/console";
import { doctorCommand } from "../../../cli/doctor/doctor";
import type { Finding } from "../../../cli/doctor/checks";
import { skewFinding } from "../../../cli/doctor/esper";
import { nodeFinding } from "../../../cli/doctor/versions";
import { startSimulator, type Simulator } from "../../../simulator/index";
import { consoleOf, type Kept } from "../report-console";

const apiKey = "a-key-that-nobody-may-see";
const projectFolder = join(__dirname, "..", "..");

/** Pulumi as the tests have it: a new CLI, and this configuration of the stack. */
function pulumiWith(config: Readonly<Record<string, unknown>>, key = apiKey): Console["pulumi"] {
  return (args) => {
    const [first, second] = args;
    if (first === "version") return Promise.resolve("v3.250.0\n");
    return Promise.resolve(second === "get" ? `${key}\n` : JSON.stringify(config));
  };
}

describe("pulumi-esper doctor", () => {
  let simulator: Simulator;
  let elsewhere: string;

  before(async () => {
    simulator = await startSimulator({ apiKey, devices: 7 });
    elsewhere = await mkdtemp(join(tmpdir(), "pulumi-esper-doctor-"));
  });
  after(async () => {
    await simulator.close();
    await rm(elsewhere, { recursive: true });
  });
  afterEach(() => {
    simulator.faults.set({});
    simulator.resetTraffic();
  });

  const asked = (): number => Object.values(simulator.traffic.byRoute).reduce((sum, times) => sum + times, 0);
  const environment = (more: Console["env"] = {}): Console["env"] => {
    return { ESPER_BASE_URL: simulator.url, ESPER_API_KEY: apiKey, ...more };
  };
  const doctor = async (given: Partial<Console>, flags: readonly string[] = [], folder = elsewhere): Promise<Kept> => {
    const own = consoleOf({ pulumi: pulumiWith({}), now: () => Date.now(), env: environment(), ...given });
    await doctorCommand(own, () => folder).parseAsync([...flags], { from: "user" });
    expect(own.kept.printed).not.to.contain(apiKey);
    return own.kept;
  };
  const findings = async (...args: Parameters<typeof doctor>): Promise<Readonly<Record<string, Finding>>> => {
    const { printed, exitCode } = await doctor(args[0], [...(args[1] ?? []), "--json"], args[2]);
    const { ok, findings: all } = JSON.parse(printed) as { ok: boolean; findings: readonly Finding[] };
    expect(exitCode).to.equal(ok ? 0 : 1);
    expect(all.some(({ verdict }) => verdict === "wrong")).to.equal(!ok);
    return Object.fromEntries(all.map((each) => [each.what, each]));
  };

  it("looks at versions, settings, key, clock and permissions, says each in a sentence, and ends with 0", async () => {
    const { printed, exitCode } = await doctor({});
    for (const line of [
      /^ok +pulumi-esper +This is \d+\.\d+\.\d+\.$/m,
      /^ok +Node\.js +This is 2\d/m,
      /^ok +Pulumi CLI +This is 3\.250\.0\.$/m,
      /^ok +esper:baseUrl +"http:\/\/127\.0\.0\.1:\d+\/api", from ESPER_BASE_URL\.$/m,
      /^ok +esper:apiKey +set, from ESPER_API_KEY\.$/m,
      /^ok +API key +127\.0\.0\.1:\d+ accepts the key; it expires on 20\d\d-\d\d-\d\d\.$/m,
      /^ok +clock +This machine and Esper agree on the time\.$/m,
      /^ok +read devices +The key may read devices\. It sees 7\.$/m,
      /^ok +read groups +The key may read groups\./m,
      /^ok +read commands +The key may read commands\. It sees 0\.$/m,
      /^\? +send commands +Whether the key may send INSTALL_CERTIFICATE/m,
      /\n\nNothing is wrong\.\n$/,
    ]) {
      expect(printed).to.match(line);
    }
    expect(exitCode).to.equal(0);
    expect(printed).not.to.contain("\u001b");
  });

  it("sends nothing, and reads a row each", async () => {
    await doctor({});
    expect(Object.keys(simulator.traffic.byRoute).every((route) => route.startsWith("GET "))).to.equal(true);
    expect(asked()).to.equal(4);
  });

  it("says what is missing, and asks Esper nothing then", async () => {
    const { "esper:apiKey": key } = await findings({ env: { ESPER_BASE_URL: simulator.url } });
    expect(key?.verdict).to.equal("wrong");
    expect(key?.message).to.contain("The Esper API key is not set").and.to.contain("ESPER_API_KEY");
    expect(asked()).to.equal(0);
  });

  it("says that a key is refused, and looks no further", async () => {
    const found = await findings({ env: environment({ ESPER_API_KEY: "an-old-one" }) });
    expect(found["API key"]).to.include({ verdict: "wrong" });
    expect(found["API key"]?.message).to.contain("Esper does not accept the API key (401)");
    expect(found).not.to.have.any.keys("read devices", "clock");
  });

  it("says which permission is missing", async () => {
    simulator.faults.set({ forbidden: { on: ["devices"] } });
    const found = await findings({});
    expect(found["read devices"]).to.include({ verdict: "wrong" });
    expect(found["read devices"]?.message).to.contain("to read devices");
    expect(found["read commands"]).to.include({ verdict: "ok" });
  });

  it("goes on where the key may not ask about itself", async () => {
    simulator.faults.set({ forbidden: { on: ["token"] } });
    const found = await findings({});
    expect(found["API key"]).to.include({ verdict: "warning" });
    expect(found["read devices"]).to.include({ verdict: "ok" });
  });

  it("says that the enterprise id is another one than the key's", async () => {
    const other = "00000000-0000-4000-8000-000000000001";
    const found = await findings({ env: environment({ ESPER_ENTERPRISE_ID: other }) });
    expect(found["enterprise id"]?.message).to.contain(simulator.enterpriseId).and.to.contain(other);
  });

  it("tells a name of the enterprise that is no name as one short line, in JSON as well", async () => {
    const harmful = await startSimulator({
      apiKey,
      enterpriseId: `e\u001b[31m\n::error::<{%bold%}>${"x".repeat(9_000)}`,
    });
    const other = "00000000-0000-4000-8000-000000000001";
    const env = { ...environment({ ESPER_ENTERPRISE_ID: other }), ESPER_BASE_URL: harmful.url };
    const found = await findings({ env });
    await harmful.close();
    const message = found["enterprise id"]?.message ?? "";
    expect(message).to.contain("e :\\:error::<\\{%bold%}>xxx").and.to.contain(other);
    expect(message.length).to.be.below(400);
  });

  it("tells by Esper's Date header that this machine's clock is wrong", async () => {
    simulator.faults.set({ clockSkewMs: { ms: 600_000 } });
    const { clock } = await findings({});
    expect(clock).to.include({ verdict: "wrong" });
    expect(clock?.message).to.match(/^This machine's clock is (599|600|601) s behind Esper's/);
    expect(skewFinding(-90_000)).to.deep.include({ verdict: "warning" });
    expect(skewFinding(-90_000).message).to.contain("90 s ahead of Esper's");
    expect(skewFinding(2_000).verdict).to.equal("ok");
  });

  it("says that Esper cannot be reached", async () => {
    const found = await findings({ env: environment({ ESPER_BASE_URL: "http://127.0.0.1:1/api" }) });
    expect(found["API key"]).to.include({ verdict: "wrong" });
    expect(found["API key"]?.message).to.contain("127.0.0.1:1 cannot be reached (ECONNREFUSED)");
  });

  it("reads the stack's configuration, decrypts only the key, and says that the environment wins", async () => {
    const config = {
      "esper:baseUrl": { value: simulator.url, secret: false },
      "esper:apiKey": { secret: true },
      "fleet:p12Password": { secret: true },
      "esper:commandsApi": { value: "v2", secret: false },
    };
    const own = { pulumi: pulumiWith(config), env: { ESPER_COMMANDS_API: "request" } };
    const found = await findings(own, ["--stack", "dev"]);
    expect(found["esper:apiKey"]?.message).to.equal("set, from the stack's configuration.");
    expect(found["esper:commandsApi"]?.message).to.equal(
      '"request", from ESPER_COMMANDS_API, which wins over the stack\'s configuration.',
    );
    expect(found["API key"]).to.include({ verdict: "ok" });
    const { ranPulumi } = await doctor(own, ["--stack", "dev"]);
    expect(ranPulumi).to.deep.equal(["version", "config --json --stack dev", "config get esper:apiKey --stack dev"]);
    const fromEnvironment = await doctor({ ...own, env: environment() }, ["--stack", "dev"]);
    expect(fromEnvironment.ranPulumi).to.deep.equal(["version", "config --json --stack dev"]);
  });

  it("warns of a key that stands in clear in the stack's file, without showing it", async () => {
    const config = { "esper:apiKey": { value: apiKey, secret: false } };
    const { printed } = await doctor({ pulumi: pulumiWith(config), env: { ESPER_BASE_URL: simulator.url } }, [
      "--stack",
      "dev",
    ]);
    expect(printed).to.match(/^warning +esper:apiKey +It stands in clear in the stack's file/m);
  });

  it("does not show a base URL with a password in it", async () => {
    const found = await findings({ env: environment({ ESPER_BASE_URL: `https://me:${apiKey}@acme.example/api` }) });
    expect(found["esper:baseUrl"]?.message).to.contain("must not hold a user name or a password");
  });

  it("shows no setting that it refuses, since it may be a key in the wrong place", async () => {
    const wrong = {
      ESPER_TENANT: `https://${apiKey}`,
      ESPER_ENTERPRISE_ID: apiKey,
      ESPER_COMMANDS_API: apiKey,
      ESPER_REQUESTS_PER_MINUTE: apiKey,
      ESPER_POLL_SECONDS: apiKey,
      ESPER_REQUEST_TIMEOUT_SECONDS: apiKey,
    };
    for (const [variable, value] of Object.entries(wrong)) {
      const env = { ESPER_API_KEY: "another-key", ESPER_TENANT: "acme", [variable]: value };
      const { printed, exitCode } = await doctor({ env });
      expect(exitCode, variable).to.equal(1);
      expect(printed, variable).to.match(/^wrong /m);
      expect(printed, variable).not.to.contain(apiKey).and.not.to.contain(apiKey.slice(0, 12));
    }
    expect(asked()).to.equal(0);
  });

  it("tells every setting that is missing or refused in one go, not the first alone", async () => {
    const { printed } = await doctor({ env: { ESPER_COMMANDS_API: "v7", ESPER_POLL_SECONDS: "never" } });
    const wrong = [...printed.matchAll(/^wrong +(esper:\w+)/gm)].map(([, key]) => key);
    expect(wrong).to.include.members(["esper:apiKey", "esper:commandsApi", "esper:pollSeconds"]);
    expect(wrong.some((key) => key === "esper:tenant" || key === "esper:baseUrl")).to.equal(true);
    expect(printed).to.match(/\n\n4 problems found\.\n$/);
  });

  it("tells of the clock only after an answer of Esper's: a proxy that refuses has a clock of its own", async () => {
    const proxy = createServer((_request, response) => {
      response.writeHead(403, { date: new Date(Date.now() + 3_600_000).toUTCString(), "content-type": "text/html" });
      response.end("<h1>Blocked</h1>");
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    try {
      const { port } = proxy.address() as AddressInfo;
      const found = await findings({ env: environment({ ESPER_BASE_URL: `http://127.0.0.1:${port}/api` }) });
      expect(found).not.to.have.any.keys("clock");
      expect(Object.values(found).filter(({ verdict }) => verdict === "wrong")).not.to.deep.equal([]);
    } finally {
      proxy.close();
    }
    expect(await findings({})).to.include.keys("clock");
  });

  it("looks at what a program's folder has installed, and asks for the selected stack there", async () => {
    const found = await findings({}, [], projectFolder);
    expect(found["program"]?.message).to.contain("has the same pulumi-esper installed");
    expect(found["Pulumi SDK"]?.message).to.match(/^@pulumi\/pulumi is 3\.\d+/);
    expect((await doctor({}, [], projectFolder)).ranPulumi).to.deep.equal(["version", "config --json"]);
    expect((await doctor({})).ranPulumi).to.deep.equal(["version"]);
  });

  it("says what is too old or missing", async () => {
    expect(nodeFinding("20.19.0", "22")).to.deep.include({ verdict: "wrong" });
    expect(nodeFinding("22.0.0", "22")).to.deep.include({ verdict: "ok" });
    const old = await findings({ pulumi: () => Promise.resolve("v3.99.9\n") });
    expect(old["Pulumi CLI"]).to.include({ verdict: "warning" });
    const none = await findings({ pulumi: () => Promise.reject(new Error("there is no `pulumi` on the PATH.")) });
    expect(none["Pulumi CLI"]).to.include({ verdict: "wrong", message: "there is no `pulumi` on the PATH." });
  });

  it("finds every setting, and tells where it comes from", async () => {
    const settings = [
      { key: "esper:tenant", variable: "ESPER_TENANT", value: "acme" },
      { key: "esper:baseUrl", variable: "ESPER_BASE_URL", value: simulator.url },
      { key: "esper:enterpriseId", variable: "ESPER_ENTERPRISE_ID", value: simulator.enterpriseId },
      { key: "esper:commandsApi", variable: "ESPER_COMMANDS_API", value: "request" },
      { key: "esper:requestsPerMinute", variable: "ESPER_REQUESTS_PER_MINUTE", value: "600" },
      { key: "esper:pollSeconds", variable: "ESPER_POLL_SECONDS", value: "1" },
      { key: "esper:requestTimeoutSeconds", variable: "ESPER_REQUEST_TIMEOUT_SECONDS", value: "20" },
    ];
    const env = environment(Object.fromEntries(settings.map(({ variable, value }) => [variable, value])));
    const found = await findings({ env });
    for (const { key, variable, value } of settings) {
      expect(found[key]?.message).to.equal(`"${value}", from ${variable}.`);
    }
    expect(found["esper:apiKey"]?.message).to.equal("set, from ESPER_API_KEY.");
  });
});
