// One exchange with the API: which route it is, what it answers, and what befalls the answer.
// What stops a request before its route stands in refuse.ts, what happens on the wire in deliver.ts.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../provider/clock";
import type { Answer, Call, Route } from "../api/call";
import { errorBody, problem } from "../api/call";
import type { Reply } from "./deliver";
import { deliver } from "./deliver";
import type { FaultSwitches } from "../faults/fault-switches";
import { pageWanted } from "../api/pages";
import { readBody } from "./read-body";
import { gatekeeper } from "./refuse";
import type { Match } from "./route-table";
import type { TrafficCounter } from "./traffic";
import { chanceOf } from "../world/random";
import { Requests } from "../world/requests";
import { Tenant } from "../world/tenant";
import type { World } from "../world/world";

/** The largest page of each list. */
export interface PageSizes {
  /** Of requests and status rows. */
  readonly commands: number;
  /** Of devices. */
  readonly devices: number;
  /** Of groups. */
  readonly groups: number;
}

export interface ApiSetup {
  readonly world: World;
  readonly faults: FaultSwitches;
  readonly traffic: TrafficCounter;
  readonly clock: Clock;
  readonly match: (method: string, path: string) => Match;
  readonly apiKey: string;
  /** Of a role that sees nothing of the tenant. */
  readonly narrowedApiKey: string;
  readonly enterpriseId: string;
  readonly users: Call["users"];
  readonly pageSizes: PageSizes;
  readonly onUnknownRoute: (line: string) => void;
}

/** "cut": the connection ends without an answer. */
type Outcome = Answer | "cut";

interface Exchange {
  readonly request: IncomingMessage;
  readonly url: URL;
  /** Below /api. */
  readonly path: string;
  readonly match: Match;
  readonly bodyText: string;
}

/** Default sizes of pages (docs/background/esper-api.md, 4e). */
const defaultPageSizes: PageSizes = { commands: 20, devices: 10, groups: 20 };

export class Api {
  private readonly refuse: ReturnType<typeof gatekeeper>;
  /** The tenant of a role that sees nothing of it. */
  private readonly nothing = { tenant: new Tenant(), requests: new Requests(chanceOf(0)) };

  constructor(private readonly setup: ApiSetup) {
    this.refuse = gatekeeper(setup);
  }

  /** `url` is the whole address, `path` its part below /api. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL, path: string): Promise<void> {
    const { traffic, faults, clock } = this.setup;
    const match = this.setup.match(request.method ?? "", path);
    const route = match.kind === "route" ? match.route : undefined;
    const family = route?.family;
    if (route !== undefined) traffic.route(`${route.method} ${route.path}`);
    if (faults.strike("closeAtOnce", family) !== undefined) {
      this.cut(request);
      return;
    }
    const body = await readBody(request, faults.strike("maxBodyBytes", family)?.bytes);
    const exchange = { request, url, path, match, bodyText: body.text };
    const outcome = body.error ?? (await this.outcome(exchange, body.value));
    if (outcome === "cut") {
      this.cut(request);
      return;
    }
    if (faults.strike("hang", family) !== undefined) {
      traffic.status("hanging");
      return;
    }
    traffic.status(String(outcome.status));
    const startedAt = performance.now();
    const reply = this.reply(outcome, exchange);
    traffic.busy(performance.now() - startedAt);
    await deliver(response, reply, { faults, clock, family });
  }

  private cut(request: IncomingMessage): void {
    this.setup.traffic.status("cut");
    request.socket.destroy();
  }

  private async outcome({ request, url, path, match }: Exchange, body: unknown): Promise<Outcome> {
    if (match.kind !== "route") return this.withoutRoute(request.method ?? "", path, match.kind);
    const { route, params } = match;
    const { authorization } = request.headers;
    const refused = this.refuse({ route, authorization, target: request.url ?? "" });
    if (refused !== undefined) return refused;
    const startedAt = performance.now();
    const answer = await route.handle(this.call(url, route, { params, body, authorization }));
    this.setup.traffic.busy(performance.now() - startedAt);
    return this.afterwards(answer, route);
  }

  /** What befalls the answer to a command that was accepted. */
  private afterwards(answer: Answer, route: Route): Outcome {
    const { faults } = this.setup;
    if (route.family !== "send" || answer.status !== 201) return answer;
    if (faults.strike("cutPostAfterAccept", route.family) !== undefined) return "cut";
    const failed = faults.strike("failPostAfterAccept", route.family);
    return failed === undefined ? answer : problem(failed.status ?? 502, "Bad gateway.");
  }

