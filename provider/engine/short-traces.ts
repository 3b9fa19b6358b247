// Shortens the stack traces that the SDK takes while a resource is constructed or a line is logged. It takes four for each
// property and one for each line, for errors that hardly ever come; with source maps on, they are most of what these cost.
// One more, of all frames, goes into the state of every resource, where the engine writes it again with each operation:
// the frames of what has started the program are a third of a kilobyte (measured with SDK 3.270).
// Knows nothing of certificates. Follows V8's stack trace API; where the SDK stops using it, nothing is shortened.

import { dirname, sep } from "node:path";

const sdkFolder = dirname(require.resolve("@pulumi/pulumi")) + sep;

// What of Error is V8's, as functions that need no `this`.
interface Traces {
  stackTraceLimit: number;
  prepareStackTrace?: ((error: Error, frames: NodeJS.CallSite[]) => unknown) | undefined;
}
const traces: Traces = Error;

/** Holds until what it gives back is called, which puts everything as it was. */
export function shortenTraces(): () => void {
  const { stackTraceLimit, prepareStackTrace } = traces;
  traces.stackTraceLimit = 1;
  // A program may have taken it away: then V8 has a way of its own, which cannot be asked.
  if (prepareStackTrace !== undefined) {
    traces.prepareStackTrace = (error, frames) => prepareStackTrace(error, withoutStarters(frames));
  }
  return () => {
    traces.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace !== undefined) traces.prepareStackTrace = prepareStackTrace;
  };
}

/** The program's frames and what it has called, without what has started the program. */
function withoutStarters(frames: NodeJS.CallSite[]): NodeJS.CallSite[] {
  const last = frames.findLastIndex((frame) => !isOfRuntime(frame.getFileName()));
  return last < 0 ? frames : frames.slice(0, last + 1);
}

function isOfRuntime(file: string | null | undefined): boolean {
  return typeof file !== "string" || file.startsWith("node:") || file.startsWith(sdkFolder);
}
