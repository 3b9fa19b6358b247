// What the text stored in a stack loads: `require("pulumi-esper/provider").certificate(urn)`. This name and its one
// argument are a promise to every state ever written (docs/design.md, section 5): they must never move.
// Check, diff, create, read, update, delete: decode, hand on, print, encode. The deciding stands in lifecycle/.

import { type Client, createClient } from "./client";
import { systemClock } from "./clock";
import { isSettingError } from "./errors";
import { readSettings as readConnection, type Settings as Connection } from "./config";
import { PartialFailure } from "./engine/partial-failure";
import { AliasTurns } from "./lifecycle/alias-turns";
import { claims, type Claim } from "./lifecycle/claims";
import { connectToEngine, progressOn } from "./engine/sdk-log";
import { oneForAll, oneForEach, surroundings, type Kind } from "./kinds";
import { isObject, type Failure, type RawObject } from "./lifecycle/arguments/reader";
import { resourceId, type Target } from "./lifecycle/arguments/target";
import type { State } from "./lifecycle/state/state";
import type { Outcome } from "./lifecycle/conclude/conclude";
import { withoutSecretsIn } from "./lifecycle/conclude/redacted";
import { learnKept } from "./lifecycle/content/content";
import type { OperationContext } from "./lifecycle/context";
import { destroy } from "./lifecycle/destroy";
import { diff, lastingWarnings } from "./lifecycle/policy/diff";
import type { Asked } from "./lifecycle/policy/full-send";
import type { Desired } from "./lifecycle/policy/plan";
import { rollbackWarning } from "./lifecycle/policy/rollback/rollback";
import type { Claimed } from "./lifecycle/preview/check";
import type { DeviceChecking } from "./lifecycle/preview/device-check";
import { impact } from "./lifecycle/preview/impact";
import { reconcile } from "./lifecycle/reconcile";
import { refresh } from "./lifecycle/refresh";
import { newInstance, urnHashOf } from "./lifecycle/state/command-label";
import { redaction } from "./redaction/redaction";
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

  /** What the state keeps for a rollback is secret from here on. */
  function priorFrom(outputs: unknown): State {
    const prior = kind.readState(asObject(outputs));
    learnKept(prior.kept);
    return prior;
  }

  function storedFrom(state: State): RawObject {
    return kind.toOutputs(withoutSecretsIn(state, (text) => redaction.withoutSecrets(text)));
  }

  function checkingNow(): DeviceChecking {
    const { status } = progress;
    return { surroundings, impact, client: clientNow, claim: claimNow, nowMs: systemClock.now(), status };
  }

  /** Puts on record that this certificate stands in the program. */
  function claim({ alias, target }: Pick<Asked, "alias" | "target">, more: Pick<Claim, "instance" | "isNews">): void {
    const tenantHash = tenantNow();
    if (alias === undefined || target === undefined || tenantHash === undefined) return;
    claims.claim({ tenantHash, alias, target, urnHash, name: nameOf(urn), ...more });
  }

  function claimNow(alias: string, target: Target, isNews: boolean): Claimed | undefined {
    claim({ alias, target }, { isNews });
    const tenantHash = tenantNow();
    const own = tenantHash === undefined ? undefined : claims.of({ tenantHash, urnHash });
    return own && { own, others: claims.besides(own) };
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
    for (const note of notes) progress.note(redaction.said(note));
    for (const warning of warnings) progress.warn(redaction.said(warning));
  }

  /** The outputs, or with problems a partial failure: the engine keeps the resource and its state, and fails the run. */
  function outputsOf(id: string, outcome: Outcome, desired: Desired): RawObject {
    const { state, problems, ...messages } = outcome;
    tell(messages);
    const outputs = storedFrom(state);
    if (problems.length === 0) return outputs;
    const reasons = problems.map((problem) => redaction.said(problem));
    throw new PartialFailure(id, { ...outputs, __provider: desired.raw["__provider"] }, reasons);
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
        kind.learnInputs(asObject(olds));
        const { inputs, failures, ...messages } = await kind.check(checkingNow(), asObject(olds), asObject(news));
        tell(messages);
        return {
          inputs,
          failures: failures.map((failure) => ({ ...failure, reason: redaction.said(failure.reason) })),
        };
      }),

    diff: (_id, olds, news) =>
      quietly(async () => {
        const prior = priorFrom(olds);
        const asked = kind.asked(asObject(news));
        const { action, reason, message, replaces, deleteBeforeReplace } = diff(prior, asked, systemClock.now());
        const warning = rollbackWarning(prior, asked.settings, reason);
        const warnings = [...lastingWarnings(prior, asked), ...(warning === undefined ? [] : [warning])];
        if (action === "nothing") warnings.push(...kind.lasting(prior, systemClock.now()));
        tell({ warnings, notes: action === "update" ? [message] : [] });
        if (action === "update") tell(await kind.preview(checkingNow(), prior, asObject(news)));
        if (action !== "replace") claim({ ...prior.settings, ...asked }, { instance: prior.record.instance });
        return { changes: action !== "nothing", replaces, deleteBeforeReplace };
      }),

    create: (news) =>
      discreetly(async () => {
        const desired = await kind.desired(asObject(news), undefined);
        const identity = { urnHash, instance: newInstance(urnHash, Math.random) };
        claim(desired.inputs, identity);
        const outcome = await reconcile(contextFor(identity), desired, undefined);
        const id = resourceId(desired.inputs.alias, desired.inputs.target, urnHash);
        return { id, outs: outputsOf(id, outcome, desired) };
      }),

    read: (id, outputs) =>
      quietly(async () => {
        const prior = priorFrom(outputs);
        const { state, drift, notes } = await refresh(contextFor(identityOf(prior, Math.random)), prior);
        tell({ warnings: [], notes });
        const props = storedFrom(state);
        if (drift === undefined && prior.record.drifted !== true) return { id, props };
        // The inputs are not given to `read`, so they are written anew; what is secret in the source is not there to write.
        const inputs = { ...state.written, source: state.record.source ?? {}, ...kind.addedInputs(state) };
        return { id, props, inputs: drift === undefined ? inputs : { ...inputs, drift } };
      }),

    update: (id, olds, news) =>
      discreetly(async () => {
        const prior = priorFrom(olds);
        const desired = await kind.desired(asObject(news), prior);
        const identity = identityForUpdate(prior, urnHash, Math.random);
        claim(desired.inputs, identity);
        return { outs: outputsOf(id, await reconcile(contextFor(identity), desired, prior), desired) };
      }),

    delete: (_id, outputs) =>
      quietly(async () => {
        const prior = priorFrom(outputs);
        const context = contextFor(identityOf(prior, Math.random));
        tell(await destroy(context, prior));
        const { alias, target } = prior.settings;
        claims.drop({ tenantHash: context.client.tenantHash, alias, target, ...context });
      }),
  };
}

/** Whatever goes wrong says nothing secret. */
async function discreetly<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Error) error.message = redaction.said(error.message);
    throw error;
  }
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
    const quiet = new Error(redaction.said(error.message));
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
