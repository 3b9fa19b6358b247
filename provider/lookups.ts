// The look-ups as programs call them: plain promises, usable in previews. Each asks the tenant of the program that calls it,
// since several programs may run in one process (Automation API), and under mocks it asks the mocks and no network.
// What is found and what is refused stands in fleet-lookups.ts.

import * as pulumi from "@pulumi/pulumi";
import type { Client, Group } from "./client";
import { systemClock } from "./clock";
import { readSettings } from "./config";
import {
  findDevices,
  findGroup,
  refuseDeviceFilter,
  refuseGroupFilter,
  type Device,
  type DeviceFilter,
  type GroupFilter,
} from "./fleet-lookups";

/** One for all look-ups with the same settings, so that they share its pace, its connections and its lists. */
const clients = new Map<string, Client>();

/**
 * The one group that fits, read from Esper when it is called, in previews too. Under `pulumi.runtime.setMocks` the mocks'
 * `call` answers instead, for the token `esper:index:getGroup`.
 *
 * @throws Error when none or several fit, naming what comes near; when the filter has a part that is not known; when Esper
 * cannot be asked, saying why
 */
export async function getGroup(filter: GroupFilter): Promise<Group> {
  refuseGroupFilter(filter);
  if (areMocked()) return (await pulumi.runtime.invoke("esper:index:getGroup", { ...filter })) as Group;
  return findGroup(await clientOfProgram(), filter);
}

/**
 * All devices that fit every part of the filter, sorted by name, read from Esper when it is called, in previews too. An
 * empty list is an error, since it would target nothing. Under `pulumi.runtime.setMocks` the mocks' `call` answers instead,
 * for the token `esper:index:getDevices`, with `{ devices: [...] }`.
 *
 * @throws Error when no device fits, naming what comes near; when the filter has a part that is not known, or a group that
 * is no id; when Esper cannot be asked, saying why
 */
export async function getDevices(filter: DeviceFilter): Promise<readonly Device[]> {
  refuseDeviceFilter(filter);
  if (areMocked()) return devicesIn(await pulumi.runtime.invoke("esper:index:getDevices", { ...filter }));
  return findDevices(await clientOfProgram(), filter);
}

/** What stands in the engine's place in a unit test has the mocks; the engine has none. */
function areMocked(): boolean {
  const monitor: unknown = pulumi.runtime.getMonitor();
  return typeof monitor === "object" && monitor !== null && "mocks" in monitor;
}

/** A list that a mock gives as it is has become an object with its indices on the way. */
function devicesIn(answer: unknown): readonly Device[] {
  const entries = typeof answer === "object" && answer !== null ? Object.entries(answer) : [];
  const [name, devices] = entries[0] ?? [];
  if (name === "devices" && Array.isArray(devices)) return devices as readonly Device[];
  if (entries.every(([key], index) => key === String(index))) return entries.map(([, device]) => device as Device);
  throw new Error(
    "The mocks' `call` answered esper:index:getDevices without `devices`: let it return { devices: [{ id, name }] }.",
  );
}

/** The HTTP parts are loaded when they are needed: most programs look nothing up. */
async function clientOfProgram(): Promise<Client> {
  const config = new pulumi.Config("esper");
  const settings = readSettings((key) => config.get(key.replace(/^esper:/, "")), process.env);
  const { createClient } = await import("./client/index.js");
  const key = JSON.stringify(settings);
  const client = clients.get(key) ?? createClient({ settings, clock: systemClock, random: Math.random, say });
  clients.set(key, client);
  return client;
}

function say(text: string): void {
  console.log(text);
}
