// What the text stored in a stack loads: `require("pulumi-esper/provider").certificate(urn)`. This name and its one
// argument are a promise to every state ever written (docs/design.md, section 5): they must never move.
// Check, diff, create, read, update, delete: decode, observe, plan, act. The deciding stands in lifecycle/.

import type { Client } from "./client/client";
import { createClient } from "./client/create";
import { systemClock } from "./clock";
import { readSettings as readConnection, type Settings as Connection } from "./config";
import { isSettingError } from "./errors";
import { mayInstall, validate, unknownTarget, type Before } from "./lifecycle/preview/validate";
import { urnHashOf } from "./lifecycle/apply/esper-commands";
import { openSource, type Content } from "./lifecycle/content/content";
import { readBoundedFile } from "./lifecycle/content/read-file";
import { reconcile } from "./lifecycle/reconcile";
import { Replacements } from "./lifecycle/replacements";
import { diff, lastingWarnings, warningBefore } from "./lifecycle/policy/diff";
import { PartialFailure, SourceError } from "./lifecycle/errors";
import { isObject, type Failure, type RawObject } from "./lifecycle/arguments/reader";
import { readInputs } from "./lifecycle/arguments/arguments";
import { refresh } from "./lifecycle/refresh";
import { Impact, unknownImpact, type ImpactQuery, type TargetImpact } from "./lifecycle/preview/impact";
import { destroy } from "./lifecycle/destroy";
import type { OperationContext } from "./lifecycle/context";
import type { Outcome } from "./lifecycle/conclude/conclude";
import type { Source } from "./lifecycle/arguments/source";
import { readState, toOutputs, type State } from "./lifecycle/state/state";
import { resourceId } from "./lifecycle/arguments/target";
import type { Wanted } from "./lifecycle/apply/work";
import { connectToEngine, progressOn } from "./engine/progress";

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
const copies = new Replacements();

/** What previews say of the reach, bounded for all resources of a process. */
const reach = new Impact(systemClock);

