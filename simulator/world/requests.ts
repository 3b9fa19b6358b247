// Command requests and what became of them on each device, with the counts per state kept as they change.
// It knows nothing of how a device works (device-work.ts) nor how answers look (routes-*.ts).
// Source: docs/background/esper-api.md, 2 to 4.

import type { Chance } from "./random";
import type { ScheduleArgs } from "./schedule";
import type { CommandState } from "./states";
import type { Device } from "./tenant";
import type { OpenedPkcs12 } from "./open-pkcs12";

export type CommandType = "DEVICE" | "GROUP" | "DYNAMIC";
export type DeviceType = "all" | "active" | "inactive";
export type Schedule = "IMMEDIATE" | "WINDOW" | "RECURRING";

/** A request as it was asked for, once its form was found right. */
export interface CommandOrder {
  readonly endpoint: "request" | "v2";
  readonly commandType: CommandType;
  readonly devices: readonly string[] | null;
  readonly groups: readonly string[] | null;
  readonly deviceType: DeviceType;
  readonly command: string;
  readonly commandArgs: Readonly<Record<string, unknown>> | null;
  readonly schedule: Schedule;
  readonly scheduleArgs: ScheduleArgs | null;
  /** Esper's free label of a request. */
  readonly alias: string | null;
}

export interface CommandRequest extends CommandOrder {
  readonly number: number;
  readonly id: string;
  readonly createdAt: number;
  /** What the file in its arguments turned out to be; only for an INSTALL_CERTIFICATE. */
  readonly opened: OpenedPkcs12 | undefined;
  readonly statuses: CommandStatus[];
  readonly counts: Map<CommandState, number>;
  /** How often its state was read. */
  reads: number;
  /** Answers of devices that are kept back until the request was read as pending. */
  readonly heldAnswers: {
    readonly status: CommandStatus;
    readonly state: CommandState;
    readonly reason: string | null;
  }[];
}

/** One request on one device: Esper's status row. */
export interface CommandStatus {
  readonly request: CommandRequest;
  readonly device: Device;
  readonly place: number;
  /** Made when the row is first shown. */
  id: string | undefined;
  state: CommandState;
  reason: string | null;
  updatedAt: number;
  /** Events that were planned in an earlier turn are void. */
  turn: number;
  /** How long the device takes for it. */
  workMs: number;
  /** End of the slot of its schedule that is open now. */
  slotEndsAt: number | undefined;
}

export const changeState = (status: CommandStatus, state: CommandState, reason: string | null, at: number): void => {
  const { counts } = status.request;
  counts.set(status.state, (counts.get(status.state) ?? 0) - 1);
  counts.set(state, (counts.get(state) ?? 0) + 1);
  status.state = state;
  status.reason = reason;
  status.updatedAt = at;
};

export const addStatus = (request: CommandRequest, device: Device, state: CommandState): CommandStatus => {
  const status: CommandStatus = {
    request,
    device,
    place: request.statuses.length,
    id: undefined,
    state,
    reason: null,
    updatedAt: request.createdAt,
    turn: 0,
    workMs: 0,
    slotEndsAt: undefined,
  };
  request.statuses.push(status);
  request.counts.set(state, (request.counts.get(state) ?? 0) + 1);
  device.history.push(status);
  return status;
};

export class Requests {
  /** Oldest first. */
  readonly all: CommandRequest[] = [];
  private readonly byId = new Map<string, CommandRequest>();
  private readonly shownStatuses = new Map<string, CommandStatus>();

  constructor(private readonly chance: Chance) {}

  add(order: CommandOrder, opened: OpenedPkcs12 | undefined, createdAt: number): CommandRequest {
    const number = this.all.length + 1;
    const id = this.chance.uuid(`request/${number}`);
    const request = {
      ...order,
      number,
      id,
      createdAt,
      opened,
      statuses: [],
      counts: new Map(),
      reads: 0,
      heldAnswers: [],
    };
    this.all.push(request);
    this.byId.set(id, request);
    return request;
  }

  find(id: string): CommandRequest | undefined {
    return this.byId.get(id);
  }

  /** The id of a status row. Ids are made when rows are first shown, as most rows of a large fleet never are. */
  idOf(status: CommandStatus): string {
    if (status.id === undefined) {
      status.id = this.chance.uuid(`status/${status.request.number}/${status.place}`);
      this.shownStatuses.set(status.id, status);
    }
    return status.id;
  }

  findStatus(id: string): CommandStatus | undefined {
    return this.shownStatuses.get(id);
  }
}
