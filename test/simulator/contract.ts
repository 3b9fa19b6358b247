// Checks requests and answers against the official description of Esper's API, by ajv.
// It knows no simulator and no client: what they send and say comes in as plain values.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Deviation } from "./deviations";
import { descriptionFixes, deviations } from "./deviations";
import { field, list } from "./tenant";

export interface Exchange {
  readonly method: string;
  /** The route's path in openapi.json, for example /commands/v0/commands/{id}/ */
  readonly route: string;
  readonly status: number;
  readonly body: unknown;
}

export interface Contract {
  /** The method and path of every operation that is described. */
  readonly operations: readonly { readonly method: string; readonly route: string }[];
  /** What is wrong with an answer; empty when it is right, or differs in a known way only. */
  answerFaults(exchange: Exchange): readonly string[];
  /** The same for the body of a request. */
  requestFaults(exchange: Omit<Exchange, "status">): readonly string[];
  /** The values of an enumeration among the schemas. */
  commandNames(schema: "DeviceCommandEnum" | "V0DeviceCommandEnum"): readonly string[];
  /** Deviations that were met so far. */
  readonly met: ReadonlySet<Deviation>;
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function setIn(value: unknown, path: readonly string[], part: unknown): void {
  const parent = field(value, ...path.slice(0, -1));
  const last = path.at(-1) ?? "";
  if (typeof parent !== "object" || parent === null || !("oneOf" in objectOf(field(parent, last)))) {
    throw new Error(`openapi.json has no oneOf at ${path.join("/")}.`);
  }
  Object.assign(parent, { [last]: part });
}

export function readContract(): Contract {
  const file = join(__dirname, "..", "fixtures", "esper", "openapi.json");
  const description: unknown = JSON.parse(readFileSync(file, "utf8"));
  for (const fix of descriptionFixes) setIn(description, fix.at, { $ref: fix.branch });
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  // OpenAPI's own words for formats, which JSON Schema does not have.
  ajv.addFormat("url", /^https?:\/\//);
  ajv.addFormat("integer", /^\d+$/);
  ajv.addSchema(objectOf(description), "openapi");
  const met = new Set<Deviation>();

  const schemaAt = (...path: readonly string[]): ValidateFunction | undefined => {
    if (field(description, ...path) === undefined) return undefined;
    const pointer = path.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    return ajv.getSchema(`openapi#/${pointer}`);
  };

  const faultsOf = (
    kind: Deviation["in"],
    route: string,
    validate: ValidateFunction,
    body: unknown,
  ): readonly string[] => {
    if (validate(body)) return [];
    const isKnown = (error: ErrorObject): boolean => {
      const known = deviations.filter(
        (deviation) =>
          deviation.in === kind &&
          deviation.keyword === error.keyword &&
          deviation.route.test(route) &&
          deviation.where.test(error.instancePath),
      );
      for (const deviation of known) met.add(deviation);
      return known.length > 0;
    };
    return (validate.errors ?? [])
      .filter((error) => !isKnown(error))
      .map(({ instancePath, keyword, message }) => `${route} ${instancePath}: ${keyword}: ${message ?? ""}`);
  };

  const json = ["content", "application/json", "schema"];
  return {
    met,
    commandNames: (schema) => list(field(description, "components", "schemas", schema, "enum")).map(String),
    operations: Object.entries(objectOf(field(description, "paths"))).flatMap(([route, methods]) =>
      Object.keys(objectOf(methods))
        .filter((method) => ["get", "post", "put"].includes(method))
        .map((method) => ({ method: method.toUpperCase(), route })),
    ),
    answerFaults: ({ method, route, status, body }) => {
      const answer = ["paths", route, method.toLowerCase(), "responses", String(status)];
      if (field(description, ...answer) === undefined)
        return [`${method} ${route}: the status ${status} is not described`];
      const validate = schemaAt(...answer, ...json);
      if (validate === undefined)
        return body === undefined ? [] : [`${method} ${route} ${status}: a body is not described`];
      return faultsOf("answer", route, validate, body);
    },
    requestFaults: ({ method, route, body }) => {
      const validate = schemaAt("paths", route, method.toLowerCase(), "requestBody", ...json);
      return validate === undefined
        ? [`${method} ${route}: takes no body`]
        : faultsOf("request", route, validate, body);
    },
  };
}
