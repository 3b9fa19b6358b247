// Which Android versions read a PKCS#12 file, judged only by its algorithms and key types.
// Pure; needs no key and no content. The table is docs/background/pkcs12-and-android.md, section 8, measured with the
// sources of each version's Bouncy Castle; 15 and 16 are taken to be like 14 (no newer sources were found to differ).

import type { Encoding, MacDescription, Protection } from "../container/encoding";
import type { PublicKeyKind } from "../x509/public-key";

const androidVersions = [9, 10, 11, 12, 13, 14, 15, 16] as const;

/** What a version lacks for a file. */
export interface Obstacle {
  /** `keyType` stays whatever the encoding; the others go away when the file is re-encoded. */
  readonly cause: "encoding" | "clearKey" | "emptyPassword" | "keyType";
  /** Completes "Android 10 …", such as "does not know PBES2". */
  readonly detail: string;
}

export interface AndroidVersionSupport {
  readonly version: number;
  readonly reads: boolean;
  readonly obstacles: readonly Obstacle[];
  /** A condition on which the verdict could be better than it says. */
  readonly note?: string;
}

export interface AndroidSupport {
  /** One entry a version, 9 to 16. */
  readonly versions: readonly AndroidVersionSupport[];
  readonly emptyPassword: boolean;
  /** The encoding's label. */
  readonly encoding: string;
}

/** The parts of a Pkcs12 that the verdict rests on. */
export interface AndroidRelevant {
  readonly encoding: Encoding;
  readonly privateKeys: readonly { readonly keyKind: PublicKeyKind }[];
}

interface Generation {
  readonly pbes2: boolean;
  readonly macHashes: readonly string[];
  readonly brainpool: boolean;
  readonly note?: string;
}

const everywhere = ["P-256", "P-384", "P-521", "secp256k1"];
const pbes2Hashes = ["SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"];

function generationOf(version: number): Generation {
  if (version <= 11) return { pbes2: false, macHashes: ["SHA-1", "SHA-256"], brainpool: false };
  // PBES2 came to 12 and 13 with a module update of early 2023, which a device may or may not have.
  const note = "a device with the ART module of 2023 or later reads what Android 14 reads";
  if (version <= 13) return { pbes2: false, macHashes: ["SHA-1"], brainpool: true, note };
  return { pbes2: true, macHashes: ["SHA-1", "SHA-256", "SHA-384", "SHA-512"], brainpool: true };
}

/** The verdict for a file as it is. */
export function androidSupport(file: AndroidRelevant): AndroidSupport {
  const { encoding } = file;
  const versions = androidVersions.map((version): AndroidVersionSupport => {
    const generation = generationOf(version);
    const obstacles = obstaclesFor(file, generation);
    const couldBeBetter = generation.note !== undefined && obstaclesFor(file, generationOf(14)).length === 0;
    const note = obstacles.length > 0 && couldBeBetter ? generation.note : undefined;
    return { version, reads: obstacles.length === 0, obstacles, ...(note !== undefined && { note }) };
  });
  return { versions, emptyPassword: encoding.emptyPassword, encoding: encoding.label };
}

/** True when at least one Android version reads private keys of this type. */
export function isReadOnAndroid(keyKind: PublicKeyKind): boolean {
  return readsKey(keyKind, generationOf(16));
}

function obstaclesFor({ encoding, privateKeys }: AndroidRelevant, generation: Generation): Obstacle[] {
  const protections = [...encoding.privateKeys, ...encoding.certificates];
  const obstacles: Obstacle[] = [];
  for (const protection of protections.filter((entry) => !decrypts(entry, generation))) {
    obstacles.push({ cause: "encoding", detail: `does not know ${protection.name}` });
  }
  if (encoding.mac !== undefined && !checks(encoding.mac, generation)) {
    obstacles.push({ cause: "encoding", detail: `does not know ${encoding.mac.name}` });
  }
  if (encoding.privateKeys.some(({ family }) => family === "none")) {
    obstacles.push({ cause: "clearKey", detail: "does not find a private key that is not encrypted" });
  }
  if (encoding.emptyPassword && generation.pbes2 && protections.some(({ family }) => family === "pbes2")) {
    obstacles.push({ cause: "emptyPassword", detail: "refuses PBES2 with an empty password" });
  }
  for (const { keyKind } of privateKeys.filter((entry) => !readsKey(entry.keyKind, generation))) {
    obstacles.push({ cause: "keyType", detail: `cannot read a private key of type ${keyKind.label}` });
  }
  return distinct(obstacles);
}

function decrypts({ family, cipher, derivation, prf }: Protection, generation: Generation): boolean {
  if (family === "none" || family === "pkcs12") return true;
  if (family === "pbes1" || !generation.pbes2) return false;
  return /^AES-\d+$/u.test(cipher ?? "") && derivation === "PBKDF2" && pbes2Hashes.includes(prf ?? "");
}

function checks({ kind, hash }: MacDescription, generation: Generation): boolean {
  return kind === "pkcs12" && generation.macHashes.includes(hash);
}

function readsKey({ type, curve = "" }: PublicKeyKind, generation: Generation): boolean {
  if (type === "EC") return everywhere.includes(curve) || (generation.brainpool && curve.startsWith("brainpool"));
  return type === "RSA" || type === "DSA";
}

function distinct(obstacles: readonly Obstacle[]): Obstacle[] {
  return obstacles.filter(({ detail }, index) => obstacles.findIndex((other) => other.detail === detail) === index);
}
