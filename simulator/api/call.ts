// What a route is given and what it gives back. Routes are plain functions on this; the server does the HTTP.

import type { FaultSwitches } from "../faults/fault-switches";
import type { RouteFamily } from "../faults/when";
import type { Requests } from "../world/requests";
import type { Tenant } from "../world/tenant";
import type { World } from "../world/world";

/** How a family of Esper's services writes its errors (docs/background/esper-api.md, 3c). */
export type ErrorStyle = "envelope" | "legacy";

/** The kinds of lists, each with a largest page. */
export type ListName = "commands" | "devices" | "groups";

export interface PageWanted {
  readonly limit: number;
  readonly offset: number;
}

export interface Call {
  readonly world: World;
  /** The groups and devices that the caller's role sees. */
  readonly tenant: Tenant;
  /** The requests that the caller's role sees. */
  readonly requests: Requests;
  /** The caller's role sees nothing of the tenant. */
  readonly isNarrowed: boolean;
  readonly faults: FaultSwitches;
  readonly family: RouteFamily;
  /** Values of the `{names}` in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The address asked for, as links to other pages show it. */
  readonly url: URL;
  /** The parsed JSON of the request's body, undefined when there is none. */
  readonly body: unknown;
  readonly enterpriseId: string;
  /** The user of the right key, and the one who sends what others send. */
  readonly users: Readonly<Record<"own" | "other", User>>;
  readonly apiKey: string;
  /** The page asked for, within the limits of this list. */
  page(list: ListName): PageWanted;
  /** An instant as the API writes it. */
  iso(at: number): string;
}

export type Answer = ({ readonly body: unknown } | { readonly problem: string }) & {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One user by both of the ids that Esper's services show. */
export interface User {
  readonly id: string;
  readonly number: number;
  readonly username: string;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** The path below /api as openapi.json writes it. */
  readonly path: string;
  readonly family: RouteFamily;
  readonly errors: ErrorStyle;
  handle(call: Call): Answer | Promise<Answer>;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function problem(status: number, message: string): Answer & { readonly problem: string } {
  return { status, problem: message };
}

export const notFound = problem(404, "Not found.");

/** A value of the route's path; routes only ask for names that stand in it. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? "";
}

/** The parts of a comma list; an absent one has none. */
export function csv(text: string | null): readonly string[] {
  return text === null ? [] : text.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
}

/** The body of an error, in the style of its service. */
export function errorBody(style: ErrorStyle, status: number, message: string): Record<string, unknown> {
  return style === "envelope"
    ? { code: status, message }
    : { errors: [`detail: ${message}`], message: `detail: ${message} `, status };
}
