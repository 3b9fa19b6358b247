// What `doctor` asks Esper: whether the key is accepted, what it may read, and what time it is there. Reads only, each asked
// once; of the token's own information nothing but its end and its enterprise is ever taken out.

import * as t from "io-ts";
import { Anything, createRequester, pathOf, type Requester } from "../../provider/client";
import type { Clock } from "../../provider/clock";
import type { Settings } from "../../provider/config";
import { isApiError } from "../../provider/errors";
import { printable } from "../../provider/printable";
import { finding, wordsOf, type Finding } from "./checks";

const dayMs = 24 * 3_600_000;
const soonDays = 30;
/** The Date header has whole seconds, and an answer is under way for a while. */
const skewWarningMs = 60_000;
const skewWrongMs = 5 * 60_000;

const TokenJson = t.partial({ enterprise: t.unknown, expires_on: t.unknown });
const CountJson = t.partial({ count: t.unknown });

export async function askEsper(
  settings: Settings,
  clock: Clock,
  say: (line: string) => void,
): Promise<readonly Finding[]> {
  const requester = createRequester({ settings, clock, random: Math.random, say });
  const { findings, enterprise, goesOn } = await checkKey(requester, settings, clock);
  if (!goesOn) return findings;
  const reads: Finding[] = [];
  for (const read of readsFor(settings, enterprise)) reads.push(await tryRead(requester, read));
  // A proxy answers too, and tells its own time.
  const hasAnswered = [...findings, ...reads].some(({ verdict }) => verdict === "ok");
  const clocks = hasAnswered ? [skewFinding(requester.serverTime(0))] : [];
  return [...findings, ...clocks, ...reads, sendingFinding];
}

interface Key {
  readonly findings: readonly Finding[];
  readonly enterprise: string | undefined;
  /** Whether asking more would tell more. */
  readonly goesOn: boolean;
}

async function checkKey(requester: Requester, { baseUrl, enterpriseId }: Settings, clock: Clock): Promise<Key> {
  const { host } = new URL(baseUrl);
  const what = "API key";
  try {
    const call = { method: "GET", path: "/v1/token-info/", codec: TokenJson, attempts: 1 } as const;
    const words = { attempt: "ask Esper about the API key", permission: "to read the token's own information" };
    const token = await requester.call({ ...call, ...words });
    const of = typeof token.enterprise === "string" ? token.enterprise : undefined;
    const findings = [keyFinding(host, token.expires_on, clock.now())];
    if (enterpriseId === undefined || of === undefined || of.toLowerCase() === enterpriseId.toLowerCase()) {
      return { findings, enterprise: enterpriseId ?? of, goesOn: true };
    }
    const message = `The key belongs to the enterprise ${printable(of)}, and esper:enterpriseId says ${enterpriseId}: leave that unset.`;
    return { findings: [...findings, finding("enterprise id", "wrong", message)], enterprise: of, goesOn: true };
  } catch (error) {
    const isRefused = isApiError(error) && error.meaning !== "unauthorized";
    const verdict = isRefused ? "warning" : "wrong";
    return { findings: [finding(what, verdict, wordsOf(error))], enterprise: enterpriseId, goesOn: isRefused };
  }
}

function keyFinding(host: string, expiresOn: unknown, nowMs: number): Finding {
  const accepted = `${host} accepts the key`;
  const endsAtMs = typeof expiresOn === "string" ? Date.parse(expiresOn) : Number.NaN;
  if (Number.isNaN(endsAtMs)) return finding("API key", "ok", `${accepted}; it does not say when it expires.`);
  const days = Math.floor((endsAtMs - nowMs) / dayMs);
  const date = new Date(endsAtMs).toISOString().slice(0, 10);
  if (days >= soonDays) return finding("API key", "ok", `${accepted}; it expires on ${date}.`);
  return finding("API key", "warning", `${accepted}; it expires on ${date}, in ${days} days: make a new one in time.`);
}

interface Read {
  readonly what: string;
  readonly path: string;
  readonly permission: string;
}

/** Harmless reads of one row each, by what the provider needs them for. */
function readsFor({ commandsApi }: Settings, enterprise: string | undefined): readonly Read[] {
  const devices = { what: "read devices", path: "/v2/devices/", permission: "to read devices" };
  const commands = { what: "read commands", path: "/commands/v0/commands/", permission: "to read commands" };
  if (enterprise === undefined) return commandsApi === "v2" ? [devices] : [devices, commands];
  const groups = {
    what: "read groups",
    path: pathOf`/enterprise/${enterprise}/devicegroup/`,
    permission: "to read groups",
  };
  const v2 = { ...commands, path: pathOf`/v0/enterprise/${enterprise}/command/` };
  return [devices, groups, commandsApi === "v2" ? v2 : commands];
}

async function tryRead(requester: Requester, { what, path, permission }: Read): Promise<Finding> {
  try {
    const call = { method: "GET", path, permission, codec: Anything, attempts: 1, attempt: what } as const;
    const answer = await requester.call({ ...call, query: { limit: 1, offset: 0 } });
    const count = CountJson.is(answer) ? answer.count : undefined;
    const seen = typeof count === "number" ? ` It sees ${count}.` : "";
    return finding(what, "ok", `The key may ${what}.${seen}`);
  } catch (error) {
    return finding(what, "wrong", wordsOf(error));
  }
}

/** @param aheadMs how far Esper's clock is ahead of this machine's */
export function skewFinding(aheadMs: number): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const off = Math.abs(aheadMs);
  if (off < skewWarningMs) return finding("clock", "ok", "This machine and Esper agree on the time.");
  const message = `This machine's clock is ${seconds} s ${aheadMs > 0 ? "behind" : "ahead of"} Esper's: set it by a time server.`;
  return finding("clock", off < skewWrongMs ? "warning" : "wrong", message);
}

const sendingFinding = finding(
  "send commands",
  "unknown",
  "Whether the key may send INSTALL_CERTIFICATE and UNINSTALL_CERTIFICATE shows only when one is sent: " +
    "try a test group of one device first.",
);
