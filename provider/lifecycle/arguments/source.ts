// Where the certificate comes from: reads the `source` argument. It opens nothing; content/open-source.ts does.

import { isObject, type Fields } from "./reader";

interface Password {
  readonly password?: string;
  /** The name of an environment variable that holds the password, so that nothing secret is in the state. */
  readonly passwordEnv?: string;
}

interface PemParts {
  readonly certificate: string;
  readonly privateKey: string;
  readonly chain?: string;
  readonly privateKeyPassword?: string;
  /** The name of an environment variable, as `passwordEnv` is. */
  readonly privateKeyPasswordEnv?: string;
}

interface Choice {
  /** Of several keys: the name on it or on its certificate. */
  readonly friendlyName?: string;
  /** Of several certificates: the SHA-256 in hex. */
  readonly fingerprint?: string;
}

/** Where a certificate comes from, without what opens it. */
export type ContentSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "base64"; readonly base64: string }
  | ({ readonly kind: "pem" } & PemParts);

export type Source = Password & Choice & ContentSource;

// How Pulumi marks an asset when it reaches a provider (measured with CLI 3.250): this key and value.
const signatureKey = "4dabf18193072939515e22adb298388d";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";

export function readSource(fields: Fields): Source | undefined {
  if (typeof fields.value("source") === "string" && !fields.isUnknown("source")) {
    return fields.fail("source", 'must be an object, such as { file: "certs/corp-client.p12" }');
  }
  const source = fields.object("source");
  if (source === undefined) {
    if (!fields.has("source")) fields.fail("source", "is required: { file }, { base64 } or { pem }");
    return undefined;
  }
  source.refuseOthers(["file", "base64", "pem", "password", "passwordEnv", "friendlyName", "fingerprint"]);
  const given = ["file", "base64", "pem"].filter((name) => source.has(name));
  if (given.length !== 1) {
    return source.fail("file", "exactly one of file, base64 and pem says where the certificate comes from");
  }
  const opening = readPassword(source, "password", "passwordEnv");
  const choice = readChoice(source);
  const content = readContent(source);
  if (content === undefined || opening === undefined || choice === undefined) return undefined;
  const { password, variable: passwordEnv } = opening;
  const passwords = { ...(password !== undefined && { password }), ...(passwordEnv !== undefined && { passwordEnv }) };
  return { ...content, ...passwords, ...choice };
}

/** Reads the one of file, base64 and pem that is given. */
export function readContent(source: Fields): ContentSource | undefined {
  return source.has("file") ? readFileField(source) : source.has("pem") ? readPem(source) : readBase64(source);
}

/** What of a source is no secret. */
export function openParts(source: Source): Readonly<Record<string, string>> {
  return {
    ...(source.kind === "file" && { file: source.path }),
    ...(source.passwordEnv !== undefined && { passwordEnv: source.passwordEnv }),
    ...(source.friendlyName !== undefined && { friendlyName: source.friendlyName }),
    ...(source.fingerprint !== undefined && { fingerprint: source.fingerprint }),
  };
}

/** A password and the variable that may hold it instead, each undefined where it is not given. */
interface PasswordPair {
  readonly password: string | undefined;
  readonly variable: string | undefined;
}

export function readPassword(fields: Fields, plain: string, variable: string): PasswordPair | undefined {
  if (fields.has(plain) && fields.has(variable)) {
    return fields.fail(variable, `stands instead of ${plain}; give one of the two`);
  }
  if (fields.isUnknown(plain) || fields.isUnknown(variable)) return undefined;
  const password = fields.string(plain);
  const name = fields.string(variable);
  // What is no name is likely to be the password itself, so it is not repeated.
  if (name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return fields.fail(variable, 'must be the name of an environment variable, such as "P12_PASSWORD"');
  }
  return { password, variable: name };
}

function readFileField(source: Fields): ContentSource | undefined {
  const file = source.value("file");
  if (isObject(file)) {
    const path = file["path"];
    if (file[signatureKey] !== assetSignature || typeof path !== "string") {
      return source.fail(
        "file",
        "must be a path or a pulumi.asset.FileAsset; text and remote assets end up in the state",
      );
    }
    return { kind: "file", path };
  }
  const path = source.string("file");
  if (path === "") return source.fail("file", "must not be empty");
  return path === undefined ? undefined : { kind: "file", path };
}

function readBase64(source: Fields): ContentSource | undefined {
  const given = source.string("base64");
  if (given === undefined) return undefined;
  const text = given.replace(/^\ufeff/, "");
  // PEM around the file is opened as the file is; what else it may be is said there.
  if (text.includes("-----BEGIN ")) return { kind: "base64", base64: text };
  const base64 = text.replace(/(?<!\\)\\+[rn]|[\s"']+/g, "");
  if (base64 === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return source.fail("base64", `must be a whole PKCS#12 file in standard base64${insteadOf(base64)}`);
  }
  return { kind: "base64", base64 };
}

function insteadOf(text: string): string {
  if (/^data:[^,]*;base64,/.test(text)) return "; this is a data URL: remove everything up to and including its comma";
  if (/^[A-Za-z0-9_-]+={0,2}$/.test(text) && /[_-]/.test(text))
    return "; this is base64url, which has - and _ for + and /";
  return "";
}

function readChoice(source: Fields): Choice | undefined {
  if (source.isUnknown("friendlyName") || source.isUnknown("fingerprint")) return undefined;
  const friendlyName = source.string("friendlyName");
  const fingerprint = source.string("fingerprint");
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/i.test(fingerprint.replace(/[:\s]/g, ""))) {
    return source.fail(
      "fingerprint",
      "must be the certificate's SHA-256: 64 hexadecimal digits, with or without colons",
    );
  }
  return { ...(friendlyName !== undefined && { friendlyName }), ...(fingerprint !== undefined && { fingerprint }) };
}

function readPem(source: Fields): ContentSource | undefined {
  const pem = source.object("pem");
  if (pem === undefined) return undefined;
  pem.refuseOthers(["certificate", "privateKey", "chain", "privateKeyPassword", "privateKeyPasswordEnv"]);
  for (const name of ["certificate", "privateKey"]) {
    if (!pem.has(name)) pem.fail(name, "is required, as PEM text");
  }
  const opening = readPassword(pem, "privateKeyPassword", "privateKeyPasswordEnv");
  if (pem.isUnknown("chain") || opening === undefined) return undefined;
  const { password: privateKeyPassword, variable: privateKeyPasswordEnv } = opening;
  const certificate = pem.string("certificate");
  const privateKey = pem.string("privateKey");
  const chain = pem.string("chain");
  if (certificate === undefined || privateKey === undefined) return undefined;
  return {
    kind: "pem",
    certificate,
    privateKey,
    ...(chain !== undefined && { chain }),
    ...(privateKeyPassword !== undefined && { privateKeyPassword }),
    ...(privateKeyPasswordEnv !== undefined && { privateKeyPasswordEnv }),
  };
}
