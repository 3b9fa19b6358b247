// What `pulumi-esper doctor` finds: one line for each thing it looked at, with a verdict and a sentence. Pure.
// No finding ever holds a value of the key.

export interface Finding {
  /** For example `API key`. */
  readonly what: string;
  /** Nothing works until a `wrong` one is fixed; an `unknown` one cannot be checked from here. */
  readonly verdict: "ok" | "warning" | "wrong" | "unknown";
  readonly message: string;
}

export function finding(what: string, verdict: Finding["verdict"], message: string): Finding {
  return { what, verdict, message };
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
