// Listens on a port and hands requests on: /api to the API, /_simulator to the controls, / is the page, all else is unknown.
// A fault in the simulator itself is a 500 with its stack on stderr: it must be loud.

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { isIPv6 } from "node:net";
import type { Api } from "./exchange";
import { sendPage } from "../page/document";
import { refusedHost } from "./same-origin";

export type ControlHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export interface Listening {
  /** For example http://127.0.0.1:4010 */
  readonly origin: string;
  close(): Promise<void>;
}

/** Longer than clients keep idle connections, so that none is closed under a request that is on its way. */
const keepAliveTimeoutMs = 120_000;

/** An IPv6 address stands in brackets in a URL (RFC 3986, section 3.2.2). */
export function originOf(host: string, port?: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
}

export async function listen(
  address: { readonly host: string; readonly port: number },
  api: Api,
  control: ControlHandler,
): Promise<Listening> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusedHost(request.headers, address.host);
    if (refused !== undefined) {
      // In the words of the API and in those of the controls.
      const body = JSON.stringify({ code: 403, message: refused, error: refused });
      response.writeHead(403, { "content-type": "application/json" }).end(body);
      return;
    }
    // Esper builds its links from the Host header as well.
    const url = new URL(`http://${request.headers.host ?? ""}${request.url ?? "/"}`);
    const { pathname } = url;
    if (pathname.startsWith("/_simulator")) await control(request, response, url);
    else if (pathname === "/" && request.method === "GET") sendPage(response);
    else await api.handle(request, response, url, pathname.startsWith("/api/") ? pathname.slice(4) : pathname);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // The other side has gone in the middle of its request: nobody waits for an answer.
      if (request.destroyed && !request.complete) return;
      process.stderr.write(`simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  return {
    origin: originOf(address.host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
