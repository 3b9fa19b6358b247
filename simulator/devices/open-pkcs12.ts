// How a device opens the PKCS#12 file of an INSTALL_CERTIFICATE: for real, with the password it was given.
// The answer is remembered by the input's hash, as ten thousand devices get the same file.
// The reason texts are made up; Esper's are not published.

import { hash } from "node:crypto";
import { androidSupport, digestOf, Pkcs12Error, readPkcs12, summarize } from "../../provider/pkcs12/index";

/** What a device makes of a file. */
export type OpenedPkcs12 =
  | {
      /** It can be installed. */
      readonly ok: true;
      /** Identity of the content, as docs/design.md, section 1 defines it. */
      readonly digest: string;
      /** Of its certificate, such as "CN=till-17". */
      readonly subject?: string;
      /** Whether this Android version (9, 10, …) can read the file. Default: all can. */
      readonly readableOn?: (androidVersion: number) => boolean;
    }
  | {
      /** It cannot. */
      readonly ok: false;
      /** What the device says. */
      readonly reason: string;
    };

/** How a device opens the file of a command, with the password that came with it. */
export type OpenPkcs12 = (bytes: Buffer, password: string | undefined) => Promise<OpenedPkcs12>;

export const wrongPasswordReason = "Failed to install certificate: wrong password or corrupted PKCS#12 file";

const unreadableReason = "Failed to install certificate: not a valid PKCS#12 file";

/** As Android does, says "wrong password" for whatever a password could explain. */
export const openByReader: OpenPkcs12 = async (bytes, password) => {
  try {
    const file = await readPkcs12(bytes, password);
    const unread = new Set(androidSupport(file).versions.flatMap(({ version, reads }) => (reads ? [] : [version])));
    const subject = summarize(file)?.subject;
    return {
      ...{ ok: true, digest: digestOf(file), readableOn: (version) => !unread.has(version) },
      ...(subject !== undefined && { subject }),
    };
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    const isPassword = ["wrongPassword", "passwordRequired", "innerPassword"].includes(error.kind);
    return { ok: false, reason: isPassword ? wrongPasswordReason : unreadableReason };
  }
};

/** Lets every Android version read what can be read at all. */
export function onEveryAndroid(open: OpenPkcs12): OpenPkcs12 {
  return async (bytes, password) => {
    const opened = await open(bytes, password);
    if (!opened.ok) return opened;
    const { ok, digest, subject } = opened;
    return { ok, digest, ...(subject !== undefined && { subject }) };
  };
}

export function remembering(open: OpenPkcs12): OpenPkcs12 {
  const known = new Map<string, Promise<OpenedPkcs12>>();
  return (bytes, password) => {
    const key = `${hash("sha256", bytes, "hex")}/${password === undefined ? "" : hash("sha256", password, "hex")}`;
    const answer = known.get(key) ?? open(bytes, password);
    known.set(key, answer);
    return answer;
  };
}
