// PKCS#12 files for a fleet on which each device has its own: thousands of keys in seconds, so P-256 by node:crypto, in
// certificates that are put together here byte by byte. What they are measured for, life.ts knows.

import { generateKeyPairSync, sign } from "node:crypto";
import { fromPem, writePkcs12 } from "../provider/pkcs12";
import { password } from "./files";

/** What `openssl pkcs12 -export` uses. */
const iterations = 2048;

let made = 0;

/** A key and a certificate that no other file has. */
export async function makeDeviceFile(commonName: string): Promise<Uint8Array> {
  made += 1;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const unsigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, made >> 16, (made >> 8) & 0xff, made & 0xff])),
    ecdsaWithSha256,
    nameOf("Bench Authority"),
    der(0x30, der(0x17, Buffer.from("250101000000Z")), der(0x17, Buffer.from("450101000000Z"))),
    nameOf(commonName),
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", unsigned, privateKey));
  const certificate = der(0x30, unsigned, ecdsaWithSha256, signature);
  const pem = {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  return writePkcs12(await fromPem(pem), { profile: "modern", password, iterations });
}

/** DER: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length > 0xff ? [0x82, length >> 8, length & 0xff] : [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));

function nameOf(commonName: string): Buffer {
  const type = der(0x06, Buffer.from("550403", "hex"));
  return der(0x30, der(0x31, der(0x30, type, der(0x0c, Buffer.from(commonName)))));
}
