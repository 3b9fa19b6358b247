// The settings of a provider as Pulumi hands them over: which names there are, and which of its own arguments and the
// environment wins. Pure. What a setting may be, config.ts says; docs/design.md, section 11 is followed.

import { readSettings, settingNames, type Environment, type Settings } from "../config";
import { isSettingError } from "../errors";
import { closestName } from "../lifecycle/arguments/closest-name";
import { unknownValue, type Failure, type RawObject } from "../lifecycle/arguments/reader";

/** A provider of a program: its arguments without any mark of a secret, and its name and project. */
export interface Given {
  readonly args: RawObject;
  /** Absent where the engine does not tell it. */
  readonly name?: string | undefined;
  readonly project?: string | undefined;
}

/** What the engine and generated SDKs add to a provider's arguments. */
const addedNames = ["version", "pluginDownloadURL", "__internal", "__defaults"];
const known = settingNames.map(({ key }) => argumentOf(key));

export function providerSettings({ args, name }: Given, environment: Environment): Settings {
  const own = (key: string): string | undefined => textOf(args[argumentOf(key)]);
  return readSettings(own, isDefault(name) ? environment : forExplicit(args, environment));
}

export interface CheckedSettings {
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
}

/** A name that is not known is refused where a program gave it, and told where it stands in the stack's configuration. */
export function checkSettings(given: Given, environment: Environment): CheckedSettings {
  const { args, name, project } = given;
  const unknown = Object.keys(args).filter((each) => !known.includes(each) && !addedNames.includes(each));
  if (isDefault(name)) {
    // The settings of a project of this name stand in the same namespace.
    const warnings = project === "esper" ? [] : unknown.map((each) => `esper:${each}: ${noSuchSetting(each)}`);
    return { failures: [], warnings };
  }
  const failures = unknown.map((each) => `${each}: ${noSuchSetting(each)}`);
  const problem = failures.length > 0 ? undefined : problemOf(given, environment);
  const reasons = [...failures, ...(problem === undefined ? [] : [problem])];
  // The engine prints the value of a property that is named, and any of these may be a key in the wrong place.
  return { failures: reasons.map((reason) => ({ property: "", reason })), warnings: [] };
}

function noSuchSetting(name: string): string {
  const meant = closestName(name, known);
  return `there is no such setting${meant === undefined ? "" : ` (did you mean ${meant}?)`}; known are ${known.join(", ")}`;
}

function problemOf(given: Given, environment: Environment): string | undefined {
  const { args } = given;
  if (Object.values(args).includes(unknownValue)) return undefined;
  if (namesTenant(args) && textOf(args["apiKey"]) === undefined) {
    return "apiKey: is required where the provider names its tenant: the key of the environment may belong to another one";
  }
  try {
    providerSettings(given, environment);
    return undefined;
  } catch (error) {
    if (isSettingError(error)) return error.message;
    throw error;
  }
}

/** The names of the arguments that have changed. */
export function changedSettings(before: RawObject, after: RawObject): readonly string[] {
  return known.filter((name) => textOf(before[name]) !== textOf(after[name]));
}

/**
 * The environment as far as it may fill in: a provider's own arguments win, and the key of one tenant must not reach the host
 * of another one.
 */
function forExplicit(args: RawObject, environment: Environment): Environment {
  const ofTenant = ["tenant", "baseUrl", "enterpriseId", "apiKey"];
  const isLeftOut = (name: string): boolean =>
    textOf(args[name]) !== undefined || (namesTenant(args) && ofTenant.includes(name));
  const leftOut = settingNames.filter(({ key }) => isLeftOut(argumentOf(key))).map(({ variable }) => variable);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !leftOut.includes(name)));
}

function namesTenant(args: RawObject): boolean {
  return textOf(args["tenant"]) !== undefined || textOf(args["baseUrl"]) !== undefined;
}

/** `default`, or with the plugin's version such as `default_0_1_0`. */
function isDefault(name: string | undefined): boolean {
  return name !== undefined && /^default(?:_|$)/.test(name);
}

function argumentOf(key: string): string {
  return key.replace(/^esper:/, "");
}

/** Numbers arrive as such from YAML, and as text from the stack's configuration. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== unknownValue && value.trim() !== "" ? value : undefined;
}
