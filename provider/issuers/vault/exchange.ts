// One exchange with a server of Vault's API: sockets, time-out, the trusted certificates, the proxy. It must not know what an
// answer means, repeats nothing, and follows a redirect only within the address that it was given: the token goes there alone.

import type { Agent, IncomingMessage, RequestOptions } from "node:http";
import type { Clock } from "../../clock";
import { isSettingError } from "../../errors";
import { IssuerError } from "../issuer";
import { loadProxyAgent } from "../../proxy";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

/** No whole answer came. */
export interface NoAnswer {
  /** The system's code, such as `ECONNREFUSED`, or `timedOut`. */
  readonly failure: string;
}

export interface ServerOptions {
  /** An origin. */
  readonly address: string;
  /** Trusted instead of the system's authorities. */
  readonly ca: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** A chain and its certificate have some kB. */
const maxBodyBytes = 1024 * 1024;
const maxRedirects = 3;

export class Server {
  private agent: Promise<Agent> | undefined;

  constructor(private readonly options: ServerOptions) {}

  /** Below the address. @throws IssuerError `closed` for a proxy that cannot be used */
  async post(path: string, headers: Readonly<Record<string, string>>, body: unknown): Promise<Answer | NoAnswer> {
    const { address, timeoutMs, clock } = this.options;
    const done = new AbortController();
    const timeOut = new AbortController();
    void clock.sleep(timeoutMs, done.signal).then(() => {
      timeOut.abort();
    });
    try {
      return await this.follow(new URL(path, address), headers, JSON.stringify(body), timeOut.signal);
    } catch (error) {
      if (isSettingError(error)) throw new IssuerError("closed", `was not asked: ${error.message}`);
      // Of what went wrong the code alone is kept: a text may quote the body.
      const code =
        error instanceof Error && "code" in error && /^\w+$/u.test(String(error.code)) ? String(error.code) : "";
      return { failure: timeOut.signal.aborted ? "timedOut" : code };
    } finally {
      done.abort();
    }
  }

  private async follow(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    let at = url;
    for (let redirects = 0; ; redirects += 1) {
      const { response, text } = await this.exchange(at, headers, body, signal);
      const { statusCode: status = 0, headers: received } = response;
      // Other redirects make a GET of it.
      const isFollowed = (status === 307 || status === 308) && redirects < maxRedirects;
      const next = isFollowed ? URL.parse(received.location ?? "", at.href) : null;
      if (next?.origin !== url.origin) return { status, text, retryAfter: received["retry-after"] };
      at = next;
    }
  }

  private async exchange(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ readonly response: IncomingMessage; readonly text: string }> {
    this.agent ??= loadAgent(url);
    const agent = await this.agent;
    const { request } = url.protocol === "http:" ? await import("node:http") : await import("node:https");
    const { ca } = this.options;
    const options: RequestOptions & { readonly ca?: Buffer } = {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) },
      agent,
      signal,
      ...(ca !== undefined && { ca: Buffer.from(ca) }),
    };
    return await new Promise((resolve, reject) => {
      const sent = request(url.href, options, (response) => {
        readText(response).then((text) => {
          resolve({ response, text });
        }, reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBodyBytes) throw Object.assign(new Error("The answer is too large."), { code: "tooLarge" });
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function loadAgent(url: URL): Promise<Agent> {
  const proxy = await loadProxyAgent(url);
  if (proxy !== undefined) return proxy;
  const { Agent: KeepingAgent } = url.protocol === "http:" ? await import("node:http") : await import("node:https");
  return new KeepingAgent({ keepAlive: true });
}
