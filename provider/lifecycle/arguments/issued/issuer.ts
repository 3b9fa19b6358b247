// Who issues: reads `source.issuer`, one of vault, ca and command. It opens no file, reads no variable and asks nobody; what a
// variable's name should be is never repeated, since it may be the secret itself.

import type { IssuerSettings, Kept } from "../../../issuers";
import { hasUnknown, type Fields } from "../reader";
import { readEnv } from "./env";
import { readVault } from "./vault";

const kinds = ["vault", "ca", "command"] as const;
const defaultTimeoutSeconds = 60;

export function readIssuer(source: Fields): IssuerSettings | undefined {
  const issuer = source.object("issuer");
  if (issuer === undefined) {
    if (!source.has("issuer")) source.fail("issuer", "is required: { vault }, { ca } or { command }");
    return undefined;
  }
  issuer.refuseOthers([...kinds, "chain", "timeoutSeconds"]);
  const given = kinds.filter((name) => issuer.has(name));
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    return source.fail("issuer", "exactly one of vault, ca and command says who issues");
  }
  if (issuer.has("timeoutSeconds") && kind !== "command") {
    issuer.fail("timeoutSeconds", "is for command; the others have time-outs of their own");
  }
  const chain = issuer.has("chain") ? readKept(issuer, "chain") : undefined;
  const settings = kind === "vault" ? readVault(issuer) : kind === "ca" ? readAuthority(issuer) : readCommand(issuer);
  if (settings === undefined || (issuer.has("chain") && chain === undefined)) return undefined;
  return { ...settings, ...(chain !== undefined && { chain }) };
}

function readAuthority(issuer: Fields): IssuerSettings | undefined {
  const ca = issuer.object("ca");
  if (ca === undefined) return undefined;
  ca.refuseOthers(["certificate", "key", "keyPasswordEnv"]);
  const certificate = readKept(ca, "certificate");
  const key = readKept(ca, "key");
  const keyPasswordEnv = ca.has("keyPasswordEnv") ? readEnv(ca, "keyPasswordEnv") : undefined;
  if (certificate === undefined || key === undefined) return undefined;
  if (ca.has("keyPasswordEnv") && keyPasswordEnv === undefined) return undefined;
  return { kind: "ca", certificate, key, ...(keyPasswordEnv !== undefined && { keyPasswordEnv }) };
}

function readKept(fields: Fields, name: string): Kept | undefined {
  const form = "{ file } or { env }: a path, or the name of an environment variable that holds the PEM text";
  if (!fields.has(name)) return fields.fail(name, `is required: ${form}`);
  if (typeof fields.value(name) === "string" && !fields.isUnknown(name)) return fields.fail(name, `must be ${form}`);
  const kept = fields.object(name);
  if (kept === undefined) return undefined;
  kept.refuseOthers(["file", "env"]);
  if (kept.has("file") === kept.has("env")) return fields.fail(name, `must be one of ${form}`);
  if (kept.has("env")) {
    const env = readEnv(kept, "env");
    return env === undefined ? undefined : { env };
  }
  const file = kept.string("file");
  if (file === "") return kept.fail("file", "must not be empty");
  return file === undefined ? undefined : { file };
}

function readCommand(issuer: Fields): IssuerSettings | undefined {
  const written = issuer.value("command");
  if (typeof written === "string" && !issuer.isUnknown("command")) {
    return issuer.fail(
      "command",
      'must be a list, program and arguments, such as ["./sign.sh", "till"]; there is no shell',
    );
  }
  const list = issuer.list("command");
  const timeoutSeconds = issuer.number("timeoutSeconds", 1, "a number of seconds, 1 or more");
  if (list === undefined || hasUnknown(list)) return undefined;
  const words = list.flatMap((word) => (typeof word === "string" && !word.includes("\0") ? [word] : []));
  const [program, ...args] = words;
  if (words.length < list.length) return issuer.fail("command", "every entry must be a string");
  if (program === undefined || program === "") return issuer.fail("command", "the list must begin with a program");
  if (issuer.has("timeoutSeconds") && timeoutSeconds === undefined) return undefined;
  return { kind: "command", command: [program, ...args], timeoutMs: (timeoutSeconds ?? defaultTimeoutSeconds) * 1000 };
}
