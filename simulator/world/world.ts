// The simulated tenant as a whole: groups, devices, requests and the time that moves them.
// It is brought up to now() by whoever looks at it. It knows nothing of HTTP, keys and faults of the network.
// Members of a GROUP command are those at the moment of sending, sub-groups included (docs/design.md, section 1;
// docs/background/esper-api.md, 5d, INF).

import { isCertificateCommand } from "../devices/execute";
import { DeviceWork } from "../devices/work";
import type { WorkEvent, WorkHabits } from "../devices/events";
import { EventQueue } from "../devices/event-queue";
import type { DeviceSpec, Fleet, FleetHabits } from "./fleet";
import { completeDevice, rootGroupName } from "./fleet";
import type { OpenedPkcs12, OpenPkcs12 } from "../devices/open-pkcs12";
import type { CommandOrder, CommandRequest, CommandStatus, Device, Group } from "./model";
import { addStatus, Requests } from "./requests";
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

/** A command that was accepted, as the log keeps it: nothing secret. */
export interface LoggedCommand {
  /** Simulated time, in milliseconds since 1970. */
  readonly at: number;
  /** Esper's id of the request. */
  readonly requestId: string;
  /** By which of the two APIs it came. */
  readonly endpoint: "request" | "v2";
  /** For example `INSTALL_CERTIFICATE`. */
  readonly command: string;
  /** `DEVICE`, `GROUP` or `DYNAMIC`. */
  readonly commandType: string;
  /** Ids of the devices it names. */
  readonly devices: readonly string[];
  /** Ids of the groups it names. */
  readonly groups: readonly string[];
  /** `all`, `active` or `inactive`. */
  readonly deviceType: string;
  /** `IMMEDIATE`, `WINDOW` or `RECURRING`. */
  readonly schedule: string;
  /** Esper's free label of the request. */
  readonly label: string | null;
  /** The alias that a certificate command names. */
  readonly certificateAlias: string | null;
  /** How many devices it was for. */
  readonly resolved: number;
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

  async accept(order: CommandOrder): Promise<CommandRequest> {
    const opened = await this.openFile(order);
    const now = this.catchUp();
    const request = this.requests.add(order, opened, now);
    const state = order.schedule === "IMMEDIATE" ? "Command Queued" : "Command Scheduled";
    for (const device of this.resolve(order)) this.work.take(addStatus(request, device, state), now);
    this.log(request);
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
    this.tenant.version += 1;
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

  /** Ids that the tenant does not know are passed over without a word; what Esper does with them is not known. */
  private resolve(order: CommandOrder): Iterable<Device> {
    const resolved = new Set<Device>();
    const isWanted = (device: Device): boolean =>
      (order.deviceType === "all" || device.online === (order.deviceType === "active")) &&
      (device.platform === "ANDROID" || !isCertificateCommand(order.command));
    const add = (device: Device | undefined): void => {
      if (device !== undefined && isWanted(device)) resolved.add(device);
    };
    if (order.commandType !== "GROUP") for (const id of order.devices ?? []) add(this.tenant.device(id));
    if (order.commandType !== "DEVICE") {
      for (const id of order.groups ?? []) {
        const group = this.tenant.group(id);
        if (group !== undefined) this.tenant.members(group).forEach(add);
      }
    }
    return resolved;
  }

  private async openFile(order: CommandOrder): Promise<OpenedPkcs12 | undefined> {
    const file = order.commandArgs?.["cert_data_base64"];
    const password = order.commandArgs?.["cert_password"];
    if (order.command !== "INSTALL_CERTIFICATE" || typeof file !== "string") return undefined;
    return this.setup.open(Buffer.from(file, "base64"), typeof password === "string" ? password : undefined);
  }

  private log(request: CommandRequest): void {
    const certificateAlias = request.commandArgs?.["cert_alias_name"];
    const logged: LoggedCommand = {
      at: request.createdAt,
      requestId: request.id,
      endpoint: request.endpoint,
      command: request.command,
      commandType: request.commandType,
      devices: request.devices ?? [],
      groups: request.groups ?? [],
      deviceType: request.deviceType,
      schedule: request.schedule,
      label: request.alias,
      certificateAlias: typeof certificateAlias === "string" ? certificateAlias : null,
      resolved: request.statuses.length,
    };
    this.commandLog.push(logged);
    this.onCommand?.(logged);
  }
}
