// One resource of a stack on Pulumi's wire: what the engine asks for in plain objects with marks of secrets, and the
// operations that know of no such marks. It keeps secret what came in as a secret, answers previews, and shows drift.

import type { Failure, RawObject } from "../lifecycle/arguments/reader";
import { unknownValue } from "../lifecycle/arguments/reader";
import { detailedDiff, type PathDiff } from "./detailed-diff";
import { limited, type Limit } from "./limit";
import type { Operations } from "../operations/operations";
import type { ResourceKind } from "./resources";
import { markedAt, markedLike, propertiesInClear } from "./wire/values";

export interface Made {
  readonly id: string;
  readonly properties: RawObject;
  readonly problems: readonly string[];
}

export interface ReadMade {
  readonly id: string;
  readonly properties: RawObject;
  readonly inputs: RawObject;
}

export interface Diffed {
  readonly changes: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly details: ReadonlyMap<string, PathDiff>;
}

export class WireResource {
  /** It was read in this run, and nothing else has happened since. */
  private isJustRead = false;
  private isJustImported = false;

  constructor(
    private readonly operations: Operations,
    private readonly kind: ResourceKind,
  ) {}

  async check(
    olds: RawObject,
    news: RawObject,
  ): Promise<{ readonly inputs: RawObject; readonly failures: readonly Failure[] }> {
    // The engine checks what an import has read, which has no source as yet; the program's own arguments come later.
    if (this.isJustImported && news["source"] === undefined) return { inputs: news, failures: [] };
    const { inputs, failures } = await this.operations.check(propertiesInClear(olds), propertiesInClear(news));
    return { inputs: markedAt(markedLike(inputs, news), this.kind.secretInputs), failures };
  }

  async diff(outputs: RawObject, oldInputs: RawObject, news: RawObject): Promise<Diffed> {
    const after = propertiesInClear(news);
    const before = propertiesInClear(oldInputs);
    const { isJustRead } = this;
    this.isJustRead = false;
    const { changes, replaces, deleteBeforeReplace } = await this.operations.diff(propertiesInClear(outputs), after);
    const details = new Map(changes ? detailedDiff({ before, after }, replaces) : []);
    // After a read the engine asks with both sides turned round, to show what the read has found.
    const showsDrift = isJustRead && details.has("drift");
    if (showsDrift) details.set("coverage", { kind: "update", isReplacement: false, isInput: false });
    return { changes, replaces, deleteBeforeReplace, details };
  }

  async create(news: RawObject, limit: Limit): Promise<Made> {
    const saved = await this.operations.create(propertiesInClear(news), (context) => limited(context, limit));
    return { ...saved, properties: this.marked(saved.outputs, news) };
  }

  async update(id: string, outputs: RawObject, news: RawObject, limit: Limit): Promise<Made> {
    const [before, after] = [propertiesInClear(outputs), propertiesInClear(news)];
    const saved = await this.operations.update(id, before, after, (context) => limited(context, limit));
    return { ...saved, properties: this.marked(saved.outputs, news) };
  }

  /** The outputs of a create or update that is only previewed: what is written is known, and the rest is not. */
  previewed({ source, ...written }: RawObject): RawObject {
    const unknown = this.kind.outputs.filter((name) => written[name] === undefined);
    return { ...Object.fromEntries(unknown.map((name) => [name, unknownValue])), ...written };
  }

  async read(id: string, outputs: RawObject, inputs: RawObject): Promise<ReadMade> {
    this.isJustRead = true;
    if (outputs["record"] === undefined) return this.import(id);
    const { drift: driftBefore, ...written } = inputs;
    const found = await this.operations.read(propertiesInClear(outputs));
    const drift = found.drift === undefined ? {} : { drift: found.drift };
    return { id, properties: this.marked({ ...found.outputs, ...drift }, outputs), inputs: { ...written, ...drift } };
  }

  async delete(outputs: RawObject, limit: Limit): Promise<void> {
    await this.operations.delete(propertiesInClear(outputs), (context) => limited(context, limit));
  }

  private async import(id: string): Promise<ReadMade> {
    const { outputs, inputs } = await this.operations.import(id);
    this.isJustImported = true;
    return { id, properties: outputs, inputs };
  }

  /** With secrets accepted, the engine no longer copies the mark of an input to the output of the same name. */
  private marked(outputs: RawObject, inputs: RawObject): RawObject {
    return markedAt(markedLike(outputs, inputs), this.kind.secretOutputs);
  }
}
