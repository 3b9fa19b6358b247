// The simulated tenant as a whole: groups, devices, requests and the time that moves them.
// It is brought up to now() by whoever looks at it. It knows nothing of HTTP, keys and faults of the network.

import { DeviceWork } from "../devices/work";
import type { WorkEvent, WorkHabits } from "../devices/events";
import type { LoggedCommand } from "./command-log";
import { loggedCommand } from "./command-log";
import { EventQueue } from "../devices/event-queue";
import type { DeviceSpec, Fleet, FleetHabits } from "./fleet";
import { completeDevice, rootGroupName } from "./fleet";
import type { OpenedPkcs12, OpenPkcs12 } from "../devices/open-pkcs12";
import type { CommandOrder, CommandRequest, CommandStatus, Device, Group } from "./model";
import { Requests } from "./requests";
import { targetsOf } from "./targets";
import { Tenant } from "./tenant";
import type { SimulatedTime } from "./time";

export interface WorldSetup {
  readonly time: SimulatedTime;
  readonly fleet: Fleet;
  readonly fleetHabits: FleetHabits;
  readonly workHabits: WorkHabits;
  /** Devices that are offline at the start come back after about this time; never when absent. */
  readonly returnAfterMs: number | undefined;
  readonly open: OpenPkcs12;
}

/** How a command is taken, beside what it says. */
export interface Acceptance {
  /** Default: the key's own user. */
  readonly sender?: CommandRequest["sender"];
  /** What the file in it is; default: it is opened. */
  readonly opened?: OpenedPkcs12;
  readonly isDeviceTypeIgnored?: boolean;
  /** Devices that have no row at first: these, or the last one when none are named. */
  readonly missing?: { readonly devices?: readonly string[]; readonly lateMs?: number };
}

export class World {
  readonly tenant = new Tenant();
  readonly requests: Requests;
  readonly root: Group;
  readonly commandLog: LoggedCommand[] = [];
  /** Called with every accepted command. */
  onCommand: ((command: LoggedCommand) => void) | undefined;
  private readonly events = new EventQueue<WorkEvent>();
  private readonly work: DeviceWork;

  constructor(private readonly setup: WorldSetup) {
    const { chance } = setup.fleetHabits;
    this.requests = new Requests(chance);
    this.work = new DeviceWork(this.events, setup.workHabits, chance);
    this.root = this.tenant.addGroup(chance.uuid("group/0"), rootGroupName, undefined, setup.time.now());
    this.settle(setup.fleet);
  }

  now(): number {
    return this.setup.time.now();
  }

  /** Lets everything happen that is due by now, and says what time it is. */
  catchUp(): number {
    const now = this.now();
    for (let due = this.events.popDue(now); due !== undefined; due = this.events.popDue(now)) {
      this.work.run(due.event, due.at);
    }
    return now;
  }

  async accept(order: CommandOrder, how: Acceptance = {}): Promise<CommandRequest> {
    const opened = how.opened ?? (await this.openFile(order));
    const now = this.catchUp();
    const request = this.requests.add(order, how.sender ?? "own", opened, now);
    const targets = targetsOf(this.tenant, order, how.isDeviceTypeIgnored === true);
    const missing = missingOf(targets, how.missing);
    for (const device of targets) if (!missing.has(device)) this.work.give(request, device, now);
    const lateMs = how.missing?.lateMs;
    if (lateMs !== undefined) {
      for (const device of missing) this.events.push(now + lateMs, { kind: "lateRow", request, device });
    }
    const logged = loggedCommand(request);
    this.commandLog.push(logged);
    this.onCommand?.(logged);
    return request;
  }

  cancel(status: CommandStatus, reason: string | null): boolean {
    return this.work.cancel(status, reason, this.catchUp());
  }

  /** To be told after a read of a request was answered. */
  wasRead(request: CommandRequest): void {
    this.work.wasRead(request, this.now());
  }

  setOnline(device: Device, online: boolean): void {
    this.work.setOnline(device, online, this.catchUp());
    device.specialState = undefined;
    this.tenant.version += 1;
  }

  /** Shows the device in a state of Esper's that is neither online nor offline; no command reaches it. */
  setSpecialState(device: Device, state: number): void {
    this.setOnline(device, false);
    device.specialState = state;
  }

  /** The device was reset and enrolled: the same id, a new beginning. */
  enrollAgain(device: Device): void {
    device.keystore.clear();
    device.createdAt = this.catchUp();
    this.setOnline(device, true);
  }

  join(group: Group, spec: DeviceSpec): Device {
    const complete = completeDevice(spec, this.tenant.nextNumber, this.setup.fleetHabits);
    const device = this.tenant.addDevice(complete, group, this.catchUp());
    device.online = complete.online;
    return device;
  }

  /** The device leaves the tenant; what it was sent stays as it is. */
  leave(device: Device): void {
    this.setOnline(device, false);
    device.queue.splice(0);
    if (device.active !== undefined) device.active.turn += 1;
    device.active = undefined;
    this.tenant.removeDevice(device);
  }

  private settle(fleet: Fleet): void {
    const { chance } = this.setup.fleetHabits;
    fleet.groups.forEach((spec, place) => {
      const { parent: wanted } = spec;
      const parent =
        wanted === undefined ? this.root : this.tenant.groups.find(({ id, name }) => id === wanted || name === wanted);
      if (parent === undefined) {
        throw new Error(
          `The parent "${wanted ?? ""}" of the simulated group "${spec.name}" is not in the list before it.`,
        );
      }
      const group = this.tenant.addGroup(spec.id ?? chance.uuid(`group/${place + 1}`), spec.name, parent, this.now());
      const devices = spec.devices ?? 0;
      const specs = typeof devices === "number" ? Array.from({ length: devices }, () => ({})) : devices;
      for (const device of specs) this.planReturn(this.join(group, device));
    });
  }

  private planReturn(device: Device): void {
    const { returnAfterMs, fleetHabits } = this.setup;
    if (device.online || returnAfterMs === undefined) return;
    const afterMs = returnAfterMs * (0.5 + fleetHabits.chance.fraction(device.number, 3));
    this.events.push(this.now() + afterMs, { kind: "return", device });
  }

  private async openFile(order: CommandOrder): Promise<OpenedPkcs12 | undefined> {
    const file = order.commandArgs?.["cert_data_base64"];
    const password = order.commandArgs?.["cert_password"];
    if (order.command !== "INSTALL_CERTIFICATE" || typeof file !== "string") return undefined;
    return this.setup.open(Buffer.from(file, "base64"), typeof password === "string" ? password : undefined);
  }
}

function missingOf(targets: ReadonlySet<Device>, missing: Acceptance["missing"]): ReadonlySet<Device> {
  if (missing === undefined) return new Set();
  const ids = missing.devices;
  const all = [...targets];
  return new Set(ids === undefined ? all.slice(-1) : all.filter(({ id }) => ids.includes(id)));
}
