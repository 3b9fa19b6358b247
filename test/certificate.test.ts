import { runInNewContext } from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { validateResourceOfType, type ResourceValidationArgs } from "@pulumi/policy";
import fc from "fast-check";
import { Certificate, providerText, type CertificateArgs } from "../provider/certificate";
import { isObject, type RawObject } from "../provider/lifecycle/arguments/reader";
import { endMocks, startMocks, valueOf } from "./support/mocked";

const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/esper:Certificate::corp-client";
const target = { group: "01922b24-adae-787f-a08a-778067704f57" };
const file = "certs/corp-client.p12";

/** What the stored text does with a package in place of the real one: the URN that reaches it. */
function urnThatReachesThePackage(text: string): unknown {
  const require = (name: string): unknown => ({ certificate: (given: unknown) => ({ name, urn: given }) });
  const result: unknown = runInNewContext(`${text}\nexports.handler();`, { exports: {}, require });
  return result;
}

describe("the provider text that the engine stores", () => {
  it("is this one line, which every release must load", () => {
    expect(providerText(urn)).to.equal(
      'exports.handler = () => require("pulumi-esper/provider").certificate(' +
        '"urn:pulumi:dev::shop::pulumi-nodejs:dynamic/esper:Certificate::corp-client")',
    );
  });

  it("hands the package the URN, whatever the resource is called", () => {
    const odd = ['a"b', "a'b`${c}", "a\\", "a\nb\r\u2028\u2029c", "Büro 🏪", "</script>", "\u0000", "\ud800"];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...odd), fc.string({ unit: "binary" })), (name) => {
        const whole = `${urn}${name}`;
        expect(urnThatReachesThePackage(providerText(whole))).to.deep.equal({
          name: "pulumi-esper/provider",
          urn: whole,
        });
      }),
    );
  });

  it("stays one line", () => {
    expect(providerText(`${urn}\n`)).not.to.match(/\n/);
  });
});

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: RawObject;
}

const given = {
  certificate: { subject: "CN=corp-client", digest: "00" },
  sentAs: "asGiven",
  coverage: { members: 12, installed: 11, pending: 0, failed: 1, missing: 0, offline: 0, unsupported: 2 },
  exceptions: [{ device: "d", name: "ESR-1", state: "Failure", reason: "x", since: "2026-11-20T12:00:00Z" }],
  exceptionsOmitted: 0,
  commands: [{ id: "r", kind: "install", commandType: "GROUP", devices: 12, sentAt: "2026-11-20T12:00:00Z" }],
  readyForRenewal: false,
  renewAt: "2027-10-20T00:00:00Z",
};

const registered: Registered[] = [];

/** A value as the SDK is given it, with "secret" in the place of what it will encrypt. */
async function mark(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) return (await pulumi.isSecret(value)) ? "secret" : mark(await valueOf(value));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(async ([name, part]) => [name, await mark(part)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function asObject(value: unknown): RawObject {
  if (!isObject(value)) throw new Error("The SDK gave something else than properties.");
  return value;
}

/** As much of what a policy is given as these tests look at. */
function policyArgs(given: Partial<ResourceValidationArgs>): ResourceValidationArgs {
  const none = (): never => {
    throw new Error("These tests look at something else.");
  };
  const opts = { protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] };
  const customTimeouts = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 };
  return {
    ...{ type: "", props: {}, urn: "u", name: "n", opts: { ...opts, customTimeouts }, stackTags: new Map() },
    isType: () => false,
    asType: () => undefined,
    getConfig: none,
    notApplicable: none,
    ...given,
  };
}

