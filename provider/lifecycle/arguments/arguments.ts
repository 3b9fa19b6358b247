// What a user may write, with its defaults: reads the arguments of a certificate (docs/design.md, section 2).
// Pure; files are not opened here. In a preview some values are unknown: then there are no failures about them, and no inputs.

import type { DeviceType } from "../../client";
import { readOnLeave, type OnLeave } from "./on-leave";
import { refuseDirectives } from "./directives";
import { Fields, hasUnknown, unknownValue, type Failure, type RawObject } from "./reader";
import { readResend, type Resend } from "./resend";
import { readRollout, type Rollout } from "./rollout";
import { readSchedule, type Schedule } from "./schedule";
import { readSource, type Source } from "./source";
import { readTarget, type Target } from "./target";

export type Encoding = "auto" | "asGiven" | "androidLegacy" | "modern";

export interface Wait {
  readonly for: "reachable" | "all" | "none";
  readonly timeoutMs: number;
  readonly onTimeout: "fail" | "warn";
}

/** Everything but the source: what is kept in the state, and what reading and deleting go by. */
export interface Settings {
  readonly alias: string;
  readonly target: Target;
  readonly encoding: Encoding;
  readonly deviceType: DeviceType;
  readonly wait: Wait;
  readonly rollout: Rollout;
  readonly schedule?: Schedule;
  readonly onLeave?: OnLeave;
  readonly retryRounds: number;
  readonly reinstallAfterDays?: number;
  readonly renewBeforeDays?: number;
  readonly strict: boolean;
  readonly triggers: readonly unknown[];
  readonly resend: Resend;
  /** Of certificates of devices: what is done about a member without a file, and about one whose file is gone. */
  readonly missingFile?: "warn" | "fail";
  readonly goneFile?: "keep" | "remove";
}

type Options = Omit<Settings, "alias" | "target">;

export interface Inputs extends Settings {
  readonly source: Source;
}

/** The names of the arguments, without `source`: these are repeated in the outputs. */
export const settingNames = [
  "alias",
  "target",
  "encoding",
  "deviceType",
  "wait",
  "rollout",
  "schedule",
  "onLeave",
  "retryRounds",
  "reinstallAfterDays",
  "renewBeforeDays",
  "strict",
  "triggers",
  "resend",
] as const;

/** Those that only certificates of devices have. */
export const fileSettingNames = ["missingFile", "goneFile"] as const;

/** Those that are repeated in the outputs of any kind of resource. */
export const writtenNames = [...settingNames, ...fileSettingNames] as const;

// What the engine and `check` add to what the program wrote.
export const addedNames = ["certificate", "drift", "__provider", "__defaults"];

export interface ReadInputs {
  readonly failures: readonly Failure[];
  /** Each part is absent when it is unknown as yet, or refused. */
  readonly alias?: string | undefined;
  readonly target?: Target | undefined;
  readonly source?: Source | undefined;
  /** Those with a default, the default standing for what is unknown. */
  readonly options: Options;
  /** Present when everything is known and usable. */
  readonly inputs?: Inputs | undefined;
}

export function readInputs(raw: RawObject): ReadInputs {
  const failures: Failure[] = [];
  const fields = new Fields(raw, "", failures);
  fields.refuseOthers([...settingNames, "source"], addedNames);
  refuseDirectives(fields, raw, settingNames);
  const source = readSource(fields);
  const { alias, target, options } = readSettingFields(fields);
  const given = alias === undefined || target === undefined ? undefined : { alias, target };
  const isWhole = failures.length === 0 && !hasUnknown(raw);
  const inputs = isWhole && given && source ? { ...given, ...options, source } : undefined;
  return { failures: failures.map((failure) => withoutValueOf(raw, failure)), alias, target, source, options, inputs };
}

/** The engine prints the value of the property that a failure names, if there is one of just that name: `source.x`. */
function withoutValueOf(raw: RawObject, { property, reason }: Failure): Failure {
  return property !== "" && Object.hasOwn(raw, property)
    ? { property: "", reason: `${property}: ${reason}` }
    : { property, reason };
}

/** Reads the settings out of stored outputs, which hold no source. */
export function readSettings(outputs: RawObject): Settings | undefined {
  const failures: Failure[] = [];
  const { alias, target, options } = readSettingFields(new Fields(outputs, "", failures));
  return failures.length > 0 || alias === undefined || target === undefined ? undefined : { alias, target, ...options };
}

/** The settings a program wrote, without `source`. */
export function pickWritten(raw: RawObject): RawObject {
  return Object.fromEntries(writtenNames.flatMap((name) => ((raw[name] ?? null) === null ? [] : [[name, raw[name]]])));
}

export function readSettingFields(fields: Fields): {
  readonly alias: string | undefined;
  readonly target: Target | undefined;
  readonly options: Options;
} {
  const alias = readAlias(fields);
  const target = readTarget(fields, "target");
  const schedule = readSchedule(fields);
  const onLeave = readOnLeave(fields);
  const reinstallAfterDays = fields.number("reinstallAfterDays", 1, "a number of days, 1 or more");
  const renewBeforeDays = fields.number("renewBeforeDays", 0, "a number of days, 0 or more");
  const missingFile = fields.oneOf("missingFile", ["warn", "fail"]);
  const goneFile = fields.oneOf("goneFile", ["keep", "remove"]);
  const options: Options = {
    encoding: fields.oneOf<Encoding>("encoding", ["auto", "asGiven", "androidLegacy", "modern"]) ?? "auto",
    deviceType: fields.oneOf<DeviceType>("deviceType", ["all", "active", "inactive"]) ?? "all",
    wait: readWait(fields),
    rollout: readRollout(fields),
    retryRounds: fields.integer("retryRounds", 0, "a whole number, 0 or more") ?? 3,
    strict: fields.boolean("strict") ?? false,
    // Triggers that are not known yet will differ, as far as a preview can tell.
    triggers: fields.isUnknown("triggers") ? [unknownValue] : (fields.list("triggers") ?? []),
    resend: readResend(fields),
    ...(schedule !== undefined && { schedule }),
    ...(onLeave !== undefined && { onLeave }),
    ...(reinstallAfterDays !== undefined && { reinstallAfterDays }),
    ...(renewBeforeDays !== undefined && { renewBeforeDays }),
    ...(missingFile !== undefined && { missingFile }),
    ...(goneFile !== undefined && { goneFile }),
  };
  return { alias, target, options };
}

const invisible = /[\p{Cc}\u2028\u2029]/u;

function readAlias(fields: Fields): string | undefined {
  if (!fields.has("alias"))
    return fields.fail("alias", "is required: the name under which Android keeps the certificate");
  const alias = fields.string("alias");
  if (alias === undefined) return undefined;
  if (alias.trim() === "") return fields.fail("alias", "must not be empty");
  // One at its end comes from a file or a variable that was not trimmed, and the program would not show why the alias is another.
  return invisible.test(alias) ? fields.fail("alias", "must be one line, without control characters") : alias;
}

function readWait(fields: Fields): Wait {
  const wait = fields.object("wait");
  wait?.refuseOthers(["for", "timeoutMinutes", "onTimeout"]);
  return {
    for: wait?.oneOf("for", ["reachable", "all", "none"]) ?? "reachable",
    timeoutMs: (wait?.number("timeoutMinutes", 0, "a number of minutes, 0 or more") ?? 10) * 60_000,
    onTimeout: wait?.oneOf("onTimeout", ["fail", "warn"]) ?? "fail",
  };
}
