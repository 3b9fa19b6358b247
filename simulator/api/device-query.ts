// Which devices GET /v2/devices/ means: its filters, as one predicate over a list that is as short as can be.
// The list of the last questions is kept until the tenant changes, so that a page costs a page and not the fleet.
// Filters: openapi.json and docs/background/esper-api.md, 5a; `search` looks at name and serial, not at alias and id.

import { csv } from "./call";
import type { Device } from "../world/model";
import type { Tenant } from "../world/tenant";

/** How many questions are remembered: a page of each of some readers at once. */
const rememberedQuestions = 20;

/** Esper's device states: 1 is online, 60 offline (docs/background/esper-api.md, 5c). */
export function stateOf(device: Device): number {
  return device.specialState ?? (device.online ? 1 : 60);
}

export function osOf(device: Device): string {
  return { ANDROID: "Android", APPLE: "iOS", LINUX: "Linux" }[device.platform];
}

type Test = (device: Device) => boolean;

function isOneOf(list: readonly string[], value: (device: Device) => string): Test {
  const wanted = new Set(list);
  return (device) => wanted.has(value(device));
}

function tests(query: URLSearchParams): readonly Test[] {
  const found: Test[] = [];
  const when = (name: string, test: (text: string) => Test): void => {
    const text = query.get(name);
    if (text !== null && text !== "") found.push(test(text));
  };
  when("serial", (text) => (device) => device.serial === text);
  when("state", (text) => isOneOf(csv(text), (device) => String(stateOf(device))));
  when("platform", (text) => isOneOf(csv(text), (device) => device.platform));
  when("os", (text) => (device) => osOf(device) === text);
  when("android_version_exact", (text) => (device) => device.osVersion === text);
  when("android_version", (text) => isOneOf(csv(text), (device) => device.osVersion.split(".")[0] ?? ""));
  when("tags", (text) => {
    const wanted = csv(text);
    return (device) => wanted.some((tag) => device.tags.includes(tag));
  });
  when("search", (text) => {
    const wanted = text.toLowerCase();
    return ({ name, serial }) => name.toLowerCase().includes(wanted) || serial.toLowerCase().includes(wanted);
  });
  return found;
}

function candidates(tenant: Tenant, query: URLSearchParams): readonly Device[] {
  const withSubGroups = query.get("group_multi");
  const immediate = query.get("group_multi_immediate");
  if (withSubGroups === null && immediate === null) return tenant.devices;
  const found = new Set<Device>();
  for (const id of csv(withSubGroups)) {
    const group = tenant.group(id);
    if (group !== undefined) for (const device of tenant.members(group)) found.add(device);
  }
  for (const id of csv(immediate)) tenant.group(id)?.devices.forEach((device) => found.add(device));
  return [...found];
}

export class DeviceQueries {
  private version = -1;
  private readonly known = new Map<string, readonly Device[]>();

  private tenant: Tenant | undefined;

  find(tenant: Tenant, query: URLSearchParams): readonly Device[] {
    const question = new URLSearchParams(query);
    question.delete("limit");
    question.delete("offset");
    const key = question.toString();
    const isStale = this.tenant !== tenant || this.version !== tenant.version;
    if (isStale || this.known.size >= rememberedQuestions) this.known.clear();
    this.tenant = tenant;
    this.version = tenant.version;
    const list = this.known.get(key) ?? read(tenant, question);
    this.known.set(key, list);
    return list;
  }
}

function read(tenant: Tenant, query: URLSearchParams): readonly Device[] {
  const all = tests(query);
  const list = candidates(tenant, query);
  return all.length === 0 ? list : list.filter((device) => all.every((test) => test(device)));
}
