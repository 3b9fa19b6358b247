// Opens the file that a command is given, as `source.file` is opened: a PKCS#12 file in binary form or as text, or certificate and
// key in one PEM text.

import { readBoundedFile } from "../../provider/lifecycle/content/read-file";
import {
  Pkcs12Error,
  type OpenedPkcs12,
  type PemMaterial,
  fromPem,
  isPemPair,
  openPkcs12,
} from "../../provider/pkcs12/index";

/** Passwords of the file, and of the key where it is encrypted by itself. */
export interface Opening {
  readonly given: string | undefined;
  readonly keyPassword: string | undefined;
  readonly nowMs: number;
}

/** That a password is missing is told in the words of the command line. */
export async function openFile(file: string, opening: Opening): Promise<OpenedPkcs12 | PemMaterial> {
  const { given, keyPassword, nowMs } = opening;
  const bytes = readBoundedFile(file);
  try {
    if (!(await isPemPair(bytes))) return await openPkcs12(bytes, given);
    return await fromPem({ certificate: bytes, privateKey: bytes, privateKeyPassword: keyPassword, nowMs });
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    const { problem } = error;
    const ofKey = problem.kind === "badPem" && problem.field === "privateKeyPassword" && keyPassword === undefined;
    if (problem.kind !== "passwordRequired" && !ofKey) throw error;
    if (given === "")
      throw new Error(`${file} is protected by a password, and the given one is empty.`, { cause: error });
    throw new Error(
      `${file} is protected by a password: name the environment variable that holds it with --password-env, ` +
        "or give it with --password-stdin.",
      { cause: error },
    );
  }
}
