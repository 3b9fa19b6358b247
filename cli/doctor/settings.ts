// The settings as `doctor` finds them: each with where it comes from, the environment before the stack's configuration.
// It reads the stack's configuration through Pulumi, and of its secrets only the key, and only where the key comes from there.

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { readSettings, settingNames, type Settings } from "../../provider/config";
import { isSettingError } from "../../provider/errors";
import type { Console } from "../terminal/console";
import { finding, wordsOf, type Finding } from "./checks";

const keyName = "esper:apiKey";

const ConfigJson = t.record(
  t.string,
  t.intersection([t.type({ secret: t.boolean }), t.partial({ value: t.string, objectValue: t.unknown })]),
);

interface StackSettings {
  readonly values: ReadonlyMap<string, string>;
  /** Names of those that are set as secrets. */
  readonly secrets: ReadonlySet<string>;
}

export interface FoundSettings {
  readonly findings: readonly Finding[];
  /** Absent when one is missing or cannot be used. */
  readonly settings?: Settings;
}

/** A stack by its name, undefined for the selected one; where it is not asked, the environment alone counts. */
export interface SettingsOf {
  readonly name: string | undefined;
  readonly isAsked: boolean;
}

export async function findSettings(own: Console, stack: SettingsOf): Promise<FoundSettings> {
  const nothing: StackSettings = { values: new Map(), secrets: new Set() };
  const config = stack.isAsked ? await readStackSettings(own, stack.name) : nothing;
  if (config instanceof Error) {
    const verdict = stack.name === undefined ? "warning" : "wrong";
    const asked = finding("stack config", verdict, `${config.message} Only the environment's settings are looked at.`);
    const rest = judged(own, nothing);
    return { ...rest, findings: [asked, ...rest.findings] };
  }
  const found = judged(own, config);
  return stack.isAsked ? found : { ...found, findings: [...found.findings, notAsked] };
}

const notAsked = finding(
  "stack config",
  "unknown",
  "No stack's configuration was read: there is no Pulumi.yaml in this folder or above it. --stack NAME names a stack.",
);

async function readStackSettings(own: Console, name: string | undefined): Promise<StackSettings | Error> {
  const which = name === undefined ? [] : ["--stack", name];
  try {
    const decoded = ConfigJson.decode(JSON.parse(await own.pulumi(["config", "--json", ...which])));
    if (!isRight(decoded)) return new Error("`pulumi config --json` printed something that is no configuration.");
    const entries = Object.entries(decoded.right);
    const values = new Map(entries.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
    const secrets = new Set(entries.filter(([, { secret }]) => secret).map(([key]) => key));
    // The key that counts is decrypted; no other secret is.
    if (secrets.has(keyName) && isEmpty(own.env["ESPER_API_KEY"])) {
      values.set(keyName, (await own.pulumi(["config", "get", keyName, ...which])).trim());
    }
    return { values, secrets };
  } catch (error) {
    return error instanceof SyntaxError
      ? new Error("`pulumi config --json` printed no JSON.")
      : new Error(wordsOf(error));
  }
}

function judged({ env }: Console, { values, secrets }: StackSettings): FoundSettings {
  const { problems, settings } = problemsIn((key) => values.get(key), env);
  const refused = new Set(problems.map(({ what }) => what));
  const places = settingNames.flatMap(({ key, variable }) => {
    const inStack = values.has(key) || secrets.has(key);
    const mayShow = key !== keyName && !refused.has(key);
    if (!isEmpty(env[variable])) return [place(key, mayShow ? (env[variable] ?? "") : undefined, variable, inStack)];
    if (!inStack) return [];
    return [place(key, mayShow ? (values.get(key) ?? "") : undefined, "the stack's configuration", false)];
  });
  const inClear =
    values.has(keyName) && !secrets.has(keyName)
      ? [
          finding(
            keyName,
            "warning",
            "It stands in clear in the stack's file: set it again with --secret, and replace the key.",
          ),
        ]
      : [];
  return { findings: [...places, ...inClear, ...problems], ...(settings !== undefined && { settings }) };
}

/** Stand-ins for required settings; the others may be left out. */
const usable: Readonly<Record<string, string>> = {
  "esper:tenant": "acme",
  "esper:baseUrl": "https://acme-api.esper.cloud/api",
  "esper:apiKey": "key",
};

/** Every setting that is missing or cannot be used: reading stops at the first, so it goes on with that one replaced. */
function problemsIn(
  stackConfig: (key: string) => string | undefined,
  env: Console["env"],
): { readonly problems: readonly Finding[]; readonly settings?: Settings } {
  const problems: Finding[] = [];
  const replaced = new Set<string>();
  for (;;) {
    try {
      const variables = settingNames.map(({ key, variable }) => {
        return [variable, replaced.has(key) ? usable[key] : env[variable]] as const;
      });
      const settings = readSettings(
        (key) => (replaced.has(key) ? undefined : stackConfig(key)),
        Object.fromEntries(variables),
      );
      return { problems, ...(problems.length === 0 && { settings }) };
    } catch (error) {
      if (!isSettingError(error) || replaced.has(error.setting)) throw error;
      problems.push(finding(error.setting, "wrong", error.message));
      replaced.add(error.setting);
    }
  }
}

/** @param value undefined for what is not shown: the key, and what is refused, which may be a key in the wrong place */
function place(key: string, value: string | undefined, from: string, isHidden: boolean): Finding {
  // A base URL that another setting wins over is not read, and may hold a password.
  const shown = value === undefined || value.includes("@") ? "set" : `"${value.trim().slice(0, 120)}"`;
  const wins = isHidden ? ", which wins over the stack's configuration" : "";
  return finding(key, "ok", `${shown}, from ${from}${wins}.`);
}

function isEmpty(value: string | undefined): boolean {
  return value === undefined || value.trim() === "";
}
