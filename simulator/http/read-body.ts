// Reads a request's body as JSON, to its end and within a limit.

import type { IncomingMessage } from "node:http";
import type { Answer } from "../api/call";
import { problem } from "../api/call";

export interface Body {
  readonly text: string;
  readonly value: unknown;
  /** The answer to a body that cannot be taken. */
  readonly error: Answer | undefined;
}

/** The simulator's own end; a PKCS#12 file is some kilobytes. */
const largestBodyBytes = 64 * 1024 * 1024;

/** A body that is too large is read and thrown away, so that the answer reaches the sender. */
export async function readBody(request: IncomingMessage, limitBytes = largestBodyBytes): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes) chunks.push(chunk);
  }
  if (sizeBytes > limitBytes) return { text: "", value: undefined, error: problem(413, "Request entity too large.") };
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return { text, value: undefined, error: undefined };
  try {
    return { text, value: JSON.parse(text), error: undefined };
  } catch {
    return { text, value: undefined, error: problem(400, "JSON parse error.") };
  }
}
