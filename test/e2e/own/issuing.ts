// What the stories of issuers start from: a tenant of twelve tills, an authority of OpenSSL's, and a command that signs with it,
// says whom it was asked for, and refuses whom it is told to.

import { mkdirSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenPkcs12, Simulator } from "../../../simulator";
import { digestOf, readPkcs12 } from "../../../provider/pkcs12";
import { makeOpensslAuthority } from "../../issuers/openssl-authority";
import { startTills, tillsFrom, type Json } from "./tills";

export const names = Array.from({ length: 12 }, (_, number) => `t${String(number).padStart(2, "0")}`);

const script = `#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = revoke ]; then
  if [ -e no-revoke ]; then echo "the list of revoked ones is locked" >&2; exit 3; fi
  echo "$2" >> revoked; exit 0
fi
echo "$ESPER_DEVICE_SERIAL" >> asked
if [ -e down-after ] && [ "$(wc -l < asked)" -gt "$(cat down-after)" ]; then
  echo "dial tcp 10.0.0.7:443: connect: connection refused" >&2; exit 7
fi
if [ -e "refuse/$ESPER_DEVICE_SERIAL" ]; then echo "$ESPER_DEVICE_SERIAL is on the list of stolen devices" >&2; exit 2; fi
openssl x509 -req -CA ca.pem -CAkey ca.key -copy_extensions copyall -days "$ESPER_DEVICE_DAYS" 2> /dev/null && cat ca.pem
`;

/** An authority with a program that signs with it. */
export class SigningProgram {
  private readonly authority = makeOpensslAuthority();
  readonly command: string;

  constructor() {
    this.command = join(this.folder, "sign.sh");
    mkdirSync(join(this.folder, "refuse"));
    writeFileSync(this.command, script, { mode: 0o755 });
  }

  get folder(): string {
    return this.authority.folder;
  }

  refuse(...serials: readonly string[]): void {
    for (const serial of serials) writeFileSync(join(this.folder, "refuse", serial), "");
  }

  allowAll(): void {
    rmSync(join(this.folder, "refuse"), { recursive: true });
    mkdirSync(join(this.folder, "refuse"));
  }

  /** After so many signatures since the last look it reaches its authority no more; undefined brings it back. */
  goDownAfter(signatures: number | undefined): void {
    if (signatures === undefined) rmSync(join(this.folder, "down-after"));
    else writeFileSync(join(this.folder, "down-after"), String(signatures));
  }

  lockRevocations(isLocked: boolean): void {
    if (isLocked) writeFileSync(join(this.folder, "no-revoke"), "");
    else rmSync(join(this.folder, "no-revoke"));
  }

  /** The serial numbers of devices that it was asked for since the last look. */
  asked(): readonly string[] {
    return this.linesOf("asked");
  }

  /** The serial numbers of certificates that it was told to revoke since the last look. */
  revoked(): readonly string[] {
    return this.linesOf("revoked");
  }

  remove(): void {
    this.authority.remove();
  }

  private linesOf(name: string): readonly string[] {
    const file = join(this.folder, name);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    rmSync(file, { force: true });
    return text.split("\n").filter((line) => line !== "");
  }
}

/** What devices were sent: their files' keys and passwords, which must stand nowhere else. */
export class Secrets {
  readonly keys: Buffer[] = [];
  readonly passwords: string[] = [];
  readonly files: Buffer[] = [];
  /** Devices fail, and say why in words that repeat what they were sent. */
  areRepeated = false;

  readonly open: OpenPkcs12 = async (bytes, password) => {
    const file = await readPkcs12(bytes, password);
    this.keys.push(...file.privateKeys.map(({ pkcs8 }) => pkcs8));
    this.passwords.push(password ?? "");
    this.files.push(bytes);
    const [key] = file.privateKeys;
    const words = `bad key ${key?.pkcs8.toString("base64") ?? ""} under ${password ?? ""}`;
    return this.areRepeated ? { ok: false, reason: words } : { ok: true, digest: digestOf(file) };
  };
}

export function startIssuedTills(secrets = new Secrets()): Promise<Simulator> {
  return startTills(names, ["x"], { openPkcs12: secrets.open });
}

/** The arguments of the tills, for this issuer. */
export function issuedTills(simulator: Simulator, issuer: Json, more: Json = {}, source: Json = {}): Json {
  return tillsFrom(simulator, { issuer, subject: "CN={serial},OU=Tills,O=Acme", ...source }, more);
}

export function authorityIn({ folder }: Pick<SigningProgram, "folder">): Json {
  return { ca: { certificate: { file: join(folder, "ca.pem") }, key: { file: join(folder, "ca.key") } } };
}
