// Sends one command so that nothing is lost and nothing doubled without need (docs/design.md, section 3).
// The decision, for an answer that leaves open whether Esper accepted the command (connection cut, 5xx, time-out,
// unreadable success):
// 1. It is looked for, several times over some seconds, since its row may appear late. Found: that is the answer.
// 2. Not found, though Esper's list could be read: it is sent again under the same label, seven times at most.
//    Should the first one turn up after all, the devices do the same thing twice: not free, but harmless
//    (INSTALL overwrites, UNINSTALL of an absent alias succeeds).
// 3. The list cannot be read: nothing is sent any more, and the error says that the outcome is not known.

import type { Clock } from "../../clock";
import { isApiError, isDecodeError, isNetworkError, OutcomeUnknownError } from "../../errors";
import type { CommandToSend, SentCommand } from "../client";
import { targetsOf } from "./command-json";
import type { CommandsEndpoint } from "./endpoint";

const maxSends = 7;
/**
 * Before each look: 7.5 s in all. Every second time the first is left out, so that a fault that strikes every nth
 * request cannot strike each send.
 */
const looksAfterMs = [500, 1000, 2000, 4000];

export async function send(
  endpoint: CommandsEndpoint,
  command: CommandToSend,
  knownIds: ReadonlySet<string>,
  clock: Clock,
): Promise<SentCommand> {
  // Of the first attempt: what it left may turn up only when a later one is looked for.
  const attemptedAtMs = clock.now();
  for (let sends = 1; ; sends += 1) {
    try {
      return await endpoint.post(command);
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      const waitsMs = looksAfterMs.slice(sends % 2 === 0 ? 1 : 0);
      const found = await lookUp(endpoint, command, { attemptedAtMs, knownIds, clock, waitsMs, cause: error });
      if (found !== undefined) return found;
      if (sends === maxSends) throw error;
    }
  }
}

/** Whether Esper may have accepted the command although this was the answer. */
function isAmbiguous(error: unknown): boolean {
  if (isNetworkError(error)) return error.mayHaveArrived;
  if (isApiError(error)) return error.status >= 500 || error.status === 408;
  return isDecodeError(error);
}

interface LookUp {
  readonly attemptedAtMs: number;
  readonly knownIds: ReadonlySet<string>;
  readonly clock: Clock;
  readonly waitsMs: readonly number[];
  readonly cause: unknown;
}

async function lookUp(
  endpoint: CommandsEndpoint,
  command: CommandToSend,
  { attemptedAtMs, knownIds, clock, waitsMs, cause }: LookUp,
): Promise<SentCommand | undefined> {
  let wasRead = false;
  for (const afterMs of waitsMs) {
    await clock.sleep(afterMs);
    try {
      const found = await endpoint.find(command, attemptedAtMs, knownIds);
      if (found !== undefined) return found;
      wasRead = true;
    } catch (error) {
      if (!isAmbiguous(error) && !isNetworkError(error)) throw unknownOutcome(command, error);
      // Several tries were made for this look already: a server in this state will not be asked four times more.
      if (!wasRead) throw unknownOutcome(command, cause);
    }
  }
  return undefined;
}

function unknownOutcome(command: CommandToSend, cause: unknown): OutcomeUnknownError {
  const why = cause instanceof Error ? ` ${cause.message}` : "";
  return new OutcomeUnknownError(
    command.label,
    `${command.command} was sent to ${targetsOf(command)}, but whether Esper accepted it could not be found out.${why} ` +
      "Run `pulumi up` again: sending twice is harmless.",
    cause,
  );
}
