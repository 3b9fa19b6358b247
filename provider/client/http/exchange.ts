// One exchange with Esper, as it is asked for.

export type Method = "GET" | "POST" | "PUT";

export interface Exchange {
  readonly method: Method;
  /** Below the base URL, beginning with `/`, escaped, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** JSON text. */
  readonly body?: string;
  /** What is attempted, as the words after "Could not". */
  readonly attempt: string;
}
