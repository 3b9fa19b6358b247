// The way through a company's proxy: which one, by HTTPS_PROXY and NO_PROXY, and its failure where it opens no tunnel.
// It must not know requests, nor say sentences about them (network-failures.ts). An answer to CONNECT that is no tunnel
// is the proxy's own, whatever it looks like, and must never be read as one of Esper's.

import type { Agent, ClientRequest } from "node:http";
import { isLoopback } from "./config";
import { SettingError } from "./errors";

/** As the `syscall` of an error: it happened before there was a tunnel. */
export const openTunnel = "CONNECT";

/** Its `code` is the proxy's status, for example "403", or the system's for the connection to the proxy; empty when there is none. */
class ProxyFailure extends Error {
  readonly syscall = openTunnel;

  constructor(readonly code: string) {
    super("The proxy opened no tunnel.");
  }
}

/** Undefined where the address is reached directly; a loopback address always is. */
export async function loadProxyAgent(url: URL): Promise<Agent | undefined> {
  if (isLoopback(url.hostname)) return undefined;
  const { getProxyForUrl } = await import("proxy-from-env");
  const proxy = getProxyForUrl(url.href);
  const { no_proxy: lower = "", NO_PROXY: upper = "" } = process.env;
  if (proxy === "" || isExempt(url, lower === "" ? upper : lower)) return undefined;
  const checked = checkedProxy(proxy);
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  type Connect = (typeof HttpsProxyAgent)["prototype"]["connect"];
  class TunnelAgent extends HttpsProxyAgent<string> {
    override async connect(request: ClientRequest, options: Parameters<Connect>[1]): ReturnType<Connect> {
      let status = "";
      request.once("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
        // Not a number where the first line is none of HTTP.
        status = Number.isNaN(statusCode) ? "notHttp" : String(statusCode);
      });
      const socket = await super.connect(request, options).catch((error: unknown) => {
        if (status === "200") throw error;
        throw new ProxyFailure(error instanceof Error && "code" in error ? String(error.code) : "");
      });
      if (status === "200") return socket;
      socket.destroy();
      throw new ProxyFailure(status);
    }
  }
  return new TunnelAgent(checked, { keepAlive: true });
}

/** A name covers what is below it, as in curl and in Go; whatever else NO_PROXY may say is proxy-from-env's. */
export function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port === "" ? "443" : url.port;
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .map((entry) => /^(?<name>[^:]+?)\.?(?::(?<port>\d+))?$/.exec(entry)?.groups)
    .some((entry) => {
      const name = entry?.["name"];
      if (name === undefined || (entry?.["port"] ?? port) !== port) return false;
      return host === name || host.endsWith(name.startsWith(".") ? name : `.${name}`);
    });
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
