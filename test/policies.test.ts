import type { PolicyConfigSchema, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { expect } from "chai";
import {
  certificatePolicies,
  issuedKeys,
  keyPerDevice,
  nothingSecretInline,
  notEndingSoon,
  stagedRollout,
  strongAlgorithms,
} from "../provider/policies";
import { certificateType, deviceCertificatesType } from "../provider/type-token";

const nowMs = Date.parse("2026-11-20T12:00:00Z");
type Props = Readonly<Record<string, unknown>>;
type Config = Readonly<Record<string, unknown>>;
type Rule = ReturnType<typeof certificatePolicies>[number];

/** What a rule reports about one resource, which is all there is in the stack. */
async function reported(
  rule: Rule,
  props: Props,
  config: Config = {},
  type = certificateType,
): Promise<readonly string[]> {
  const said: string[] = [];
  const report = (message: string): void => void said.push(message);
  const given = { type, props, urn: "u", name: "n", getConfig: () => config };
  if ("validateStack" in rule) {
    await rule.validateStack({ resources: [given], getConfig: () => config } as unknown as StackValidationArgs, report);
  } else {
    const validations = [rule.validateResource ?? []].flat();
    for (const validate of validations) await validate(given as unknown as ResourceValidationArgs, report);
  }
  return said;
}

const certificate = { notAfter: "2026-12-10T12:00:00Z", keyAlgorithm: "RSA 2048", signatureAlgorithm: "RSA-SHA256" };

interface Row {
  readonly rule: Rule;
  readonly props: Props;
  readonly config?: Config;
  readonly type?: string;
  readonly says: readonly RegExp[];
}

const rows: Readonly<Record<string, Row>> = {
  "a certificate that ends too soon is refused": {
    rule: notEndingSoon({}, () => nowMs),
    props: { certificate },
    says: [/ends in 20 days \(2026-12-10\); at least 30 days are asked for/],
  },
  "the pack's configuration wins over the rule's own number": {
    rule: notEndingSoon({}, () => nowMs),
    props: { certificate },
    config: { days: 10 },
    says: [],
  },
  "an expired certificate is refused": {
    rule: notEndingSoon({ days: 0 }, () => nowMs),
    props: { certificate: { ...certificate, notAfter: "2026-01-01T00:00:00Z" } },
    says: [/has expired/],
  },
  "a certificate that nobody could read yet is left to the provider": {
    rule: notEndingSoon({}, () => nowMs),
    props: {},
    says: [],
  },
  "a short RSA key is refused": {
    rule: strongAlgorithms(),
    props: { certificate: { ...certificate, keyAlgorithm: "RSA 1024" } },
    says: [/^The key is RSA 1024; RSA 2048 or EC P-256 is asked for/],
  },
  "an EC key has no number of RSA bits": {
    rule: strongAlgorithms(),
    props: { certificate: { ...certificate, keyAlgorithm: "EC P-256" } },
    says: [],
  },
  "signatures by SHA-1 and MD5 are refused": {
    rule: strongAlgorithms(),
    props: { certificate: { ...certificate, signatureAlgorithm: "ECDSA-SHA1" } },
    says: [/signed with ECDSA-SHA1/],
  },
  "secrets in the arguments are refused": {
    rule: nothingSecretInline(),
    props: { source: { base64: "MIIK", password: "p" } },
    says: [/^source.password .*use passwordEnv/, /^source.base64 .*use file/],
  },
  "what the pack allows is not refused": {
    rule: nothingSecretInline(),
    props: { source: { file: "a.p12", password: "p" } },
    config: { allow: ["password"] },
    says: [],
  },
  "a file and a variable's name are fine": {
    rule: nothingSecretInline(),
    props: { source: { file: "a.p12", passwordEnv: "P" } },
    says: [],
  },
  "many devices at once are refused": {
    rule: stagedRollout({ devices: 10 }),
    props: { coverage: { members: 11 } },
    says: [/reaches 11 devices at once, and 10 are allowed/],
  },
  "many devices in waves are fine": {
    rule: stagedRollout({ devices: 10 }),
    props: { coverage: { members: 11 }, rollout: { waves: ["10%", "100%"] } },
    says: [],
  },
  "one wave with everybody is no wave": {
    rule: stagedRollout({ devices: 10 }),
    props: { coverage: { members: 11 }, rollout: { waves: ["100%"] } },
    says: [/reaches 11/],
  },
  "of a new certificate the devices that are named are counted": {
    rule: stagedRollout({ devices: 1 }),
    props: { target: { devices: ["a", "b"] } },
    says: [/reaches 2/],
  },
  "a key that devices share is told": {
    rule: keyPerDevice(),
    props: { coverage: { members: 3 } },
    says: [/^3 devices share one private key; 1 may/],
  },
  "certificates of devices share no key": {
    rule: keyPerDevice(),
    ...{ type: deviceCertificatesType, props: { coverage: { members: 3 } } },
    says: [],
  },
  "certificates of many devices at once are refused": {
    rule: stagedRollout({ devices: 10 }),
    ...{ type: "esper:index:DeviceCertificates", props: { coverage: { members: 11 } } },
    says: [/reaches 11 devices at once/],
  },
  "secrets among the certificates of devices are refused": {
    rule: nothingSecretInline(),
    type: deviceCertificatesType,
    props: { source: { certificates: { a: { base64: "MIIK" }, b: { pem: {} }, c: { file: "c.p12" } }, password: "p" } },
    says: [/^source.password/, /^1 of source.certificates have base64/, /^1 of source.certificates have pem/],
  },
  "keys that come from files are refused where they are to be issued": {
    rule: issuedKeys(),
    ...{ type: deviceCertificatesType, props: { source: { folder: "certs" } } },
    says: [/^Its private keys are kept outside the devices/],
  },
  "keys that an issuer's run makes are fine": {
    rule: issuedKeys(),
    ...{ type: deviceCertificatesType, props: { source: { issuer: { ca: {} } } } },
    says: [],
  },
  "one certificate for all is no issued key": {
    rule: issuedKeys(),
    props: { source: { file: "a.p12" } },
    says: [/Use DeviceCertificates with source.issuer/],
  },
};

describe("the rules of the policy pack", () => {
  for (const [title, { rule, props, config, type, says }] of Object.entries(rows)) {
    it(title, async () => {
      const said = await reported(rule, props, config, type);
      expect(said, said.join("\n")).to.have.length(says.length);
      says.forEach((pattern, index) => expect(said[index]).to.match(pattern));
    });
  }

  it("are about certificates only", async () => {
    const props = { certificate: { ...certificate, keyAlgorithm: "RSA 512" }, source: { password: "p" } };
    for (const rule of certificatePolicies()) {
      expect(await reported(rule, { ...props, coverage: { members: 1e6 } }, {}, "other:index:Thing")).to.deep.equal([]);
    }
  });

  it("each have a name of their own, a severity, a level and a setting", () => {
    const rules = certificatePolicies();
    expect(new Set(rules.map(({ name }) => name)).size).to.equal(5);
    for (const { severity, enforcementLevel, configSchema } of rules) {
      expect([severity, enforcementLevel]).not.to.include(undefined);
      const schema: PolicyConfigSchema | undefined = configSchema;
      expect(Object.keys(schema?.properties ?? {})).to.have.length(1);
    }
    const softer = certificatePolicies({ enforcementLevel: "advisory", severity: "low" });
    expect(
      softer.every(({ severity, enforcementLevel }) => `${severity}${enforcementLevel}` === "lowadvisory"),
    ).to.equal(true);
  });

  it("know no value that a preview does not know yet", async () => {
    const unknown = Object.assign(new Error("can't be known"), { unknownTypeSentinel: "x" });
    const props = {
      get coverage(): unknown {
        throw unknown;
      },
    };
    expect(await reported(stagedRollout({ devices: 1 }), props)).to.deep.equal([]);
  });
});
