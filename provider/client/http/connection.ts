// The sockets: one HTTP exchange from the first byte sent to the last byte read, over the process's one pool.
// It must not know what an answer means, and it never repeats anything. Its rules:
// - one time-out for the whole exchange, the body included: a server that sends a byte a second ends too;
// - redirects are not followed, the host is the configured one; the body is bounded while it is read;
// - node-fetch (which is ESM only) and the proxy's agent are loaded with the first request: start-up stays quick.

import type { Agent } from "node:http";
import type { default as Fetch } from "node-fetch";
import { isLoopback } from "../../config";
import type { Clock } from "../../clock";
import { NetworkError, type NetworkReason, SettingError } from "../../errors";

export type Method = "GET" | "POST" | "PUT";

export interface Exchange {
  readonly method: Method;
  /** Below the base URL, beginning with `/`, escaped, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** JSON text. */
  readonly body?: string;
  /** What is attempted, as the words after "Could not". */
  readonly attempt: string;
}

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
  async exchange(request: Exchange): Promise<Answer> {
    const { baseUrl, apiKey, requestTimeoutMs, clock } = this.options;
    this.parts ??= loadParts(baseUrl);
    const { fetch, agent } = await this.parts;
    const query = request.query.size === 0 ? "" : `?${request.query.toString()}`;
    const timeOut = new AbortController();
    const done = new AbortController();
    void clock.sleep(requestTimeoutMs, done.signal).then(() => {
      timeOut.abort();
    });
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
        signal: timeOut.signal,
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
      const timedOut = timeOut.signal.aborted;
      throw networkError(request, error, { timedOut, answered, baseUrl, requestTimeoutMs });
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

/** Keep-alive for all, through the proxy that HTTPS_PROXY and NO_PROXY name; a loopback address is never sent to one. */
async function loadAgent(url: URL): Promise<Agent> {
  const keepAlive = { keepAlive: true } as const;
  if (!isLoopback(url.hostname)) {
    const { getProxyForUrl } = await import("proxy-from-env");
    const proxy = getProxyForUrl(url.href);
    if (proxy !== "") {
      const checked = checkedProxy(proxy);
      const { HttpsProxyAgent } = await import("https-proxy-agent");
      return new HttpsProxyAgent(checked, keepAlive);
    }
  }
  const { Agent } = url.protocol === "http:" ? await import("node:http") : await import("node:https");
  return new Agent(keepAlive);
}

/** What the agent itself would stumble over only with its socket open, where its error ends the process. */
function checkedProxy(proxy: string): string {
  const refuse = (why: string): SettingError =>
    new SettingError("HTTPS_PROXY", `HTTPS_PROXY (or ALL_PROXY) ${why}: write it as http://user:password@host:port.`);
  // Without a scheme curl, Go and so Pulumi itself mean http; proxy-from-env has put in that of the address asked for.
  const names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
  const isBare = names.some((name) => `https://${process.env[name] ?? ""}` === proxy);
  const url = URL.parse(isBare ? proxy.replace(/^https:/, "http:") : proxy);
  if (url === null) throw refuse("is not a URL; characters such as # and / in a password must be escaped (%23, %2F)");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refuse("names no HTTP proxy, and no other kind is known");
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    throw refuse("has a % in its user name or password that escapes nothing; write %25 for it");
  }
  return url.href;
}

/** Failures of a look-up or of connecting: nothing of the request has left this machine. */
const neverSent = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

interface Circumstances {
  readonly timedOut: boolean;
  readonly answered: boolean;
  readonly baseUrl: string;
  readonly requestTimeoutMs: number;
}

function networkError(request: Exchange, error: unknown, seen: Circumstances): NetworkError {
  const code = codeOf(error);
  const reason = reasonOf(code, error, seen.timedOut);
  const { method, path } = request;
  const mayHaveArrived = reason !== "unreachable" && reason !== "certificate";
  const message = `Could not ${request.attempt}: ${sentenceOf(reason, code, seen)}`;
  // The cause of a body that broke off may quote the body; that of a failed connection names address and port only.
  return new NetworkError(
    { reason, code, method, path, mayHaveArrived },
    message,
    mayHaveArrived || seen.answered ? undefined : error,
  );
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" && /^\w+$/.test(error.code) ? error.code : "";
}

function reasonOf(code: string, error: unknown, timedOut: boolean): NetworkReason {
  if (timedOut) return "timedOut";
  if (error instanceof Error && "type" in error && error.type === "max-size") return "answerTooLarge";
  if (neverSent.has(code)) return "unreachable";
  if (error instanceof Error && "erroredSysCall" in error && error.erroredSysCall === "connect") return "unreachable";
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return "certificate";
  return "cut";
}

function sentenceOf(reason: NetworkReason, code: string, seen: Circumstances): string {
  const host = new URL(seen.baseUrl).host;
  const withCode = code === "" ? "" : ` (${code})`;
  const settings =
    "`pulumi config set esper:tenant` / ESPER_TENANT or `pulumi config set esper:baseUrl` / ESPER_BASE_URL";
  switch (reason) {
    case "unreachable":
      return code === "ENOTFOUND"
        ? `the host ${host} does not exist${withCode}. Check the tenant's name: ${settings}.`
        : `${host} cannot be reached${withCode}. Check the network, HTTPS_PROXY, and the address: ${settings}.`;
    case "certificate":
      return (
        `the TLS certificate of ${host} was not accepted${withCode}. Where a proxy or a private authority signs it, ` +
        `name its CA file in NODE_EXTRA_CA_CERTS; else check the address: ${settings}.`
      );
    case "timedOut":
      return (
        `${host} gave no whole answer within ${String(Math.round(seen.requestTimeoutMs / 100) / 10)} s. Try again later, or allow more ` +
        "with `pulumi config set esper:requestTimeoutSeconds` / ESPER_REQUEST_TIMEOUT_SECONDS."
      );
    case "cut":
      return `${host} closed the connection before its answer was complete${withCode}. Try again later.`;
    case "answerTooLarge":
      return `${host} answered with more than ${maxBodyBytes / 1024 / 1024} MB, which is no answer of Esper's API. Check the address: ${settings}.`;
  }
}