async function register(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions): Promise<Registered> {
  await valueOf(new Certificate(name, args, opts).urn);
  const found = registered.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} was not registered.`);
  return found;
}

describe("a Certificate in a program", () => {
  before(() =>
    startMocks({
      call: () => ({}),
      newResource: ({ type, name, inputs }) => {
        const known = asObject(inputs);
        registered.push({ type, name, inputs: known });
        return { id: `${name}-id`, state: { ...known, ...given } };
      },
    }),
  );
  after(endMocks);

  it("is a dynamic resource under the package's own type", async () => {
    const { type } = await register("typed", { alias: "corp-client", target, source: { file } });
    expect(type).to.equal("pulumi-nodejs:dynamic/esper:Certificate");
  });

  it("is told from other resources, by programs and by policies, also where another copy of the package made it", async () => {
    class Other extends pulumi.CustomResource {}
    const type = "pulumi-nodejs:dynamic/esper:Certificate";
    expect(Certificate.__pulumiType).to.equal(type);
    expect(Certificate.isInstance(new Certificate("told", { alias: "a", target, source: { file } }))).to.equal(true);
    expect(Certificate.isInstance({ __pulumiType: type })).to.equal(true);
    expect(Certificate.isInstance(new Other("other:index:Thing", "other"))).to.equal(false);
    for (const given of [undefined, null, "x", {}]) expect(Certificate.isInstance(given)).to.equal(false);
    const called: string[] = [];
    const policy = validateResourceOfType(Certificate, ({ alias }) => void called.push(alias));
    const isType = (asked: object): boolean => "__pulumiType" in asked && asked.__pulumiType === type;
    await policy(policyArgs({ type, props: { alias: "corp" }, isType }), () => undefined);
    expect(called).to.deep.equal(["corp"]);
  });

  it("registers what the program wrote and the provider text of its own URN, and nothing else", async () => {
    const triggers = ["v2"];
    const { inputs } = await register("plain", { alias: "corp-client", target, source: { file }, triggers });
    const own = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/esper:Certificate::plain";
    expect(inputs).to.deep.equal({
      ...{ alias: "corp-client", target, source: { file }, triggers },
      __provider: providerText(own),
    });
  });

  it("leaves it to the check to say that a source is missing, or is none", async () => {
    const missing = { alias: "corp-client", target } as unknown as CertificateArgs;
    expect(Object.keys((await register("sourceless", missing)).inputs)).to.have.members([
      "__provider",
      "alias",
      "target",
    ]);
    const nothing = undefined as unknown as CertificateArgs;
    expect(Object.keys((await register("argless", nothing)).inputs)).to.deep.equal(["__provider"]);
    const path = { ...missing, source: file } as unknown as CertificateArgs;
    // Pulumi's mark of a secret.
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: file };
    expect((await register("a path alone", path)).inputs["source"]).to.deep.equal(secret);
  });

  it("inside a component carries the component in its URN", async () => {
    const shop = new pulumi.ComponentResource("acme:shop:Shop", "berlin");
    const { inputs } = await register("inside", { alias: "a", target, source: { file } }, { parent: shop });
    expect(urnThatReachesThePackage(String(inputs["__provider"]))).to.deep.equal({
      name: "pulumi-esper/provider",
      urn: "urn:pulumi:dev::shop::acme:shop:Shop$pulumi-nodejs:dynamic/esper:Certificate::inside",
    });
  });

  const pem = { certificate: "-----BEGIN C", privateKey: "-----BEGIN P", chain: "-----BEGIN C" };
  const sources: Readonly<Record<string, readonly [source: CertificateArgs["source"], registered: unknown]>> = {
    "the password of a file, not its path": [
      { file, password: "pass-word-1" },
      { file, password: "secret" },
    ],
    "a password that is secret already": [
      { file, password: pulumi.secret("p") },
      { file, password: "secret" },
    ],
    "a password that a promise brings": [
      { file, password: Promise.resolve("p") },
      { file, password: "secret" },
    ],
    "nothing where the environment holds the password": [
      { file, passwordEnv: "P12_PASSWORD" },
      { file, passwordEnv: "P12_PASSWORD" },
    ],
    "a whole file in base64": [{ base64: "MIIK" }, { base64: "secret" }],
    "the private key of a pem, not its certificates": [{ pem }, { pem: { ...pem, privateKey: "secret" } }],
    "all of a source that another resource makes": [pulumi.output({ base64: "MIIK", password: "p" }), "secret"],
    "all of a source that a promise brings": [Promise.resolve({ file, password: "p" }), "secret"],
  };
  for (const [title, [source, expected]] of Object.entries(sources)) {
    it(`keeps as a secret: ${title}`, async () => {
      const seen: RawObject[] = [];
      const look: pulumi.ResourceTransformation = ({ props }) => {
        seen.push(asObject(props));
        return undefined;
      };
      await register(title, { alias: "corp-client", target, source }, { transformations: [look] });
      expect(await mark(seen[0]?.["source"])).to.deep.equal(expected);
    });
  }

  it("keeps as a secret: the content that a rollback may need, beside what the program itself keeps secret", async () => {
    const seen: unknown[] = [];
    const look: pulumi.ResourceTransformation = ({ opts }) => {
      seen.push("additionalSecretOutputs" in opts ? opts.additionalSecretOutputs : undefined);
      return undefined;
    };
    const opts = { transformations: [look], additionalSecretOutputs: ["commands"] };
    await register("kept", { alias: "corp-client", target, source: { file } }, opts);
    expect(seen).to.deep.equal([["commands", "kept"]]);
  });

  it("leaves the arguments as they were, so that two resources can share them", async () => {
    const args: CertificateArgs = { alias: "a", target, source: { file, password: "p" } };
    await register("first", args);
    await register("second", args);
    expect(args).to.deep.equal({ alias: "a", target, source: { file, password: "p" } });
  });

  it("says where it was declared when it cannot be, and leaves the length of later traces as it was", () => {
    const limit = Error.stackTraceLimit;
    const declare = (): unknown => new Certificate("", { alias: "a", target, source: { file } });
    expect(declare)
      .to.throw(/name/i)
      .with.property("stack")
      .that.matches(/at declare .*certificate\.test\.ts/);
    expect(Error.stackTraceLimit).to.equal(limit);
    const ownTrace = (): readonly string[] => (new Error("x").stack ?? "").split("\n");
    const before = ownTrace().length;
    expect(new Certificate("traces", { alias: "a", target, source: { file } })).to.be.instanceOf(Certificate);
    expect(ownTrace()).to.have.length(before);
  });

  it("resolves its outputs", async () => {
    const one = new Certificate("outputs", { alias: "corp-client", target, source: { file } });
    expect(await valueOf(one.alias)).to.equal("corp-client");
    expect(await valueOf(one.coverage)).to.deep.equal(given.coverage);
    expect(await valueOf(one.exceptions)).to.deep.equal(given.exceptions);
    expect(await valueOf(one.exceptionsOmitted)).to.equal(0);
    expect(await valueOf(one.commands)).to.deep.equal(given.commands);
    expect(await valueOf(one.id)).to.equal("outputs-id");
  });

  it("resolves every output of the table, also those that a program reads by name alone", async () => {
    const one: pulumi.Resource = new Certificate("by-name", { alias: "corp-client", target, source: { file } });
    const properties = new Map<string, unknown>(Object.entries(one));
    for (const [name, value] of Object.entries(given)) {
      const output = properties.get(name);
      if (!pulumi.Output.isInstance(output)) throw new Error(`${name} is no output.`);
      expect(await valueOf<unknown>(output), name).to.deep.equal(value);
    }
  });
});
