// One client for the process and each set of settings, so that all resources share its limiter, its connections and its
// polls. It knows neither a face of the provider nor a resource.

import { createClient, type Client } from "../client/index";
import { systemClock } from "../clock";
import type { Settings } from "../config";

const clients = new Map<string, Client>();

/** @param say gets lines about waiting, such as for Esper's rate limit; that of the first caller stays */
export function clientFor(settings: Settings, say: (text: string) => void): Client {
  const key = JSON.stringify(settings);
  const client = clients.get(key) ?? createClient({ settings, clock: systemClock, random: Math.random, say });
  clients.set(key, client);
  return client;
}
