// Command requests and what became of them on each device, with the counts per state kept as they change.
// It knows nothing of how a device works (devices/work.ts) nor how answers look (api/).
// Source: docs/background/esper-api.md, 2 to 4.

import type { OpenedPkcs12 } from "../devices/open-pkcs12";
import type { CommandOrder, CommandRequest, CommandStatus, Device } from "./model";
import type { Chance } from "./random";
import type { CommandState } from "./states";

export function changeState(status: CommandStatus, state: CommandState, reason: string | null, at: number): void {
  const { counts } = status.request;
  counts.set(status.state, (counts.get(status.state) ?? 0) - 1);
  counts.set(state, (counts.get(state) ?? 0) + 1);
  status.state = state;
  status.reason = reason;
  status.updatedAt = at;
}

export function addStatus(request: CommandRequest, device: Device, state: CommandState): CommandStatus {
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
}

export class Requests {
  /** Oldest first. */
  readonly all: CommandRequest[] = [];
  private readonly byId = new Map<string, CommandRequest>();
  private readonly shownStatuses = new Map<string, CommandStatus>();

  constructor(private readonly chance: Chance) {}

  add(
    order: CommandOrder,
    sender: CommandRequest["sender"],
    opened: OpenedPkcs12 | undefined,
    createdAt: number,
  ): CommandRequest {
    const number = this.all.length + 1;
    const id = this.chance.uuid(`request/${number}`);
    const request: CommandRequest = {
      ...order,
      sender,
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
