// What the text stored in a stack loads: `require("pulumi-esper/provider").certificate(urn)`. This name and its one
// argument are a promise to every state ever written (docs/design.md, section 5): they must never move.
// Check, diff, create, read, update, delete: decode, hand on, print, encode. The deciding stands in lifecycle/.

import { readFileSync } from "node:fs";
import { type Client, createClient } from "./client";
import { systemClock } from "./clock";
import { readSettings as readConnection, type Settings as Connection } from "./config";
import { PartialFailure } from "./engine/partial-failure";
import { connectToEngine, progressOn } from "./engine/sdk-log";
import { readInputs } from "./lifecycle/arguments/arguments";
import { isObject, type Failure, type RawObject } from "./lifecycle/arguments/reader";
import { resourceId } from "./lifecycle/arguments/target";
import type { Outcome } from "./lifecycle/conclude/conclude";
import { redacted } from "./lifecycle/conclude/redacted";
import { openSource } from "./lifecycle/content/content";
import type { OperationContext } from "./lifecycle/context";
import { destroy } from "./lifecycle/destroy";
import { diff, lastingWarnings } from "./lifecycle/policy/diff";
import type { Asked } from "./lifecycle/policy/full-send";
import type { Desired } from "./lifecycle/policy/plan";
import { rollbackWarning } from "./lifecycle/policy/rollback";
import { check } from "./lifecycle/preview/check";
import { Impact } from "./lifecycle/preview/impact";
import { reconcile } from "./lifecycle/reconcile";
import { refresh } from "./lifecycle/refresh";
import { Replacements } from "./lifecycle/replacements";
import { urnHashOf } from "./lifecycle/state/command-label";
import { readState, toOutputs } from "./lifecycle/state/record";
import type { State } from "./lifecycle/state/state";

connectToEngine(process.argv);

/** What the engine hands to `configure`: the stack's configuration, keys with their namespace. */
interface ConfigureRequest {
  readonly config: { get(key: string): string | undefined };
}

interface DynamicProvider {
  configure(request: ConfigureRequest): Promise<void>;
  check(olds: unknown, news: unknown): Promise<{ inputs?: RawObject; failures?: readonly Failure[] }>;
  diff(
    id: string,
    olds: unknown,
    news: unknown,
  ): Promise<{ changes: boolean; replaces: readonly string[]; deleteBeforeReplace: boolean }>;
  create(inputs: unknown): Promise<{ id: string; outs: RawObject }>;
  read(id: string, outputs: unknown): Promise<{ id: string; props: RawObject; inputs?: RawObject }>;
  update(id: string, olds: unknown, news: unknown): Promise<{ outs: RawObject }>;
  delete(id: string, outputs: unknown): Promise<void>;
}

/** What stays of the resources that this process replaces. */
const replacements = new Replacements();

/** What previews say of the reach, bounded for all resources of a process. */
const impact = new Impact(systemClock);

// A file of some kB is read at once in less time than it takes to come back to it, and `check` holds up the whole run.
const surroundings = { readFile: readFileSync, environment: process.env };

/** One client for the process, so that all resources share its limiter, its connections and its polls. */
const clients = new Map<string, Client>();

function clientFor(connection: Connection, say: (text: string) => void): Client {
  const key = JSON.stringify(connection);
  const client =
    clients.get(key) ?? createClient({ settings: connection, clock: systemClock, random: Math.random, say });
  clients.set(key, client);
  return client;
}

