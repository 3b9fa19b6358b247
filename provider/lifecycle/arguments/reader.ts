// Reads what a program wrote, field by field, and collects every objection with its nested path.
// It must not know what a certificate is. Three rules hold for every field:
//   - a value that Pulumi does not know yet (a preview's placeholder) passes unjudged;
//   - a message never repeats the value: any input may be a secret;
//   - a failure never names a top-level property, since the engine prints that property's value in clear
//     (measured with CLI 3.250): its name stands in the sentence instead.

import { printable } from "../../printable";
import { closestName } from "./closest-name";

/** What the engine sends for a value that a preview cannot know (pulumi/pulumi pkg/resource/plugin/rpc.go:73). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Failure {
  /** A nested path such as `source.password`, or "". */
  readonly property: string;
  readonly reason: string;
}

export type RawObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is RawObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the placeholder occurs anywhere in the value. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

export class Fields {
  constructor(
    private readonly raw: RawObject,
    private readonly path: string,
    private readonly failures: Failure[],
  ) {}

  fail(name: string, reason: string): undefined {
    const shown = printable(name);
    const path = this.path === "" ? shown : `${this.path}.${shown}`;
    const nested = this.path !== "";
    this.failures.push(nested ? { property: path, reason } : { property: "", reason: `${path}: ${reason}` });
    return undefined;
  }

  /** Refuses the names given that are none of `known`; `silent` ones are not the program's, and not spoken of. */
  refuseOthers(known: readonly string[], silent: readonly string[] = []): void {
    for (const name of Object.keys(this.raw)) {
      if (known.includes(name) || silent.includes(name)) continue;
      const meant = closestName(name, known);
      const guess = meant === undefined ? "" : ` (did you mean ${meant}?)`;
      this.fail(name, `there is no such argument${guess}; known are ${known.join(", ")}`);
    }
  }

  /** The names of the fields that the program gave. */
  names(): readonly string[] {
    return Object.keys(this.raw).filter((name) => this.has(name));
  }

  /** Whether the program gave this field at all. */
  has(name: string): boolean {
    const value = this.raw[name];
    return value !== undefined && value !== null;
  }

  isUnknown(name: string): boolean {
    return this.raw[name] === unknownValue;
  }

  string(name: string): string | undefined {
    return this.read(name, (value) => (typeof value === "string" ? value : undefined), "must be a string");
  }

  boolean(name: string): boolean | undefined {
    return this.read(name, (value) => (typeof value === "boolean" ? value : undefined), "must be true or false");
  }

  number(name: string, least: number, wanted: string): number | undefined {
    const read = (value: unknown): number | undefined =>
      typeof value === "number" && Number.isFinite(value) && value >= least ? value : undefined;
    return this.read(name, read, `must be ${wanted}`);
  }

  integer(name: string, least: number, wanted: string): number | undefined {
    const read = (value: unknown): number | undefined =>
      typeof value === "number" && Number.isInteger(value) && value >= least ? value : undefined;
    return this.read(name, read, `must be ${wanted}`);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.read(
      name,
      (value) => choices.find((choice) => choice === value),
      `must be one of ${choices.map((choice) => `"${choice}"`).join(", ")}`,
    );
  }

  list(name: string): readonly unknown[] | undefined {
    return this.read(name, (value) => (Array.isArray(value) ? [...(value as unknown[])] : undefined), "must be a list");
  }

  /** A nested object, as fields of its own. */
  object(name: string): Fields | undefined {
    const raw = this.read(name, (value) => (isObject(value) ? value : undefined), "must be an object");
    return raw && new Fields(raw, this.path === "" ? name : `${this.path}.${name}`, this.failures);
  }

  value(name: string): unknown {
    return this.raw[name];
  }

  private read<T>(name: string, reading: (value: unknown) => T | undefined, objection: string): T | undefined {
    if (!this.has(name) || this.isUnknown(name)) return undefined;
    const value = reading(this.raw[name]);
    return value === undefined ? this.fail(name, objection) : value;
  }
}
