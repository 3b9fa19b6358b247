// The provider of one process: settings, resources by their URNs, look-ups, and the end of it all. Plain objects come in and
// go out; server.ts alone knows the messages.

import type { Client } from "../client/index";
import type { Environment, Settings } from "../config";
import { claims } from "../lifecycle/claims";
import type { Failure, RawObject } from "../lifecycle/arguments/reader";
import { impact } from "../lifecycle/preview/impact";
import { clientFor } from "../operations/clients";
import { EngineLog } from "./wire/engine-log";
import type { Limit } from "./limit";
import { lookUp } from "./lookups";
import { WireResource } from "./resource";
import { resourceKinds } from "./resources";
import { changedSettings, checkSettings, providerSettings, type Given } from "./settings";
import { markedAt, markedLike, propertiesInClear } from "./wire/values";

export class PackagedProvider {
  private log = new EngineLog("");
  private cancelled = new AbortController();
  private given: Given = { args: {} };
  private readonly resources = new Map<string, WireResource>();

  constructor(private readonly environment: Environment) {}

  /** A run begins; several may share a process where it was started by hand. */
  begin(engineAddress: string): void {
    this.log.close();
    this.log = new EngineLog(engineAddress);
    this.cancelled = new AbortController();
    this.resources.clear();
    claims.forget();
    impact.begin();
  }

  checkConfig(urn: string, news: RawObject): { readonly inputs: RawObject; readonly failures: readonly Failure[] } {
    const { failures, warnings } = checkSettings(givenBy(urn, news), this.environment);
    for (const warning of warnings) this.log.tell("warning", warning, "");
    return { inputs: markedAt(markedLike(news, news), [["apiKey"]]), failures };
  }

  /** Never a replacement of the provider: that would replace all its resources. */
  diffConfig(olds: RawObject, news: RawObject): readonly string[] {
    return changedSettings(propertiesInClear(olds), propertiesInClear(news));
  }

  configure(args: RawObject, name: string | undefined): void {
    this.given = { args: propertiesInClear(args), name };
  }

  /** One for each URN and run, so that equal notes are told once. */
  resource(urn: string): WireResource {
    const known = this.resources.get(urn);
    if (known !== undefined) return known;
    const kind = resourceKinds.get(typeIn(urn));
    if (kind === undefined) throw new Error(`The plugin has no resource ${typeIn(urn)}.`);
    const face = { urn, progress: this.log.progressOn(urn), settings: () => this.settings() };
    const made = new WireResource(kind.open(face), kind);
    this.resources.set(urn, made);
    return made;
  }

  lookUp(token: string, args: RawObject): Promise<RawObject> {
    return lookUp(token, propertiesInClear(args), () => this.client());
  }

  limit(timeoutSeconds: number): Limit {
    return { cancelled: this.cancelled.signal, timeoutMs: timeoutSeconds * 1000 };
  }

  /** The engine asks for it on Ctrl-C, and at the end of every run. */
  cancel(): void {
    this.cancelled.abort();
  }

  /** When all that was told has arrived at the engine. */
  told(): Promise<void> {
    return this.log.told();
  }

  private settings(): Settings {
    return providerSettings(this.given, this.environment);
  }

  private client(): Client {
    return clientFor(this.settings(), (text) => this.log.tell("info", text, ""));
  }
}

function givenBy(urn: string, args: RawObject): Given {
  const [, project, , ...name] = urn.split("::");
  return { args: propertiesInClear(args), project, name: name.join("::") };
}

/** The last of the types in a URN: those before it are of the parents. */
function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
