// Sets what Android versions read against the versions that the targeted devices run: which encoding to send, and the
// sentence for those devices that cannot read it. Pure. Follows docs/design.md, sections 2 (`encoding`) and 8.

import type { AndroidSupport, AndroidVersionSupport } from "./android-versions";
import type { Profile } from "../container/profiles";

export type SentAs = "asGiven" | Profile;

/** How many devices run each version, as Esper reports it ("10", "12.1"; empty where it reports none). */
export type OsVersions = ReadonlyMap<string, number>;

/** @param osVersions one entry a device */
export function countVersions(osVersions: Iterable<string>): OsVersions {
  const counts = new Map<string, number>();
  for (const osVersion of osVersions) counts.set(osVersion, (counts.get(osVersion) ?? 0) + 1);
  return counts;
}

export interface EncodingAdvice {
  readonly sentAs: SentAs;
  /** One sentence, for people. */
  readonly reason: string;
}

const profileNames: Readonly<Record<Profile, string>> = {
  androidLegacy: "SHA1-3DES, HMAC-SHA-1",
  modern: "PBES2 AES-256, HMAC-SHA-256",
};

const firstVersion = 9;
const lastVersion = 16;
/** The first that reads the modern profile in every case. */
const firstModernVersion = 14;

/**
 * What to send. `auto` keeps the file as it is when every targeted version reads it, or when no encoding would help (a
 * key type); else it takes the strongest profile that all of them read.
 * @param osVersions when there is none, or one that is no version, every version from 9 on is taken into account
 */
export function chooseEncoding(
  wanted: "auto" | SentAs,
  support: AndroidSupport,
  osVersions: OsVersions,
): EncodingAdvice {
  if (wanted !== "auto") return { sentAs: wanted, reason: "This encoding was asked for." };
  const targets = targetsOf(support, osVersions);
  const helped = targets.filter(({ obstacles }) => obstacles.some(({ cause }) => cause !== "keyType"));
  if (helped.length === 0) {
    const stuck = targets.find(({ reads }) => !reads);
    const [obstacle] = stuck?.obstacles ?? [];
    if (stuck === undefined || obstacle === undefined) {
      return { sentAs: "asGiven", reason: "Every targeted Android version reads the file as given." };
    }
    return { sentAs: "asGiven", reason: `Android ${stuck.version} ${obstacle.detail}, which no encoding changes.` };
  }
  const modernSuffices = !support.emptyPassword && targets.every(({ version }) => version >= firstModernVersion);
  const sentAs = modernSuffices ? "modern" : "androidLegacy";
  const versions = helped.map(({ version }) => version);
  const sentence =
    androidSentence(support, osVersions) ?? `Android ${listed(versions)} cannot read the file (${support.encoding}).`;
  return { sentAs, reason: `${sentence} The file is re-encoded locally as ${profileNames[sentAs]}.` };
}

/**
 * How many of the devices cannot use the file, and what they would do: "38 of 412 devices run Android 10 to 12 and
 * would answer 'wrong password'." Undefined when all can.
 * @param osVersions those that are no version are counted among all, and not among the unable
 * @param sentAs how the file is sent
 */
export function androidSentence(
  support: AndroidSupport,
  osVersions: OsVersions,
  sentAs: SentAs = "asGiven",
): string | undefined {
  const all = [...osVersions.values()].reduce((sum, devices) => sum + devices, 0);
  const sentences = [...unableBy(support, osVersions, sentAs)].map(
    ([consequence, unable]) =>
      `${unable.devices} of ${all} ${all === 1 ? "device" : "devices"} ${running(unable)} and ${consequence}.`,
  );
  return sentences.length === 0 ? undefined : sentences.join(" ");
}

/**
 * Who of the devices cannot use the file as given, in a few words: "38 run Android 10 to 12". Undefined when all can.
 */
export function incompatibleInShort(support: AndroidSupport, osVersions: OsVersions): string | undefined {
  const unable = [...unableBy(support, osVersions, "asGiven").values()];
  const devices = unable.reduce((sum, some) => sum + some.devices, 0);
  const versions = unable.flatMap((some) => some.versions);
  return devices === 0 ? undefined : `${devices} ${running({ devices, versions })}`;
}

interface Unable {
  readonly devices: number;
  readonly versions: readonly number[];
}

/** By what they would do. */
function unableBy(support: AndroidSupport, osVersions: OsVersions, sentAs: SentAs): ReadonlyMap<string, Unable> {
  const unable = new Map<string, Unable>();
  for (const [osVersion, devices] of osVersions) {
    const version = majorVersion(osVersion);
    const consequence = version === undefined ? undefined : consequenceFor(support, version, sentAs);
    if (version === undefined || consequence === undefined) continue;
    const before = unable.get(consequence) ?? { devices: 0, versions: [] };
    unable.set(consequence, { devices: before.devices + devices, versions: [...before.versions, version] });
  }
  return unable;
}

function running({ devices, versions }: Unable): string {
  return `${devices === 1 ? "runs" : "run"} Android ${listed(versions)}`;
}

function consequenceFor(support: AndroidSupport, version: number, sentAs: SentAs): string | undefined {
  const obstacles = supportFor(support, version)?.obstacles ?? [];
  const keyType = obstacles.find(({ cause }) => cause === "keyType");
  const wrongPassword = "would answer 'wrong password'";
  if (sentAs === "modern" && (version < firstModernVersion || support.emptyPassword)) return wrongPassword;
  if (sentAs === "asGiven") {
    if (obstacles.some(({ cause }) => cause === "encoding" || cause === "emptyPassword")) return wrongPassword;
    if (obstacles.some(({ cause }) => cause === "clearKey")) return "would find no private key in the file";
  }
  return keyType?.detail;
}

function targetsOf(support: AndroidSupport, osVersions: OsVersions): readonly AndroidVersionSupport[] {
  const versions = [...osVersions.keys()].map(majorVersion);
  if (versions.length === 0 || versions.includes(undefined)) return support.versions;
  return support.versions.filter(({ version }) => versions.includes(version));
}

function supportFor(support: AndroidSupport, version: number): AndroidVersionSupport | undefined {
  return support.versions.find((entry) => entry.version === version);
}

/** "12.1" is 12; what is newer than the table is taken for its newest; older than 9 holds no certificate at all. */
function majorVersion(osVersion: string): number | undefined {
  const digits = /\d+/u.exec(osVersion)?.[0];
  if (digits === undefined) return undefined;
  const major = Number(digits);
  return major < firstVersion ? 0 : Math.min(major, lastVersion);
}

/** "10", "10 and 12", "10 to 12", "9, 11 and 12". */
function listed(versions: readonly number[]): string {
  const sorted = [...new Set(versions)].sort((left, right) => left - right);
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? 0;
  if (sorted.length === 1) return String(first);
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${first} to ${last}`;
  return `${sorted.slice(0, -1).join(", ")} and ${last}`;
}
