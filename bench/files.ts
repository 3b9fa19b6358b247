// PKCS#12 files for the programs that are measured: no two have the same bytes, so that each has to be opened, as when every
// device has a file of its own. What is in them is the same, as making keys takes long.

import { makeIdentity } from "../test/support/certificates";
import { fromPem, writePkcs12 } from "../provider/pkcs12";

export const password = "changeit";

/** What `openssl pkcs12 -export` uses. */
const iterations = 2048;

const identity = makeIdentity("bench");

let made = 0;

/** RSA 2048, in the encryption of OpenSSL 3. */
export async function makeFile(): Promise<Uint8Array> {
  made += 1;
  // The same content in the same encryption is the same file, but for its name.
  const friendlyName = `bench ${made}`;
  return writePkcs12(await fromPem(identity), { profile: "modern", password, iterations, friendlyName });
}
