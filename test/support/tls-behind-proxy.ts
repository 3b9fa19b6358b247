// A TLS server of any name behind a proxy that opens a tunnel to it, with a certificate that begins and ends as a test
// says, of an authority that this process trusts meanwhile.

import { createServer } from "node:https";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { portOf } from "./answering-server";
import { makeIdentity } from "./certificates";
import { startProxy, withProxies } from "./proxy";

const dayMs = 24 * 3_600_000;

/** The server answers 401. Its life is told in days from now. */
export async function behindProxy<T>(
  host: string,
  life: { readonly fromDays: number; readonly toDays: number },
  run: () => Promise<T>,
): Promise<T> {
  const authority = makeIdentity("Test authority", { isAuthority: true });
  const [notBefore, notAfter] = [life.fromDays, life.toDays].map((days) => new Date(Date.now() + days * dayMs));
  const dates = { ...(notBefore !== undefined && { notBefore }), ...(notAfter !== undefined && { notAfter }) };
  const { certificate: cert, privateKey: key } = makeIdentity(host, { ...dates, issuer: authority });
  const server = createServer({ cert, key }, (_, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await startProxy({ tunnelTo: portOf(server) });
  const trusted = getCACertificates("default");
  setDefaultCACertificates([...trusted, authority.certificate]);
  try {
    return await withProxies({ HTTPS_PROXY: proxy.url }, run);
  } finally {
    setDefaultCACertificates(trusted);
    proxy.close();
    server.closeAllConnections();
    server.close();
  }
}
