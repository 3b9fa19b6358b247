// Why a PKCS#12 file cannot be used, as data with one sentence each.
// Knows no file format details; every sentence is written here, so that none can carry a password or content.

// Follows docs/design.md, section 4 and docs/background/pkcs12-and-android.md, section 5.

/** One problem, told apart so that a program can act on it. `kind` never changes its meaning. */
export type Pkcs12Problem =
  /** Something else: `found` says what ("a PEM certificate"), `advice` what to do with it. */
  | {
      /** Another kind of file. */
      readonly kind: "notPkcs12";
      /** What it is, for example `a PEM certificate`. */
      readonly found: string;
      /** How to get from there to a PKCS#12 file. */
      readonly advice: string;
    }
  /** Damaged or cut short; the byte counts are there when the outer length tells how much is missing. */
  | {
      /** A PKCS#12 file that is not whole. */
      readonly kind: "corrupt";
      /** What was met. */
      readonly detail: string;
      /** How long the file says it is. */
      readonly bytesExpected?: number;
      /** How long it is. */
      readonly bytesPresent?: number;
    }
  /** Well-formed, but with something this reader does not know: an algorithm, a mode, a version. */
  | {
      /** Something rare. */
      readonly kind: "unsupported";
      /** Its name. */
      readonly what: string;
      /** Its object identifier, where it has one. */
      readonly oid?: string;
      /** What it is used for in the file. */
      readonly where: string;
      /** What helps; by default common algorithms. */
      readonly advice?: string;
    }
  /** Refused before any work: reading it would take too long or too much memory. */
  | {
      /** Too much of something. */
      readonly kind: "limit";
      /** Of what, for example iterations. */
      readonly what: string;
      /** How much the file has. */
      readonly found: number;
      /** How much is accepted. */
      readonly allowed: number;
    }
  /** Protected, and no password (or an empty one) was given. */
  | {
      /** The file asks for a password. */
      readonly kind: "passwordRequired";
    }
  | {
      /** Another password, or damage that looks the same. */
      readonly kind: "wrongPassword";
      /** What can be seen at the ends of the given one, such as `ends with a line break`. */
      readonly ends?: string;
    }
  /** The password fits the file as a whole, but a part of it was encrypted with another one. */
  | {
      /** Two passwords in one file. */
      readonly kind: "innerPassword";
      /** The part with the other one. */
      readonly where: string;
    }
  /** Several keys, and none that the program chooses. */
  | {
      /** No private key of this name, or no certificate of this fingerprint. */
      readonly kind: "noSuchEntry";
      /** What was chosen by. */
      readonly by: "friendlyName" | "fingerprint";
      /** What there is: subjects, names and ends. */
      readonly known: readonly string[];
    }
  /** PEM or DER material that cannot become a PKCS#12 file; `field` names the part. */
  | {
      /** PEM text that cannot be used. */
      readonly kind: "badPem";
      /** The part. */
      readonly field: PemField;
      /** A sentence that says why, and what to do. */
      readonly detail: string;
    };

/** The parts of PEM material. */
export type PemField = "certificate" | "privateKey" | "chain" | "privateKeyPassword";

/** The kinds of problems; a kind never changes its meaning. */
export type Pkcs12ProblemKind = Pkcs12Problem["kind"];

/** Why a file cannot be read or made: a sentence, and the same as data. The only error that these functions mean to throw. */
export class Pkcs12Error extends Error {
  /** Tells it apart, also from a second copy of the package, where `instanceof` does not. */
  override readonly name = "Pkcs12Error";
  /** The kind of the problem. */
  readonly kind: Pkcs12ProblemKind;

  /** @param problem what is wrong, as data */
  constructor(readonly problem: Pkcs12Problem) {
    super(sentenceFor(problem));
    this.kind = problem.kind;
  }
}

export function corrupt(detail: string): Pkcs12Error {
  return new Pkcs12Error({ kind: "corrupt", detail });
}

export function unsupported(what: string, where: string, oid?: string, advice?: string): Pkcs12Error {
  const details = { ...(oid !== undefined && { oid }), ...(advice !== undefined && { advice }) };
  return new Pkcs12Error({ kind: "unsupported", what, where, ...details });
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
      const { advice = "export it again with common algorithms, such as AES-256 and HMAC-SHA-256" } = problem;
      return `The PKCS#12 file uses ${problem.what}${oid} for ${problem.where}, which is not supported; ${advice}.`;
    }
    case "limit":
      return `The PKCS#12 file was refused: ${problem.what} is ${problem.found}, and ${problem.allowed} is the most that is accepted; export it again with ordinary settings.`;
    case "passwordRequired":
      return "The PKCS#12 file is protected by a password, and none was given; give the password it was exported with.";
    case "wrongPassword":
      return `The password does not open the PKCS#12 file; give the one it was exported with.${endsSentence(problem.ends)}`;
    case "noSuchEntry": {
      const known = problem.known.length === 0 ? "no private key with a certificate" : problem.known.join(", ");
      const wanted =
        problem.by === "friendlyName" ? "key or certificate of this name" : "certificate of this fingerprint";
      return `The file holds no ${wanted} with its private key; it holds ${known}.`;
    }
    case "innerPassword":
      return `The password opens the PKCS#12 file, but ${problem.where} is encrypted with another one; export it again with one password for everything.`;
    case "badPem":
      return problem.detail;
  }
}

/** What can be seen at the ends of a password that does not fit, as a sentence of its own. */
export function endsSentence(ends: string | undefined): string {
  return ends === undefined ? "" : ` The given one ${ends}: perhaps that is no part of it.`;
}
