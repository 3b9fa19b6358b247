// One certificate, driven as the engine drives it but in this process: check, diff, create, update, read and delete of the
// installed provider, in the engine's order, with the state carried on as JSON. For many combinations of faults, where a
// run of the real engine each would take minutes. What the provider prints is kept, not shown.

import { claims } from "../../provider/lifecycle/claims";
import { impact } from "../../provider/lifecycle/preview/impact";
import { tenantHashOf } from "../../provider/config";
import { certificate, deviceCertificates } from "../../provider/provider";

export type Did = "refused" | "created" | "updated" | "replaced" | "refreshed" | "deleted" | "nothing";

export interface Ended {
  readonly did: Did;
  /** What the engine would print as the resource's error; absent when it ended well. */
  readonly error?: string;
}

type Json = Readonly<Record<string, unknown>>;

interface Stored {
  readonly id: string;
  readonly inputs: Json;
  readonly outputs: Json;
  /** The last operation was a partial failure; the engine then updates, whatever `diff` says. */
  readonly isPartial: boolean;
}

/** Lines that providers printed since the process began, of all stacks. */
export const printed: string[] = [];

const operations = { running: 0, print: console.log };

async function listening<T>(operation: () => Promise<T>): Promise<T> {
  if (operations.running === 0) {
    operations.print = console.log;
    console.log = (...words: unknown[]) => void printed.push(words.join(" "));
  }
  operations.running += 1;
  try {
    return await operation();
  } finally {
    operations.running -= 1;
    if (operations.running === 0) console.log = operations.print;
  }
}

export class QuickStack {
  private stored: Stored | undefined;
  /** Copies that were replaced and whose removal failed: the engine tries again with its next run. */
  private replaced: readonly Stored[] = [];
  private readonly urn: string;

  constructor(
    name: string,
    /** The stack's configuration, keys with their namespace, such as `esper:apiKey`. */
    private readonly config: Readonly<Record<string, string>>,
    private readonly kind: "certificate" | "deviceCertificates" = "certificate",
  ) {
    const type = kind === "certificate" ? "Certificate" : "DeviceCertificates";
    this.urn = `urn:pulumi:test::fleet::pulumi-nodejs:dynamic/esper:${type}::${name}`;
  }

  /** What the state holds of the resource; undefined when it holds none. */
  get outputs(): Json | undefined {
    return this.stored?.outputs;
  }

  /** Whether the state holds nothing of it, not even a copy that is still to be removed. */
  get isEmpty(): boolean {
    return this.stored === undefined && this.replaced.length === 0;
  }

  /** The inputs that the state holds. */
  get inputs(): Json | undefined {
    return this.stored?.inputs;
  }

  /** What a process leaves behind that is killed during `run`: Esper has heard what it said, and the state has not. */
  async killedAfter(run: () => Promise<Ended>): Promise<void> {
    const { stored } = this;
    await run();
    this.stored = stored;
  }

  /** The state of another one; a run from here on is one that this one's state does not know. */
  adopt({ stored }: QuickStack): void {
    this.stored = stored;
  }

  /** Each run of the engine has a process of its own, in which nothing has been seen yet. */
  begin(): void {
    const { "esper:baseUrl": baseUrl } = this.config;
    if (baseUrl !== undefined) claims.forget(tenantHashOf(baseUrl));
    impact.begin();
  }

  async up(args: Json, isRunOfItsOwn = true): Promise<Ended> {
    const before = this.replaced;
    const ended = await this.apply(args, isRunOfItsOwn);
    if (before.length === 0) return ended;
    const error = await listening(() => this.removeReplaced());
    return error === undefined ? ended : { ...ended, error: [ended.error, error].filter(Boolean).join("\n") };
  }

  private async apply(args: Json, isRunOfItsOwn: boolean): Promise<Ended> {
    return listening(async () => {
      if (isRunOfItsOwn) this.begin();
      const provider = await this.provider();
      const text = `exports.handler = () => require("pulumi-esper/provider").${this.kind}("${this.urn}")`;
      const news = asJson({ ...args, __provider: text });
      const checked = await provider.check(this.stored?.inputs ?? {}, news);
      if (checked.failures !== undefined && checked.failures.length > 0) {
        return { did: "refused", error: checked.failures.map(({ reason }) => reason).join("\n") };
      }
      const inputs = asJson(checked.inputs ?? news);
      const { stored } = this;
      if (stored === undefined) return this.create(inputs);
      const { changes, replaces, deleteBeforeReplace } = await provider.diff(stored.id, stored.outputs, inputs);
      if (replaces.length > 0) return this.replace(stored, inputs, deleteBeforeReplace);
      if (!changes && !stored.isPartial) return { did: "nothing" };
      return this.keep("updated", inputs, async () => {
        const { outs } = await provider.update(stored.id, stored.outputs, inputs);
        return { id: stored.id, outputs: outs };
      });
    });
  }

