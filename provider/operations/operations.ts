// What the faces of the provider and the operations on a resource hand each other, on plain data.

import type { Settings as Connection } from "../config";
import type { Progress } from "../engine/progress";
import type { Failure, RawObject } from "../lifecycle/arguments/reader";
import type { OperationContext } from "../lifecycle/context";

/** What stands between the operations and the engine. */
export interface Face {
  readonly urn: string;
  readonly progress: Progress;
  /** Throws where a setting is missing. */
  readonly settings: () => Connection;
}

/** What a run leaves behind; with problems it has failed in part, and the engine keeps the outputs all the same. */
export interface Saved {
  readonly id: string;
  readonly outputs: RawObject;
  readonly problems: readonly string[];
}

export interface ReadBack {
  readonly outputs: RawObject;
  /** The work that the last run did not leave. */
  readonly drift?: string | undefined;
  /** An earlier refresh has written drift into the inputs, which is to go now. */
  readonly isDriftGone: boolean;
  /** The inputs as far as the state tells them; what is secret in the source is not there. */
  readonly inputs: RawObject;
}

export type Imported = Pick<ReadBack, "outputs" | "inputs">;

export interface Difference {
  readonly changes: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** Makes what an operation works with end earlier than the program asks for. */
export type Within = (context: OperationContext) => OperationContext;

/** The operations on a resource of one kind, whatever wire they come by. */
export interface Operations {
  check(
    olds: RawObject,
    news: RawObject,
  ): Promise<{ readonly inputs: RawObject; readonly failures: readonly Failure[] }>;
  diff(outputs: RawObject, news: RawObject): Promise<Difference>;
  create(news: RawObject, within: Within): Promise<Saved>;
  read(outputs: RawObject): Promise<ReadBack>;
  update(id: string, outputs: RawObject, news: RawObject, within: Within): Promise<Saved>;
  delete(outputs: RawObject, within: Within): Promise<void>;
  import(id: string): Promise<Imported>;
}
