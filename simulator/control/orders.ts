// The bodies that the controls take by HTTP, as codecs.

import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";
import { PathReporter } from "io-ts/PathReporter";

export const deviceOrder = t.exact(
  t.partial({
    online: t.boolean,
    failWith: t.union([t.string, t.null]),
    flaky: t.intersection([t.type({ times: t.number }), t.partial({ reason: t.string })]),
    timeOut: t.partial({ lateSuccessMs: t.number, goesOn: t.boolean }),
    wipe: t.literal(true),
    move: t.string,
    leave: t.literal(true),
    state: t.number,
    osVersion: t.string,
    enrollAgain: t.literal(true),
  }),
);
export const joinOrder = t.intersection([
  t.type({ group: t.string }),
  t.partial({ alias: t.string, name: t.string, osVersion: t.string, online: t.boolean }),
]);
export const timeOrder = t.type({ advanceMs: t.number });

export const groupOrder = t.type({ remove: t.literal(true) });

/** As OtherCommand of other-client.ts. */
export const commandOrder = t.intersection([
  t.type({ alias: t.string }),
  t.partial({
    command: t.union([t.literal("INSTALL_CERTIFICATE"), t.literal("UNINSTALL_CERTIFICATE")]),
    devices: t.array(t.string),
    groups: t.array(t.string),
    label: t.union([t.string, t.null]),
    endpoint: t.union([t.literal("request"), t.literal("v2")]),
    file: t.string,
    password: t.string,
  }),
]);

/** Throws an Error that says what is wrong with the body. */
export function read<A>(codec: t.Type<A>, value: unknown): A {
  const decoded = codec.decode(value);
  if (isLeft(decoded)) throw new Error(PathReporter.report(decoded).join("; "));
  return decoded.right;
}
