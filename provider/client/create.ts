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
import { redaction, type Redaction } from "../redaction/redaction";
import { send } from "./commands/send";
import { Throttle } from "./http/throttle";

export interface ClientParts {
  readonly settings: Settings;
  readonly clock: Clock;
  /** From 0 to below 1; spreads repeated requests. */
  readonly random: () => number;
  /** Gets one-line notes for people, such as "waiting 12 s: Esper's rate limit". */
  readonly say?: (line: string) => void;
  /** What must not be shown; default: the process's own. */
  readonly secrecy?: Redaction;
}

/** Arguments whose values are names and constants of Esper's own API, which messages about them need. */
const publicArguments = new Set(["cert_alias_name", "cert_storage_type", "cert_file_type"]);

/** The way of single requests, for a caller that asks what the client has no operation for. */
export function createRequester(parts: ClientParts): Requester {
  return requesterWith(parts, secrecyOf(parts));
}

function secrecyOf({ settings, secrecy = redaction }: ClientParts): Redaction {
  secrecy.learn(settings.apiKey);
  return secrecy;
}

function requesterWith({ settings, clock, random, say = ignore }: ClientParts, secrecy: Redaction): Requester {
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
  const secrecy = secrecyOf(parts);
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
    look: (requests, signal) => endpoint.look(requests, signal),
  });
  return {
    tenantHash: tenantHashOf(settings.baseUrl),
    hasLabels: endpoint.hasLabels,
    send: (command, knownIds = new Set()) => {
      for (const [name, value] of Object.entries(command.commandArgs)) {
        if (!publicArguments.has(name)) secrecy.learn(value);
      }
      return poller.whileSending(() => send(endpoint, command, knownIds, clock));
    },
    commandsSince: (query) => endpoint.commandsSince(query),
    counts: (requestId) => endpoint.counts(requestId),
    rows: (query, signal) => endpoint.rows(query, { signal }),
    watch: (requests, untilMs) => poller.watch(requests, untilMs),
    cancel: (rows) => endpoint.cancel(rows),
    devices: (query, maxAgeMs, signal) => devices.list(query, maxAgeMs, signal),
    devicesById: (ids, maxAgeMs) => devices.byId(ids, maxAgeMs),
    group: (id, maxAgeMs) => groups.get(id, maxAgeMs),
    groups: (name) => groups.named(name),
  };
}
