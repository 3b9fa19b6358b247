// Ends an operation earlier than its program asks for: when the run is cancelled, or when the time of `customTimeouts` is
// over. The operation itself is none the wiser: its waits end, and nothing more is sent, so it concludes as after a time-out
// of its own, with all that is known. It knows neither the wire nor a resource.

import type { Client, Sighting } from "../client/index";
import type { CutShort, OperationContext } from "../lifecycle/context";
import { cutShortSentence } from "../lifecycle/messages/notices";

export interface Limit {
  readonly cancelled: AbortSignal;
  /** 0: none. */
  readonly timeoutMs: number;
}

export function limited(context: OperationContext, { cancelled, timeoutMs }: Limit): OperationContext {
  const { client, clock } = context;
  const untilMs = timeoutMs > 0 ? clock.now() + timeoutMs : Infinity;
  let isOutOfTime = false;

  function cutShort(): CutShort | undefined {
    if (cancelled.aborted) return { kind: "cancelled" };
    return isOutOfTime || clock.now() >= untilMs ? { kind: "outOfTime", timeoutMs } : undefined;
  }

  const send: Client["send"] = async (command, knownIds) => {
    const why = cutShort();
    if (why !== undefined) throw new Error(cutShortSentence(why));
    return client.send(command, knownIds);
  };

  async function* watch(
    ...[requests, askedUntilMs]: Parameters<Client["watch"]>
  ): AsyncGenerator<ReadonlyMap<string, Sighting>, void, undefined> {
    const rounds = client.watch(requests, Math.min(askedUntilMs, untilMs))[Symbol.asyncIterator]();
    const aborted = whenAborted(cancelled);
    try {
      for (;;) {
        const next = rounds.next();
        // Nobody looks at a round that fails after the wait for it was given up.
        next.catch(() => undefined);
        const round = await Promise.race([next, aborted]);
        if (round === undefined) return;
        if (round.done === true) {
          isOutOfTime ||= untilMs < askedUntilMs;
          return;
        }
        yield round.value;
      }
    } finally {
      // Not waited for: it may be in the middle of a round, which ends by itself.
      void rounds.return?.();
    }
  }

  const sleep: OperationContext["clock"]["sleep"] = async (ms, signal) => {
    const leftMs = Math.max(0, untilMs - clock.now());
    await clock.sleep(Math.min(ms, leftMs), signal === undefined ? cancelled : AbortSignal.any([signal, cancelled]));
    isOutOfTime ||= leftMs < ms;
  };

  return {
    ...context,
    client: { ...client, send, watch },
    clock: { now: () => clock.now(), sleep },
    cutShort,
  };
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
