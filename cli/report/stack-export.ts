// Reads what `pulumi stack export` prints: which stack, as of when, and the certificates in it with their stored outputs.
// Pure: a text in, plain data out. What encrypted values there are stay behind here; nothing secret is passed on.

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { isObject, type RawObject } from "../../provider/lifecycle/arguments/reader";
import { issuerIn } from "./issued/issued-facts";
import { certificateType, deviceCertificatesType } from "../../provider/type-token";

/** How the engine marks a secret in an export (pulumi/pulumi sdk/go/common/resource/sig). */
const secretMark = "4dabf18193072939515e22adb298388d";

const ResourceJson = t.intersection([
  t.type({ urn: t.string, type: t.string }),
  t.partial({ inputs: t.UnknownRecord, outputs: t.UnknownRecord, delete: t.boolean }),
]);

const ExportJson = t.type({
  deployment: t.intersection([
    t.type({ manifest: t.partial({ time: t.string }) }),
    t.partial({
      resources: t.union([t.array(ResourceJson), t.null]),
      pending_operations: t.union([t.array(t.type({ resource: ResourceJson, type: t.string })), t.null]),
    }),
  ]),
});

/** A certificate as the stack holds it. */
export interface StoredCertificate {
  readonly urn: string;
  /** Its stored outputs without secrets. */
  readonly outputs: RawObject;
  /** Names of the outputs that are secrets, and so are not in `outputs`. */
  readonly secrets: readonly string[];
  /** What a refresh wrote into the inputs. */
  readonly drift?: string;
  /** Who makes the certificates of its devices, by the inputs; absent where none does, or where that is a secret. */
  readonly issuer?: string;
  /** An old copy that a replacement has left to be deleted. */
  readonly isLeftOver: boolean;
}

/** An operation on a certificate that a run was cut off in. */
export interface CutOff {
  readonly urn: string;
  /** The engine's word, for example `creating`. */
  readonly doing: string;
}

export interface StackExport {
  /** Empty when no resource tells it. */
  readonly stack: string;
  readonly project: string;
  /** ISO instant of the last change of the stack; absent when the export has none. */
  readonly changedAt?: string;
  readonly certificates: readonly StoredCertificate[];
  readonly cutOff: readonly CutOff[];
}

/** @throws Error with one sentence when the text is no stack export */
export function readStackExport(text: string): StackExport {
  const decoded = ExportJson.decode(parse(text));
  if (!isRight(decoded)) {
    throw new Error(
      "This is JSON, but not what `pulumi stack export` prints: it has no `deployment` as Pulumi writes it.",
    );
  }
  const { manifest, resources, pending_operations: pending } = decoded.right.deployment;
  const all = resources ?? [];
  const [, , stack = "", project = ""] = (all[0]?.urn ?? "").split(":").filter((part) => part !== "");
  const changedAt = Date.parse(manifest.time ?? "");
  return {
    stack,
    project,
    // An empty stack has the year 1.
    ...(changedAt > 0 && { changedAt: new Date(changedAt).toISOString() }),
    certificates: all.filter(({ type }) => ownTypes.includes(type)).map(stored),
    cutOff: (pending ?? [])
      .filter(({ resource }) => ownTypes.includes(resource.type))
      .map(({ resource, type }) => ({ urn: resource.urn, doing: type })),
  };
}

const ownTypes: readonly string[] = [certificateType, deviceCertificatesType];

export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function parse(text: string): unknown {
  const bare = text.replace(/^\uFEFF/u, "").trim();
  if (bare === "")
    throw new Error("There is nothing to read: pipe the output of `pulumi stack export`, or name its file.");
  try {
    return JSON.parse(bare);
  } catch {
    // The parser's message quotes the text, in which everything may stand.
    throw new Error("This is not what `pulumi stack export` prints: it is no JSON.");
  }
}

function stored({ urn, inputs, outputs, delete: isLeftOver }: t.TypeOf<typeof ResourceJson>): StoredCertificate {
  const entries = Object.entries(outputs ?? {});
  const { drift, source } = inputs ?? {};
  const issuer = holdsSecret(source) ? undefined : issuerIn(source);
  return {
    urn,
    outputs: Object.fromEntries(entries.filter(([, value]) => !holdsSecret(value))),
    secrets: entries.filter(([, value]) => holdsSecret(value)).map(([name]) => name),
    ...(typeof drift === "string" && { drift }),
    ...(issuer !== undefined && { issuer }),
    isLeftOver: isLeftOver === true,
  };
}

function holdsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (!isObject(value)) return false;
  return secretMark in value || Object.values(value).some(holdsSecret);
}
