// The settings: which tenant, which key, which pace. Pure: it is given the stack's configuration and the environment.
// Follows docs/design.md, section 2, "Configuration": the environment wins, because `pulumi destroy` and `pulumi
// refresh` are given the configuration of the last `up`, which may hold an old key. No message ever shows a value of
// the key.

import { createHash } from "node:crypto";
import { SettingError } from "./errors";

export interface Settings {
  /** Without a trailing slash, for example `https://acme-api.esper.cloud/api`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Found out through the key when absent. */
  readonly enterpriseId?: string;
  readonly commandsApi: "request" | "v2";
  /** A ceiling for all requests of the process; absent: only what Esper's own limit teaches. */
  readonly requestsPerMinute?: number;
  /** The shortest interval between two status reads. */
  readonly pollMs: number;
  /** One HTTP exchange, with its body. */
  readonly requestTimeoutMs: number;
}

/** The value of a key of the stack's configuration by its full name, for example `esper:apiKey`. */
export type StackConfig = (key: string) => string | undefined;
export type Environment = Readonly<Record<string, string | undefined>>;

interface Name {
  readonly key: string;
  readonly variable: string;
  readonly example: string;
}

const names = {
  tenant: { key: "esper:tenant", variable: "ESPER_TENANT", example: "acme" },
  baseUrl: { key: "esper:baseUrl", variable: "ESPER_BASE_URL", example: "https://acme-api.esper.cloud/api" },
  apiKey: { key: "esper:apiKey", variable: "ESPER_API_KEY", example: "--secret" },
  enterpriseId: { key: "esper:enterpriseId", variable: "ESPER_ENTERPRISE_ID", example: "<uuid>" },
  commandsApi: { key: "esper:commandsApi", variable: "ESPER_COMMANDS_API", example: "request" },
  requestsPerMinute: { key: "esper:requestsPerMinute", variable: "ESPER_REQUESTS_PER_MINUTE", example: "600" },
  pollSeconds: { key: "esper:pollSeconds", variable: "ESPER_POLL_SECONDS", example: "0.25" },
  requestTimeoutSeconds: {
    key: "esper:requestTimeoutSeconds",
    variable: "ESPER_REQUEST_TIMEOUT_SECONDS",
    example: "30",
  },
} as const satisfies Record<string, Name>;

/** Every setting, by its name in the stack's configuration and in the environment. */
export const settingNames: readonly Pick<Name, "key" | "variable">[] = Object.values(names);

/** Both ways to set a setting, as they stand in messages. */
function waysToSet(setting: keyof typeof names, example: string = names[setting].example): string {
  return `\`pulumi config set ${names[setting].key} ${example}\` or the environment variable ${names[setting].variable}`;
}

/** Reads all settings. Throws a SettingError for the first one that is missing or cannot be used. */
export function readSettings(stackConfig: StackConfig, environment: Environment): Settings {
  const inEnvironment = (name: Name): string | undefined => filled(environment[name.variable]);
  const inStack = (name: Name): string | undefined => filled(stackConfig(name.key));
  const either = (name: Name): string | undefined => inEnvironment(name) ?? inStack(name);

  const baseUrl = readBaseUrl(inEnvironment) ?? readBaseUrl(inStack);
  if (baseUrl === undefined) {
    throw new SettingError(
      names.tenant.key,
      `The Esper tenant is not set: set its name with ${waysToSet("tenant")} (or the whole address with ${waysToSet("baseUrl")}).`,
    );
  }
  const apiKey = readApiKey(either(names.apiKey));
  const enterpriseId = readEnterpriseId(either(names.enterpriseId));
  const requestsPerMinute = readNumber("requestsPerMinute", either(names.requestsPerMinute), 1, 1_000_000);
  return {
    baseUrl,
    apiKey,
    ...(enterpriseId === undefined ? {} : { enterpriseId }),
    commandsApi: readCommandsApi(either(names.commandsApi)),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    pollMs: 1000 * (readNumber("pollSeconds", either(names.pollSeconds), 0.01, 15) ?? 0.25),
    requestTimeoutMs: 1000 * (readNumber("requestTimeoutSeconds", either(names.requestTimeoutSeconds), 0.1, 600) ?? 30),
  };
}

function filled(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === "" ? undefined : trimmed;
}

function readBaseUrl(read: (name: Name) => string | undefined): string | undefined {
  const given = read(names.baseUrl);
  if (given !== undefined) return checkedBaseUrl(given);
  const tenant = read(names.tenant);
  if (tenant === undefined) return undefined;
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(tenant)) {
    throw new SettingError(
      names.tenant.key,
      `The Esper tenant must be the bare name, the \`acme\` of \`https://acme-api.esper.cloud\`: set it with ${waysToSet("tenant")}.`,
    );
  }
  return `https://${tenant.toLowerCase()}-api.esper.cloud/api`;
}

function checkedBaseUrl(given: string): string {
  const refuse = (why: string): SettingError =>
    new SettingError(names.baseUrl.key, `The base URL of Esper's API ${why}: set it with ${waysToSet("baseUrl")}.`);
  const url = URL.parse(given);
  if (url === null) throw refuse("is not a URL");
  if (url.username !== "" || url.password !== "") throw refuse("must not hold a user name or a password");
  if (url.search !== "" || url.hash !== "") throw refuse("must end with its path, without `?` or `#`");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse("must begin with https://");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw refuse(
      "must begin with https:// (http:// would show the key to the network; it is for a loopback address only)",
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** Eleven characters that stand for a tenant; of one that is set by its name, the same as by its usual address. */
export function tenantHashOf(baseUrl: string): string {
  return createHash("sha256").update(`esper tenant ${baseUrl}`).digest("base64url").slice(0, 11);
}

/** In either case of its letters. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** A host name, as URL gives it, that stays on this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function readApiKey(given: string | undefined): string {
  const refuse = (what: string): SettingError =>
    new SettingError(names.apiKey.key, `The Esper API key ${what}: set it with ${waysToSet("apiKey")}.`);
  if (given === undefined) throw refuse("is not set");
  if (/[\r\n]/.test(given)) throw refuse("has a line break in the middle, so more than the key was copied");
  if (/^bearer\s/i.test(given)) throw refuse("must be the key alone, without the word Bearer");
  // What an HTTP header can carry, without blanks: a key with other characters was not copied right.
  if (!/^[\x21-\x7e]+$/.test(given)) throw refuse("has a blank or a character that no key has");
  return given;
}

function readEnterpriseId(given: string | undefined): string | undefined {
  if (given !== undefined && !isUuid(given)) {
    throw new SettingError(
      names.enterpriseId.key,
      `The Esper enterprise id must be a UUID: leave it unset (it is found out through the key), or set it with ${waysToSet("enterpriseId")}.`,
    );
  }
  return given;
}

function readCommandsApi(given: string | undefined): "request" | "v2" {
  if (given === undefined || given === "request") return "request";
  if (given === "v2") return "v2";
  throw new SettingError(
    names.commandsApi.key,
    `The commands API must be \`request\` or \`v2\`: set it with ${waysToSet("commandsApi")}.`,
  );
}

function readNumber(
  setting: "requestsPerMinute" | "pollSeconds" | "requestTimeoutSeconds",
  given: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (given === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SettingError(
    names[setting].key,
    `${names[setting].key} must be a number from ${least} to ${most}: set it with ${waysToSet(setting)}.`,
  );
}
