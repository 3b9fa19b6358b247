// An authority in a folder of its own that OpenSSL signs for: the other side of what this project encodes and reads.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface OpensslAuthority {
  readonly folder: string;
  /** PEM. */
  readonly certificate: string;
  /** Signs a request as it is, and answers with the certificate in PEM. */
  readonly sign: (request: string, days?: number) => string;
  readonly remove: () => void;
}

/** What `openssl req -newkey` makes. */
export const authorityKeys = {
  "RSA 2048": ["rsa:2048"],
  "EC P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "EC P-384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  "EC P-521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
  Ed25519: ["ed25519"],
  "EC secp256k1": ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
} as const;

export interface OpensslOptions {
  readonly key?: keyof typeof authorityKeys;
  /** More words of `openssl req -x509`. */
  readonly more?: readonly string[];
}

export function makeOpensslAuthority(
  name = "Acme Root",
  { key: type = "EC P-256", more = [] }: OpensslOptions = {},
): OpensslAuthority {
  const folder = mkdtempSync(join(tmpdir(), "issuers-"));
  const openssl = (args: readonly string[], input = ""): string =>
    execFileSync("openssl", args, { cwd: folder, input, stdio: ["pipe", "pipe", "ignore"] }).toString();
  const key = ["-newkey", ...authorityKeys[type], "-nodes", "-keyout", "ca.key"];
  const uses = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
  openssl([
    "req",
    "-x509",
    ...key,
    "-utf8",
    "-subj",
    `/CN=${name}`,
    "-days",
    "3650",
    "-out",
    "ca.pem",
    ...uses,
    ...more,
  ]);
  const signing = ["x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key", "-copy_extensions", "copyall"];
  return {
    folder,
    certificate: readFileSync(join(folder, "ca.pem"), "utf8"),
    sign: (request, days = 90) => {
      writeFileSync(join(folder, "request.pem"), request);
      return openssl([...signing, "-days", String(days), "-in", "request.pem"]);
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
