import { expect } from "chai";
import fc from "fast-check";
import type { IssuedSource } from "../../../../provider/issuers";
import { readIssuedSource } from "../../../../provider/lifecycle/arguments/issued/issued";
import { Fields, unknownValue, type Failure } from "../../../../provider/lifecycle/arguments/reader";

function read(source: object): { readonly means: IssuedSource | undefined; readonly failures: readonly Failure[] } {
  const failures: Failure[] = [];
  const means = readIssuedSource(new Fields({ ...source }, "source", failures));
  return { means, failures };
}

const vault = { address: "https://vault.acme.com", role: "till" };
const ca = { certificate: { file: "ca.pem" }, key: { env: "CA_KEY" } };
const withVault = (more: object): object => ({ issuer: { vault: { ...vault, ...more } } });

describe("a source whose certificates are made", () => {
  it("needs an issuer alone: the rest has defaults", () => {
    expect(read({ issuer: { vault } })).to.deep.equal({
      failures: [],
      means: {
        issuer: {
          kind: "vault",
          address: "https://vault.acme.com",
          mount: "pki",
          role: "till",
          login: { kind: "token", tokenEnv: "VAULT_TOKEN" },
        },
        template: { subject: "CN={serial}", dns: [], uri: [], email: [], key: "ec-p256" },
        days: 90,
        concurrency: 8,
        renewSpreadDays: 0,
        revoke: false,
      },
    });
  });

  const issuers: Readonly<Record<string, { readonly issuer: object; readonly means: object }>> = {
    "Vault with all that it takes": {
      issuer: {
        vault: {
          ...{ address: "https://vault.acme.com:8200/", mount: "/pki/shops/", role: "till", namespace: "acme/" },
          ...{ caFile: "vault-ca.pem", appRole: { roleId: "r-1", secretIdEnv: "SECRET_ID" } },
        },
      },
      means: {
        ...{
          kind: "vault",
          address: "https://vault.acme.com:8200",
          mount: "pki/shops",
          role: "till",
          namespace: "acme",
        },
        ...{ caFile: "vault-ca.pem", login: { kind: "appRole", roleId: "r-1", secretIdEnv: "SECRET_ID" } },
      },
    },
    "Vault by a pipeline's own identity": {
      issuer: { vault: { ...vault, jwt: { role: "ci", tokenEnv: "ID_TOKEN" } } },
      means: {
        kind: "vault",
        ...vault,
        mount: "pki",
        login: { kind: "jwt", mount: "jwt", role: "ci", tokenEnv: "ID_TOKEN" },
      },
    },
    "an own authority": { issuer: { ca }, means: { kind: "ca", ...ca } },
    "a command, with its time-out and a chain": {
      issuer: { command: ["./sign.sh", "till"], timeoutSeconds: 5, chain: { file: "chain.pem" } },
      means: { kind: "command", command: ["./sign.sh", "till"], timeoutMs: 5000, chain: { file: "chain.pem" } },
    },
  };
  for (const [title, { issuer, means }] of Object.entries(issuers)) {
    it(`takes ${title}`, () => {
      expect(read({ issuer })).to.deep.include({ failures: [] });
      expect(read({ issuer }).means?.issuer).to.deep.equal(means);
    });
  }

  const refused: Readonly<Record<string, readonly [source: object, property: string, reason: RegExp]>> = {
    "without an issuer": [{}, "issuer", /^is required: \{ vault \}, \{ ca \} or \{ command \}$/],
    "with two issuers": [{ issuer: { vault, ca } }, "issuer", /^exactly one of vault, ca and command/],
    "with a word that is nearly an argument": [{ issuer: { vault }, day: 30 }, "day", /did you mean days\?/],
    "with an issuer nobody knows beside a good one": [
      { issuer: { vault, valt: vault } },
      "issuer.valt",
      /did you mean vault\?/,
    ],
    "without a role": [{ issuer: { vault: { address: vault.address } } }, "issuer.vault.role", /^is required$/],
    "with an address in clear": [
      withVault({ address: "http://vault.acme.com" }),
      "issuer.vault.address",
      /show the token/,
    ],
    "with an address that has a path": [
      withVault({ address: `${vault.address}/v1` }),
      "issuer.vault.address",
      /must end with the host/,
    ],
    "with a mount that leads elsewhere": [withVault({ mount: "../sys" }), "issuer.vault.mount", /must be a name/],
    "with two ways in": [withVault({ tokenEnv: "A", jwt: {} }), "issuer.vault.tokenEnv", /one way in/],
    "with a token in place of a variable": [
      withVault({ tokenEnv: "hvs.CAES" }),
      "issuer.vault.tokenEnv",
      /name of an environment/,
    ],
    "with a key in the program": [
      { issuer: { ca: { ...ca, key: "-----BEGIN" } } },
      "issuer.ca.key",
      /^must be \{ file \}/,
    ],
    "with a command line": [{ issuer: { command: "step ca sign" } }, "issuer.command", /must be a list/],
    "with an empty command": [{ issuer: { command: [] } }, "issuer.command", /begin with a program/],
    "with a time-out for Vault": [{ issuer: { vault, timeoutSeconds: 5 } }, "issuer.timeoutSeconds", /is for command/],
    "with a subject that is no name": [{ issuer: { vault }, subject: "till" }, "subject", /RFC 4514/],
    "with a placeholder nobody knows": [
      { issuer: { vault }, subject: "CN={sn}" },
      "subject",
      /no placeholder \{sn\}; known are/,
    ],
    "with a DNS name that is none": [{ issuer: { vault }, dns: ["a b"] }, "dns", /must be a DNS name/],
    "with a key type nobody has": [{ issuer: { vault }, key: "ec" }, "key", /must be one of "ec-p256"/],
    "with half a day": [{ issuer: { vault }, days: 0.5 }, "days", /whole number of days/],
    "that revokes with an own authority": [{ issuer: { ca }, revoke: true }, "revoke", /publishes no list/],
  };
  /** Refused beside a source that can be read. */
  const tolerated = [
    "with a word that is nearly an argument",
    "with an issuer nobody knows beside a good one",
    "with a time-out for Vault",
  ];
  for (const [title, [source, property, reason]] of Object.entries(refused)) {
    it(`is refused ${title}`, () => {
      const { means, failures } = read(source);
      expect(failures.map((each) => each.property)).to.deep.equal([`source.${property}`]);
      expect(failures[0]?.reason).to.match(reason);
      if (!tolerated.includes(title)) expect(means).to.equal(undefined);
    });
  }

  it("waits for what a preview does not know yet", () => {
    for (const source of [
      { issuer: unknownValue },
      { issuer: { vault: { ...vault, role: unknownValue } } },
      { issuer: { vault }, subject: unknownValue },
      { issuer: { vault }, dns: [unknownValue] },
      { issuer: { command: [unknownValue] } },
      { issuer: { ca: { ...ca, key: { file: unknownValue } } } },
    ]) {
      expect(read(source)).to.deep.equal({ means: undefined, failures: [] });
    }
  });

  it("never throws, and never repeats a value, whatever it is given", () => {
    const names = ["issuer", "vault", "ca", "command", "subject", "dns", "key", "days", "chain", "file", "env", "jwt"];
    const value = fc.oneof(
      fc.constant("s3cret-value"),
      fc.integer(),
      fc.constant(null),
      fc.array(fc.constant("s3cret-value")),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ depthSize: "small" }, value, fc.dictionary(fc.constantFrom(...names), tie("tree"))),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), tree), (source) => {
        expect(JSON.stringify(read(source).failures)).not.to.include("s3cret-value");
      }),
    );
  });
});
