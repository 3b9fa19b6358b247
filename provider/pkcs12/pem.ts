// Makes key material out of the parts that people have: a private key, its certificate, and the issuers beside it.
// Each part is told by its content, whatever its label or file name says: PEM or DER, PKCS#8 (encrypted or not), PKCS#1, SEC1,
// a PKCS#7 bundle, a PKCS#12 file. The same key in another form gives the same material. Sentences name the part at fault,
// never its content.

import { setImmediate as nextTurn } from "node:timers/promises";
import { type DerKind, derKindOf } from "./container/der-kind";
import { hasEncryptionHeaders, openEncryptedKey, openKeyWithHeaders } from "./container/encrypted-key";
import { certificatesInPkcs7 } from "./container/pkcs7";
import { type PemBlock, bareBase64In, pemBlocksIn, textOf } from "./container/text";
import { Pkcs12Error } from "./errors";
import { WorkBudget, checkAtMost, mapInTurns, maxFileBytes, maxPrivateKeys } from "./limits";
import { withPassword } from "./open";
import { type PartField, badPem, damaged, inPart, nothingIn, partNames } from "./pem-problems";
import { readPkcs12 } from "./read";
import { type Certificate, certificateOf } from "./x509/certificate";
import { chainOf } from "./x509/chain";
import type { KeyMaterial } from "./x509/key-material";
import type { LeafChoice } from "./x509/leaf-choice";
import { privateKeyFrom } from "./x509/private-key";

export interface PemSource extends LeafChoice {
  /** The leaf's certificate, alone or with others in any order. */
  readonly certificate: string | Uint8Array;
  /** Its private key. May stand in the same text as the certificate. */
  readonly privateKey: string | Uint8Array;
  /** More certificates, such as the issuers; one text or a list. */
  readonly chain?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Opens an encrypted key, or a part that is a PKCS#12 file. */
  readonly privateKeyPassword?: string | undefined;
  /** Milliseconds since 1970: of several certificates of a key the newest that is valid then is the leaf. */
  readonly nowMs?: number | undefined;
}

/** What was made of the parts. */
export interface PemMaterial extends KeyMaterial {
  /** The key's password was given with a line break at its end, without which it opens the key. */
  readonly hasTrimmedPassword: boolean;
}

/**
 * The leaf first, then the other certificates as given, doubles folded.
 * @throws Pkcs12Error `badPem`, whose `field` says which part is at fault
 */
export async function fromPem({ certificate, privateKey, chain, ...options }: PemSource): Promise<PemMaterial> {
  const { privateKeyPassword: password, nowMs, friendlyName, fingerprint } = options;
  const keys = await partsIn(privateKey, "privateKey", password);
  const given = await partsIn(certificate, "certificate", password);
  const issuers: PemMaterial[] = [];
  for (const part of listOf(chain)) issuers.push(await partsIn(part, "chain", password));
  const material = {
    certificates: folded(
      [given, ...issuers].flatMap((parts) => parts.certificates),
      (each) => each.sha256Fingerprint,
    ),
    privateKeys: folded(keys.privateKeys, (each) => each.publicKey.toString("latin1")),
  };
  const { leaf, key } = chainOf(material, { nowMs, friendlyName, fingerprint });
  if (leaf === undefined || key === undefined) {
    throw badPem("certificate", "The private key does not belong to the certificate; give the key it was issued for.");
  }
  const others = material.certificates.filter((each) => each !== leaf);
  const hasTrimmedPassword = [keys, given, ...issuers].some((parts) => parts.hasTrimmedPassword);
  return { certificates: [leaf, ...others], privateKeys: material.privateKeys, hasTrimmedPassword };
}

/**
 * The certificates in PEM, DER or PKCS#7, doubles folded. A PKCS#12 file counts for nothing: it would ask for work.
 * @throws Pkcs12Error `badPem` where there are none, or one is damaged
 */
export async function certificatesIn(
  source: string | Uint8Array,
  field: "certificate" | "chain",
): Promise<readonly Certificate[]> {
  const { certificates } = await partsIn(source, field, undefined, (block) => kindOf(block) !== "pkcs12");
  return folded(certificates, (each) => each.sha256Fingerprint);
}

/** Whether the bytes are PEM with a certificate and a private key in it, which need no PKCS#12 file around them. */
export async function isPemPair(bytes: Uint8Array): Promise<boolean> {
  const blocks = (await blocksIn(Buffer.from(bytes))).filter(({ label }) => label !== "");
  await nextTurn();
  const kinds = new Set(await mapInTurns(blocks, 100, kindOf));
  const hasKey = (["pkcs8", "encryptedKey", "pkcs1", "sec1", "dsa"] as const).some((kind) => kinds.has(kind));
  return hasKey && (kinds.has("certificate") || kinds.has("pkcs7")) && !kinds.has("pkcs12");
}

