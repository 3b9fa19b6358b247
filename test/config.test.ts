import { expect } from "chai";
import { isLoopback, readSettings, tenantHashOf, type Environment, type Settings } from "../provider/config";
import { isSettingError } from "../provider/errors";

const KEY = "a-key-that-nobody-may-see";

function read(stack: Record<string, string>, environment: Environment = {}): Settings {
  return readSettings((key) => stack[key], environment);
}

function refusal(stack: Record<string, string>, environment: Environment = {}): string {
  try {
    read(stack, environment);
  } catch (error) {
    if (isSettingError(error)) return error.message;
  }
  throw new Error("It was expected to be refused with a SettingError.");
}

const enough = { "esper:tenant": "acme", "esper:apiKey": KEY };

describe("settings", () => {
  it("turn a tenant's name into its address, and have defaults for the rest", () => {
    expect(read(enough)).to.deep.equal({
      baseUrl: "https://acme-api.esper.cloud/api",
      apiKey: KEY,
      commandsApi: "request",
      pollMs: 250,
      requestTimeoutMs: 30_000,
    });
  });

  it("from the environment win over the stack's configuration", () => {
    const settings = read(
      { ...enough, "esper:baseUrl": "https://old.example/api", "esper:pollSeconds": "5" },
      { ESPER_TENANT: "globex", ESPER_API_KEY: "new-key", ESPER_POLL_SECONDS: "1" },
    );
    expect(settings).to.include({ baseUrl: "https://globex-api.esper.cloud/api", apiKey: "new-key", pollMs: 1000 });
  });

  it("read every setting of the table", () => {
    const settings = read({
      "esper:baseUrl": "https://esper.example/api//",
      "esper:apiKey": `  ${KEY}\n`,
      "esper:enterpriseId": "01922b24-adae-787f-a08a-778067704f57",
      "esper:commandsApi": "v2",
      "esper:requestsPerMinute": "120",
      "esper:requestTimeoutSeconds": "2.5",
    });
    expect(settings).to.deep.equal({
      baseUrl: "https://esper.example/api",
      apiKey: KEY,
      enterpriseId: "01922b24-adae-787f-a08a-778067704f57",
      commandsApi: "v2",
      requestsPerMinute: 120,
      pollMs: 250,
      requestTimeoutMs: 2500,
    });
  });

  it("name both ways to set what is missing", () => {
    expect(refusal({ "esper:tenant": "acme" }, { ESPER_API_KEY: " " }))
      .to.include("`pulumi config set esper:apiKey --secret`")
      .and.include("ESPER_API_KEY");
    expect(refusal({ "esper:apiKey": KEY }))
      .to.include("`pulumi config set esper:tenant acme`")
      .and.include("ESPER_TENANT");
  });

  const unusable: readonly [string, Record<string, string>, RegExp][] = [
    ["a key with a line break inside", { ...enough, "esper:apiKey": `${KEY}\r\nX-Other: 1` }, /ESPER_API_KEY/],
    ["a key with the word Bearer", { ...enough, "esper:apiKey": `Bearer ${KEY}` }, /without the word Bearer/],
    ["a key with a letter that no header can carry", { ...enough, "esper:apiKey": `${KEY}ä` }, /ESPER_API_KEY/],
    ["a tenant that is an address", { ...enough, "esper:tenant": "https://acme.esper.cloud" }, /ESPER_TENANT/],
    ["http to another machine", { ...enough, "esper:baseUrl": "http://10.0.0.1/api" }, /must begin with https/],
    [
      "http to a host that only begins like a loopback address",
      { ...enough, "esper:baseUrl": "http://127.0.0.1.example/" },
      /https/,
    ],
    ["another scheme", { ...enough, "esper:baseUrl": "ftp://acme/api" }, /ESPER_BASE_URL/],
    ["no URL at all", { ...enough, "esper:baseUrl": "acme" }, /is not a URL/],
    ["a base URL with a password", { ...enough, "esper:baseUrl": "https://me:secret@acme/api" }, /password/],
    ["a base URL with a query", { ...enough, "esper:baseUrl": "https://acme/api?key=1" }, /without/],
    ["another commands API", { ...enough, "esper:commandsApi": "v3" }, /`request` or `v2`.*ESPER_COMMANDS_API/],
    ["an enterprise id that is none", { ...enough, "esper:enterpriseId": "acme" }, /ESPER_ENTERPRISE_ID/],
    ["a pace of zero", { ...enough, "esper:requestsPerMinute": "0" }, /ESPER_REQUESTS_PER_MINUTE/],
    ["seconds in words", { ...enough, "esper:pollSeconds": "one" }, /ESPER_POLL_SECONDS/],
    ["an endless time-out", { ...enough, "esper:requestTimeoutSeconds": "1e9" }, /ESPER_REQUEST_TIMEOUT_SECONDS/],
  ];
  for (const [name, stack, message] of unusable) {
    it(`refuse ${name} in one sentence that does not show the key`, () => {
      const seen = refusal(stack);
      expect(seen).to.match(message);
      expect(seen).not.to.include(KEY.slice(0, 8)).and.not.include("secret@");
    });
  }

  it("allow http to a loopback address", () => {
    for (const host of ["127.0.0.1:4010", "localhost:80", "[::1]:8080"]) {
      expect(read({ ...enough, "esper:baseUrl": `http://${host}/api/` }).baseUrl).to.match(/^http:.*\/api$/);
    }
    expect(isLoopback("localhost.example")).to.be.false;
  });

  it("give a tenant one hash, whether its name or its usual address is set, and every other tenant another", () => {
    const hashOf = (setting: string, value: string): string =>
      tenantHashOf(read({ "esper:apiKey": "key", [setting]: value }).baseUrl);
    const byName = hashOf("esper:tenant", "acme");
    expect(byName).to.match(/^[\w-]{11}$/);
    for (const address of ["https://acme-api.esper.cloud/api", "https://ACME-API.esper.cloud:443/api//"])
      expect(hashOf("esper:baseUrl", address)).to.equal(byName);
    expect(hashOf("esper:tenant", "Acme")).to.equal(byName);
    expect(hashOf("esper:tenant", "globex")).not.to.equal(byName);
  });
});
