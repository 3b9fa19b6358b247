// The one place that builds a client: the parts, joined in the order in which a request passes them.
// One client a process: the limiter, the pool, the caches and the rounds are shared only within one.

import type { Clock } from "../clock";
import { type Settings, tenantHashOf } from "../config";
import type { Client } from "./client";
import { CommandsRequest } from "./commands/commands-request";
import { CommandsV2 } from "./commands/commands-v2";
import { Connection } from "./http/connection";
import { Devices } from "./fleet/devices";
import { Enterprise, Groups } from "./fleet/groups";
import { Poller } from "./commands/poll";
import { Requester } from "./http/request";
import { Secrecy } from "./http/redaction";
import { send } from "./commands/send";
import { Throttle } from "./http/throttle";

export interface ClientParts {
  readonly settings: Settings;
  readonly clock: Clock;
  /** From 0 to below 1; spreads repeated requests. */
  readonly random: () => number;
  /** Gets one-line notes for people, such as "waiting 12 s: Esper's rate limit". */
  readonly say?: (line: string) => void;
}

/** The way of single requests, for a caller that asks what the client has no operation for. */
export function createRequester(parts: ClientParts): Requester {
  return requesterWith(parts, new Secrecy(parts.settings.apiKey));
}

function requesterWith({ settings, clock, random, say = ignore }: ClientParts, secrecy: Secrecy): Requester {
  const { requestsPerMinute } = settings;
  const throttle = new Throttle({ clock, random, say, ...(requestsPerMinute !== undefined && { requestsPerMinute }) });
  return new Requester({ connection: new Connection({ ...settings, clock }), throttle, secrecy, clock, random });
}

function ignore(): void {
  // Nobody listens.
}

/** Sends nothing and loads no HTTP library before the first operation. */
export function createClient(parts: ClientParts): Client {
  const { settings, clock, say = ignore } = parts;
  const { requestTimeoutMs, enterpriseId, pollMs } = settings;
  const secrecy = new Secrecy(settings.apiKey);
  const requester = requesterWith(parts, secrecy);
  const enterprise = new Enterprise(requester, enterpriseId);
  const endpointParts = { requester, secrecy, clock, say };
  const endpoint =
    settings.commandsApi === "v2"
      ? new CommandsV2({ ...endpointParts, enterprise })
      : new CommandsRequest(endpointParts);
  const devices = new Devices(requester, clock);
  const groups = new Groups(requester, enterprise, clock);
  const poller = new Poller({
    clock,
    pollMs,
    graceMs: requestTimeoutMs,
    look: (requests) => endpoint.look(requests),
  });
  return {
    tenantHash: tenantHashOf(settings.baseUrl),
    send: (command, knownIds = new Set()) => {
      secrecy.hideArguments(command.commandArgs);
      return poller.whileSending(() => send(endpoint, command, knownIds, clock));
    },
    commandsSince: (query) => endpoint.commandsSince(query),
    counts: (requestId) => endpoint.counts(requestId),
    rows: (query) => endpoint.rows(query),
    watch: (requests, untilMs) => poller.watch(requests, untilMs),
    cancel: (row) => endpoint.cancel(row),
    devices: (query, maxAgeMs) => devices.list(query, maxAgeMs),
    devicesById: (ids, maxAgeMs) => devices.byId(ids, maxAgeMs),
    group: (id, maxAgeMs) => groups.get(id, maxAgeMs),
    groups: (name) => groups.named(name),
  };
}