function kindOf({ bytes }: PemBlock): DerKind {
  return bytes[0] === 0x30 ? derKindOf(bytes) : "other";
}

async function partsIn(
  source: string | Uint8Array,
  field: PartField,
  password: string | undefined,
  isRead: (block: PemBlock) => boolean = () => true,
): Promise<PemMaterial> {
  const budget = new WorkBudget();
  const bytes = typeof source === "string" ? Buffer.from(source, "utf8") : Buffer.from(source);
  try {
    checkAtMost(`the length of the ${partNames[field]} in bytes`, bytes.length, maxFileBytes);
    const parts = await withPassword(password, async (candidate, isTrimmed) => {
      const blocks = (await blocksIn(bytes)).filter(isRead);
      const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
      checkAtMost("the number of private keys", keys.length, maxPrivateKeys);
      const found = await mapInTurns(blocks, 10, (block) => partsInBlock(block, field, candidate, budget));
      const material = {
        certificates: found.flatMap(({ certificates }) => certificates),
        privateKeys: found.flatMap(({ privateKeys }) => privateKeys),
      };
      return { ...material, hasTrimmedPassword: isTrimmed };
    });
    const count = field === "privateKey" ? parts.privateKeys.length : parts.certificates.length;
    if (count === 0) throw badPem(field, nothingIn(bytes, field));
    return parts;
  } catch (error) {
    throw error instanceof Pkcs12Error ? inPart(error, field) : error;
  }
}

/** The blocks of PEM, or the whole as one block without a label. */
async function blocksIn(bytes: Buffer): Promise<PemBlock[]> {
  const whole = (content: Buffer): PemBlock[] => [{ label: "", bytes: content, headers: new Map() }];
  const text = bytes[0] === 0x30 && derKindOf(bytes) !== "other" ? undefined : textOf(bytes);
  if (text === undefined) return whole(bytes);
  await nextTurn();
  if (text.includes("-----BEGIN ")) return await pemBlocksIn(text);
  const bare = await bareBase64In(text);
  if (bare === undefined) return [];
  return bare[0] === 0x30 ? whole(bare) : await pemBlocksIn(bare.toString("latin1"));
}

const nothing: KeyMaterial = { certificates: [], privateKeys: [] };

async function partsInBlock(
  block: PemBlock,
  field: PartField,
  password: string | undefined,
  budget: WorkBudget,
): Promise<KeyMaterial> {
  const wantsKey = field === "privateKey";
  if (hasEncryptionHeaders(block)) return wantsKey ? keyIn(await openKeyWithHeaders(block, password)) : nothing;
  const { label, bytes } = block;
  switch (kindOf(block)) {
    case "pkcs12":
    case "cut":
      return await readPkcs12(bytes, password, budget);
    case "certificate":
      return wantsKey ? nothing : { ...nothing, certificates: [certificateOf(bytes)] };
    case "pkcs7": {
      if (wantsKey) return nothing;
      return {
        ...nothing,
        certificates: await mapInTurns(certificatesInPkcs7(bytes), 10, (der) => certificateOf(der)),
      };
    }
    case "pkcs8":
    case "pkcs1":
    case "sec1":
    case "dsa":
      return wantsKey ? keyIn(bytes) : nothing;
    case "encryptedKey":
      return wantsKey ? keyIn(await openEncryptedKey(bytes, password, budget)) : nothing;
    case "request":
    case "revocationList":
    case "publicKey":
    case "bcfks":
    case "other":
      // A label is believed where the content says nothing: then the part is there, and damaged.
      if (isLabelOf(label, field)) throw badPem(field, damaged(field));
      return nothing;
  }
}

function keyIn(der: Buffer): KeyMaterial {
  const kind = derKindOf(der);
  if (kind !== "pkcs8" && kind !== "pkcs1" && kind !== "sec1" && kind !== "dsa")
    throw badPem("privateKey", damaged("privateKey"));
  return { ...nothing, privateKeys: [privateKeyFrom(der, kind)] };
}

function isLabelOf(label: string, field: PartField): boolean {
  if (field !== "privateKey") return /^(X509 |TRUSTED )?CERTIFICATE$|^PKCS7$|^CMS$/u.test(label);
  return label.endsWith("PRIVATE KEY") && !label.startsWith("OPENSSH");
}

function listOf(chain: PemSource["chain"]): readonly (string | Uint8Array)[] {
  if (chain === undefined) return [];
  return typeof chain === "string" || chain instanceof Uint8Array ? [chain] : chain;
}

function folded<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
