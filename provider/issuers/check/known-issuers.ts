// The certificates of issuers that were met in a run, each as one object: what was found out about it once, such as that its own
// signature holds, is not found out again with each device. It must not know what is asked of them.

import type { Certificate } from "../../pkcs12";

/** Of one issuer there are two or three; one that answers with another chain each time must fill no memory. */
const maxKnown = 100;

export class KnownIssuers {
  private readonly known: Map<string, Certificate>;

  /** @param chain what leads from the issuer to its root, where the program says it */
  constructor(readonly chain: readonly Certificate[]) {
    this.known = new Map(chain.map((each) => [each.sha256Fingerprint, each]));
  }

  /** The same certificates, each that is known as the object that is. */
  recognised(certificates: readonly Certificate[]): readonly Certificate[] {
    return certificates.map((each) => this.known.get(each.sha256Fingerprint) ?? each);
  }

  remember(issuers: readonly Certificate[]): void {
    for (const each of issuers) {
      if (this.known.size < maxKnown) this.known.set(each.sha256Fingerprint, each);
    }
  }
}
