// Names of the algorithms that certificates are signed with, and which of them are weak.

// OIDs: RFC 3279, RFC 4055, RFC 5758, RFC 8410.

const names: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "RSA-MD2",
  "1.2.840.113549.1.1.4": "RSA-MD5",
  "1.2.840.113549.1.1.5": "RSA-SHA1",
  "1.2.840.113549.1.1.10": "RSA-PSS",
  "1.2.840.113549.1.1.11": "RSA-SHA256",
  "1.2.840.113549.1.1.12": "RSA-SHA384",
  "1.2.840.113549.1.1.13": "RSA-SHA512",
  "1.2.840.113549.1.1.14": "RSA-SHA224",
  "1.2.840.10040.4.3": "DSA-SHA1",
  "2.16.840.1.101.3.4.3.1": "DSA-SHA224",
  "2.16.840.1.101.3.4.3.2": "DSA-SHA256",
  "1.2.840.10045.4.1": "ECDSA-SHA1",
  "1.2.840.10045.4.3.1": "ECDSA-SHA224",
  "1.2.840.10045.4.3.2": "ECDSA-SHA256",
  "1.2.840.10045.4.3.3": "ECDSA-SHA384",
  "1.2.840.10045.4.3.4": "ECDSA-SHA512",
  "1.3.101.112": "Ed25519",
  "1.3.101.113": "Ed448",
};

/** Such as "RSA-SHA256"; an OID where there is no name. */
export function signatureName(oid: string): string {
  return names[oid] ?? oid;
}

/** Hashes for which collisions have been made. */
export function isWeakSignature(name: string): boolean {
  return /-(MD2|MD5|SHA1)$/u.test(name);
}
