// How people are told things while a resource is worked on: a passing status, and lines that last. What tells them (the SDK's
// log in sdk-log.ts, or another wire) stands behind this interface. Pure: it knows neither the SDK nor the engine.

export interface Progress {
  /** A passing line; the next one takes its place. */
  readonly status: (text: string) => void;
  /** A lasting line. */
  readonly note: (text: string) => void;
  /** A lasting warning. */
  readonly warn: (text: string) => void;
}

/** `check` and `create` come to the same conclusions, and people need each of them once: equal lasting lines are told once. */
export function toldOnce({ status, note, warn }: Progress): Progress {
  const told = new Set<string>();
  const once = (tell: (text: string) => void) => (text: string) => {
    if (told.has(text)) return;
    told.add(text);
    tell(text);
  };
  return { status, note: once(note), warn: once(warn) };
}
