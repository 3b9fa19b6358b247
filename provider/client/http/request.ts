// The one path of every request: its turn, the exchange, the verdict on what came, the status's meaning, the decoding.
// It must not know which operations there are. The decisions stand in retry.ts (pure), the words in api-errors.ts.

import { isLeft } from "fp-ts/Either";
import type * as t from "io-ts";
import type { Clock } from "../../clock";
import { DecodeError, isNetworkError } from "../../errors";
import { unwrap } from "../codecs";
import type { Exchange, Method } from "./exchange";
import type { Answer, Connection } from "./connection";
import { messageIn, refusalError, type KnownRefusal } from "./api-errors";
import { maxAttempts, judge, patienceLeftMs, type Outcome } from "./retry";
import { retryAfterMs } from "./retry-after";
import type { Redaction } from "../../redaction/redaction";
import type { Throttle } from "./throttle";

export interface Call<A> {
  readonly method: Method;
  /** Below the base URL; made with `pathOf`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly codec: t.Type<A, unknown>;
  /** What is attempted, as the words after "Could not". Never holds a secret. */
  readonly attempt: string;
  /** For the sentence about a 403, for example "to read devices". */
  readonly permission: string;
  /** Exchanges at most, those that met the rate limit left out. A caller that asks again by itself says 1. */
  readonly attempts?: number;
  /** Ends the waiting for a turn, for an answer and for the next attempt. */
  readonly signal?: AbortSignal | undefined;
  /** What a refusal means, where the caller can read that in its body. */
  readonly readRefusal?: (status: number, body: string) => KnownRefusal | undefined;
}

/** A path of fixed words and values; values are escaped. */
export function pathOf(words: TemplateStringsArray, ...values: readonly string[]): string {
  return words.reduce((path, word, index) => `${path}${segment(values[index - 1] ?? "")}${word}`);
}

/** A value as one part of a path. Dots alone would lead to another path, and half a character can be no part of one. */
function segment(value: string): string {
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\u{fffd}")).replace(/^\.{1,2}$/u, (dots) =>
    dots.replaceAll(".", "%252E"),
  );
}

export interface RequesterParts {
  readonly connection: Connection;
  readonly throttle: Throttle;
  readonly secrecy: Redaction;
  readonly clock: Clock;
  readonly random: () => number;
}

interface Came<A> {
  readonly outcome: Outcome;
  readonly answer?: Omit<Answer, "text">;
  readonly result: () => A;
}

export class Requester {
  private skewMs = 0;
  /** Until then, of our clock, Esper takes no request; and the status by which it said so. */
  private closed = { untilMs: 0, status: 429 };

  constructor(private readonly parts: RequesterParts) {}

  /** The server's clock at an instant of ours, as its last answer told it; exact to about two seconds. */
  serverTime(ourMs: number): number {
    return ourMs + this.skewMs;
  }

  /** Throws an ApiError, NetworkError or DecodeError, or the signal's reason. */
  async call<A>(call: Call<A>): Promise<A> {
    const { clock, random, throttle } = this.parts;
    const { signal } = call;
    const ticket = throttle.ticket();
    let startedAtMs: number | undefined;
    let waitedMs = 0;
    let made = 0;
    let rateLimited = 0;
    for (;;) {
      const askedAtMs = clock.now();
      const turn = await throttle.turn(ticket, signal);
      // How long others were served first says nothing about this request: patience begins with its first turn.
      if (startedAtMs !== undefined) waitedMs += clock.now() - askedAtMs;
      startedAtMs ??= clock.now();
      const sinceMs = startedAtMs;
      if (this.closed.untilMs - clock.now() > patienceLeftMs(clock.now() - sinceMs)) {
        throttle.ended();
        throw this.closedError(call);
      }
      const { came, verdict } = await this.exchange(call)
        .then((came) => {
          const { outcome, answer } = came;
          if (answer?.serverNowMs !== undefined) this.skewMs = answer.serverNowMs - clock.now();
          const retryAfter = retryAfterMs(answer?.retryAfter, answer?.serverNowMs ?? clock.now());
          const attempts = {
            method: call.method,
            made: made + 1,
            rateLimited: rateLimited + 1,
            elapsedMs: clock.now() - sinceMs,
            waitedMs,
            allowed: call.attempts ?? maxAttempts,
            ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
          };
          const verdict = judge(outcome, attempts, random);
          if (verdict.reason === "closed")
            this.closed = { untilMs: clock.now() + (retryAfter ?? 0), status: answer?.status === 503 ? 503 : 429 };
          else if (verdict.reason === "rateLimited") throttle.limited(retryAfter, turn);
          else if (answer !== undefined) throttle.accepted();
          return { came, verdict };
        })
        .finally(() => {
          throttle.ended();
        });
      switch (verdict.action) {
        case "use":
          return came.result();
        case "giveUp":
          if (verdict.reason === "closed") throw this.closedError(call);
          return came.result();
        case "slowDown":
          rateLimited += 1;
          break;
        case "repeat":
          made += 1;
          await clock.sleep(verdict.afterMs, signal);
          signal?.throwIfAborted();
          break;
      }
    }
  }