  async refresh(): Promise<Ended> {
    return listening(async () => {
      this.begin();
      const { stored } = this;
      if (stored === undefined) return { did: "nothing" };
      const provider = await this.provider();
      return this.keep("refreshed", stored.inputs, async () => {
        const { id, props, inputs } = await provider.read(stored.id, stored.outputs);
        return { id, outputs: props, ...(inputs === undefined ? {} : { inputs }) };
      });
    });
  }

  async destroy(isRunOfItsOwn = true): Promise<Ended> {
    return listening(async () => {
      if (isRunOfItsOwn) this.begin();
      if (this.isEmpty) return { did: "nothing" };
      const left = await this.removeReplaced();
      const error = this.stored === undefined ? left : ((await this.remove(this.stored)) ?? left);
      if (error !== undefined) return { did: "deleted", error };
      this.stored = undefined;
      return { did: "deleted" };
    });
  }

  // A fresh one for each operation, as a run of the engine has a process of its own.
  private async provider(): Promise<ReturnType<typeof certificate>> {
    const provider = this.kind === "certificate" ? certificate(this.urn) : deviceCertificates(this.urn);
    await provider.configure({ config: { get: (key) => this.config[key] } });
    return provider;
  }

  private async create(inputs: Json): Promise<Ended> {
    const provider = await this.provider();
    return this.keep("created", inputs, async () => {
      const { id, outs } = await provider.create(inputs);
      return { id, outputs: outs };
    });
  }

  private async replace(stored: Stored, inputs: Json, oldFirst: boolean): Promise<Ended> {
    if (oldFirst) {
      const error = await this.remove(stored);
      if (error !== undefined) return { did: "replaced", error };
      this.stored = undefined;
    }
    const created = await this.create(inputs);
    const error = created.error ?? (oldFirst ? undefined : await this.remove(stored));
    if (!oldFirst && error !== undefined && this.stored !== stored) this.replaced = [...this.replaced, stored];
    return { did: "replaced", ...(error === undefined ? {} : { error }) };
  }

  /** @returns the error of those that still could not be removed */
  private async removeReplaced(): Promise<string | undefined> {
    const left: Stored[] = [];
    const errors: string[] = [];
    for (const stored of this.replaced) {
      const error = await this.remove(stored);
      if (error === undefined) continue;
      left.push(stored);
      errors.push(error);
    }
    this.replaced = left;
    return errors.length === 0 ? undefined : errors.join("\n");
  }

  private async remove({ id, outputs }: Stored): Promise<string | undefined> {
    const provider = await this.provider();
    try {
      await provider.delete(id, outputs);
      return undefined;
    } catch (error) {
      return wordsOf(error);
    }
  }

  /** Stores what an operation returned, or what a partial failure carries, as the engine does. */
  private async keep(
    did: Did,
    inputs: Json,
    operation: () => Promise<{ readonly id: string; readonly outputs: Json; readonly inputs?: Json }>,
  ): Promise<Ended> {
    try {
      const made = await operation();
      const kept = { id: made.id, inputs: asJson(made.inputs ?? inputs), outputs: asJson(made.outputs) };
      this.stored = { ...kept, isPartial: false };
      return { did };
    } catch (error) {
      const partial = partialOf(error);
      if (partial !== undefined) this.stored = { ...partial, inputs, isPartial: true };
      return { did, error: wordsOf(error) };
    }
  }
}

function partialOf(error: unknown): { readonly id: string; readonly outputs: Json } | undefined {
  if (!(error instanceof Error) || !("id" in error) || !("properties" in error)) return undefined;
  const { id, properties } = error;
  return typeof id === "string" && isJson(properties) ? { id, outputs: asJson(properties) } : undefined;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  return error.message;
}

/** A value on its way through the engine. An `undefined` anywhere in it would hang the engine, so it is an error here. */
function asJson(value: Json): Json {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (inner === undefined) throw new Error(`The provider handed over an undefined ${key}.`);
    return inner;
  });
  const copy: unknown = JSON.parse(text);
  if (!isJson(copy)) throw new Error("The provider handed over what is no object.");
  return copy;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
