// Why a PKCS#12 file cannot be used, as data with one sentence each.
// Knows no file format details; every sentence is written here, so that none can carry a password or content.
// Follows docs/design.md, section 4 and docs/background/pkcs12-and-android.md, section 5.

/** One problem, told apart so that a program can act on it. `kind` never changes its meaning. */
export type Pkcs12Problem =
  /** Something else: `found` says what ("a PEM certificate"), `advice` what to do with it. */
  | { readonly kind: "notPkcs12"; readonly found: string; readonly advice: string }
  /** Damaged or cut short; the byte counts are there when the outer length tells how much is missing. */
  | {
      readonly kind: "corrupt";
      readonly detail: string;
      readonly bytesExpected?: number;
      readonly bytesPresent?: number;
    }
  /** Well-formed, but with something this reader does not know: an algorithm, a mode, a version. */
  | { readonly kind: "unsupported"; readonly what: string; readonly oid?: string; readonly where: string }
  /** Refused before any work: reading it would take too long or too much memory. */
  | { readonly kind: "limit"; readonly what: string; readonly found: number; readonly allowed: number }
  /** Protected, and no password (or an empty one) was given. */
  | { readonly kind: "passwordRequired" }
  | { readonly kind: "wrongPassword" }
  /** The password fits the file as a whole, but a part of it was encrypted with another one. */
  | { readonly kind: "innerPassword"; readonly where: string }
  /** PEM or DER material that cannot become a PKCS#12 file; `field` names the part. */
  | { readonly kind: "badPem"; readonly field: "certificate" | "privateKey" | "chain"; readonly detail: string };

export type Pkcs12ProblemKind = Pkcs12Problem["kind"];

/** The only error the functions of this folder throw on purpose. */
export class Pkcs12Error extends Error {
  override readonly name = "Pkcs12Error";
  readonly kind: Pkcs12ProblemKind;

  constructor(readonly problem: Pkcs12Problem) {
    super(sentenceFor(problem));
    this.kind = problem.kind;
  }
}

export function corrupt(detail: string): Pkcs12Error {
  return new Pkcs12Error({ kind: "corrupt", detail });
}

export function unsupported(what: string, where: string, oid?: string): Pkcs12Error {
  return new Pkcs12Error({ kind: "unsupported", what, where, ...(oid === undefined ? {} : { oid }) });
}

export function limitExceeded(what: string, found: number, allowed: number): Pkcs12Error {
  return new Pkcs12Error({ kind: "limit", what, found, allowed });
}

function sentenceFor(problem: Pkcs12Problem): string {
  switch (problem.kind) {
    case "notPkcs12":
      return `This is not a PKCS#12 file but ${problem.found}; ${problem.advice}.`;
    case "corrupt":
      return `The PKCS#12 file is damaged: ${problem.detail}; export it again or copy it again in binary form.`;
    case "unsupported": {
      const oid = problem.oid === undefined ? "" : ` (${problem.oid})`;
      return `The PKCS#12 file uses ${problem.what}${oid} for ${problem.where}, which is not supported; export it again with common algorithms, such as AES-256 and HMAC-SHA-256.`;
    }
    case "limit":
      return `The PKCS#12 file was refused unread: ${problem.what} is ${problem.found}, and ${problem.allowed} is the most that is accepted; export it again with ordinary settings.`;
    case "passwordRequired":
      return "The PKCS#12 file is protected by a password, and none was given; give the password it was exported with.";
    case "wrongPassword":
      return "The password does not open the PKCS#12 file; give the one it was exported with.";
    case "innerPassword":
      return `The password opens the PKCS#12 file, but ${problem.where} is encrypted with another one; export it again with one password for everything.`;
    case "badPem":
      return problem.detail;
  }
}
