// What a refusal of Esper's means, as one sentence with the next step. Pure.
// It must not know sockets; it is given the status and the server's own words, already fit to be shown, or none.

import { ApiError, type ApiMeaning } from "../../errors";
import type { Method } from "./exchange";

export interface Refusal {
  readonly method: Method;
  readonly path: string;
  /** What was attempted, as the words after "Could not". */
  readonly attempt: string;
  readonly status: number;
  /** The permission that Esper's roles may name for this. */
  readonly permission: string;
  /** Esper's own words, when they may be shown. */
  readonly said?: string | undefined;
  /** Where the caller knows better than the status what the refusal means. */
  readonly known?: KnownRefusal | undefined;
  /** From when on a new attempt makes sense, where Esper says it. */
  readonly retryAt?: string | undefined;
}

/** What a caller reads in a refusal of its own request. */
export interface KnownRefusal {
  readonly meaning: ApiMeaning;
  readonly unknownIds?: readonly string[];
}

/** The message inside an error body of any of Esper's shapes (docs/background/esper-api.md, 3c); else undefined. */
export function messageIn(body: string): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    // HTML and the like: nothing in it is for people here.
    return undefined;
  }
  return wordsIn(read, 0);
}

function wordsIn(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : value.trim();
  if (typeof value !== "object" || value === null || depth > 2) return undefined;
  if (Array.isArray(value)) {
    const words = value.slice(0, 3).flatMap((item: unknown) => wordsIn(item, depth + 1) ?? []);
    return words.length === 0 ? undefined : words.join("; ");
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const name of ["message", "detail", "errors", "error", "content"]) {
    const words = wordsIn(fields.get(name), depth + 1);
    if (words !== undefined) return words;
  }
  return undefined;
}

function meaningOf(status: number): ApiMeaning {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404) return "notFound";
  if (status === 413) return "tooLarge";
  if (status === 429) return "rateLimited";
  if (status >= 300 && status < 400) return "redirected";
  return status >= 500 ? "serverError" : "refused";
}

export function refusalError(refusal: Refusal): ApiError {
  const { method, path, status, attempt, known } = refusal;
  const meaning = known?.meaning ?? meaningOf(status);
  const said = refusal.said === undefined ? "" : ` Esper's words: "${refusal.said}".`;
  const seen = { status, method, path, ...known, meaning };
  return new ApiError(seen, `Could not ${attempt}: ${sentence(meaning, refusal)}${said}`);
}

function sentence(meaning: ApiMeaning, { status, permission, known, retryAt }: Refusal): string {
  switch (meaning) {
    case "unauthorized":
      return (
        "Esper does not accept the API key (401). Set a valid one with `pulumi config set esper:apiKey --secret` " +
        "or the environment variable ESPER_API_KEY, which wins over the stack's."
      );
    case "forbidden":
      return (
        `the API key's user is not allowed to (403). An administrator can add the permission, probably ${permission}, ` +
        "to the user's role in the Esper console, and the role must reach these groups; or set another key with " +
        "`pulumi config set esper:apiKey --secret` / ESPER_API_KEY."
      );
    case "notFound":
      return (
        "Esper does not know it (404). If everything is answered so, check the address: `pulumi config set esper:tenant` / " +
        "ESPER_TENANT or `pulumi config set esper:baseUrl` / ESPER_BASE_URL (which ends with /api)."
      );
    case "rateLimited":
      if (retryAt !== undefined) {
        return (
          `Esper's rate limit was met (429), and Esper asks for no request before ${retryAt}. Run again after that; to keep ` +
          "below the limit, set `pulumi config set esper:requestsPerMinute 300` / ESPER_REQUESTS_PER_MINUTE."
        );
      }
      return (
        "Esper's rate limit was met again and again (429). Run again later, or lower the pace with " +
        "`pulumi config set esper:requestsPerMinute 300` / ESPER_REQUESTS_PER_MINUTE."
      );
    case "tooLarge":
      return "the request is larger than Esper takes (413). Use a smaller file, for example without certificates that devices have already.";
    case "redirected":
      return (
        `Esper redirects to another address (${String(status)}), which is not followed: the key goes to the configured host only. ` +
        "Check the address: `pulumi config set esper:baseUrl` / ESPER_BASE_URL, or `pulumi config set esper:tenant` / ESPER_TENANT."
      );
    case "commandNotKnown":
      return (
        `the tenant's Commands V2 endpoint does not take this command (${String(status)}). Use the Commands Request API: ` +
        "`pulumi config set esper:commandsApi request` or the environment variable ESPER_COMMANDS_API=request."
      );
    case "unknownTarget": {
      const ids = known?.unknownIds ?? [];
      const more = ids.length > 5 ? ` and ${ids.length - 5} more` : "";
      const named = ids.length === 0 ? "a device or group" : `${ids.slice(0, 5).join(", ")}${more}`;
      return `Esper does not know ${named} (${status}). Take what is gone from Esper out of \`target\`, or check the tenant.`;
    }
    case "labelRefused":
      return (
        `Esper does not take the label of the request, its field \`alias\` (${status}). pulumi-esper makes the label; ` +
        "look for a newer version."
      );
    case "deviceTypeRefused":
      return `Esper does not take this \`deviceType\` (${status}). Leave it out, or set \`deviceType: "all"\`.`;
    case "serverError":
      if (retryAt !== undefined) {
        return `Esper is not available (${String(status)}), and asks for no request before ${retryAt}. Run again after that.`;
      }
      return `Esper failed (${String(status)}), also when asked again. Try again later; if it stays so, ask Esper's support.`;
    case "refused":
      return `Esper refused it (${String(status)}). Check what was asked for.`;
  }
}