/** The provider of one resource. */
export function certificate(urn: string): DynamicProvider {
  const progress = progressOn(urn);
  let stackConfig: (key: string) => string | undefined = () => undefined;

  function clientNow(): Client {
    return clientFor(readConnection(stackConfig, process.env), progress.status);
  }

  function contextFor(prior?: State): OperationContext {
    const { status, note } = progress;
    const urnHash = prior?.record.urnHash ?? urnHashOf(urn);
    return { client: clientNow(), clock: systemClock, random: Math.random, urnHash, status, note };
  }

  function tell({
    warnings,
    notes,
  }: {
    readonly warnings: readonly string[];
    readonly notes: readonly string[];
  }): void {
    notes.forEach(progress.note);
    warnings.forEach(progress.warn);
  }

  /** The outputs, or with problems a partial failure: the engine keeps the resource and its state, and fails the run. */
  function outputsOf(id: string, outcome: Outcome, desired: Desired): RawObject {
    const { state, problems, ...messages } = redacted(outcome, desired.content.withoutSecrets);
    tell(messages);
    const outputs = toOutputs(state);
    if (problems.length === 0) return outputs;
    throw new PartialFailure(id, { ...outputs, __provider: desired.raw["__provider"] }, problems);
  }

  return {
    // Not async: everything must be set before the first await, since the engine calls on without waiting
    // (docs/background/pulumi-dynamic-providers.md, 2.3).
    configure: ({ config }) => {
      stackConfig = (key) => config.get(key);
      return Promise.resolve();
    },

    check: (olds, news) =>
      quietly(async () => {
        const checking = { surroundings, impact, client: clientNow, nowMs: systemClock.now() };
        const { inputs, failures, ...messages } = await check(checking, asObject(olds), asObject(news));
        tell(messages);
        return { inputs, failures };
      }),

    diff: (_id, olds, news) =>
      quietly(() => {
        const prior = readState(asObject(olds));
        const asked = askedBy(asObject(news));
        const { action, reason, message, replaces, deleteBeforeReplace } = diff(prior, asked, systemClock.now());
        const warning = rollbackWarning(prior, asked.settings, reason);
        const warnings = [...lastingWarnings(prior, asked), ...(warning === undefined ? [] : [warning])];
        tell({ warnings, notes: action === "update" ? [message] : [] });
        if (action !== "replace") replacements.note(prior, asked.target);
        return Promise.resolve({ changes: action !== "nothing", replaces, deleteBeforeReplace });
      }),

    create: async (news) => {
      const desired = await desiredFrom(asObject(news));
      const context = contextFor();
      const outcome = await reconcile(context, desired, undefined);
      replacements.note(outcome.state);
      const id = resourceId(desired.inputs.alias, desired.inputs.target, context.urnHash);
      return { id, outs: outputsOf(id, outcome, desired) };
    },

    read: (id, outputs) =>
      quietly(async () => {
        const prior = readState(asObject(outputs));
        const { state, drift, notes } = await refresh(contextFor(prior), prior);
        tell({ warnings: [], notes });
        const props = toOutputs(state);
        if (drift === undefined && prior.record.drifted !== true) return { id, props };
        // The inputs are not given to `read`, so they are written anew; what is secret in the source is not there to write.
        const inputs = { ...state.written, source: state.record.source ?? {}, certificate: state.certificate };
        return { id, props, inputs: drift === undefined ? inputs : { ...inputs, drift } };
      }),

    update: async (id, olds, news) => {
      const desired = await desiredFrom(asObject(news));
      const prior = readState(asObject(olds));
      return { outs: outputsOf(id, await reconcile(contextFor(prior), desired, prior), desired) };
    },

    delete: (_id, outputs) =>
      quietly(async () => {
        const prior = readState(asObject(outputs));
        tell({ warnings: await destroy(contextFor(prior), prior, replacements.newerThan(prior)), notes: [] });
      }),
  };
}

/**
 * The engine shows an error's message with the resource. Of the operations wrapped here, the SDK's server also prints
 * `${error}: ${error.stack}` among the stack's messages, which is made short.
 */
async function quietly<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const quiet = new Error(error.message);
    quiet.toString = () => "pulumi-esper";
    quiet.stack = "the reason stands with the resource";
    throw quiet;
  }
}

function asObject(value: unknown): RawObject {
  return isObject(value) ? value : {};
}

function askedBy(raw: RawObject): Asked {
  const { alias, target, options } = readInputs(raw);
  const { digest } = asObject(raw["certificate"]);
  const settings = alias === undefined || target === undefined ? undefined : { alias, target, ...options };
  return { alias, target, settings, digest: typeof digest === "string" ? digest : undefined };
}

async function desiredFrom(raw: RawObject): Promise<Desired> {
  const { inputs, failures } = readInputs(raw);
  if (inputs === undefined) {
    throw new Error(failures.map(({ reason }) => reason).join("; ") || "Not every argument is known yet.");
  }
  return { inputs, raw, content: await openSource(inputs.source, surroundings) };
}
