// The errors of the settings and of talking to Esper, with their fields as data; a leaf: it imports nothing. Those of the
// lifecycle stand in lifecycle/failures.ts, those of PKCS#12 files in pkcs12/errors.ts.
// Rules: a message says what was attempted, on what, what was seen and what to do next; it never holds a key, a
// password, a file's content or a whole body. A `cause` is kept only where it cannot hold one of these.
// Kinds are told apart by `name`: two copies of this package may be loaded in one process, and then instanceof fails.

/** A setting is missing or cannot be used. */
export class SettingError extends Error {
  override readonly name = "SettingError";
  /** The setting as the stack's configuration calls it, for example `esper:apiKey`. */
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.setting = setting;
  }
}

/** What an answer of Esper's means for the caller; `refused` is any other 4xx. */
export type ApiMeaning =
  | "unauthorized"
  | "forbidden"
  | "notFound"
  | "rateLimited"
  | "tooLarge"
  | "redirected"
  | "commandNotKnown"
  | "unknownTarget"
  | "labelRefused"
  | "deviceTypeRefused"
  | "refused"
  | "serverError";

/** Esper answered, and the answer is a refusal or a failure. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  readonly meaning: ApiMeaning;
  /** Of an `unknownTarget`: the ids of devices and groups that Esper names as unknown; empty when it names none. */
  readonly unknownIds: readonly string[];

  constructor(
    seen: {
      readonly status: number;
      readonly method: string;
      readonly path: string;
      readonly meaning: ApiMeaning;
      readonly unknownIds?: readonly string[];
    },
    message: string,
  ) {
    super(message);
    this.status = seen.status;
    this.method = seen.method;
    this.path = seen.path;
    this.meaning = seen.meaning;
    this.unknownIds = seen.unknownIds ?? [];
  }
}

/** Why no whole answer came. */
export type NetworkReason = "unreachable" | "proxyRefused" | "certificate" | "timedOut" | "cut" | "answerTooLarge";

/** No answer came, or only a part of one. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly reason: NetworkReason;
  /** The system's code, for example `ECONNREFUSED`; empty when there is none. */
  readonly code: string;
  readonly method: string;
  /** Empty when several were asked. */
  readonly path: string;
  /** False when it is certain that the request never reached Esper. */
  readonly mayHaveArrived: boolean;

  constructor(
    seen: {
      readonly reason: NetworkReason;
      readonly code: string;
      readonly method: string;
      readonly path: string;
      readonly mayHaveArrived: boolean;
    },
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = seen.reason;
    this.code = seen.code;
    this.method = seen.method;
    this.path = seen.path;
    this.mayHaveArrived = seen.mayHaveArrived;
  }
}

/** Esper answered with success, but not with what its API describes. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly method: string;
  readonly path: string;
  /** Where in the answer something is missing or of another kind, for example `results.3.id`; empty when it is no JSON. */
  readonly paths: readonly string[];

  constructor(
    seen: { readonly method: string; readonly path: string; readonly paths: readonly string[] },
    message: string,
  ) {
    super(message);
    this.method = seen.method;
    this.path = seen.path;
    this.paths = seen.paths;
  }
}

/** A command was sent, and whether Esper accepted it could not be found out. */
export class OutcomeUnknownError extends Error {
  override readonly name = "OutcomeUnknownError";
  /** The label under which the command can be found later. */
  readonly label: string;

  constructor(label: string, message: string, cause: unknown) {
    super(message, { cause });
    this.label = label;
  }
}

const named = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

export const isSettingError = (error: unknown): error is SettingError => named(error, "SettingError");
export const isApiError = (error: unknown): error is ApiError => named(error, "ApiError");
export const isNetworkError = (error: unknown): error is NetworkError => named(error, "NetworkError");
export const isDecodeError = (error: unknown): error is DecodeError => named(error, "DecodeError");
export const isOutcomeUnknownError = (error: unknown): error is OutcomeUnknownError =>
  named(error, "OutcomeUnknownError");

/** Esper does not know the thing asked for. */
export const isNotFound = (error: unknown): boolean => isApiError(error) && error.meaning === "notFound";
