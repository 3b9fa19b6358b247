// Counts of what came in over HTTP: by route, by status, unknown routes, and how long the simulator itself was busy.
// Benchmarks subtract that time; tests assert the numbers.

/** What came in over HTTP. */
export interface Traffic {
  /** How many requests. */
  readonly total: number;
  /** By method and route, for example "GET /v2/devices/": how many. */
  readonly byRoute: Readonly<Record<string, number>>;
  /** By status; "cut" is a connection that got no answer. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Requests that no route knew, as "METHOD path". */
  readonly unknownRoutes: readonly string[];
  /** Time spent on answers, without the network and without reading bodies; real, not simulated. */
  readonly busyMs: number;
}

export class TrafficCounter {
  private byRoute = new Map<string, number>();
  private byStatus = new Map<string, number>();
  private unknown: string[] = [];
  private busyMs = 0;

  route(name: string): void {
    this.byRoute.set(name, (this.byRoute.get(name) ?? 0) + 1);
  }

  unknownRoute(name: string): void {
    this.unknown.push(name);
    this.route("unknown");
  }

  status(name: string): void {
    this.byStatus.set(name, (this.byStatus.get(name) ?? 0) + 1);
  }

  busy(ms: number): void {
    this.busyMs += ms;
  }

  reset(): void {
    this.byRoute = new Map();
    this.byStatus = new Map();
    this.unknown = [];
    this.busyMs = 0;
  }

  get current(): Traffic {
    return {
      total: [...this.byRoute.values()].reduce((sum, count) => sum + count, 0),
      byRoute: Object.fromEntries(this.byRoute),
      byStatus: Object.fromEntries(this.byStatus),
      unknownRoutes: [...this.unknown],
      busyMs: this.busyMs,
    };
  }
}