  /** Esper has said from when on it takes requests again, and that is too far away to wait for. */
  private closedError({ method, path, attempt, permission }: Omit<Call<unknown>, "codec">): Error {
    const retryAt = new Date(this.closed.untilMs).toISOString().replace(/\.\d+Z$/, "Z");
    return refusalError({ method, path, attempt, permission, status: this.closed.status, retryAt });
  }

  /** One exchange, never throwing: what came, for the verdict, and the way to its value or its error. */
  private async exchange<A>(call: Call<A>): Promise<Came<A>> {
    try {
      const answer = await this.parts.connection.exchange(exchangeOf(call), call.signal);
      return answer.status < 300 ? readAnswer(call, answer) : this.refused(call, answer);
    } catch (error) {
      if (!isNetworkError(error)) throw error;
      const { reason, mayHaveArrived } = error;
      return {
        outcome: { kind: "failure", reason, mayHaveArrived },
        result: () => {
          throw error;
        },
      };
    }
  }

  private refused<A>(call: Call<A>, answer: Answer): Came<A> {
    const { status, text } = answer;
    return {
      outcome: { kind: "answer", status, text, readable: true },
      answer,
      result: () => this.refuse(call, answer),
    };
  }

  private refuse<A>(call: Call<A>, answer: Answer): never {
    const words = messageIn(answer.text);
    const said = words === undefined ? undefined : this.parts.secrecy.quote(words);
    const known = call.readRefusal?.(answer.status, answer.text);
    throw refusalError({ ...call, status: answer.status, said, known });
  }
}

/** Nothing here holds the text once it is read: of a page of devices it is larger than all that is kept of them. */
function readAnswer<A>(call: Call<A>, { text, ...answer }: Answer): Came<A> {
  const json = readJson(text);
  return {
    outcome: { kind: "answer", status: answer.status, text: "", readable: json.readable },
    answer,
    result: () => decode(call, json),
  };
}

function exchangeOf<A>({ method, path, query, body, attempt }: Call<A>): Exchange {
  const pairs = Object.entries(query ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    method,
    path,
    query: new URLSearchParams(pairs),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    attempt,
  };
}

type Json =
  { readonly readable: true; readonly value: unknown } | { readonly readable: false; readonly looksLike: string };

/** The content type is not asked: some answers of Esper's are JSON under another one. */
function readJson(text: string): Json {
  const bare = text.replace(/^\uFEFF/, "").trim();
  try {
    return { readable: true, value: JSON.parse(bare) };
  } catch {
    // The parser's message quotes the body.
    const looksLike =
      bare === "" ? "an empty body" : bare.startsWith("<") ? "a web page" : "a text that is no whole JSON";
    return { readable: false, looksLike };
  }
}

function decode<A>(call: Call<A>, json: Json): A {
  const { method, path, attempt } = call;
  if (!json.readable) {
    throw new DecodeError(
      { method, path, paths: [] },
      `Could not ${attempt}: Esper answered with ${json.looksLike} where its API describes JSON. ` +
        "Check that nothing stands between (a proxy's page), and the address: `pulumi config set esper:baseUrl` / ESPER_BASE_URL.",
    );
  }
  const decoded = call.codec.decode(unwrap(json.value));
  if (!isLeft(decoded)) return decoded.right;
  const paths = [...new Set(decoded.left.map(pathInAnswer))];
  throw new DecodeError(
    { method, path, paths },
    `Could not ${attempt}: Esper's answer lacks, or has in another kind, ${paths.slice(0, 5).join(", ")}` +
      `${paths.length > 5 ? ` and ${paths.length - 5} more` : ""}. Esper's API may have changed; look for a newer version of pulumi-esper.`,
  );
}

/** Where it is missing, without the steps that io-ts adds for intersections and unions. */
function pathInAnswer({ context }: t.ValidationError): string {
  const keys = context.slice(1).flatMap((entry, index) => {
    const outer = context[index]?.type;
    const isAdded =
      outer !== undefined && "_tag" in outer && ["IntersectionType", "UnionType"].includes(String(outer._tag));
    return isAdded ? [] : [entry.key];
  });
  return keys.length === 0 ? "the whole answer" : keys.join(".");
}
