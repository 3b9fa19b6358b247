// The schema as the engine and the generators of SDKs read it, and what this plugin itself takes from it: which inputs are
// secret, and which outputs there are. schema.json is written by tools/make-schema.ts.

import { readFileSync } from "node:fs";
import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import json from "./schema.json";
import { anyName, type Path } from "./wire/values";

const ReferenceCodec = t.partial({ $ref: t.string });
const PropertyCodec = t.intersection([
  ReferenceCodec,
  t.partial({ secret: t.boolean, additionalProperties: ReferenceCodec }),
]);
const PropertiesCodec = t.record(t.string, PropertyCodec);
const SchemaCodec = t.type({
  types: t.record(t.string, t.type({ properties: PropertiesCodec })),
  resources: t.record(t.string, t.type({ properties: PropertiesCodec, inputProperties: PropertiesCodec })),
});

const PackageCodec = t.type({ version: t.string });

const schema = decoded(SchemaCodec, json);

/** The package's own version. */
export function packageVersion(): string {
  const text: unknown = JSON.parse(readFileSync(require.resolve("pulumi-esper/package.json"), "utf8"));
  return decoded(PackageCodec, text).version;
}

export function schemaText(): string {
  return JSON.stringify({ ...json, version: packageVersion() });
}

/** The outputs of a resource that its schema declares. */
export function outputsOf(token: string): readonly string[] {
  return Object.keys(schema.resources[token]?.properties ?? {});
}

/** Where in a resource's inputs something stands that is to be a secret, whatever the program says of it. */
export function secretInputsOf(token: string): readonly Path[] {
  return secretsIn(schema.resources[token]?.inputProperties ?? {});
}

function secretsIn(properties: t.TypeOf<typeof PropertiesCodec>): readonly Path[] {
  return Object.entries(properties).flatMap(([name, { $ref, secret, additionalProperties }]): readonly Path[] => {
    if (secret === true) return [[name]];
    const below = (reference: string | undefined): readonly Path[] =>
      secretsIn(schema.types[reference?.replace("#/types/", "") ?? ""]?.properties ?? {});
    return [
      ...below($ref).map((path) => [name, ...path]),
      ...below(additionalProperties?.$ref).map((path) => [name, anyName, ...path]),
    ];
  });
}

function decoded<T>(codec: t.Type<T>, value: unknown): T {
  const result = codec.decode(value);
  if (isRight(result)) return result.right;
  throw new Error("pulumi-esper cannot read its own files; install it again.");
}
