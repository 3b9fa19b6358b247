// Opens the PKCS#12 file that a command is given.

import { readFile } from "node:fs/promises";
import { Pkcs12Error, type Pkcs12, readPkcs12 } from "../../provider/pkcs12/index";

/** That a password is missing is told in the words of the command line. */
export async function openFile(file: string, password: string | undefined): Promise<Pkcs12> {
  try {
    return await readPkcs12(await readFile(file), password);
  } catch (error) {
    if (!(error instanceof Pkcs12Error) || error.kind !== "passwordRequired") throw error;
    throw new Error(
      `${file} is protected by a password: name the environment variable that holds it with --password-env, ` +
        "or give it with --password-stdin.",
      { cause: error },
    );
  }
}
