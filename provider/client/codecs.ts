// Esper's JSON as io-ts codecs, and the spellings under which the same thing may come, folded into one before a codec
// reads it: envelope or bare, created_at or created_on, a device as UUID or as URL, `results: null`.
// A leaf: shapes only. Unknown fields are allowed; a field stands here only when something reads it.
// Sources: test/fixtures/esper/openapi.json and docs/background/esper-api.md, 3 to 5.

import { isLeft, map } from "fp-ts/Either";
import * as t from "io-ts";

const text = t.string;

/** UUIDs are shorter by far; what is kept of a million rows must not be as long as an answer may be. */
const idText = new t.Type<string>(
  "id",
  isId,
  (given, context) => (isId(given) ? t.success(given) : t.failure(given, context)),
  (id) => id,
);

function isId(given: unknown): given is string {
  return typeof given === "string" && given.length <= 1_000;
}

function maybe<C extends t.Mixed>(codec: C): t.UnionC<[C, t.NullC, t.UndefinedC]> {
  return t.union([codec, t.null, t.undefined]);
}

const CountJson = t.type({ state: text, total: t.number });

/** A command request, from either endpoint. */
export const CommandJson = t.intersection([
  t.type({ id: idText, command: text, command_type: text, created_at: text }),
  t.partial({
    devices: maybe(listOf(text)),
    groups: maybe(listOf(text)),
    alias: maybe(text),
    command_args: maybe(t.UnknownRecord),
    schedule: maybe(text),
    schedule_args: maybe(t.UnknownRecord),
    /** V2 only: its counts come with the request. */
    status: maybe(listOf(CountJson)),
  }),
]);

/** The answer to a POST: what was sent is known, so only the id must be there. */
export const AcceptedJson = t.intersection([t.type({ id: idText }), t.partial({ created_at: maybe(text) })]);

export const StatsJson = t.type({ status: listOf(CountJson) });

export const StatusJson = t.intersection([
  t.type({ id: idText, request: idText, device: idText, state: text, updated_at: text }),
  t.partial({ reason: maybe(text), created_at: maybe(text) }),
]);

/** Under which of these names, and whether alone or in a list, is not described. */
const ImeiJson = maybe(t.union([text, t.UnknownArray]));

export const DeviceJson = t.intersection([
  t.type({ id: idText }),
  t.partial({
    name: maybe(text),
    alias: maybe(text),
    platform: maybe(text),
    os: maybe(text),
    serial: maybe(text),
    state: maybe(t.number),
    os_version: maybe(text),
    group_id: maybe(text),
    tags: maybe(t.UnknownArray),
    software_info: maybe(t.partial({ os_version: maybe(text) })),
    created_at: maybe(text),
    last_seen: maybe(text),
    network_info: maybe(t.partial({ imei: ImeiJson, imei1: ImeiJson, imei_1: ImeiJson, imeis: ImeiJson })),
  }),
]);

export const GroupJson = t.intersection([
  t.type({ id: idText, name: text }),
  t.partial({ path: maybe(text), device_count: maybe(t.number) }),
]);

export const TokenInfoJson = t.type({ enterprise: text });

/** One page of a list. */
export function pageOf<A>(item: t.Type<A, unknown>) {
  return t.intersection([t.type({ results: listOf(item, oneSpelling) }), t.partial({ count: maybe(t.number) })]);
}

/** Row by row, and no further than the first fault: a fault in each of a million rows would be a million errors. */
function listOf<A>(item: t.Type<A, unknown>, spelled = (row: unknown): unknown => row): t.Type<readonly A[], unknown> {
  const isList = (given: unknown): given is readonly A[] => Array.isArray(given) && given.every((row) => item.is(row));
  return new t.Type<readonly A[], unknown>(
    `list of ${item.name}`,
    isList,
    (given, context) => {
      if (!Array.isArray(given)) return t.failure(given, context);
      const rows: A[] = [];
      for (const [index, row] of given.entries()) {
        const spelling = spelled(row);
        const decoded = item.validate(spelling, t.appendContext(context, String(index), item, spelling));
        if (isLeft(decoded)) return decoded;
        rows.push(decoded.right);
      }
      return t.success(rows);
    },
    (rows) => rows,
  );
}

/**
 * What is kept of a row. A row as Esper sends it is many times larger, and one that outlives the decoding of its page is
 * garbage that the engine's heap grows by.
 */
export function keptOf<A, B>(row: t.Type<A, unknown>, keep: (row: A) => B): t.Type<B, unknown> {
  // What was kept comes from nowhere but here.
  const isKept = (_given: unknown): _given is B => false;
  // A check alone leaves no garbage; only a row that is none is looked at for the reason, in words of the row's own parts.
  const decode: t.Validate<unknown, B> = (given, context) =>
    row.is(given)
      ? t.success(keep(given))
      : map(keep)(
          row.validate(given, [...context.slice(0, -1), ...context.slice(-1).map((last) => ({ ...last, type: row }))]),
        );
  return new t.Type<B, unknown>(row.name, isKept, decode, t.identity);
}

export const Anything = t.unknown;

/** Takes the content out of its envelope, if it came in one, and folds the spellings of what is inside. */
export function unwrap(answer: unknown): unknown {
  const inner = isRecord(answer) && "content" in answer && !("id" in answer) ? answer["content"] : answer;
  if (!isRecord(inner)) return inner;
  if (!("results" in inner)) return oneSpelling(inner);
  const { results } = inner;
  // The rows get their one spelling where they are decoded, one by one.
  return { ...inner, results: results ?? [] };
}

function oneSpelling(item: unknown): unknown {
  if (!isRecord(item)) return item;
  const createdAt = item["created_at"] ?? item["created_on"];
  const updatedAt = item["updated_at"] ?? item["updated_on"] ?? createdAt;
  return {
    ...item,
    ...(createdAt !== undefined && { created_at: createdAt }),
    ...(updatedAt !== undefined && { updated_at: updatedAt }),
    ...("device" in item ? { device: lastOfUrl(deviceIn(item)) } : {}),
    ...("request" in item ? { request: lastOfUrl(item["request"]) } : {}),
    ...("enterprise" in item ? { enterprise: lastOfUrl(item["enterprise"]) } : {}),
  };
}

/** V2 gives the device as a URL, and its id under `meta`. */
function deviceIn(item: Readonly<Record<string, unknown>>): unknown {
  const meta = item["meta"];
  const device = isRecord(meta) ? meta["device"] : undefined;
  return isRecord(device) && typeof device["id"] === "string" ? device["id"] : item["device"];
}

/** The id at the end of a URL; an id stays as it is. */
function lastOfUrl(value: unknown): unknown {
  if (typeof value !== "string" || !value.includes("/")) return value;
  const [path = ""] = value.split(/[?#]/, 1);
  return path.split("/").findLast((part) => part !== "") ?? "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
