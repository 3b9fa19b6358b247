// The public face of the PKCS#12 module: reading, judging and writing files, on node:crypto only.
// Only re-exports. No Pulumi, no I/O, no clock: bytes, passwords and instants come in as arguments.
// Contract: docs/design.md, sections 1, 2 and 4; docs/background/pkcs12-and-android.md.

export { androidSupport } from "./advice/android-versions";
export type { AndroidSupport } from "./advice/android-versions";
export { androidSentence, chooseEncoding, countVersions, incompatibleInShort } from "./advice/fleet-encoding";
export type { OsVersions, SentAs } from "./advice/fleet-encoding";
export type { Profile } from "./container/profiles";
export type { Certificate } from "./x509/certificate";
export type { KeyMaterial } from "./x509/key-material";
export { chainOf, withoutOtherPairs } from "./x509/chain";
export type { Chain, ChainOptions } from "./x509/chain";
export { pairsOf } from "./x509/leaf-choice";
export { digestOf } from "./digest";
export type { Encoding, Protection } from "./container/encoding";
export { Pkcs12Error } from "./errors";
export type { PemField, Pkcs12Problem, Pkcs12ProblemKind } from "./errors";
export { findings } from "./advice/findings";
export type { Examined, Finding, FindingCode } from "./advice/findings";
export { certificatesIn, fromPem, isPemPair } from "./pem";
export type { PemMaterial, PemSource } from "./pem";
export { openPkcs12 } from "./open";
export type { OpenedPkcs12 } from "./open";
export { checkFileSize } from "./limits";
export { readPkcs12 } from "./read";
export type { Pkcs12 } from "./read";
export { renewalOf, type Renewal } from "./advice/renewal";
export type { OtherBag } from "./container/safes";
export { summarize } from "./summary";
export type { CertificateSummary } from "./summary";
export { textOf } from "./x509/names";
export { publicKeyKind } from "./x509/public-key";
export { writePkcs12 } from "./write";
