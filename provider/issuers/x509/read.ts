// Reads what pkcs12's certificates leave out: the subject's values one by one, alternative names, extensions.
// Follows RFC 5280, section 4.1. What is malformed is an error of pkcs12's.

import { type BerElement, Tag, childrenOf, context, contentOf, rawOf, readElement } from "../../pkcs12/asn1/ber";
import { innerOf, listIn, oidOf, readSequence } from "../../pkcs12/asn1/sequence-reader";
import { textOf } from "../../pkcs12";
import { alternativeKinds, type AlternativeKind } from "../template/names";
import { extendedKeyUsageOid, subjectKeyIdOid } from "./extensions";
import { alternativeNamesOid, alternativeTags } from "./name";

export interface CertificateParts {
  /** The subject in DER. */
  readonly subject: Buffer;
  /** In the certificate's order. */
  readonly subjectValues: readonly { readonly oid: string; readonly value: string }[];
  readonly alternatives: Readonly<Record<AlternativeKind, readonly string[]>>;
  /** Identifiers; undefined where the certificate does not restrict its uses. */
  readonly uses: readonly string[] | undefined;
  readonly subjectKeyId: Buffer | undefined;
}

/** @throws Pkcs12Error `corrupt` or `limit` */
export function partsOf(certificate: Buffer): CertificateParts {
  const body = readSequence(readSequence(readElement(certificate), "certificate").take(Tag.sequence), "certificate");
  body.maybe(context(0)); // version
  body.take(Tag.integer);
  body.take(Tag.sequence); // algorithm
  body.take(Tag.sequence); // issuer
  body.take(Tag.sequence); // validity
  const subject = body.take(Tag.sequence);
  body.take(Tag.sequence); // key
  body.maybe(context(1));
  body.maybe(context(2));
  const extensions = extensionsIn(body.maybe(context(3)));
  const uses = extensions.get(extendedKeyUsageOid);
  const keyId = extensions.get(subjectKeyIdOid);
  return {
    subject: rawOf(subject),
    subjectValues: childrenOf(subject).flatMap((part) => childrenOf(part).map(valueIn)),
    alternatives: alternativesIn(extensions.get(alternativeNamesOid)),
    uses: uses === undefined ? undefined : listIn(uses, "extended key usage").map(oidOf),
    subjectKeyId: keyId === undefined ? undefined : contentOf(readElement(keyId)),
  };
}

function valueIn(attribute: BerElement): { readonly oid: string; readonly value: string } {
  const fields = readSequence(attribute, "name");
  const oid = oidOf(fields.take(Tag.oid));
  const value = fields.any();
  return { oid, value: value === undefined ? "" : textOf(value) };
}

/** Values by identifier; of two with the same the first. */
function extensionsIn(element: BerElement | undefined): ReadonlyMap<string, Buffer> {
  const values = new Map<string, Buffer>();
  if (element === undefined) return values;
  for (const each of childrenOf(innerOf(element, "certificate's extensions"))) {
    const fields = readSequence(each, "extension");
    const oid = oidOf(fields.take(Tag.oid));
    fields.maybe(Tag.boolean);
    const value = contentOf(fields.take(Tag.octetString));
    if (!values.has(oid)) values.set(oid, value);
  }
  return values;
}

function alternativesIn(value: Buffer | undefined): CertificateParts["alternatives"] {
  const names = value === undefined ? [] : listIn(value, "alternative names");
  const lists: Record<AlternativeKind, readonly string[]> = { dns: [], uri: [], email: [] };
  for (const kind of alternativeKinds) {
    const ofKind = names.filter(({ tag }) => tag === alternativeTags[kind]);
    lists[kind] = ofKind.map((name) => contentOf(name).toString("latin1"));
  }
  return lists;
}
