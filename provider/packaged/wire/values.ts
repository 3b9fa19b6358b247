// Values as Pulumi's wire has them: protobuf's structs, in which a secret is an object with a mark, and what a preview does
// not know yet is a placeholder text. Pure; it knows no resource and no service.

import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isObject, unknownValue, type RawObject } from "../../lifecycle/arguments/reader";

// The marks of pulumi/pulumi sdk/go/common/resource/sig: an object with this key is no plain object, and the value says which.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A path into a value: names of objects' properties, where `anyName` stands for each of an object's. */
export type Path = readonly string[];

export const anyName = "*";

/** What came in; an empty object where nothing did. Secrets still have their mark. */
export function fromStruct(struct: Struct | undefined): RawObject {
  const value: unknown = struct?.toJavaScript() ?? {};
  return isObject(value) ? value : {};
}

/** JSON drops every `undefined`, for which the wire has no word. */
export function toStruct(value: RawObject): Struct {
  const plain = JSON.parse(JSON.stringify(value)) as Record<string, JavaScriptValue>;
  return Struct.fromJavaScript(plain);
}

/** The same without any mark of a secret. */
export function inClear(value: unknown): unknown {
  if (isSecret(value)) return inClear(value["value"]);
  if (Array.isArray(value)) return value.map(inClear);
  return isObject(value) ? mapped(value, (_name, inner) => inClear(inner)) : value;
}

/** As `inClear`, for the properties of a resource. */
export function propertiesInClear(value: RawObject): RawObject {
  const clear = inClear(value);
  return isObject(clear) ? clear : {};
}

/** Marks what has a mark at the same place in the other value. */
export function markedLike(value: RawObject, other: RawObject): RawObject {
  return mapped(value, (name, inner) => marked(inner, other[name]));
}

function marked(value: unknown, other: unknown): unknown {
  if (isSecret(other)) return secret(value);
  if (isSecret(value)) return value;
  if (isObject(value) && isObject(other)) return markedLike(value, other);
  if (Array.isArray(value) && Array.isArray(other)) return value.map((inner, index) => marked(inner, other[index]));
  return value;
}

/** Marks what stands at these paths. */
export function markedAt(value: RawObject, paths: readonly Path[]): RawObject {
  return mapped(value, (name, inner) => {
    const below = paths.filter(([first]) => first === name || first === anyName).map(([, ...rest]) => rest);
    if (below.some((path) => path.length === 0)) return secret(inner);
    return below.length > 0 && isObject(inner) && !isSecret(inner) ? markedAt(inner, below) : inner;
  });
}

/** What is not known, secret or not, and what is not there stays as it is. */
function secret(value: unknown): unknown {
  if (isSecret(value) || value === undefined || value === null || value === unknownValue) return value;
  return { [signatureKey]: secretSignature, value };
}

function isSecret(value: unknown): value is RawObject {
  return isObject(value) && value[signatureKey] === secretSignature;
}

/** Without a way for a name such as `__proto__` to be more than a name. */
function mapped(value: RawObject, change: (name: string, inner: unknown) => unknown): RawObject {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(name, inner)]));
}
