// What an issuer may answer, by chance: parts that are right, parts that are somebody else's, and noise. Signed with this project's
// own writing of certificates, which written.test.ts holds against OpenSSL.

import { X509Certificate, createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import type { CertificateNames } from "../../provider/issuers";
import { certificateBody, type CertificateBody } from "../../provider/issuers/authority/certificate";
import type { SigningRequest } from "../../provider/issuers/signing/request";
import { keyIdOf } from "../../provider/issuers/x509/extensions";
import { partsOf } from "../../provider/issuers/x509/read";
import { pemOf, signed, signingOf } from "../../provider/issuers/x509/signed";
import { fromPem, writePkcs12 } from "../../provider/pkcs12";
import { integer, sequence } from "../../provider/pkcs12/asn1/der";
import { makeIdentity, type Identity } from "../support/certificates";

export type Chance = () => number;

const dayMs = 86_400_000;

/** Whoever may sign, and everything that may stand in an answer. */
export interface People {
  /** PEM, of the authorities that a chain may end in. */
  readonly roots: readonly string[];
  /** A good certificate for a key, by the first root. */
  readonly sign: (publicKey: Buffer, names: CertificateNames, more?: SignOptions) => Promise<string>;
  /** PEM: issuers between, strangers of the same name, ended ones, keys, requests, files. */
  readonly others: readonly string[];
  /** Certificates of the first root's name in their hundreds. */
  readonly crowd: readonly string[];
  readonly pkcs12: Buffer;
  readonly authorities: readonly Identity[];
  /** Of somebody else. */
  readonly keys: readonly Buffer[];
}

interface SignOptions {
  readonly by?: Identity | undefined;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

export async function makePeople(nowMs: number): Promise<People> {
  const root = makeIdentity("Any Root", { isAuthority: true });
  const between = makeIdentity("Any Between", { isAuthority: true, issuer: root });
  const stranger = makeIdentity("Any Root", { isAuthority: true });
  const ended = makeIdentity("Any Root", { isAuthority: true, notAfter: new Date(nowMs - dayMs) });
  const leaf = makeIdentity("SN-1001", { issuer: root });
  const authorities = [root, between, stranger, ended, leaf];
  const sign: People["sign"] = async (publicKey, names, { by = root, ...dates } = {}) => {
    return await signedBy(by, {
      publicKey,
      names,
      notBeforeMs: nowMs - 1000,
      notAfterMs: nowMs + 90 * dayMs,
      ...dates,
    });
  };
  const other = publicKeyOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey);
  const named = { subject: [{ oid: "2.5.4.3", value: "Any Root" }], dns: [], uri: [], email: [] };
  const crowd: string[] = [];
  for (let count = 0; count < 300; count += 1) crowd.push(await sign(other, named));
  const file = await writePkcs12(await fromPem(root), { profile: "androidLegacy", password: "", iterations: 1 });
  return {
    ...{ sign, crowd, authorities, keys: [other] },
    roots: [root, stranger, ended].map(({ certificate }) => certificate),
    others: [
      ...authorities.flatMap(({ certificate, privateKey }) => [certificate, certificate, privateKey]),
      pemOf("CERTIFICATE", file),
      pemOf("PKCS7", sequence(integer(1))),
      pemOf("CERTIFICATE", sequence(sequence(integer(1)))),
    ],
    pkcs12: Buffer.from(file),
  };
}

function publicKeyOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

async function signedBy(
  { certificate, privateKey }: Identity,
  said: Pick<CertificateBody, "publicKey" | "names" | "notBeforeMs" | "notAfterMs">,
): Promise<string> {
  const own = new X509Certificate(certificate);
  const key = createPrivateKey(privateKey);
  const signing = signingOf(key);
  if (signing === undefined) throw new Error("The key signs nothing.");
  const body = certificateBody({
    ...said,
    serialNumber: randomBytes(16),
    authority: {
      name: partsOf(own.raw).subject,
      keyId: keyIdOf(publicKeyOf(own.publicKey)),
      algorithm: signing.algorithm,
    },
  });
  return pemOf("CERTIFICATE", await signed(body, key, signing));
}

export function below(chance: Chance, limit: number): number {
  return Math.floor(chance() * limit);
}

export function pick<Item>(chance: Chance, items: readonly [Item, ...Item[]]): Item {
  return items[below(chance, items.length)] ?? items[0];
}

export function noise(chance: Chance, most: number): Buffer {
  return Buffer.from(Array.from({ length: below(chance, most) }, () => below(chance, 256)));
}

/** What an issuer answers to a request. */
export async function anyText(
  chance: Chance,
  { publicKey }: SigningRequest,
  names: CertificateNames,
  people: People,
): Promise<string> {
  const leaf = await anyLeaf(chance, publicKey, names, people);
  const [root = ""] = people.roots;
  switch (below(chance, 8)) {
    case 0:
    case 1:
      return leaf + root;
    case 2:
      return shuffled(chance, [leaf, ...people.roots, ...people.others]).join("");
    case 3:
      return some(chance, [leaf, root, ...people.others]).join(
        pick(chance, ["", "\n", " ", "junk\n", "\0", "\r\n\r\n"]),
      );
    case 4:
      return damagedText(chance, leaf + root);
    case 5:
      return damagedBlock(chance, leaf) + root;
    case 6:
      return pick(chance, [leaf + root, leaf, root]).slice(0, below(chance, 4000));
    default:
      return noise(chance, 2000).toString(pick(chance, ["latin1", "utf8", "base64", "utf16le"]));
  }
}

/** Each thing that a certificate says is right or not. */
async function anyLeaf(chance: Chance, publicKey: Buffer, names: CertificateNames, people: People): Promise<string> {
  const isOdd = (): boolean => chance() < 0.12;
  const nowMs = Date.now();
  const [other = publicKey] = people.keys;
  const texts = [
    "",
    "SN-1002",
    "sn-1001",
    "SN-1001\0",
    "x".repeat(5000),
    "é☕",
    noise(chance, 80).toString("latin1"),
  ] as const;
  const subject = isOdd()
    ? [{ oid: pick(chance, ["2.5.4.3", "2.5.4.10", "1.2.3"]), value: pick(chance, texts) }]
    : names.subject;
  const both = isOdd() ? [...names.subject, { oid: "2.5.4.3", value: pick(chance, texts) }] : subject;
  const alternatives = isOdd() ? { dns: Array.from({ length: below(chance, 50) }, () => pick(chance, texts)) } : {};
  return await people.sign(
    isOdd() ? other : publicKey,
    { ...names, subject: both, ...alternatives },
    {
      ...(isOdd() && { by: people.authorities[below(chance, people.authorities.length)] }),
      ...(isOdd() && { notBeforeMs: nowMs + (chance() - 0.5) * 200 * dayMs }),
      ...(isOdd() && { notAfterMs: nowMs + (chance() - 0.3) * 9000 * dayMs }),
    },
  );
}

function shuffled<Item>(chance: Chance, items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, at: chance() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

function some(chance: Chance, items: readonly string[]): readonly string[] {
  return shuffled(
    chance,
    items.flatMap((item) => Array.from({ length: below(chance, 3) }, () => item)),
  );
}

function damagedText(chance: Chance, text: string): string {
  const at = below(chance, text.length);
  const inserted = pick(chance, [
    "-----BEGIN CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\n",
    "=",
    "\\n",
    "\u0000",
    "☕",
  ]);
  return text.slice(0, at) + inserted + text.slice(at + below(chance, 20));
}

/** Bytes of the certificate itself are others. */
function damagedBlock(chance: Chance, pem: string): string {
  const bytes = Buffer.from(pem.replaceAll(/-----[^-]*-----/gu, ""), "base64");
  for (let count = 1 + below(chance, 4); count > 0; count -= 1) bytes[below(chance, bytes.length)] = below(chance, 256);
  return pemOf(pick(chance, ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "PRIVATE KEY"]), bytes);
}
