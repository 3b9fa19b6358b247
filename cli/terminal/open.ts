// Opens the PKCS#12 file that a command is given.

import { readBoundedFile } from "../../provider/lifecycle/content/read-file";
import { Pkcs12Error, type OpenedPkcs12, openPkcs12 } from "../../provider/pkcs12/index";

/** That a password is missing is told in the words of the command line. */
export async function openFile(file: string, password: string | undefined): Promise<OpenedPkcs12> {
  try {
    return await openPkcs12(readBoundedFile(file), password);
  } catch (error) {
    if (!(error instanceof Pkcs12Error) || error.kind !== "passwordRequired") throw error;
    if (password === "")
      throw new Error(`${file} is protected by a password, and the given one is empty.`, { cause: error });
    throw new Error(
      `${file} is protected by a password: name the environment variable that holds it with --password-env, ` +
        "or give it with --password-stdin.",
      { cause: error },
    );
  }
}
