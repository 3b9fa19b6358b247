// How the state of certificates of devices is stored: that of a certificate, with the ledger in place of the requests and the
// output `certificates` in place of `certificate`. Pure. Follows docs/design.md, section 12.

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { isObject, type RawObject } from "../../arguments/reader";
import { StateError } from "../../errors";
import { readState, toOutputs } from "../record";
import type { SentRequest, State } from "../state";
import type { Ledger, MadeRecord } from "./ledger";
import { leadDaysOf } from "./made";
import { decodeLedger, encodeLedger, unreadableSentence, type StoredLedger } from "./stored-ledger";
import { decodeRevocations, encodeRevocations, encodeSerials, withSerials } from "./revocations";

const StoredCodec = t.intersection([
  t.type({ ledger: t.string, unusedDigest: t.string }),
  t.partial({
    open: t.string,
    openIds: t.readonlyArray(t.string),
    withoutContent: t.number,
    removals: t.readonlyArray(t.unknown),
    made: t.readonly(
      t.intersection([
        t.type({ beforeDays: t.number, spreadDays: t.number, refused: t.readonlyArray(t.string) }),
        t.partial({ revoke: t.type({ serials: t.string, pending: t.string, source: t.UnknownRecord }) }),
      ]),
    ),
  }),
]);

type StoredMade = NonNullable<t.TypeOf<typeof StoredCodec>["made"]>;

export function readDeviceState(outputs: RawObject): State {
  const stored = isObject(outputs["record"]) ? outputs["record"] : {};
  const decoded = StoredCodec.decode(stored);
  if (!isRight(decoded)) throw new StateError(unreadableSentence);
  const { ledger: rows, open, openIds, unusedDigest, withoutContent, removals = [], made, ...record } = decoded.right;
  const ledger = ledgerIn({ rows, open, openIds }, made);
  const state = readState({
    ...outputs,
    ...{ certificate: {}, sentAs: "asGiven", commands: [...openInstalls(ledger), ...removals], record },
  });
  return {
    ...state,
    certificate: isObject(outputs["certificates"]) ? outputs["certificates"] : {},
    record: {
      ...state.record,
      own: {
        ledger,
        unusedDigest,
        ...(withoutContent !== undefined && { withoutContent }),
        ...(made && { made: madeIn(made) }),
      },
    },
  };
}

/** Where certificates are made, one rule says of all when they are due. */
function ledgerIn(stored: StoredLedger, made: StoredMade | undefined): Ledger {
  if (made === undefined) return decodeLedger(stored);
  const ledger = decodeLedger(stored, (key) => leadDaysOf(key, made));
  return made.revoke === undefined ? ledger : withSerials(ledger, made.revoke.serials);
}

function madeIn({ revoke, ...made }: StoredMade): MadeRecord {
  if (revoke === undefined) return made;
  return { ...made, revoke: { pending: decodeRevocations(revoke.pending), source: revoke.source } };
}

function storedMade({ revoke, ...made }: MadeRecord, ledger: Ledger): StoredMade {
  if (revoke === undefined) return made;
  const { pending, source } = revoke;
  return { ...made, revoke: { serials: encodeSerials(ledger), pending: encodeRevocations(pending), source } };
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
  const { rows, open, openIds } = encodeLedger(own.ledger, own.made !== undefined);
  const removals = state.commands.filter(({ kind }) => kind === "uninstall");
  const added: unknown = JSON.parse(
    JSON.stringify({
      ...{ ledger: rows, open, openIds, unusedDigest: own.unusedDigest },
      ...{ withoutContent: own.withoutContent, made: own.made && storedMade(own.made, own.ledger) },
      ...(removals.length > 0 && { removals }),
    }),
  );
  const known = isObject(outputs["record"]) ? outputs["record"] : {};
  return { ...outputs, certificates: certificate, record: isObject(added) ? { ...known, ...added } : known };
}
