// Where the certificates of single devices come from: reads the `source` argument of DeviceCertificates, a folder, a map or an
// issuer (issued/).
// It opens nothing; content/files does. Follows docs/design.md, section 12.

import { isObject, hasUnknown, type Fields } from "../reader";
import { readContent, readPassword, type ContentSource } from "../source";
import { readIssuedSource } from "../issued/issued";
import type { IssuedSource } from "../../../issuers/index";

/** What tells a device from the others: a value of Esper's, under this name. */
export type DeviceMark = "serial" | "id" | "name" | "imei";

/** The name of a file with a device's value in it. */
export interface FilePattern {
  readonly before: string;
  readonly mark: DeviceMark;
  readonly after: string;
}

/** How each file is opened: with one password for all, or with that of a file beside it. */
export interface DevicePasswords {
  readonly password?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: FilePattern;
}

/** Files, one for each device. */
export type FileSource = DevicePasswords & Files;

/** Files, or an issuer that makes the certificates. */
export type DeviceSource = FileSource | IssuingSource;

export interface IssuingSource {
  readonly kind: "issuer";
  readonly issued: IssuedSource;
}

const knownNames = ["folder", "file", "certificates", "by", "password", "passwordEnv", "passwordFile"];

export function readDeviceSource(fields: Fields): DeviceSource | undefined {
  if (typeof fields.value("source") === "string" && !fields.isUnknown("source")) {
    return fields.fail("source", 'must be an object, such as { folder: "certs", file: "{serial}.p12" }');
  }
  const source = fields.object("source");
  if (source === undefined) {
    if (!fields.has("source")) fields.fail("source", "is required: { folder }, { certificates } or { issuer }");
    return undefined;
  }
  if (source.has("issuer")) {
    const issued = readIssuedSource(source);
    return issued && { kind: "issuer", issued };
  }
  source.refuseOthers(knownNames);
  if (source.has("folder") === source.has("certificates")) {
    return source.fail(
      "folder",
      "exactly one of folder, certificates and issuer says where the certificates come from",
    );
  }
  const files = source.has("folder") ? readFolder(source) : readMap(source);
  const passwords = readPasswords(source, files === undefined ? undefined : markOf(files));
  return files === undefined || passwords === undefined ? undefined : { ...files, ...passwords };
}

/** By which value of a device its file is found. */
export function markOf(source: Files): DeviceMark {
  return source.kind === "folder" ? source.file.mark : source.by;
}

export function patternText({ before, mark, after }: FilePattern): string {
  return `${before}{${mark}}${after}`;
}

/** What of a source is no secret. An issuer's words may hold names that are somebody's secret, such as a command's arguments. */
export function openDeviceParts(source: DeviceSource): Readonly<Record<string, string>> {
  if (source.kind === "issuer") return { subject: source.issued.template.subject };
  return {
    ...(source.kind === "folder" ? { folder: source.folder, file: patternText(source.file) } : { by: source.by }),
    ...(source.passwordEnv !== undefined && { passwordEnv: source.passwordEnv }),
    ...(source.passwordFile !== undefined && { passwordFile: patternText(source.passwordFile) }),
  };
}

type Files =
  | { readonly kind: "folder"; readonly folder: string; readonly file: FilePattern }
  | { readonly kind: "map"; readonly by: DeviceMark; readonly certificates: ReadonlyMap<string, ContentSource> };

function readFolder(source: Fields): Files | undefined {
  if (source.has("by")) return source.fail("by", "belongs to certificates; in a folder the pattern `file` says it");
  const folder = source.string("folder");
  if (folder === "") return source.fail("folder", "must not be empty");
  const file = source.has("file") ? readPattern(source, "file") : readablePattern("{serial}.p12");
  return folder === undefined || file === undefined ? undefined : { kind: "folder", folder, file };
}

function readPattern(source: Fields, name: string): FilePattern | undefined {
  const text = source.string(name);
  if (text === undefined) return undefined;
  return (
    readablePattern(text) ??
    source.fail(
      name,
      "must be the name of a file with one of {serial}, {id}, {name} and {imei} in it, without a folder",
    )
  );
}

function readablePattern(text: string): FilePattern | undefined {
  const found = /^([^{}/\\]*)\{(serial|id|name|imei)\}([^{}/\\]*)$/.exec(text);
  const mark = marks.find((one) => one === found?.[2]);
  return mark === undefined ? undefined : { before: found?.[1] ?? "", mark, after: found?.[3] ?? "" };
}

const marks: readonly DeviceMark[] = ["serial", "id", "name", "imei"];

function readMap(source: Fields): Files | undefined {
  if (source.has("file")) return source.fail("file", "belongs to a folder; here each certificate names its own file");
  const by = source.oneOf("by", ["serial", "id", "name"]) ?? "serial";
  const given = source.object("certificates");
  if (given === undefined || source.isUnknown("by")) return undefined;
  const raw = source.value("certificates");
  const names = isObject(raw) ? Object.keys(raw) : [];
  if (names.length === 0) return source.fail("certificates", "is empty: name at least one device with its certificate");
  const certificates = new Map<string, ContentSource>();
  for (const name of names) {
    const one = given.object(name);
    if (one === undefined) continue;
    one.refuseOthers(["file", "base64", "pem"]);
    const content = ["file", "base64", "pem"].filter((kind) => one.has(kind));
    if (content.length !== 1) {
      one.fail("file", "exactly one of file, base64 and pem says where the certificate comes from");
      continue;
    }
    const read = readContent(one);
    if (read !== undefined) certificates.set(name, read);
  }
  // One that is not known yet, or was refused, makes the whole unknown.
  return certificates.size < names.length || hasUnknown(raw) ? undefined : { kind: "map", by, certificates };
}

function readPasswords(source: Fields, mark: DeviceMark | undefined): DevicePasswords | undefined {
  const opening = readPassword(source, "password", "passwordEnv");
  if (opening === undefined || source.isUnknown("passwordFile")) return undefined;
  const { password, variable: passwordEnv } = opening;
  if (!source.has("passwordFile")) {
    return { ...(password !== undefined && { password }), ...(passwordEnv !== undefined && { passwordEnv }) };
  }
  if (source.has("password") || source.has("passwordEnv")) {
    return source.fail("passwordFile", "stands instead of password and passwordEnv; give one of the three");
  }
  const passwordFile = readPattern(source, "passwordFile");
  if (passwordFile === undefined) return undefined;
  if (mark !== undefined && passwordFile.mark !== mark) {
    return source.fail("passwordFile", `must have {${mark}} in it, by which the certificates are found`);
  }
  return { passwordFile };
}
