// Puts an answer on the wire, with the faults that happen there: slow, trickling, cut in the middle, HTML, far too long.
// It knows nothing of routes and of what an answer means.

import type { ServerResponse } from "node:http";
import type { Clock } from "../../provider/clock";
import type { FaultSwitches } from "../faults/fault-switches";
import type { RouteFamily } from "../faults/when";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined for no body at all. */
  readonly text: string | undefined;
}

interface Wire {
  readonly faults: FaultSwitches;
  readonly clock: Clock;
  readonly family: RouteFamily | undefined;
}

function page(status: number): string {
  return `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr>nginx</body></html>\n`;
}

/** The body's text and its content type, after the faults that change them. */
function befallen(text: string, status: number, { faults, family }: Wire): { text: string; type: string } {
  const isHtml =
    faults.strike("htmlAnswers", family) !== undefined ||
    (status >= 400 && faults.strike("htmlErrors", family) !== undefined);
  if (isHtml) return { text: page(status), type: "text/html" };
  const type = faults.strike("wrongContentType", family) === undefined ? "application/json" : "text/plain";
  if (faults.strike("emptyBodies", family) !== undefined) return { text: "", type };
  if (faults.strike("truncatedJson", family) !== undefined) return { text: text.slice(0, text.length / 2), type };
  return { text, type };
}

/** Resolves when the answer is written, or its receiver has gone. */
export async function deliver(response: ServerResponse, reply: Reply, wire: Wire): Promise<void> {
  const { faults, clock, family } = wire;
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
  });
  const slow = faults.strike("slowMs", family);
  if (slow !== undefined) await clock.sleep(slow.ms, gone.signal);
  if (reply.text === undefined) {
    response.writeHead(reply.status, reply.headers).end();
    return;
  }
  const huge = faults.strike("hugeBody", family);
  if (huge !== undefined) {
    response.writeHead(reply.status, { ...reply.headers, "content-type": "application/json" });
    await writeHuge(response, huge.bytes ?? 50_000_000, gone.signal);
    return;
  }
  const { text, type } = befallen(reply.text, reply.status, wire);
  const bytes = Buffer.from(text);
  response.writeHead(reply.status, {
    ...reply.headers,
    "content-type": type,
    "content-length": String(bytes.length),
  });
  const trickle = faults.strike("trickle", family);
  if (trickle === undefined) response.end(bytes);
  else await writeSlowly(response, bytes, () => clock.sleep(trickle.everyMs ?? 1000, gone.signal), gone.signal);
}

async function writeHuge(response: ServerResponse, sizeBytes: number, gone: AbortSignal): Promise<void> {
  const chunk = Buffer.alloc(65_536, "x");
  response.write('{"content":{"padding":"');
  for (let sent = 0; sent < sizeBytes && !gone.aborted; sent += chunk.length) {
    if (!response.write(chunk)) await drained(response, gone);
  }
  response.end('"}}');
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.removeListener("drain", done);
      gone.removeEventListener("abort", done);
      resolve();
    };
    response.once("drain", done);
    gone.addEventListener("abort", done, { once: true });
  });
}

async function writeSlowly(
  response: ServerResponse,
  bytes: Buffer,
  pause: () => Promise<void>,
  gone: AbortSignal,
): Promise<void> {
  for (const byte of bytes) {
    if (gone.aborted) return;
    response.write(Buffer.of(byte));
    await pause();
  }
  response.end();
}
