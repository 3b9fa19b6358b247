// Takes the certificates out of a PKCS#7 bundle (.p7b, .p7c), as certificate authorities hand out chains.
// Signatures and signers are passed over. Follows RFC 5652 section 5.1.

import { Tag, childrenOf, context, rawOf, readElement } from "../asn1/ber";
import { innerOf, oidOf, readSequence } from "../asn1/sequence-reader";
import { unsupported } from "../errors";
import { checkAtMost, maxCertificates } from "../limits";

const advice = "give the certificates as PEM, or as a bundle of certificates (.p7b)";
const oidSignedData = "1.2.840.113549.1.7.2";

/** Each certificate's DER, in the bundle's order; what else is among them (attribute certificates) is passed over. */
export function certificatesInPkcs7(bytes: Buffer): Buffer[] {
  const outer = readSequence(readElement(bytes), "bundle");
  const type = oidOf(outer.take(Tag.oid));
  if (type !== oidSignedData) throw unsupported("another kind of PKCS#7", "a bundle of certificates", type, advice);
  const data = readSequence(innerOf(outer.take(context(0)), "bundle"), "bundle");
  data.take(Tag.integer);
  data.take(Tag.set);
  data.take(Tag.sequence);
  const certificates = data.maybe(context(0));
  const elements = certificates === undefined ? [] : childrenOf(certificates);
  checkAtMost("the number of certificates", elements.length, maxCertificates);
  return elements.filter(({ tag }) => tag === Tag.sequence).map(rawOf);
}
