// Why no whole answer came, as one sentence with the next step. Pure.
// It must not know sockets; it is given the error that one of them, or the proxy, ended with. Of that error only the code
// is shown: its text may quote the body.

import { NetworkError, type NetworkReason } from "../../errors";
import type { Exchange } from "./exchange";
import { openTunnel } from "../../proxy";

/** Failures of a look-up or of connecting: nothing of the request has left this machine. */
const neverSent = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);
const ofTheClock = new Set(["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"]);
const settings =
  "`pulumi config set esper:tenant` / ESPER_TENANT or `pulumi config set esper:baseUrl` / ESPER_BASE_URL";

export interface Circumstances {
  readonly timedOut: boolean;
  readonly answered: boolean;
  readonly baseUrl: string;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly nowMs: number;
}

/** What can be read of an error of node-fetch's. */
interface Failure {
  readonly code: string;
  readonly isTooLarge: boolean;
  readonly systemCall: string;
}

export function networkError(request: Exchange, error: unknown, seen: Circumstances): NetworkError {
  const failure = failureIn(error);
  const { code, systemCall } = failure;
  const reason = reasonOf(failure, seen.timedOut);
  const { method, path } = request;
  const mayHaveArrived = reason !== "unreachable" && reason !== "certificate" && reason !== "proxyRefused";
  const isOfProxy = systemCall === openTunnel && !seen.timedOut;
  const why = isOfProxy ? sentenceOfProxy(reason, code, seen) : sentenceOf(reason, code, seen);
  // The cause of a body that broke off may quote the body; that of a failed connection names address and port only.
  return new NetworkError(
    { reason, code, method, path, mayHaveArrived },
    `Could not ${request.attempt}: ${why}`,
    mayHaveArrived || seen.answered ? undefined : error,
  );
}

/** Of several requests that Esper has not answered by the end of what waits for them. */
export function overdueError(attempt: string): NetworkError {
  return new NetworkError(
    { reason: "timedOut", code: "", method: "GET", path: "", mayHaveArrived: true },
    `Could not ${attempt}: Esper did not answer before the wait was over.`,
  );
}

function failureIn(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: "", isTooLarge: false, systemCall: "" };
  const code = "code" in error && typeof error.code === "string" && /^\w+$/.test(error.code) ? error.code : "";
  const systemCall = "erroredSysCall" in error ? String(error.erroredSysCall) : "";
  return { code, isTooLarge: "type" in error && error.type === "max-size", systemCall };
}

function reasonOf({ code, isTooLarge, systemCall }: Failure, timedOut: boolean): NetworkReason {
  if (timedOut) return "timedOut";
  if (isTooLarge) return "answerTooLarge";
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL|EPROTO/.test(code);
  // A proxy that is busy may not be so for long.
  if (systemCall === openTunnel && /^[34]\d\d$/.test(code) && code !== "408" && code !== "429") return "proxyRefused";
  if (systemCall === openTunnel) return isCertificate ? "certificate" : "unreachable";
  if (neverSent.has(code) || systemCall === "connect") return "unreachable";
  return isCertificate ? "certificate" : "cut";
}

/** Nothing has reached Esper. */
function sentenceOfProxy(reason: NetworkReason, code: string, { baseUrl }: Circumstances): string {
  const { host } = new URL(baseUrl);
  const direct = `or put ${host} into NO_PROXY where it is reached without a proxy`;
  if (code === "407")
    return "the proxy wants a sign-in (407). Put user and password into HTTPS_PROXY, or the host into NO_PROXY.";
  if (reason === "proxyRefused") {
    return `the proxy of HTTPS_PROXY does not let requests to ${host} through (${code}); Esper was not asked. Have the proxy's administrator allow it, ${direct}.`;
  }
  if (/^\d+$/.test(code)) {
    return `the proxy of HTTPS_PROXY could not reach ${host} (${code}); Esper was not asked. Try again later, ${direct}.`;
  }
  if (code === "" || code === "ECONNRESET" || code === "EPIPE") {
    return `the proxy of HTTPS_PROXY closed the connection without an answer; Esper was not asked. Check HTTPS_PROXY, ${direct}.`;
  }
  if (code === "notHttp") {
    return `what HTTPS_PROXY names answers in something else than HTTP; Esper was not asked. Check HTTPS_PROXY, ${direct}.`;
  }
  return `the proxy of HTTPS_PROXY cannot be reached (${code}); Esper was not asked. Check HTTPS_PROXY, ${direct}.`;
}

function sentenceOf(reason: NetworkReason, code: string, seen: Circumstances): string {
  const { host } = new URL(seen.baseUrl);
  const withCode = code === "" ? "" : ` (${code})`;
  switch (reason) {
    case "unreachable":
    case "proxyRefused":
      return code === "ENOTFOUND"
        ? `the host ${host} does not exist${withCode}. Check the tenant's name: ${settings}. Where only a proxy leads outside, set HTTPS_PROXY.`
        : `${host} cannot be reached${withCode}. Check the network, HTTPS_PROXY, and the address: ${settings}.`;
    case "certificate":
      if (ofTheClock.has(code)) {
        const now = new Date(seen.nowMs).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
        const how = code === "CERT_HAS_EXPIRED" ? "no longer valid" : "not valid yet";
        return (
          `the TLS certificate of ${host} is ${how}${withCode} by this machine's clock, which says ${now}. Check the clock ` +
          "first; if it is right, the server's certificate, or that of a proxy in between, has to be renewed."
        );
      }
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
      return `${host} answered with more than ${seen.maxBodyBytes / 1024 / 1024} MB, which is no answer of Esper's API. Check the address: ${settings}.`;
  }
}
