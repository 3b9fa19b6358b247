// How a file is protected, in words and plain data: what its parts are encrypted with, and its checksum (MAC).
// Holds no keys and no content, so it may be shown and stored. Android's verdict (advice/android-versions.ts) rests on nothing else.

import type { Scheme } from "./schemes";

/** How one part is encrypted. */
export interface Protection {
  /** "none" for what stands in the clear. */
  readonly family: "none" | "pkcs12" | "pbes1" | "pbes2";
  /** Such as "PBES2 AES-256" or "SHA1-3DES". */
  readonly name: string;
  /** Such as "AES-256" or "3DES"; absent with "none". */
  readonly cipher?: string;
  readonly derivation?: "PKCS12" | "PBKDF1" | "PBKDF2" | "scrypt";
  /** PBKDF2's hash, such as "SHA-256". */
  readonly prf?: string;
  /** scrypt has no count and leaves it out. */
  readonly iterations?: number;
}

export interface MacDescription {
  /** Such as "HMAC-SHA-256" or "PBMAC1 HMAC-SHA-256". */
  readonly name: string;
  readonly kind: "pkcs12" | "pbmac1";
  /** Such as "SHA-256". */
  readonly hash: string;
  readonly iterations: number;
}

export interface Encoding {
  /** For people: "PBES2 AES-256, HMAC-SHA-256". */
  readonly label: string;
  /** The protections found around private keys, each once; a key in an encrypted part may have two. */
  readonly privateKeys: readonly Protection[];
  readonly certificates: readonly Protection[];
  readonly mac?: MacDescription;
  /** Protected with the empty password or with none. */
  readonly emptyPassword: boolean;
}

export const unprotected: Protection = { family: "none", name: "none" };

export function protectionOf(scheme: Scheme): Protection {
  const cipher = scheme.cipher.name;
  switch (scheme.family) {
    case "pkcs12": {
      const { iterations } = scheme;
      return { family: "pkcs12", name: `SHA1-${cipher}`, cipher, derivation: "PKCS12", iterations };
    }
    case "pbes1": {
      const name = `PBES1 ${scheme.hash.name}-${cipher}`;
      return { family: "pbes1", name, cipher, derivation: "PBKDF1", iterations: scheme.iterations };
    }
    case "pbes2": {
      const name = `PBES2 ${cipher}`;
      const { derivation } = scheme;
      if (derivation.function === "scrypt") return { family: "pbes2", name, cipher, derivation: "scrypt" };
      const { iterations, prf } = derivation;
      return { family: "pbes2", name, cipher, derivation: "PBKDF2", prf: prf.name, iterations };
    }
  }
}

export function encodingOf(parts: {
  privateKeys: readonly Protection[];
  certificates: readonly Protection[];
  mac: MacDescription | undefined;
  emptyPassword: boolean;
}): Encoding {
  const privateKeys = distinct(parts.privateKeys);
  const certificates = distinct(parts.certificates);
  const { mac, emptyPassword } = parts;
  const names = new Set([...privateKeys, ...certificates].map(({ name }) => name));
  const all = [...names].map((name) => (name === "none" ? "not encrypted" : name));
  const ciphers = [...all.slice(0, 4), ...(all.length > 4 ? [`${all.length - 4} more`] : [])].join(" and ");
  const label = `${ciphers === "" ? "empty" : ciphers}, ${mac?.name ?? "no MAC"}`;
  return { label, privateKeys, certificates, emptyPassword, ...(mac !== undefined && { mac }) };
}

function distinct(protections: readonly Protection[]): Protection[] {
  const seen = new Map(protections.map((protection) => [JSON.stringify(protection), protection]));
  return [...seen.values()];
}
