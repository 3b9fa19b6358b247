// Where the live service is known to differ from the official description, and where the description contradicts itself,
// each with its source. Contract tests allow these and nothing else; one that is never met is an error too.
// Section numbers and marks are those of docs/background/esper-api.md.

/** A change to the description, without which it could not be used to check anything. */
export interface DescriptionFix {
  /** Path of a `oneOf` within openapi.json. */
  readonly at: readonly string[];
  /** Which of its branches is meant. */
  readonly branch: string;
  readonly source: string;
}

export const descriptionFixes: readonly DescriptionFix[] = [
  {
    at: [
      "paths",
      "/v2/devices/",
      "get",
      "responses",
      "200",
      "content",
      "application/json",
      "schema",
      "properties",
      "content",
    ],
    branch: "#/components/schemas/OffsetPaginatedDeviceList",
    source: "2e: the oneOf cannot tell offset pages from cursor pages, any valid page fits both",
  },
  {
    at: ["components", "schemas", "OffsetPaginatedDeviceList", "properties", "results", "items"],
    branch: "#/components/schemas/AndroidDeviceV2",
    source: "2e: as above; the fleets of the tests are Androids",
  },
  {
    at: [
      "paths",
      "/v2/devices/{id}",
      "get",
      "responses",
      "200",
      "content",
      "application/json",
      "schema",
      "properties",
      "content",
    ],
    branch: "#/components/schemas/AndroidDeviceV2",
    source: "2e: as above",
  },
];

/** A place in an answer (or a request) that does not follow the description. */
export interface Deviation {
  readonly in: "answer" | "request";
  /** The route's path in openapi.json, as an expression. */
  readonly route: RegExp;
  /** Where in the body, as a JSON pointer. */
  readonly where: RegExp;
  /** The rule that is broken. */
  readonly keyword: string;
  readonly source: string;
}

const commandsV0 = /^\/commands\/v0\//;
const commandsV2 = /^\/v0\/enterprise\//;

export const deviations: readonly Deviation[] = [
  {
    in: "answer",
    route: /^\/commands\/v0\/(commands|status)\/$/,
    where: /^\/content\/results$/,
    keyword: "type",
    source: "3a: results may be null when empty [LIVE CLI-LIVE]",
  },
  {
    in: "answer",
    route: /^\/commands\/v0\/(commands|status)\/$/,
    where: /^\/content\/next$/,
    keyword: "type",
    source: "4e: next is null at the end [LIVE]; by the schema it may not be (2e)",
  },
  {
    in: "answer",
    route: commandsV0,
    where: /\/(devices|groups|reason|schedule_args|command_args)$/,
    keyword: "type",
    source: "3a: live requests have groups, reason and schedule_args null [LIVE]; reason of a status is null too (4a)",
  },
  {
    in: "answer",
    route: commandsV2,
    where: /^\/(next|previous)$/,
    keyword: "type",
    source: "4e: next and previous are null at the ends [LIVE]",
  },
  {
    in: "answer",
    route: commandsV2,
    where: /\/issued_by$/,
    keyword: "type",
    source: "3b: issued_by is an object live, a URL by the docs [LIVE]",
  },
  {
    in: "answer",
    route: commandsV2,
    where: /\/status\/\d+\/state$/,
    keyword: "format",
    source: "2e: V0CommandRequestStatus.state has format uuid, though it is a state",
  },
  {
    in: "answer",
    route: commandsV2,
    where: /\/command$/,
    keyword: "enum",
    source: "1: the V2 list of commands has none for certificates; whether V2 takes them is not known",
  },
  {
    in: "answer",
    route: commandsV2,
    where: /\/(schedule_args|reason)$/,
    keyword: "type",
    source: "3a: nulls where the description allows none [LIVE for commands v0, INF here]",
  },
  {
    in: "answer",
    route: /^\/v2\/devices\//,
    where: /\/(alias|group_id)$/,
    keyword: "type",
    source: "5a: a device nobody has named has no alias [INF]; group_id may be null [LIVE]",
  },
  {
    in: "answer",
    route: /^\/enterprise\/\{enterprise_id\}\/devicegroup\//,
    where: /\/parent$/,
    keyword: "type",
    source: "5d: the root group has no parent [INF]",
  },
  {
    in: "answer",
    route: /^\/v1\/token-info\/$/,
    where: /^\/(developer_app|source_refresh_token)$/,
    keyword: "type",
    source: "6: a personal key has neither an app nor a refresh token; nulls as in all live answers [INF]",
  },
  {
    in: "request",
    route: /^\/commands\/v0\/commands\/$/,
    where: /^\/device_type$/,
    keyword: "enum",
    source: "2a: the POST schema has only all; EXAMPLES and api.esper.io have active, inactive, all [DOC]",
  },
  {
    in: "request",
    route: commandsV2,
    where: /^\/command$/,
    keyword: "enum",
    source: "1: the V2 list of commands has none for certificates",
  },
  {
    in: "request",
    route: /command/,
    where: /^\/(devices|groups|schedule_args)$/,
    keyword: "type",
    source: "2a: Esper's own tool sends null for devices, groups and schedule_args [CODE EAST]",
  },
];
