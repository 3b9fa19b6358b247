// The faults that the simulator can be told to have: named switches, off unless set, changed at run time.
// Each is a documented field; each can be limited by `times`, `on`, `share` and `everyNth`, and is deterministic by seed.
// This file says what they mean; fault-switches.ts decides whether one strikes; exchange.ts, deliver.ts and routes do it.

/**
 * Kinds of routes: send = POST of a command; status = rows; stats = counts per state; commands = requests, one or a list;
 * cancel = PUT of a status; devices; groups (also sub-groups); token = token-info.
 */
export type RouteFamily = "send" | "status" | "stats" | "commands" | "cancel" | "devices" | "groups" | "token";

export const routeFamilies: readonly RouteFamily[] = [
  "send",
  "status",
  "stats",
  "commands",
  "cancel",
  "devices",
  "groups",
  "token",
];

/** When a fault strikes. All conditions must hold; without any it strikes every request that it can. */
export interface When {
  /** At most so often. */
  readonly times?: number;
  /** Only on these families of routes. */
  readonly on?: readonly RouteFamily[];
  /** With this probability, from 0 to 1. */
  readonly share?: number;
  /** Only the nth, 2nth … request that it could strike. */
  readonly everyNth?: number;
}

/** The switches, each off unless it is set. */
export interface Faults {
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
  /** Status rows and counts of a request appear only so long after it was accepted. */
  readonly lateStatusRowsMs?: When & {
    /** Simulated milliseconds. */
    readonly ms: number;
  };
  /** The route of the counts (stats) answers 404. */
  readonly countsRouteMissing?: When;
  /** Requests that Esper has forgotten: these ids, or all older than this, or all when neither is given. */
  readonly historyPurged?: When & {
    /** Ids of requests. */
    readonly requests?: readonly string[];
    /** Simulated milliseconds. */
    readonly olderThanMs?: number;
  };
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
  /** The V2 endpoint answers 400 to certificate commands, as its official list of commands has none. */
  readonly v2RefusesCertificates?: When;
  /** "Command In Progress" is shown under a name that nobody knows, default "Command Requeued". */
  readonly unknownState?: When & {
    /** As Esper would spell it. */
    readonly name?: string;
  };
}

/** The name of a switch. */
export type FaultName = keyof Faults;

export const faultNames: readonly FaultName[] = [
  "rateLimit",
  "failEveryNthRead",
  "failPostAfterAccept",
  "cutPostAfterAccept",
  "failPostBeforeAccept",
  "closeAtOnce",
  "forbidden",
  "slowMs",
  "hang",
  "trickle",
  "htmlErrors",
  "htmlAnswers",
  "emptyBodies",
  "truncatedJson",
  "hugeBody",
  "wrongContentType",
  "redirect",
  "lyingNextHost",
  "lateStatusRowsMs",
  "countsRouteMissing",
  "historyPurged",
  "echoSecretsInErrors",
  "smallPages",
  "clockSkewMs",
  "maxBodyBytes",
  "v2RefusesCertificates",
  "unknownState",
];
