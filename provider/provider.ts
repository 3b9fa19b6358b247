// What the text stored in a stack loads: `require("pulumi-esper/provider").certificate(urn)`. This name and its one
// argument are a promise to every state ever written (docs/design.md, section 5): they must never move.
// Check, diff, create, read, update, delete: decode, hand on, print, encode. The deciding stands in lifecycle/.

import { type Client, createClient } from "./client";
import { systemClock } from "./clock";
import { isSettingError } from "./errors";
import { readSettings as readConnection, type Settings as Connection } from "./config";
import { PartialFailure } from "./engine/partial-failure";
import { AliasTurns } from "./lifecycle/alias-turns";
import { claims } from "./lifecycle/claims";
import { connectToEngine, progressOn } from "./engine/sdk-log";
import { oneForAll, oneForEach, surroundings, type Kind } from "./kinds";
import { readInputs } from "./lifecycle/arguments/arguments";
import { isObject, type Failure, type RawObject } from "./lifecycle/arguments/reader";
import { resourceId } from "./lifecycle/arguments/target";
import type { Outcome } from "./lifecycle/conclude/conclude";
import { redacted } from "./lifecycle/conclude/redacted";
import type { OperationContext } from "./lifecycle/context";
import { destroy } from "./lifecycle/destroy";
import { diff, lastingWarnings } from "./lifecycle/policy/diff";
import type { Asked } from "./lifecycle/policy/full-send";
import type { Desired } from "./lifecycle/policy/plan";
import { rollbackWarning } from "./lifecycle/policy/rollback/rollback";
import type { DeviceChecking } from "./lifecycle/preview/device-check";
import { Impact } from "./lifecycle/preview/impact";
import { reconcile } from "./lifecycle/reconcile";
import { refresh } from "./lifecycle/refresh";
import { newInstance, urnHashOf } from "./lifecycle/state/command-label";
import { identityForUpdate, identityOf, type Identity } from "./lifecycle/state/identity";

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

const turns = new AliasTurns();

/** What previews say of the reach, bounded for all resources of a process. */
const impact = new Impact(systemClock);

/** One client for the process, so that all resources share its limiter, its connections and its polls. */
const clients = new Map<string, Client>();

function clientFor(connection: Connection, say: (text: string) => void): Client {
  const key = JSON.stringify(connection);
  const client =
    clients.get(key) ?? createClient({ settings: connection, clock: systemClock, random: Math.random, say });
  clients.set(key, client);
  return client;
}

/** The provider of a Certificate. */
export function certificate(urn: string): DynamicProvider {
  return providerOf(urn, oneForAll);
}

/** The provider of DeviceCertificates. */
export function deviceCertificates(urn: string): DynamicProvider {
  return providerOf(urn, oneForEach);
}

/** The provider of one resource. */
function providerOf(urn: string, kind: Kind): DynamicProvider {
  const progress = progressOn(urn);
  const urnHash = urnHashOf(urn);
  let stackConfig: (key: string) => string | undefined = () => undefined;

  function clientNow(): Client {
    return clientFor(readConnection(stackConfig, process.env), progress.status);
  }

  function contextFor(identity: Identity): OperationContext {
    const { status, note } = progress;
    return { client: clientNow(), clock: systemClock, random: Math.random, ...identity, claims, turns, status, note };
  }

  function checkingNow(): DeviceChecking {
    return { surroundings, impact, client: clientNow, nowMs: systemClock.now(), status: progress.status };
  }

  function claim(raw: RawObject): void {
    const { alias, target } = readInputs(raw);
    claimAs({ alias, target });
  }

  /** Puts on record that this certificate stands in the program. */
  function claimAs({ alias, target }: Pick<Asked, "alias" | "target">, instance?: string): void {
    const tenantHash = tenantNow();
    if (alias === undefined || target === undefined || tenantHash === undefined) return;
    claims.claim({ tenantHash, alias, target, urnHash, name: nameOf(urn), instance });
  }

  /** Undefined where a setting is missing: then nothing is removed either. */
  function tenantNow(): string | undefined {
    try {
      return clientNow().tenantHash;
    } catch (error) {
      if (isSettingError(error)) return undefined;
      throw error;
    }
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
    const outputs = kind.toOutputs(state);
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
        claim(asObject(news));
        const { inputs, failures, ...messages } = await kind.check(checkingNow(), asObject(olds), asObject(news));
        tell(messages);
        return { inputs, failures };
      }),

    diff: (_id, olds, news) =>
      quietly(async () => {
        const prior = kind.readState(asObject(olds));
        const asked = kind.asked(asObject(news));
        const { action, reason, message, replaces, deleteBeforeReplace } = diff(prior, asked, systemClock.now());
        const warning = rollbackWarning(prior, asked.settings, reason);
        const warnings = [...lastingWarnings(prior, asked), ...(warning === undefined ? [] : [warning])];
        if (action === "nothing") warnings.push(...kind.lasting(prior, systemClock.now()));
        tell({ warnings, notes: action === "update" ? [message] : [] });
        if (action === "update") tell(await kind.preview(checkingNow(), prior, asObject(news)));
        if (action !== "replace") claimAs({ ...prior.settings, ...asked }, prior.record.instance);
        return { changes: action !== "nothing", replaces, deleteBeforeReplace };
      }),

    create: async (news) => {
      const desired = await kind.desired(asObject(news), undefined);
      const identity = { urnHash, instance: newInstance(urnHash, Math.random) };
      claimAs(desired.inputs, identity.instance);
      const outcome = await reconcile(contextFor(identity), desired, undefined);
      const id = resourceId(desired.inputs.alias, desired.inputs.target, urnHash);
      return { id, outs: outputsOf(id, outcome, desired) };
    },

    read: (id, outputs) =>
      quietly(async () => {
        const prior = kind.readState(asObject(outputs));
        const { state, drift, notes } = await refresh(contextFor(identityOf(prior, Math.random)), prior);
        tell({ warnings: [], notes });
        const props = kind.toOutputs(state);
        if (drift === undefined && prior.record.drifted !== true) return { id, props };
        // The inputs are not given to `read`, so they are written anew; what is secret in the source is not there to write.
        const inputs = { ...state.written, source: state.record.source ?? {}, ...kind.addedInputs(state) };
        return { id, props, inputs: drift === undefined ? inputs : { ...inputs, drift } };
      }),

    update: async (id, olds, news) => {
      const prior = kind.readState(asObject(olds));
      const desired = await kind.desired(asObject(news), prior);
      const identity = identityForUpdate(prior, urnHash, Math.random);
      claimAs(desired.inputs, identity.instance);
      return { outs: outputsOf(id, await reconcile(contextFor(identity), desired, prior), desired) };
    },

    delete: (_id, outputs) =>
      quietly(async () => {
        const prior = kind.readState(asObject(outputs));
        const context = contextFor(identityOf(prior, Math.random));
        tell(await destroy(context, prior));
        const { alias, target } = prior.settings;
        claims.drop({ tenantHash: context.client.tenantHash, alias, target, ...context });
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

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
