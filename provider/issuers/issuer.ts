// What an issuer is: it signs a request for a device and answers with a chain. One interface for Vault, an own authority and
// a command; the desk in front of it (desk.ts) makes the keys, checks the answers and counts the failures.

import type { Clock } from "../clock";
import type { Redaction } from "../redaction/redaction";
import type { SigningRequest } from "./signing/request";
import type { DeviceNames } from "./template/placeholders";

export interface Issuer {
  /** PEM in any order, with what the issuer knows of its chain. @throws IssuerError */
  sign(request: SigningRequest, device: DeviceNames): Promise<string>;
  /** Undefined where the issuer cannot. `serialNumber` is hex without colons. @throws IssuerError */
  readonly revoke?: (serialNumber: string) => Promise<void>;
}

/**
 * `refused`: this device gets none, another may. `closed`: nobody gets any more from this issuer now, since it cannot be
 * reached, or does not let this run in.
 */
export type IssuerFailure = "refused" | "closed";

/**
 * An issuer gave no certificate. The message is the rest of a sentence that begins with the issuer's name, in our words;
 * what the issuer said is quoted in it.
 */
export class IssuerError extends Error {
  override readonly name = "IssuerError";

  constructor(
    readonly failure: IssuerFailure,
    message: string,
  ) {
    super(message);
  }
}

export const isIssuerError = (error: unknown): error is IssuerError =>
  error instanceof Error && error.name === "IssuerError";

/** What an issuer works with: time, chance, and what stands outside of the program. */
export interface IssuerContext {
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Paths are relative to the program's folder. */
  readonly readFile: (path: string) => Uint8Array;
  /** Learns each token and key, and says which words of others may be quoted. */
  readonly secrecy: Pick<Redaction, "learn" | "quote">;
}
