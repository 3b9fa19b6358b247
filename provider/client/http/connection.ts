// The sockets: one HTTP exchange from the first byte sent to the last byte read, over the process's one pool.
// It must not know what an answer means, and it never repeats anything. Its rules:
// - one time-out for the whole exchange, the body included: a server that sends a byte a second ends too;
// - redirects are not followed, the host is the configured one; the body is bounded while it is read;
// - node-fetch (which is ESM only) and the proxy's agent are loaded with the first request: start-up stays quick.

import type { Agent } from "node:http";
import type { default as Fetch } from "node-fetch";
import type { Clock } from "../../clock";
import type { Exchange } from "./exchange";
import { networkError } from "./network-failures";
import { loadProxyAgent } from "../../proxy";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
  /** The server's clock, from its `Date` header; whole seconds. */
  readonly serverNowMs: number | undefined;
}

/** More than any page of Esper's: 1000 devices are about 5 MB. */
const maxBodyBytes = 32 * 1024 * 1024;

export interface ConnectionOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

export class Connection {
  private parts: Promise<{ fetch: typeof Fetch; agent: Agent }> | undefined;

  constructor(private readonly options: ConnectionOptions) {}

  /** Throws a NetworkError when no whole answer came; any status is an answer. */
  async exchange(request: Exchange, signal?: AbortSignal): Promise<Answer> {
    const { baseUrl, apiKey, requestTimeoutMs, clock } = this.options;
    this.parts ??= loadParts(baseUrl);
    const { fetch, agent } = await this.parts;
    const query = request.query.size === 0 ? "" : `?${request.query.toString()}`;
    const timeOut = new AbortController();
    const done = new AbortController();
    void clock.sleep(requestTimeoutMs, done.signal).then(() => {
      timeOut.abort();
    });
    const ends = signal === undefined ? timeOut.signal : AbortSignal.any([timeOut.signal, signal]);
    let answered = false;
    try {
      const response = await fetch(`${baseUrl}${request.path}${query}`, {
        method: request.method,
        headers: {
          Authorization: `Bearer ${apiKey}`,
          Accept: "application/json",
          "User-Agent": "pulumi-esper",
          ...(request.body !== undefined && { "Content-Type": "application/json" }),
        },
        ...(request.body !== undefined && { body: request.body }),
        agent,
        redirect: "manual",
        size: maxBodyBytes,
        signal: ends,
      });
      answered = true;
      const text = await response.text();
      const date = Date.parse(response.headers.get("date") ?? "");
      return {
        status: response.status,
        text,
        retryAfter: response.headers.get("retry-after") ?? undefined,
        serverNowMs: Number.isNaN(date) ? undefined : date,
      };
    } catch (error) {
      signal?.throwIfAborted();
      const timedOut = timeOut.signal.aborted;
      const seen = { timedOut, answered, baseUrl, requestTimeoutMs, maxBodyBytes, nowMs: clock.now() };
      throw networkError(request, error, seen);
    } finally {
      done.abort();
      timeOut.abort();
    }
  }
}

async function loadParts(baseUrl: string): Promise<{ fetch: typeof Fetch; agent: Agent }> {
  const [{ default: fetch }, agent] = await Promise.all([import("node-fetch"), loadAgent(new URL(baseUrl))]);
  return { fetch, agent };
}

/** Keep-alive for all. */
async function loadAgent(url: URL): Promise<Agent> {
  const proxy = await loadProxyAgent(url);
  if (proxy !== undefined) return proxy;
  const { Agent } = url.protocol === "http:" ? await import("node:http") : await import("node:https");
  return new Agent({ keepAlive: true });
}
