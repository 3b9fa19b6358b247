// Reads a PKCS#12 file: structure, MAC, decryption, then keys and certificates, in this order.
// The entry to the folder's reading half. No I/O, no clock; the slow derivations let other work go on meanwhile.
// Follows RFC 7292 and docs/background/pkcs12-and-android.md, sections 5 and 9.

import { certificateOf } from "./x509/certificate";
import { type Encoding, encodingOf } from "./container/encoding";
import { Pkcs12Error, corrupt, unsupported } from "./errors";
import { WorkBudget, mapInTurns } from "./limits";
import { type Mac, describeMac, macFits } from "./container/mac";
import { passwordForms } from "./crypto/password-forms";
import { type Pfx, pfxOf } from "./container/pfx";
import type { KeyMaterial } from "./x509/key-material";
import { type PrivateKey, privateKeyOf } from "./x509/private-key";
import { type Contents, type FoundItem, type OtherBag, isProtectedByWindows, openSafes } from "./container/safes";
import { Decryptor } from "./container/decryptor";

/** What stands in a PKCS#12 file. Holds private keys: never log or store it whole. */
export interface Pkcs12 extends KeyMaterial {
  /** Entries that were not read: revocation lists, secrets, unknown kinds. */
  readonly otherBags: readonly OtherBag[];
  readonly encoding: Encoding;
}

/**
 * Reads a PKCS#12 file, in DER or BER, of any writer.
 * @param password undefined where there is none; "" is tried as well then, and the other way round
 * @param budget shared where several attempts are made
 * @throws Pkcs12Error with the class of the failure in `kind` and its details in `problem`
 */
export async function readPkcs12(
  bytes: Uint8Array,
  password: string | undefined,
  budget = new WorkBudget(),
): Promise<Pkcs12> {
  const pfx = pfxOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  try {
    return await openPfx(pfx, password, budget);
  } catch (error) {
    const isPassword = error instanceof Pkcs12Error && ["wrongPassword", "passwordRequired"].includes(error.kind);
    if (isPassword && isProtectedByWindows(pfx.authSafe)) {
      const advice = 'nobody knows its password: export it again, with a password in place of "Group or user names"';
      throw unsupported("a Windows user or group", "its protection", undefined, advice);
    }
    throw error;
  }
}

async function openPfx(pfx: Pfx, password: string | undefined, budget: WorkBudget): Promise<Pkcs12> {
  const forms = passwordForms(password);
  const decryptor = new Decryptor(forms, budget);
  if (pfx.mac !== undefined && !(await macFits(pfx.mac, pfx.authSafe, decryptor))) {
    // The diagnosis tries the standard forms only: a wrong password should not take five times as long.
    const [wide, narrow] = [forms.wide.slice(0, 1), forms.narrow.slice(0, 1)];
    throw await whyMacFails(pfx, new Decryptor({ ...forms, wide, narrow }, budget));
  }
  return await pkcs12From(await openSafes(pfx.authSafe, decryptor), pfx.mac, forms.empty);
}

/** A MAC cannot tell a wrong password from damage; the encrypted parts can, for they open with the right one only. */
async function whyMacFails(pfx: Pfx, decryptor: Decryptor): Promise<Pkcs12Error> {
  try {
    await openSafes(pfx.authSafe, decryptor);
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    if (decryptor.proven === "no" && error.kind !== "unsupported") return error;
  }
  if (decryptor.proven === "no") return decryptor.failure("the file");
  return corrupt("the password opens it, but its checksum does not match what is in it");
}

async function pkcs12From(contents: Contents, mac: Mac | undefined, emptyPassword: boolean): Promise<Pkcs12> {
  const certificates = await mapInTurns(contents.certificates, 10, ({ bytes, names }) => certificateOf(bytes, names));
  const keys = await mapInTurns(contents.privateKeys, 1, readKey);
  const privateKeys = keys.flatMap((key) => (key instanceof Pkcs12Error ? [] : [key]));
  const unread = keys.flatMap((key) => (key instanceof Pkcs12Error ? [key] : []));
  const [first] = unread;
  if (privateKeys.length === 0 && first !== undefined) throw first;
  const encoding = encodingOf({
    privateKeys: contents.privateKeys.flatMap(({ protections }) => protections),
    certificates: contents.certificates.flatMap(({ protections }) => protections),
    mac: mac === undefined ? undefined : describeMac(mac),
    emptyPassword,
  });
  return {
    certificates: distinctBy(certificates, ({ sha256Fingerprint }) => sha256Fingerprint),
    privateKeys: distinctBy(privateKeys, ({ publicKey }) => publicKey.toString("latin1")),
    otherBags: [...contents.otherBags, ...unread.map(unreadKey)],
    encoding,
  };
}

/** A key of an unknown kind is no reason to refuse the other keys. */
function readKey({ bytes, names }: FoundItem): PrivateKey | Pkcs12Error {
  try {
    return privateKeyOf(bytes, names);
  } catch (error) {
    if (error instanceof Pkcs12Error && error.kind === "unsupported") return error;
    throw error;
  }
}

function unreadKey({ problem }: Pkcs12Error): OtherBag {
  return { type: "privateKey", oid: (problem.kind === "unsupported" ? problem.oid : undefined) ?? "" };
}

function distinctBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = keyOf(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