const surroundings = { readFile: readBoundedFile, environment: process.env, nowMs: () => systemClock.now() };

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

  const runFor = (known?: State): OperationContext => ({
    client: clientFor(readConnection(stackConfig, process.env), progress.status),
    clock: systemClock,
    random: Math.random,
    urnHash: known?.record.urnHash ?? urnHashOf(urn),
    ...progress,
  });

  const tellReach = (told: TargetImpact): void => {
    progress.note(told.reach);
    if (told.fitting?.note !== undefined) progress.note(told.fitting.note);
    if (told.fitting?.warning !== undefined) progress.warn(told.fitting.warning);
  };

  const askReach = async (asked: ImpactQuery, content: Content | undefined): Promise<TargetImpact | undefined> => {
    try {
      return await reach.tell(runFor().client, asked, content);
    } catch (error) {
      // A setting is missing: a preview goes without, and an update says it in its own words.
      if (!isSettingError(error)) throw error;
      return unknownImpact(error.message);
    }
  };

  return {
    // Not async: everything must be set before the first await, since the engine calls on without waiting
    // (docs/background/pulumi-dynamic-providers.md, 2.3).
    configure: ({ config }) => {
      stackConfig = (key) => config.get(key);
      return Promise.resolve();
    },

    check: (olds, news) =>
      quietly(async () => {
        const raw = asObject(news);
        const { failures, source, target, options } = readInputs(raw);
        if (failures.length > 0) return { inputs: raw, failures };
        const content = source === undefined ? undefined : await open(source);
        if (content !== undefined && "failure" in content) return { inputs: raw, failures: [content.failure] };
        const before = inputsBefore(asObject(olds));
        const objected =
          source === undefined || content === undefined
            ? { failures: [], warnings: [] }
            : validate({ ...options, source }, content, before, systemClock.now());
        for (const warning of objected.warnings) progress.warn(warning);
        const inputs = content === undefined ? raw : { ...raw, certificate: content.summary };
        const isAsked = objected.failures.length === 0 && mayInstall({ target, ...options }, content, before);
        if (target === undefined || !isAsked) return { inputs, failures: objected.failures };
        const told = await askReach({ target, ...options }, content);
        if (told === undefined) return { inputs, failures: [] };
        const unknown = unknownTarget(target, told, before);
        if (unknown !== undefined) return { inputs, failures: [unknown] };
        tellReach(told);
        return { inputs, failures: [] };
      }),

    diff: (_id, olds, news) =>
      quietly(() => {
        const raw = asObject(news);
        const { alias, target, options } = readInputs(raw);
        const given = asObject(raw["certificate"])["digest"];
        const digest = typeof given === "string" ? given : undefined;
        const known = readState(asObject(olds));
        const settings = alias === undefined || target === undefined ? undefined : { alias, target, ...options };
        const wanted = { alias, target, digest, settings };
        const verdict = diff(known, wanted, systemClock.now());
        for (const warning of lastingWarnings(known, wanted)) progress.warn(warning);
        const warning = warningBefore(known, wanted, verdict);
        if (warning !== undefined) progress.warn(warning);
        if (verdict.action === "update") progress.note(verdict.message);
        const { replaces, deleteBeforeReplace } = verdict;
        if (verdict.action !== "replace") copies.note(known, target);
        return Promise.resolve({ changes: verdict.action !== "nothing", replaces, deleteBeforeReplace });
      }),

    create: async (news) => {
      const raw = asObject(news);
      const wanted = await wantedFrom(raw);
      const run = runFor();
      const outcome = await reconcile(run, wanted, undefined);
      copies.note(outcome.state);
      const id = resourceId(wanted.inputs.alias, wanted.inputs.target, run.urnHash);
      return { id, outs: outputsOf(id, outcome, raw) };
    },

    read: (id, outputs) =>
      quietly(async () => {
        const known = readState(asObject(outputs));
        const { state, drift } = await refresh(runFor(known), known);
        const props = toOutputs(state);
        if (drift === undefined && known.record.drifted !== true) return { id, props };
        // The inputs are not given to `read`, so they are written anew; what is secret in the source is not there to write.
        const source = state.record.source ?? {};
        const inputs = { ...state.written, source, certificate: state.certificate };
        return { id, props, inputs: drift === undefined ? inputs : { ...inputs, drift } };
      }),

    update: async (id, olds, news) => {
      const raw = asObject(news);
      const known = readState(asObject(olds));
      const outcome = await reconcile(runFor(known), await wantedFrom(raw), known);
      return { outs: outputsOf(id, outcome, raw) };
    },

    delete: (_id, outputs) =>
      quietly(async () => {
        const known = readState(asObject(outputs));
        await destroy(runFor(known), known, copies.newerThan(known));
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

/** Undefined for a new resource. */
function inputsBefore(olds: RawObject): Before | undefined {
  if (olds["certificate"] === undefined) return undefined;
  const { target, options } = readInputs(olds);
  const { triggers, schedule } = options;
  return { digest: asObject(olds["certificate"])["digest"], target, triggers, schedule };
}

async function open(source: Source): Promise<Content | { readonly failure: Failure }> {
  try {
    return await openSource(source, surroundings);
  } catch (error) {
    if (error instanceof SourceError) return { failure: { property: error.path, reason: error.message } };
    throw error;
  }
}

async function wantedFrom(raw: RawObject): Promise<Wanted> {
  const { inputs, failures } = readInputs(raw);
  if (inputs === undefined) {
    throw new Error(failures.map(({ reason }) => reason).join("; ") || "Not every argument is known yet.");
  }
  return { inputs, raw, content: await openSource(inputs.source, surroundings) };
}

/** The outputs, or with problems a partial failure: the engine keeps the resource and its state, and fails the run. */
function outputsOf(id: string, { state, problems }: Outcome, raw: RawObject): RawObject {
  const outputs = toOutputs(state);
  if (problems.length > 0) throw new PartialFailure(id, { ...outputs, __provider: raw["__provider"] }, problems);
  return outputs;
}
