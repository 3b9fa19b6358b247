// The sentences about parts in PEM that cannot be used: each names the part at fault and what stands there in its place.
// Holds no key and no content; what the bytes are, container/sniff says.

import { type Impostor, sniff } from "./container/sniff";
import { textOf } from "./container/text";
import { type PemField, Pkcs12Error, endsSentence } from "./errors";

export type PartField = Exclude<PemField, "privateKeyPassword">;

export const partNames: Readonly<Record<PartField, string>> = {
  certificate: "certificate",
  privateKey: "private key",
  chain: "chain",
};

const emptyText: Impostor = { found: "an empty text", advice: "", isPart: true };
const pkcs12Without: Impostor = { found: "a PKCS#12 file without one", advice: "", isPart: true };

export function damaged(field: PartField): string {
  return field === "privateKey"
    ? "The private key is damaged or of an unknown kind; give it as PKCS#8, PKCS#1 or SEC1."
    : `The ${partNames[field]} is damaged or is no X.509 certificate; give it as PEM or DER.`;
}

/** Names what stands there in the place of the part. */
export function nothingIn(bytes: Buffer, field: PartField): string {
  const text = textOf(bytes);
  if (text?.includes("BEGIN OPENSSH PRIVATE KEY") === true && field === "privateKey") {
    return "The private key is in OpenSSH's form; convert it with ssh-keygen -p -m PKCS8 first.";
  }
  const isEmpty = bytes.length < 100 && text?.trim() === "";
  const impostor: Impostor = isEmpty ? emptyText : (sniff(bytes) ?? pkcs12Without);
  const wanted = field === "privateKey" ? "BEGIN PRIVATE KEY" : "BEGIN CERTIFICATE";
  const advice = impostor.isPart === true ? "give it as PEM or DER" : impostor.advice;
  return `The ${partNames[field]} holds no "${wanted}" but ${impostor.found}; ${advice}.`;
}

/** The problem of a file, told of the part that it stands in. */
export function inPart(error: Pkcs12Error, field: PartField): Pkcs12Error {
  const { problem } = error;
  const name = partNames[field];
  switch (problem.kind) {
    case "badPem":
      return error;
    case "passwordRequired":
      return badPem("privateKeyPassword", `The ${name} is protected by a password; give it as privateKeyPassword.`);
    case "wrongPassword": {
      const sentence = `The password does not open the ${name}; give the one it was encrypted with.`;
      return badPem("privateKeyPassword", `${sentence}${endsSentence(problem.ends)}`);
    }
    case "unsupported":
    case "limit":
      return badPem(field, error.message.replace("The PKCS#12 file", `The ${name}`).replace(` for a ${name},`, ","));
    case "notPkcs12":
    case "corrupt":
    case "innerPassword":
    case "noSuchEntry":
      return badPem(field, damaged(field));
  }
}

export function badPem(field: PemField, detail: string): Pkcs12Error {
  return new Pkcs12Error({ kind: "badPem", field, detail });
}
