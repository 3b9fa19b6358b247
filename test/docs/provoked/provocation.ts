// What provokes a sentence: a title for people, and the way to the sentences as they are shown. No table is known here.

import { certificate } from "../../../provider/provider";

export interface Shown {
  /** What fails a run. */
  readonly errors: readonly string[];
  /** Everything else that was printed: warnings, notes and lines of progress. */
  readonly said?: readonly string[];
}

export type Provoke = () => Promise<readonly string[] | Shown>;

/** By what went wrong. */
export type Provocations = Readonly<Record<string, Provoke>>;

/** The message that something ends with. */
export async function messageOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error("It was expected to fail, and it did not.");
}

export const urn = "urn:pulumi:test::fleet::pulumi-nodejs:dynamic/esper:Certificate::corp";

/** What `check` refuses, as the documents write it: the argument, a colon, the sentence. */
export async function refusals(args: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { failures = [] } = await certificate(urn).check({}, args);
  return failures.map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`));
}
