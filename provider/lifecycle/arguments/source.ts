// Where the certificate comes from: reads the `source` argument. It opens nothing; content.ts does.

import { isObject, type Fields } from "./reader";

interface Password {
  readonly password?: string;
  /** The name of an environment variable that holds the password, so that nothing secret is in the state. */
  readonly passwordEnv?: string;
}

export type Source = Password &
  (
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "base64"; readonly base64: string }
    | { readonly kind: "pem"; readonly certificate: string; readonly privateKey: string; readonly chain?: string }
  );

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
  source.refuseOthers(["file", "base64", "pem", "password", "passwordEnv"]);
  const given = ["file", "base64", "pem"].filter((name) => source.has(name));
  if (given.length !== 1) {
    return source.fail("file", "exactly one of file, base64 and pem says where the certificate comes from");
  }
  const password = readPassword(source);
  const content = source.has("file") ? readFileField(source) : source.has("pem") ? readPem(source) : readBase64(source);
  return content && password && { ...content, ...password };
}

/** What of a source is no secret. */
export function openParts(source: Source): Readonly<Record<string, string>> {
  return {
    ...(source.kind === "file" && { file: source.path }),
    ...(source.passwordEnv !== undefined && { passwordEnv: source.passwordEnv }),
  };
}

function readPassword(source: Fields): Password | undefined {
  if (source.has("password") && source.has("passwordEnv")) {
    return source.fail("passwordEnv", "stands instead of password; give one of the two");
  }
  if (source.isUnknown("password") || source.isUnknown("passwordEnv")) return undefined;
  const password = source.string("password");
  const passwordEnv = source.string("passwordEnv");
  // What is no name is likely to be the password itself, so it is not repeated.
  if (passwordEnv !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(passwordEnv)) {
    return source.fail("passwordEnv", 'must be the name of an environment variable, such as "P12_PASSWORD"');
  }
  return { ...(password !== undefined && { password }), ...(passwordEnv !== undefined && { passwordEnv }) };
}

function readFileField(source: Fields): Source | undefined {
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

function readBase64(source: Fields): Source | undefined {
  const text = source.string("base64");
  if (text === undefined) return undefined;
  const base64 = text.replace(/\s+/g, "");
  if (base64 === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return source.fail("base64", `must be a whole PKCS#12 file in standard base64${insteadOf(base64)}`);
  }
  return { kind: "base64", base64 };
}

function insteadOf(text: string): string {
  if (text.startsWith("-----BEGIN")) return "; this is PEM, which { pem } takes";
  if (/^data:[^,]*;base64,/.test(text)) return "; this is a data URL: leave out what stands before its comma";
  if (/^[A-Za-z0-9_-]+={0,2}$/.test(text) && /[_-]/.test(text))
    return "; this is base64url, which has - and _ for + and /";
  return "";
}

function readPem(source: Fields): Source | undefined {
  const pem = source.object("pem");
  if (pem === undefined) return undefined;
  pem.refuseOthers(["certificate", "privateKey", "chain"]);
  for (const name of ["certificate", "privateKey"]) {
    if (!pem.has(name)) pem.fail(name, "is required, as PEM text");
  }
  if (pem.isUnknown("chain")) return undefined;
  const certificate = pem.string("certificate");
  const privateKey = pem.string("privateKey");
  const chain = pem.string("chain");
  if (certificate === undefined || privateKey === undefined) return undefined;
  return { kind: "pem", certificate, privateKey, ...(chain !== undefined && { chain }) };
}