  /** An unknown route is said aloud: either the client is wrong, or this simulator lacks something. */
  private withoutRoute(method: string, path: string, kind: Exclude<Match["kind"], "route">): Outcome {
    const line = `${method} ${path}`;
    const isSlashMissing = kind === "slashMissing";
    this.setup.traffic.unknownRoute(line);
    this.setup.onUnknownRoute(`No route for ${line}${isSlashMissing ? " (it lacks the final slash)" : ""}`);
    // Without the slash, some of Esper's services answer 405 to a POST (docs/background/esper-api.md, 2a).
    const isMethodWrong = kind === "otherMethod" || (isSlashMissing && method !== "GET");
    return isMethodWrong ? problem(405, "Method not allowed.") : problem(404, "Not found.");
  }

  private call(
    url: URL,
    route: Route,
    given: { params: Readonly<Record<string, string>>; body: unknown; authorization: string | undefined },
  ): Call {
    const { faults, pageSizes, world, apiKey, narrowedApiKey } = this.setup;
    const { family } = route;
    const small = faults.strike("smallPages", family);
    const isLying = faults.strike("lyingNextHost", family) !== undefined;
    const skewMs = faults.current.clockSkewMs?.ms ?? 0;
    const isNarrowedKey = given.authorization === `Bearer ${narrowedApiKey}`;
    const isNarrowed = isNarrowedKey || faults.strike("narrowedRole", family) !== undefined;
    return {
      ...this.setup,
      tenant: isNarrowed ? this.nothing.tenant : world.tenant,
      requests: isNarrowed ? this.nothing.requests : world.requests,
      isNarrowed,
      apiKey: isNarrowedKey ? narrowedApiKey : apiKey,
      family,
      params: given.params,
      query: url.searchParams,
      url: isLying ? new URL(`${url.pathname}${url.search}`, "http://elsewhere.invalid") : url,
      body: given.body,
      page: (list) => {
        const max = small === undefined ? pageSizes[list] : (small.size ?? 2);
        return pageWanted(url.searchParams, { default: Math.min(defaultPageSizes[list], max), max });
      },
      iso: (at) => new Date(at + skewMs).toISOString(),
    };
  }

  private reply(outcome: Exclude<Outcome, "cut">, { request, match, bodyText }: Exchange): Reply {
    const { faults, clock } = this.setup;
    const route = match.kind === "route" ? match.route : undefined;
    const all = faults.strike("clockSkewMs", route?.family);
    const header = faults.strike("dateHeaderSkewMs", route?.family);
    const dateMs = clock.now() + (all?.ms ?? 0) + (header?.ms ?? 0);
    const isSkewed = all !== undefined || header !== undefined;
    const headers = { ...outcome.headers, ...(isSkewed && { date: new Date(dateMs).toUTCString() }) };
    const { status } = outcome;
    if (!("problem" in outcome)) {
      return { status, headers, text: outcome.body === undefined ? undefined : JSON.stringify(outcome.body) };
    }
    const style = route?.errors ?? "envelope";
    const echo = faults.strike("echoSecretsInErrors", route?.family);
    if (echo === undefined) return { status, headers, text: JSON.stringify(errorBody(style, status, outcome.problem)) };
    const authorization = request.headers.authorization ?? "";
    const isInMessage = echo.where !== "content";
    const words = isInMessage ? `${outcome.problem} Request: ${bodyText} Key: ${authorization}` : outcome.problem;
    const content = echo.where === "message" ? {} : { content: { request: bodyText, authorization } };
    return { status, headers, text: JSON.stringify({ ...errorBody(style, status, words), ...content }) };
  }
}
