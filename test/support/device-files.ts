// A folder with a certificate for each device, as DeviceCertificates reads it, for stories that put files there, change them
// and take them away.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromPem, writePkcs12 } from "../../provider/pkcs12";
import { makeIdentity, p12Of, type Identity, type IdentityOptions } from "./certificates";

export class DeviceFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "device-files-"));
  private readonly identities = new Map<string, Identity>();

  constructor(readonly password: string) {}

  /** A new certificate with a key of its own. */
  async put(serial: string, options: IdentityOptions = {}): Promise<void> {
    const identity = makeIdentity(`${serial}.example`, options);
    this.identities.set(serial, identity);
    this.write(serial, await p12Of(identity, this.password));
  }

  /** The same content in another encoding. */
  async encodeAnew(serial: string): Promise<void> {
    const identity = this.identities.get(serial);
    if (identity === undefined) throw new Error(`There is no file for ${serial}.`);
    const material = await fromPem(identity);
    this.write(serial, await writePkcs12(material, { profile: "modern", password: this.password }));
  }

  write(serial: string, bytes: Uint8Array): void {
    writeFileSync(this.pathOf(serial), bytes);
  }

  bytesOf(serial: string): Buffer {
    return readFileSync(this.pathOf(serial));
  }

  remove(serial: string): void {
    rmSync(this.pathOf(serial));
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pathOf(serial: string): string {
    return join(this.folder, `${serial}.p12`);
  }
}
