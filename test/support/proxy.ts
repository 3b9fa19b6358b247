// A real proxy on a loopback port, which answers CONNECT as a test says and remembers what it was asked, and the
// variables of the environment that lead to one.

import { connect, createServer } from "node:net";
import { portOf } from "./answering-server";

/** A status, a connection that is closed without an answer, or a tunnel to a port of this machine. */
export type Temper = number | "close" | { readonly tunnelTo: number };

export interface Proxy {
  readonly url: string;
  /** What came in clear. */
  readonly seen: readonly string[];
  close(): void;
}

export async function startProxy(temper: Temper): Promise<Proxy> {
  const seen: string[] = [];
  const proxy = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (data) => {
      seen.push(data.toString("latin1"));
      if (temper === "close") socket.destroy();
      else if (typeof temper === "number") {
        const page = "<html>This is the proxy's page</html>";
        socket.end(`HTTP/1.1 ${String(temper)} Words\r\nContent-Length: ${String(page.length)}\r\n\r\n${page}`);
      } else {
        const behind = connect(temper.tunnelTo, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
          socket.pipe(behind).pipe(socket);
        });
        behind.on("error", () => socket.destroy());
      }
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${String(portOf(proxy))}`, seen, close: () => proxy.close() };
}

const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"] as const;

/** Runs with these variables alone, of all that name proxies. */
export async function withProxies<T>(
  variables: Readonly<Partial<Record<(typeof names)[number], string>>>,
  run: () => Promise<T>,
): Promise<T> {
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) put(name, variables[name]);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) put(name, value);
  }
}

function put(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
