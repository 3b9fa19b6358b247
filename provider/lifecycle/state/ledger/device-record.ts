// How the state of certificates of devices is stored: that of a certificate, with the ledger in place of the requests and the
// output `certificates` in place of `certificate`. Pure. Follows docs/design.md, section 12.

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { isObject, type RawObject } from "../../arguments/reader";
import type { Renewal } from "../../content/device-contents";
import { StateError } from "../../errors";
import { readState, toOutputs } from "../record";
import type { SentRequest, State } from "../state";
import { decodeLedger, encodeLedger, type Ledger } from "./ledger";
import { leadDaysOf } from "./made";

const StoredCodec = t.intersection([
  t.type({ ledger: t.string, unusedDigest: t.string }),
  t.partial({
    open: t.string,
    openIds: t.readonlyArray(t.string),
    withoutContent: t.number,
    removals: t.readonlyArray(t.unknown),
    made: t.readonly(t.type({ beforeDays: t.number, spreadDays: t.number, refused: t.readonlyArray(t.string) })),
  }),
]);

export function readDeviceState(outputs: RawObject): State {
  const stored = isObject(outputs["record"]) ? outputs["record"] : {};
  const decoded = StoredCodec.decode(stored);
  if (!isRight(decoded)) {
    throw new StateError(
      "The stored state of these certificates cannot be read; it may have been edited by hand. " +
        "`pulumi state delete` forgets it, and the next `pulumi up` sends each device its certificate again.",
    );
  }
  const { ledger: rows, open, openIds, unusedDigest, withoutContent, removals = [], made, ...record } = decoded.right;
  const ledger = withLeadDays(decodeLedger({ rows, open, openIds }), made);
  const state = readState({
    ...outputs,
    ...{ certificate: {}, sentAs: "asGiven", commands: [...openInstalls(ledger), ...removals], record },
  });
  return {
    ...state,
    certificate: isObject(outputs["certificates"]) ? outputs["certificates"] : {},
    record: {
      ...state.record,
      own: { ledger, unusedDigest, ...(withoutContent !== undefined && { withoutContent }), ...(made && { made }) },
    },
  };
}

/** Where certificates are made, one rule says of all when they are due. */
function withLeadDays(ledger: Ledger, made: Renewal | undefined): Ledger {
  if (made === undefined) return ledger;
  return new Map([...ledger].map(([key, entry]) => [key, { ...entry, leadDays: leadDaysOf(key, made) }]));
}

/** The installs that have not ended in Success, each to one device. */
export function openInstalls(ledger: Ledger): readonly SentRequest[] {
  return [...ledger.values()].flatMap(({ openRequest, at }) =>
    openRequest === undefined ? [] : [{ ...installTo(1, openRequest, at) }],
  );
}

function installTo(devices: number, id: string, at: string): SentRequest {
  return { id, kind: "install", commandType: "DEVICE", devices, sentAt: at, createdAt: at };
}

export function toDeviceOutputs(state: State): RawObject {
  const { own, ...record } = state.record;
  if (own === undefined) throw new Error("Certificates of devices have a ledger.");
  const { certificate, sentAs, commands, ...outputs } = toOutputs({ ...state, record });
  const { rows, open, openIds } = encodeLedger(own.ledger);
  const removals = state.commands.filter(({ kind }) => kind === "uninstall");
  const added: unknown = JSON.parse(
    JSON.stringify({
      ...{ ledger: rows, open, openIds, unusedDigest: own.unusedDigest },
      ...{ withoutContent: own.withoutContent, made: own.made },
      ...(removals.length > 0 && { removals }),
    }),
  );
  const known = isObject(outputs["record"]) ? outputs["record"] : {};
  return { ...outputs, certificates: certificate, record: isObject(added) ? { ...known, ...added } : known };
}
