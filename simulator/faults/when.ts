// When a fault strikes: the conditions that every switch can have, and the kinds of requests that they can name.

/**
 * Kinds of routes: send = POST of a command; status = rows; stats = counts per state; commands = requests, one or a list;
 * cancel = PUT of a status; devices; groups (also sub-groups); token = token-info.
 */
export type RouteFamily = "send" | "status" | "stats" | "commands" | "cancel" | "devices" | "groups" | "token";

export const routeFamilies: readonly RouteFamily[] = [
  "send",
  "status",
  "stats",
  "commands",
  "cancel",
  "devices",
  "groups",
  "token",
];

/** When a fault strikes. All conditions must hold; without any it strikes every request that it can. */
export interface When {
  /** At most so often. */
  readonly times?: number;
  /** Only on these families of routes. */
  readonly on?: readonly RouteFamily[];
  /** With this probability, from 0 to 1. */
  readonly share?: number;
  /** Only the nth, 2nth … request that it could strike. */
  readonly everyNth?: number;
}
