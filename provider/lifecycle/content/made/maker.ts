// Makes the file of a device when it is sent: a key and a certificate from the desk, as PKCS#12 under a password by chance. It
// keeps no key. It must not know when a device is due. Follows docs/design.md, section 13.

import { randomBytes } from "node:crypto";
import type { Device } from "../../../client/index";
import { dayOf, type CertificateNames, type Desk } from "../../../issuers/index";
import { digestOf, writePkcs12, type KeyMaterial } from "../../../pkcs12/index";
import { printable } from "../../../printable";
import { redaction } from "../../../redaction/redaction";
import type { Encoding } from "../../arguments/arguments";
import { digestPart, type FileToSend } from "../device-contents";

export interface MakerOptions {
  readonly template: string;
  readonly encoding: Encoding;
  /** Whether certificates are to be revoked one day. */
  readonly keepsSerials: boolean;
  /** How many days before its end a device's certificate is due. */
  readonly leadDays: (device: Device) => number;
}

export class Maker {
  /** Why devices have none, by their ids. */
  readonly refused = new Map<string, string>();
  /** Subjects of those who have issued. */
  readonly issuers = new Set<string>();
  /** How many files it has made. */
  made = 0;

  constructor(
    private readonly desk: Desk,
    private readonly options: MakerOptions,
  ) {}

  /** Undefined where the issuer gives none. */
  async fileFor(device: Device, names: CertificateNames): Promise<FileToSend | undefined> {
    const outcome = await this.desk.issue(device, names);
    if (outcome.kind === "failed") this.refused.set(device.id, outcome.reason);
    if (outcome.kind !== "issued") return undefined;
    this.refused.delete(device.id);
    const { material, notAfterMs, serialNumber: serial } = outcome;
    this.made += 1;
    this.issuers.add(printable(material.certificates[0]?.issuer ?? ""));
    const digest = digestOf(material);
    const { template, leadDays, keepsSerials } = this.options;
    return {
      ...(await this.written(material)),
      ...{ digest, template },
      mark: {
        ...{ digest: digest.slice(0, digestPart), file: template, endDay: dayOf(notAfterMs) },
        leadDays: leadDays(device),
        ...(keepsSerials && { serial }),
      },
    };
  }

  private async written(material: KeyMaterial): Promise<Pick<FileToSend, "base64" | "password">> {
    const password = randomBytes(24).toString("base64url");
    redaction.learn(password);
    // What is made here is written for every Android version, unless the program says otherwise.
    const profile = this.options.encoding === "modern" ? "modern" : "androidLegacy";
    const bytes = Buffer.from(await writePkcs12(material, { profile, password }));
    redaction.learn(bytes);
    await redaction.prepare();
    return { base64: bytes.toString("base64"), password };
  }
}
