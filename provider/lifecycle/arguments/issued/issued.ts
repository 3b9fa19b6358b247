// Certificates that are made: reads what `source` says when it has an issuer, beside the issuer itself (issuer.ts).
// It opens no file, reads no variable and asks nobody.

import {
  alternativeProblem,
  keyTypes,
  subjectProblem,
  type IssuedSource,
  type KeyType,
  type Template,
} from "../../../issuers";
import { hasUnknown, type Fields } from "../reader";
import { readIssuer } from "./issuer";

export const issuedNames = [
  ...["issuer", "subject", "dns", "uri", "email", "key", "days"],
  ...["concurrency", "renewSpreadDays", "revoke"],
] as const;

const defaultSubject = "CN={serial}";
const defaultKey: KeyType = "ec-p256";
const defaultDays = 90;
const defaultConcurrency = 8;

/** `source` is the object that has `issuer`; undefined when something of it is unusable, or unknown as yet. */
export function readIssuedSource(source: Fields): IssuedSource | undefined {
  source.refuseOthers(issuedNames);
  const issuer = readIssuer(source);
  const template = readTemplate(source);
  const days = source.integer("days", 1, "a whole number of days, 1 or more");
  const concurrency = source.integer("concurrency", 1, "a whole number of requests at a time, 1 or more");
  const renewSpreadDays = source.integer("renewSpreadDays", 0, "a whole number of days, 0 or more");
  const revoke = source.boolean("revoke");
  if (revoke === true && issuer?.kind === "ca") {
    return source.fail(
      "revoke",
      "an own authority publishes no list of what it has revoked; leave it out, or use vault",
    );
  }
  const isUnusable = (name: string, read: unknown): boolean => source.has(name) && read === undefined;
  if (isUnusable("days", days) || isUnusable("concurrency", concurrency)) return undefined;
  if (isUnusable("renewSpreadDays", renewSpreadDays) || isUnusable("revoke", revoke)) return undefined;
  if (issuer === undefined || template === undefined) return undefined;
  return {
    issuer,
    template,
    days: days ?? defaultDays,
    concurrency: concurrency ?? defaultConcurrency,
    renewSpreadDays: renewSpreadDays ?? 0,
    revoke: revoke ?? false,
  };
}

function readTemplate(source: Fields): Template | undefined {
  const subject = readSubject(source);
  const dns = readAlternatives(source, "dns");
  const uri = readAlternatives(source, "uri");
  const email = readAlternatives(source, "email");
  const key = source.oneOf("key", keyTypes);
  if (source.has("key") && key === undefined) return undefined;
  if (subject === undefined || dns === undefined || uri === undefined || email === undefined) return undefined;
  return { subject, dns, uri, email, key: key ?? defaultKey };
}

function readSubject(source: Fields): string | undefined {
  if (!source.has("subject")) return defaultSubject;
  const subject = source.string("subject");
  const problem = subject === undefined ? undefined : subjectProblem(subject);
  return problem === undefined ? subject : source.fail("subject", problem);
}

/** Undefined when an entry is unusable, or unknown as yet. */
function readAlternatives(source: Fields, name: "dns" | "uri" | "email"): readonly string[] | undefined {
  if (!source.has(name)) return [];
  const list = source.list(name);
  if (list === undefined || hasUnknown(list)) return undefined;
  const texts = list.flatMap((entry) => (typeof entry === "string" ? [entry] : []));
  if (texts.length < list.length) return source.fail(name, "every entry must be a string");
  const problem = texts.map((text) => alternativeProblem(name, text)).find((each) => each !== undefined);
  return problem === undefined ? texts : source.fail(name, `every entry: ${problem}`);
}
