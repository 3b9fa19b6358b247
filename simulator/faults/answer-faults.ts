// Faults of the way: requests that are refused, answers that are lost or late, and bodies that are not what they should be.
// Each is told by the field that switches it on; http/ does them.

import type { When } from "./when";

/** What befalls requests and answers, whatever they are about. */
export interface AnswerFaults {
  /**
   * 429 beyond this rate (a bucket as large as the number given). Retry-After: seconds, "date" (an HTTP date), "absent",
   * "absurd" (eleven days); default the seconds until there is room, at least 1.
   */
  readonly rateLimit?: When & {
    /** Requests a second. */
    readonly perSecond?: number;
    /** Requests a minute. */
    readonly perMinute?: number;
    /** What the header says: seconds, or one of the words above. */
    readonly retryAfter?: number | "date" | "absent" | "absurd";
  };
  /** Every nth GET is answered by `status`, default 503. */
  readonly failEveryNthRead?: When & {
    /** Which reads: every nth. */
    readonly n: number;
    /** HTTP status. */
    readonly status?: number;
    /** Seconds that a Retry-After header names; default none. */
    readonly retryAfter?: number;
  };
  /** The command is accepted and carried out, and the answer is `status`, default 502. */
  readonly failPostAfterAccept?: When & {
    /** HTTP status. */
    readonly status?: number;
  };
  /** The command is accepted and carried out, and the connection is cut without an answer. */
  readonly cutPostAfterAccept?: When;
  /** The command is not accepted; the answer is `status`, default 503. */
  readonly failPostBeforeAccept?: When & {
    /** HTTP status. */
    readonly status?: number;
    /** Seconds that a Retry-After header names; default none. */
    readonly retryAfter?: number;
  };
  /** The connection is cut before anything is read or done. */
  readonly closeAtOnce?: When;
  /** 403, as for a role without the permission. */
  readonly forbidden?: When;
  /** The answer comes so much later. */
  readonly slowMs?: When & {
    /** Milliseconds. */
    readonly ms: number;
  };
  /** Accepts, does it, and never answers. */
  readonly hang?: When;
  /** The answer comes byte by byte; pause between two, default 1000 ms. */
  readonly trickle?: When & {
    /** Milliseconds. */
    readonly everyMs?: number;
  };
  /** Answers of 400 and above are pages of HTML. */
  readonly htmlErrors?: When;
  /** Whatever the answer is, with a 2xx too, its body is a page of HTML. */
  readonly htmlAnswers?: When;
  /** The body is empty, the status stays. */
  readonly emptyBodies?: When;
  /** The JSON ends in the middle. */
  readonly truncatedJson?: When;
  /** A body of so many bytes of JSON, default 50 MB. */
  readonly hugeBody?: When & {
    /** Bytes. */
    readonly bytes?: number;
  };
  /** JSON that says it is text/plain. */
  readonly wrongContentType?: When;
  /** A redirect to another host. */
  readonly redirect?: When;
  /** Links to other pages point to another host, without TLS. */
  readonly lyingNextHost?: When;
  /** Errors repeat the request: its body and its Authorization header. */
  readonly echoSecretsInErrors?: When & {
    /** In the sentence of the error, or beside it; default both. */
    readonly where?: "message" | "content";
  };
  /** No page has more rows than this; default 2. */
  readonly smallPages?: When & {
    /** Rows. */
    readonly size?: number;
  };
  /** The server's clock, in the Date header and in all bodies, is ahead by so much (behind, when negative). */
  readonly clockSkewMs?: When & {
    /** Milliseconds. */
    readonly ms: number;
  };
  /** A larger request body gets a 413. */
  readonly maxBodyBytes?: When & {
    /** Bytes. */
    readonly bytes: number;
  };
  /** The Date header alone is ahead by so much (behind, when negative); bodies are right. */
  readonly dateHeaderSkewMs?: When & {
    /** Milliseconds. */
    readonly ms: number;
  };
}
