// Reads what a program keeps outside of itself: a file, or an environment variable. It must not know what is in there.

import { IssuerError, type IssuerContext } from "./issuer";
import type { Kept } from "./settings";

/** @throws IssuerError `closed`; `called` names the thing in its sentence */
export function readKept(
  kept: Kept,
  called: string,
  { environment, readFile }: Pick<IssuerContext, "environment" | "readFile">,
): Uint8Array {
  if ("env" in kept) {
    const value = environment[kept.env] ?? "";
    if (value !== "") return Buffer.from(value);
    throw new IssuerError("closed", `was not asked: the environment variable ${kept.env} (${called}) is not set`);
  }
  try {
    return readFile(kept.file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new IssuerError("closed", `was not asked: the file ${kept.file} (${called}) cannot be read${code}`);
  }
}
