// The simulator of an Esper tenant: starts it and hands out what a test needs to look at it and to trouble it.
// Nothing in here is meant for production: it believes every certificate and keeps everything in memory.

import { systemClock } from "../provider/clock";
import { controlRoutes } from "./control/control-routes";
import type { WorldControls } from "./control/controls";
import { worldControls } from "./control/controls";
import { Api } from "./http/exchange";
import { FaultSwitches } from "./faults/fault-switches";
import type { FaultName, Faults } from "./faults/faults";
import { defaultFleet } from "./world/fleet";
import { onEveryAndroid, openByReader, remembering } from "./devices/open-pkcs12";
import type { SimulatorOptions } from "./options";
import { defaultOsVersions, pageSizesOf } from "./options";
import { chanceOf } from "./world/random";
import { routeTable } from "./http/route-table";
import { fleetRoutes } from "./api/routes-fleet";
import { requestRoutes } from "./api/routes-request";
import { v2Routes } from "./api/routes-v2";
import { listen } from "./http/server";
import { simulatedTime } from "./world/time";
import type { Traffic } from "./http/traffic";
import { TrafficCounter } from "./http/traffic";
import { World } from "./world/world";

export type { WorldControls } from "./control/controls";
export type { OtherCommand } from "./control/other-client";
export type { DeviceCommand, DeviceView, GroupView } from "./control/views";
export type { AnswerFaults } from "./faults/answer-faults";
export type { FaultName, Faults } from "./faults/faults";
export type { TenantFaults } from "./faults/tenant-faults";
export type { RouteFamily, When } from "./faults/when";
export type { DeviceSpec, Fleet, GroupSpec } from "./world/fleet";
export { readFaults } from "./faults/read-faults";
export { faultStorm } from "./faults/storm";
export type { OpenedPkcs12, OpenPkcs12 } from "./devices/open-pkcs12";
export type { SimulatorOptions } from "./options";
export type { CommandState } from "./world/states";
export type { KeystoreEntry, Trouble } from "./world/model";
export type { Traffic } from "./http/traffic";
export type { LoggedCommand } from "./world/command-log";
export type { PageSizes } from "./http/exchange";
export type { Clock } from "../provider/clock";

/** A simulated tenant that is running. */
export interface Simulator {
  /** What `ESPER_BASE_URL` takes, for example http://127.0.0.1:4010/api */
  readonly url: string;
  /** The page that shows the fleet in a browser, for example http://127.0.0.1:4010/ */
  readonly pageUrl: string;
  /** The key that is right, as `ESPER_API_KEY` takes it. */
  readonly apiKey: string;
  /** Another key that is right, of a role that sees no groups, no devices and no commands. */
  readonly narrowedApiKey: string;
  /** The tenant's enterprise. */
  readonly enterpriseId: string;
  /** The groups and devices: to look at, and to change. */
  readonly world: WorldControls;
  /** What goes wrong on purpose. */
  readonly faults: {
    /** The switches as they were set last. */
    readonly current: Faults;
    /** How often each has struck since it was set. */
    readonly strikes: Readonly<Partial<Record<FaultName, number>>>;
    /** Replaces all switches. `{}` ends all faults. */
    set(faults: Faults): void;
  };
  /** What came in since the start, or since it was last reset. */
  readonly traffic: Traffic;
  /** Counts from zero again. */
  resetTraffic(): void;
  /** Ends the server and all connections. */
  close(): Promise<void>;
}

/**
 * Starts a simulated tenant on a local port. It believes every certificate and keeps everything in memory: for tests.
 *
 * @throws Error when the port is taken, or a setting makes no sense
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const chance = chanceOf(options.seed ?? 1);
  const clock = options.clock ?? systemClock;
  const time = simulatedTime(clock, options.timeFactor ?? 1);
  const apiKey = options.apiKey ?? "simulator-key";
  const narrowedApiKey = `${apiKey}-narrowed`;
  const enterpriseId = options.enterpriseId ?? chance.uuid("enterprise");
  const faults = new FaultSwitches(chance);
  faults.set(options.faults ?? {});
  const traffic = new TrafficCounter();
  const open = options.openPkcs12 ?? openByReader;
  const world = new World({
    time,
    fleet: options.fleet ?? defaultFleet(options.devices ?? 20),
    fleetHabits: {
      chance,
      offlineShare: options.offlineShare ?? 0,
      osVersions: options.osVersions ?? defaultOsVersions,
    },
    workHabits: {
      deviceMs: options.deviceMs ?? 800,
      deviceSpread: options.deviceSpread ?? 0.5,
      commandTimeOutMs: options.commandTimeOutMs ?? 10 * 60_000,
      readsBeforeAnswer: options.readsBeforeAnswer ?? 1,
      holdAnswersMs: 60_000,
    },
    returnAfterMs: options.returnAfterMs,
    open: remembering(options.androidSupport === true ? open : onEveryAndroid(open)),
  });
  world.onCommand = options.onCommand;
  let groupsAdded = 0;
  const controls = worldControls(
    world,
    (ms) => {
      time.advance(ms);
    },
    () => chance.uuid(`group/added/${++groupsAdded}`),
  );
  const api = new Api({
    world,
    faults,
    traffic,
    clock,
    match: routeTable([...requestRoutes, ...v2Routes, ...fleetRoutes()]),
    apiKey,
    enterpriseId,
    narrowedApiKey,
    users: {
      own: { id: chance.uuid("user"), number: 1, username: "simulator" },
      other: { id: chance.uuid("user/other"), number: 2, username: "somebody" },
    },
    pageSizes: pageSizesOf(options.pageSize),
    onUnknownRoute: options.onUnknownRoute ?? ((line) => process.stderr.write(`simulator: ${line}\n`)),
  });
  const host = options.host ?? "127.0.0.1";
  const control = controlRoutes({ world, controls, faults, traffic });
  const server = await listen({ host, port: options.port ?? 0 }, api, control);
  return {
    url: `${server.origin}/api`,
    pageUrl: `${server.origin}/`,
    apiKey,
    narrowedApiKey,
    enterpriseId,
    world: controls,
    faults,
    get traffic() {
      return traffic.current;
    },
    resetTraffic: () => {
      traffic.reset();
    },
    close: () => server.close(),
  };
}
