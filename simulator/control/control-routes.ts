// The controls by HTTP, apart from the imitated API and without a key. JSON in, JSON out.
//   GET  /_simulator/devices?group=&limit=&offset=   devices with keystore and commands, `{ count, devices }`
//   GET  /_simulator/devices/{id}
//   POST /_simulator/devices/{id}                    any of { online, failWith (null ends it), flaky: { times, reason? },
//                                                    timeOut: { lateSuccessMs?, goesOn? }, wipe: true, move: group, leave: true,
//                                                    state (a number), osVersion, enrollAgain: true }
//   POST /_simulator/devices                         { group, alias?, name?, osVersion?, online? }: joins; `{ id }`
//   GET  /_simulator/groups
//   POST /_simulator/groups/{id}                     { remove: true }: takes it away, what was in it moves to its parent
//   POST /_simulator/commands                        a certificate command of another client (other-client.ts); `{ id }`
//   GET  /_simulator/requests                        counts by route and status; POST { "reset": true } starts anew
//   GET  /_simulator/log                             accepted commands, nothing secret
//   GET  /_simulator/faults, POST                    the switches of faults.ts; a POST replaces all of them
//   POST /_simulator/faults/{name}                   sets one and leaves the others; null ends it
//   GET  /_simulator/time, POST { advanceMs }        simulated time
//   GET  /_simulator/view?alias=&known=              all that the page shows (fleet-view.ts), with faults and requests
// Requests that a browser sends for another website are refused (same-origin.ts).

import type { WorldControls } from "./controls";
import { commandOrder, deviceOrder, groupOrder, joinOrder, read, timeOrder } from "./orders";
import type { DeviceView } from "./views";
import type { FaultSwitches } from "../faults/fault-switches";
import { fleetView } from "./fleet-view";
import { pageWanted } from "../api/pages";
import { readBody } from "../http/read-body";
import { readFaults } from "../faults/read-faults";
import { refusedOrigin } from "../http/same-origin";
import type { ControlHandler } from "../http/server";
import type { TrafficCounter } from "../http/traffic";
import type { World } from "../world/world";

export interface ControlSetup {
  readonly world: World;
  readonly controls: WorldControls;
  readonly faults: FaultSwitches;
  readonly traffic: TrafficCounter;
}

function deviceJson(device: DeviceView): unknown {
  return { ...device, keystore: Object.fromEntries(device.keystore) };
}

/** Only the devices of the page are copied: a tenant may have a million. */
function listDevices({ world, controls }: ControlSetup, query: URLSearchParams): unknown {
  const group = query.get("group");
  const { limit, offset } = pageWanted(query, { default: 1000, max: 1_000_000 });
  world.catchUp();
  const all = group === null ? world.tenant.devices : controls.devices(group);
  const shown = all.slice(offset, offset + limit).map((device) => deviceJson(controls.device(device.id)));
  return { count: all.length, devices: shown };
}

function changeDevice({ controls }: ControlSetup, id: string, body: unknown): unknown {
  const order = read(deviceOrder, body);
  if (order.failWith !== undefined) controls.failWith(id, order.failWith ?? undefined);
  if (order.flaky !== undefined) controls.flaky(id, order.flaky.times, order.flaky.reason);
  if (order.timeOut !== undefined) controls.timeOutThenSucceed(id, order.timeOut.lateSuccessMs, order.timeOut.goesOn);
  if (order.wipe === true) controls.wipe(id);
  if (order.move !== undefined) controls.move(id, order.move);
  if (order.online !== undefined) controls.setOnline(id, order.online);
  if (order.state !== undefined) controls.setState(id, order.state);
  if (order.osVersion !== undefined) controls.setOsVersion(id, order.osVersion);
  if (order.enrollAgain === true) controls.enrollAgain(id);
  if (order.leave !== true) return deviceJson(controls.device(id));
  controls.leave(id);
  return {};
}

function join({ controls }: ControlSetup, body: unknown): unknown {
  const { group, alias, name, osVersion, online } = read(joinOrder, body);
  const spec = {
    ...(alias !== undefined && { alias }),
    ...(name !== undefined && { name }),
    ...(osVersion !== undefined && { osVersion }),
    ...(online !== undefined && { online }),
  };
  return { id: controls.join(group, spec) };
}

function removeGroup({ controls }: ControlSetup, group: string, body: unknown): unknown {
  read(groupOrder, body);
  controls.removeGroup(group);
  return {};
}

function changeFault({ faults }: ControlSetup, name: string, body: unknown): unknown {
  if (body === undefined) throw new Error(`Settings of the fault "${name}" are wanted as JSON, or null to end it.`);
  faults.change(readFaults({ [name]: body ?? undefined }));
  return { faults: faults.current, strikes: faults.strikes };
}

function view({ world, faults, traffic }: ControlSetup, query: URLSearchParams): unknown {
  const { total, byStatus } = traffic.current;
  return {
    ...fleetView(world, { alias: query.get("alias"), knownVersion: query.get("known") }),
    faults: faults.current,
    strikes: faults.strikes,
    requests: { total, byStatus },
  };
}

/** The answer, or undefined when there is no such route. Throws an Error when the order cannot be followed. */
async function answer(setup: ControlSetup, route: string, url: URL, body: unknown): Promise<unknown> {
  const { controls, faults, traffic } = setup;
  const device = /^(GET|POST) \/devices\/([^/]+)$/.exec(route);
  if (device !== null) {
    const id = device[2] ?? "";
    return device[1] === "GET" ? deviceJson(controls.device(id)) : changeDevice(setup, id, body);
  }
  const fault = /^POST \/faults\/([^/]+)$/.exec(route)?.[1];
  if (fault !== undefined) return changeFault(setup, fault, body);
  const group = /^POST \/groups\/([^/]+)$/.exec(route)?.[1];
  if (group !== undefined) return removeGroup(setup, decodeURIComponent(group), body);
  switch (route) {
    case "GET /view":
      return view(setup, url.searchParams);
    case "GET /devices":
      return listDevices(setup, url.searchParams);
    case "POST /devices":
      return join(setup, body);
    case "GET /groups":
      return { groups: controls.groups() };
    case "POST /commands":
      return { id: await controls.sendAsOther(read(commandOrder, body)) };
    case "POST /requests":
      traffic.reset();
      return traffic.current;
    case "GET /requests":
      return traffic.current;
    case "GET /log":
      return { commands: controls.commandLog };
    case "POST /faults":
      faults.set(readFaults(body));
      return { faults: faults.current, strikes: faults.strikes };
    case "GET /faults":
      return { faults: faults.current, strikes: faults.strikes };
    case "POST /time":
      controls.advance(read(timeOrder, body).advanceMs);
      return { now: new Date(controls.now()).toISOString() };
    case "GET /time":
      return { now: new Date(controls.now()).toISOString() };
    default:
      return undefined;
  }
}

const headers = {
  "content-type": "application/json",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

export function controlRoutes(setup: ControlSetup): ControlHandler {
  return async (request, response, url) => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, headers).end(JSON.stringify(body));
    };
    const { value } = await readBody(request);
    const refused = refusedOrigin(request.headers);
    if (refused !== undefined) {
      send(403, { error: refused });
      return;
    }
    try {
      const path = url.pathname.slice("/_simulator".length).replace(/\/$/, "");
      const found = await answer(setup, `${request.method ?? ""} ${path}`, url, value);
      if (found === undefined) send(404, { error: `There is no control ${request.method ?? ""} ${url.pathname}.` });
      else send(200, found);
    } catch (error) {
      send(400, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}
