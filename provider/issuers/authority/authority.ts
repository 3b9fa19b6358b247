// An own authority: signs with its certificate and key in this process. Each certificate is a client's: digital signatures and
// clientAuth, no authority. Follows RFC 5280, section 4.2.

import { createHash, webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import type { Issuer, IssuerContext } from "../issuer";
import type { AuthoritySettings } from "../settings";
import { signingAlgorithmOf } from "../signing/keys";
import type { SigningRequest } from "../signing/request";
import { alternativeNames, encodedName, loadX509 } from "../signing/x509";
import { type AuthorityMaterial, readAuthority } from "./material";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export class Authority implements Issuer {
  private opened: Promise<Opened> | undefined;

  constructor(
    private readonly settings: AuthoritySettings,
    private readonly context: IssuerContext,
  ) {}

  async sign({ names, days, publicKey }: SigningRequest): Promise<string> {
    this.opened ??= open(this.settings, this.context);
    const { x509, certificate, key, chain, issuer, keyId, endsMs } = await this.opened;
    const nowMs = this.context.clock.now();
    const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", publicKey));
    const made = await x509.X509CertificateGenerator.create({
      subject: encodedName(x509, names),
      issuer,
      // Devices' clocks differ. What ends after its authority holds nowhere.
      notBefore: new Date(Math.max(nowMs - hourMs, Date.parse(certificate.notBefore))),
      notAfter: new Date(Math.min(nowMs + days * dayMs, endsMs)),
      publicKey: spki,
      signingKey: key,
      signingAlgorithm: signingAlgorithmOf(key),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectKeyIdentifierExtension(createHash("sha1").update(spki).digest("hex")),
        new x509.AuthorityKeyIdentifierExtension(keyId),
        ...alternativeNames(x509, names),
      ],
    });
    return [made.toString("pem"), ...chain].join("\n");
  }
}

interface Opened extends Pick<AuthorityMaterial, "certificate" | "key"> {
  readonly x509: typeof X509;
  readonly issuer: X509.Name;
  /** Hex. */
  readonly keyId: string;
  readonly chain: readonly string[];
  readonly endsMs: number;
}

async function open(settings: AuthoritySettings, context: IssuerContext): Promise<Opened> {
  const [x509, { certificate, all, key }] = await Promise.all([loadX509(), readAuthority(settings, context)]);
  const own = new x509.X509Certificate(Uint8Array.from(certificate.der));
  const keyId = own.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  return {
    x509,
    certificate,
    key,
    issuer: own.subjectName,
    keyId: keyId ?? createHash("sha1").update(certificate.publicKey).digest("hex"),
    chain: all.map(({ der }) => pemOf(der)),
    endsMs: Date.parse(certificate.notAfter),
  };
}

function pemOf(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----`;
}
