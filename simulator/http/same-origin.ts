// Keeps other websites out: a browser must not drive the simulator for a page that did not come from it. What is no
// browser (a test, curl) names no origin and is let in. Two ways in are closed: a name of somebody else's that is made to
// point at this machine (DNS rebinding), by the Host header, for all that the simulator answers; and requests sent across
// origins (Origin, Sec-Fetch-Site: Fetch Standard, Fetch Metadata), for the controls. The API wants a key in a header,
// which no browser sends across origins unasked.

import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";

/** Why the request is refused for the host that it asks for; `listensOn` is the host that the simulator was given. */
export function refusedHost(headers: IncomingHttpHeaders, listensOn: string): string | undefined {
  if (isOwnName(headers.host ?? "", listensOn)) return undefined;
  return `The simulator answers to addresses, to names without a dot and to ${listensOn}, not to the host asked for.`;
}

/** Why the request is refused for the website that it comes from. */
export function refusedOrigin(headers: IncomingHttpHeaders): string | undefined {
  const { host = "", origin } = headers;
  const site = headers["sec-fetch-site"];
  const isForeign =
    (origin !== undefined && origin !== `http://${host}`) || site === "cross-site" || site === "same-site";
  return isForeign ? "The controls do not answer to other websites." : undefined;
}

/** Nobody owns an address or a name without a dot in the public DNS, so that neither can be pointed elsewhere. */
function isOwnName(host: string, listensOn: string): boolean {
  if (!URL.canParse(`http://${host}/`)) return false;
  const name = /^(.*?)(?::\d+)?$/.exec(host)?.[1] ?? "";
  const bare = name.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return (
    isIP(bare) !== 0 || /^[a-z0-9_-]+$/.test(bare) || bare.endsWith(".localhost") || bare === listensOn.toLowerCase()
  );
}
