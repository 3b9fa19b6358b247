// The public face of the PKCS#12 module: reading, judging and writing files, on node:crypto alone.
// Only re-exports. No Pulumi, no I/O, no clock: bytes, passwords and instants come in as arguments.
// Contract: docs/design.md, sections 1, 2 and 4; docs/background/pkcs12-and-android.md.
export { androidSupport } from "./android";
export type { AndroidSupport } from "./android";
export { androidSentence, chooseEncoding, unableInShort } from "./android-fleet";
export type { Profile, SentAs } from "./android-fleet";
export type { Certificate } from "./certificate";
export { chainOf } from "./chain";
export type { Chain } from "./chain";
export { digestOf } from "./digest";
export type { Encoding, Protection } from "./encoding";
export { Pkcs12Error } from "./errors";
export type { Pkcs12Problem, Pkcs12ProblemKind } from "./errors";
export { findings } from "./findings";
export type { Finding, FindingCode } from "./findings";
export { fromPem } from "./pem";
export type { PemSource } from "./pem";
export { readPkcs12 } from "./read";
export type { KeyMaterial, Pkcs12 } from "./read";
export { renewalOf, type Renewal } from "./renewal";
export type { OtherBag } from "./safes";
export { summarize } from "./summary";
export type { CertificateSummary } from "./summary";
export { writePkcs12 } from "./write";
