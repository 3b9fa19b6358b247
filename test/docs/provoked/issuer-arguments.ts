// Each argument of an issuer that cannot be used, refused by the provider's own `check`.

import { deviceCertificates } from "../../../provider/provider";
import { groupA } from "../../lifecycle/given";
import type { Provocations } from "./provocation";

const urn = "urn:pulumi:test::fleet::pulumi-nodejs:dynamic/esper:DeviceCertificates::tills";
const command = ["./sign.sh"];
const vault = { address: "https://vault.acme.com", role: "till" };
const ca = { certificate: { file: "no-such.pem" }, key: { env: "CA_KEY" } };

/** Of `source`. */
const changes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "no source": { issuer: undefined },
  "no issuer": { issuer: {} },
  "two issuers": { issuer: { vault, command } },
  "an issuer and a folder": { folder: "certs" },
  "a time-out for Vault": { issuer: { vault, timeoutSeconds: 5 } },
  "a command that is one text": { issuer: { command: "./sign.sh till" } },
  "a command without a program": { issuer: { command: [] } },
  "a command with a number in it": { issuer: { command: ["./sign.sh", 7] } },
  "an address without https": { issuer: { vault: { ...vault, address: "http://vault.acme.com" } } },
  "an address with a path": { issuer: { vault: { ...vault, address: "https://vault.acme.com/v1" } } },
  "an address with a user": { issuer: { vault: { ...vault, address: "https://me@vault.acme.com" } } },
  "a role that is a path upwards": { issuer: { vault: { ...vault, role: "../root" } } },
  "two ways in": { issuer: { vault: { ...vault, tokenEnv: "VAULT_TOKEN", jwt: { role: "ci", tokenEnv: "JWT" } } } },
  "a token in the place of its variable's name": { issuer: { vault: { ...vault, tokenEnv: "s.token-1" } } },
  "a certificate as text": { issuer: { ca: { ...ca, certificate: "-----BEGIN CERTIFICATE-----" } } },
  "a key in two places": { issuer: { ca: { ...ca, key: { file: "ca.key", env: "CA_KEY" } } } },
  "an authority's certificate that is not there": { issuer: { ca } },
  "an authority's certificate that is none": { issuer: { ca: { ...ca, certificate: { file: "package.json" } } } },
  "a revoking own authority": { issuer: { ca }, revoke: true },
  "a subject of another type": { subject: "NN={serial}" },
  "a subject with another placeholder": { subject: "CN={mac}" },
  "a subject that joins names": { subject: "CN={serial}+OU=Tills" },
  "a subject without a value": { subject: "CN=" },
  "a DNS name that can be none": { dns: ["not a name"] },
  "a URI that is no text": { uri: [7] },
  "a type of key that is not offered": { key: "ed25519" },
  "a life that is over at once": { days: 20 },
};

async function refusals(
  source: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const args = { alias: "till", target: { group: groupA }, renewBeforeDays: 30 };
  const given = { ...args, source: { issuer: { command }, ...source }, ...more };
  const { failures = [] } = await deviceCertificates(urn).check({}, given);
  return failures.map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`));
}

export const issuerArguments: Provocations = {
  ...Object.fromEntries(Object.entries(changes).map(([title, change]) => [title, () => refusals(change)])),
  "a rule for files": () => refusals({}, { goneFile: "remove" }),
};
