// The look-ups by their names on Pulumi's wire. What is found and what is refused says fleet-lookups.ts.

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import type { Client } from "../client/index";
import { findDevices, findGroup, refuseDeviceFilter, refuseGroupFilter } from "../fleet-lookups";
import { hasUnknown, type RawObject } from "../lifecycle/arguments/reader";

const GroupFilterCodec = t.union([t.type({ name: t.string }), t.type({ path: t.string })]);
const DeviceFilterCodec = t.partial({
  group: t.string,
  search: t.string,
  serial: t.string,
  tags: t.array(t.string),
  osVersion: t.string,
});

export async function lookUp(token: string, filter: RawObject, client: () => Client): Promise<RawObject> {
  const lookup = lookups.get(token);
  if (lookup === undefined) throw new Error(`The plugin has no function ${token}.`);
  if (hasUnknown(filter)) throw new Error(`${token}: the filter holds a value that is not known yet.`);
  return lookup(withoutNothing(filter), client);
}

const lookups: ReadonlyMap<string, (filter: RawObject, client: () => Client) => Promise<RawObject>> = new Map([
  ["esper:index:getGroup", group],
  ["esper:index:getDevices", devices],
]);

async function group(given: RawObject, client: () => Client): Promise<RawObject> {
  const filter = read(GroupFilterCodec, given, "getGroup");
  refuseGroupFilter(filter);
  return { ...(await findGroup(client(), filter)) };
}

async function devices(given: RawObject, client: () => Client): Promise<RawObject> {
  const { group, search, serial, tags, osVersion } = read(DeviceFilterCodec, given, "getDevices");
  const filter = {
    ...(group !== undefined && { group }),
    ...(search !== undefined && { search }),
    ...(serial !== undefined && { serial }),
    ...(tags !== undefined && { tags }),
    ...(osVersion !== undefined && { osVersion }),
  };
  refuseDeviceFilter(given);
  return { devices: await findDevices(client(), filter) };
}

function read<T>(codec: t.Type<T>, given: RawObject, name: string): T {
  const filter = codec.decode(given);
  if (isRight(filter)) return filter.right;
  if (name === "getGroup") throw new Error("esper.getGroup takes either { name } or { path }, as text.");
  throw new Error("esper.getDevices takes texts, and a list of texts as `tags`.");
}

/** SDKs hand over what was not given as null. */
function withoutNothing(filter: RawObject): RawObject {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
}
