// The PKCS#12 module as programs use it: what is in a file in one call, and a file made in one call. The module itself is
// loaded with the first call: most programs only declare certificates.

import { isUint8Array } from "node:util/types";
import type { CertificateSummary } from "./certificate";
import type { Finding } from "./pkcs12";
import { systemClock } from "./clock";

/** What is in a PKCS#12 file; nothing of it is secret. */
export interface Pkcs12Report {
  /** The leaf's certificate; undefined when the file holds no certificate. */
  readonly summary: CertificateSummary | undefined;
  /** Errors first; each a sentence. Judged at the time of the call. */
  readonly findings: readonly Finding[];
  /** Tells content apart, as {@link CertificateSummary.digest} does. */
  readonly digest: string;
}

/**
 * What is in a PKCS#12 file.
 *
 * @param bytes the whole file
 * @param password of the file; left out for a file without one
 * @throws Pkcs12Error with a `kind` and a sentence when the file or the password is no good; never with anything secret.
 * @throws TypeError when it is given something else than bytes, such as a path
 */
export async function readPkcs12(bytes: Uint8Array, password?: string): Promise<Pkcs12Report> {
  // JavaScript programs may hand over what the type refuses.
  if (!isUint8Array(bytes)) {
    throw new TypeError(
      "esper.readPkcs12 takes the bytes of a PKCS#12 file, not its path or text; fs.readFileSync reads them.",
    );
  }
  const { digestOf, findings, readPkcs12: read, summarize } = await import("./pkcs12/index.js");
  const p12 = await read(bytes, password);
  return { summary: summarize(p12), findings: findings(p12, { nowMs: systemClock.now() }), digest: digestOf(p12) };
}

/** What {@link writePkcs12} makes a file of. */
export interface Pkcs12Parts {
  /** The leaf's certificate, PEM text. */
  readonly certificate: string;
  /** PEM text; PKCS#1, SEC1 or PKCS#8, not encrypted. */
  readonly privateKey: string;
  /** PEM text of the issuers' certificates. */
  readonly chain?: string;
  /** The password that the file gets. */
  readonly password: string;
  /** `androidLegacy` (default) is read by Android 9 and later, `modern` by Android 14 and later. */
  readonly profile?: "androidLegacy" | "modern";
  /** The name on the key and its certificate; by default none. */
  readonly friendlyName?: string;
}

/**
 * Makes a PKCS#12 file; the same parts make the same bytes.
 *
 * @throws Pkcs12Error of the kind `badPem` when a part cannot be used, or the key is not the certificate's
 */
export async function writePkcs12(parts: Pkcs12Parts): Promise<Uint8Array> {
  const { fromPem, writePkcs12: write } = await import("./pkcs12/index.js");
  const { password, profile = "androidLegacy", friendlyName } = parts;
  return write(fromPem(parts), { profile, password, ...(friendlyName !== undefined && { friendlyName }) });
}
