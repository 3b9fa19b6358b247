// How a state is stored, and its version: with stored/codecs.ts the one place that knows stored names. Pure. A record stays
// small at any fleet size (docs/design.md, section 5).

import { isRight } from "fp-ts/Either";
import type * as t from "io-ts";
import { pickWritten, readSettings } from "../arguments/arguments";
import { isObject, type RawObject } from "../arguments/reader";
import { StateError } from "../errors";
import type { Holding } from "./holding";
import type { State } from "./state";
import { StoredCodec, type HoldingCodec } from "./stored/codecs";
import { upgradeOutputs } from "./upgrades";

/** The version of the stored record; another shape needs a step in `upgrades.ts`. */
export const schemaNumber = 2;

export function readState(outputs: RawObject): State {
  const certificate = isObject(outputs["certificate"]) ? outputs["certificate"] : {};
  const upgraded = upgradeOutputs(outputs, schemaNumber);
  const decoded = StoredCodec.decode(upgraded);
  const settings = readSettings(outputs);
  if (!isRight(decoded) || settings === undefined) {
    throw new StateError(
      "The stored state of this certificate cannot be read; it may have been edited by hand. " +
        "`pulumi state delete` forgets it, and the next `pulumi up` sends the certificate again.",
    );
  }
  const { sentAs, coverage, exceptions, exceptionsOmitted, commands, progress } = decoded.right;
  const { readyForRenewal, renewAt, record: stored, kept } = decoded.right;
  const { schema, holding, ...record } = stored;
  return {
    ...{ sentAs, coverage, exceptions, exceptionsOmitted, commands, progress, readyForRenewal, renewAt },
    record: { ...record, holding: wholeHolding(holding, certificate) },
    ...(kept !== undefined && { kept }),
    settings,
    written: pickWritten(outputs),
    certificate,
  };
}

/** What Pulumi stores. JSON drops every `undefined`, which would make the engine hang or fail. */
export function toOutputs(state: State): RawObject {
  const { written, certificate, sentAs, coverage, exceptions, exceptionsOmitted, commands } = state;
  const { progress, readyForRenewal, renewAt, kept } = state;
  const { holding, ...rest } = state.record;
  const record = { schema: schemaNumber, ...rest, holding: shortHolding(holding, certificate) };
  const outputs: unknown = JSON.parse(
    JSON.stringify({
      ...written,
      ...{ certificate, sentAs, coverage, exceptions, exceptionsOmitted, commands, progress },
      ...{ readyForRenewal, renewAt, record, kept },
    }),
  );
  return isObject(outputs) ? outputs : {};
}

function wholeHolding(stored: t.TypeOf<typeof HoldingCodec>, { digest }: RawObject): Holding {
  if (stored.kind !== "content") return stored;
  return { kind: "content", digest: stored.digest ?? (typeof digest === "string" ? digest : "") };
}

function shortHolding(holding: Holding, { digest }: RawObject): RawObject {
  return holding.kind === "content" && holding.digest === digest ? { kind: "content" } : { ...holding };
}
