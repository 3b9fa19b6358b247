// An own authority: signs with its certificate and key in this process. It decides from when to when a certificate holds; how
// one is written is certificate.ts's.

import { randomBytes } from "node:crypto";
import type { Issuer, IssuerContext } from "../issuer";
import type { AuthoritySettings } from "../settings";
import type { SigningRequest } from "../signing/request";
import { keyIdOf } from "../x509/extensions";
import { partsOf } from "../x509/read";
import { pemOf, signed } from "../x509/signed";
import { certificateBody, type CertificateBody } from "./certificate";
import { type AuthorityMaterial, readAuthority } from "./material";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** RFC 5280 ends at 20. */
const serialNumberBytes = 16;

export class Authority implements Issuer {
  private opened: Promise<Opened> | undefined;

  constructor(
    private readonly settings: AuthoritySettings,
    private readonly context: IssuerContext,
  ) {}

  async sign({ names, days, publicKey }: SigningRequest): Promise<string> {
    this.opened ??= open(this.settings, this.context);
    const { key, signing, chain, beginsMs, endsMs, authority } = await this.opened;
    const nowMs = this.context.clock.now();
    const body = certificateBody({
      ...{ names, publicKey, authority },
      serialNumber: randomBytes(serialNumberBytes),
      // Devices' clocks differ. What ends after its authority holds nowhere.
      notBeforeMs: Math.max(nowMs - hourMs, beginsMs),
      notAfterMs: Math.min(nowMs + days * dayMs, endsMs),
    });
    return pemOf("CERTIFICATE", await signed(body, key, signing)) + chain;
  }
}

interface Opened extends Pick<AuthorityMaterial, "key" | "signing"> {
  readonly authority: CertificateBody["authority"];
  /** Its own certificate and what stands beside it, in PEM. */
  readonly chain: string;
  readonly beginsMs: number;
  readonly endsMs: number;
}

async function open(settings: AuthoritySettings, context: IssuerContext): Promise<Opened> {
  const { certificate, all, key, signing } = await readAuthority(settings, context);
  const { subject, subjectKeyId } = partsOf(certificate.der);
  return {
    ...{ key, signing },
    authority: {
      name: subject,
      keyId: subjectKeyId ?? keyIdOf(certificate.publicKey),
      algorithm: signing.algorithm,
    },
    chain: all.map(({ der }) => pemOf("CERTIFICATE", der)).join(""),
    beginsMs: Date.parse(certificate.notBefore),
    endsMs: Date.parse(certificate.notAfter),
  };
}
