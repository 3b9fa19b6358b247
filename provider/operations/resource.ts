// Check, diff, create, read, update and delete of one resource, on plain data, for whichever wire they come by: decode, hand
// on, print, encode. The deciding stands in lifecycle/, and what differs between kinds of resources in kinds.ts. It must not
// know the engine: how a failed run, a secret or a setting comes in and goes out is the business of the faces (../provider.ts,
// ../packaged/).

import type { Client } from "../client/index";
import { systemClock } from "../clock";
import { isSettingError } from "../errors";
import { AliasTurns } from "../lifecycle/alias-turns";
import type { Failure, RawObject } from "../lifecycle/arguments/reader";
import { resourceId, type Target } from "../lifecycle/arguments/target";
import { claims, type Claim } from "../lifecycle/claims";
import type { Outcome } from "../lifecycle/conclude/conclude";
import { withoutSecretsIn } from "../lifecycle/conclude/redacted";
import { learnKept } from "../lifecycle/content/content";
import type { OperationContext } from "../lifecycle/context";
import { destroy, type Told } from "../lifecycle/destroy";
import { diff, lastingWarnings } from "../lifecycle/policy/diff";
import type { Asked } from "../lifecycle/policy/full-send";
import { rollbackWarning } from "../lifecycle/policy/rollback/rollback";
import type { Claimed } from "../lifecycle/preview/check";
import type { DeviceChecking } from "../lifecycle/preview/device-check";
import { impact } from "../lifecycle/preview/impact";
import { reconcile } from "../lifecycle/reconcile";
import { refresh } from "../lifecycle/refresh";
import { newInstance, urnHashOf } from "../lifecycle/state/command-label";
import { identityForUpdate, identityOf, type Identity } from "../lifecycle/state/identity";
import type { State } from "../lifecycle/state/state";
import { redaction } from "../redaction/redaction";
import { clientFor } from "./clients";
import { asObject, keepHashes, surroundings, type Kind } from "./kinds";
import type { Difference, Face, Imported, Operations, ReadBack, Saved, Within } from "./operations";

const asLongAsItTakes: Within = (context) => context;

const turns = new AliasTurns();

export class ResourceOperations implements Operations {
  private readonly urnHash: string;

  constructor(
    private readonly kind: Kind,
    private readonly face: Face,
  ) {
    this.urnHash = urnHashOf(face.urn);
  }

  async check(olds: unknown, news: unknown): Promise<{ inputs: RawObject; failures: readonly Failure[] }> {
    this.kind.learnInputs(asObject(olds));
    const { inputs, failures, ...messages } = await this.kind.check(this.checking(), asObject(olds), asObject(news));
    this.tell(messages);
    return { inputs, failures: failures.map((failure) => ({ ...failure, reason: redaction.said(failure.reason) })) };
  }

  async diff(outputs: unknown, news: unknown): Promise<Difference> {
    const prior = this.priorFrom(outputs);
    const asked = { ...this.kind.asked(asObject(news)), tenantHash: this.tenantHash() };
    const { action, reason, message, replaces, deleteBeforeReplace } = diff(prior, asked, systemClock.now());
    const warning = rollbackWarning(prior, asked.settings, reason);
    const warnings = [...lastingWarnings(prior, asked), ...(warning === undefined ? [] : [warning])];
    if (action === "nothing") warnings.push(...this.kind.lasting(prior, systemClock.now()));
    this.tell({ warnings, notes: action === "update" ? [message] : [] });
    if (action === "update") this.tell(await this.kind.preview(this.checking(), prior, asObject(news)));
    if (action !== "replace") this.claim({ ...prior.settings, ...asked }, { instance: prior.record.instance });
    return { changes: action !== "nothing", replaces, deleteBeforeReplace };
  }

  async create(news: unknown, within = asLongAsItTakes): Promise<Saved> {
    const desired = await this.kind.desired(asObject(news), undefined);
    const identity = { urnHash: this.urnHash, instance: newInstance(this.urnHash, Math.random) };
    this.claim(desired.inputs, identity);
    const outcome = await reconcile(within(this.contextFor(identity)), desired, undefined);
    return this.saved(resourceId(desired.inputs.alias, desired.inputs.target, this.urnHash), outcome);
  }

  async read(outputs: unknown): Promise<ReadBack> {
    const prior = this.priorFrom(outputs);
    const { state, drift, notes } = await refresh(this.contextFor(identityOf(prior, Math.random)), prior);
    this.tell({ warnings: [], notes });
    return {
      ...{ outputs: this.storedFrom(state), drift },
      isDriftGone: drift === undefined && prior.record.drifted === true,
      inputs: { ...state.written, source: state.record.source ?? {}, ...this.kind.addedInputs(state) },
    };
  }

  async import(id: string): Promise<Imported> {
    const identity = { urnHash: this.urnHash, instance: newInstance(this.urnHash, Math.random) };
    const state = await this.kind.import(this.contextFor(identity), id);
    return { outputs: this.storedFrom(state), inputs: state.written };
  }

  async update(id: string, outputs: unknown, news: unknown, within = asLongAsItTakes): Promise<Saved> {
    const prior = this.priorFrom(outputs);
    const desired = await this.kind.desired(asObject(news), prior);
    const identity = identityForUpdate(prior, this.urnHash, Math.random);
    this.claim(desired.inputs, identity);
    return this.saved(id, await reconcile(within(this.contextFor(identity)), desired, prior));
  }

  async delete(outputs: unknown, within = asLongAsItTakes): Promise<void> {
    const prior = this.priorFrom(outputs);
    const context = this.contextFor(identityOf(prior, Math.random));
    this.tell(await destroy(within(context), prior));
    this.tell({ warnings: await this.kind.afterDelete(prior), notes: [] });
    const { alias, target } = prior.settings;
    claims.drop({ tenantHash: context.client.tenantHash, alias, target, ...context });
  }

  /** What the state keeps for a rollback is secret from here on. */
  private priorFrom(outputs: unknown): State {
    const prior = this.kind.readState(asObject(outputs));
    learnKept(prior.kept);
    return prior;
  }

  private storedFrom(state: State): RawObject {
    return this.kind.toOutputs(withoutSecretsIn(state, (text) => redaction.withoutSecrets(text)));
  }

  private checking(): DeviceChecking {
    const claim = (alias: string, target: Target, isNews: boolean): Claimed | undefined =>
      this.claimNow(alias, target, isNews);
    const { status } = this.face.progress;
    return {
      ...{ surroundings, listed: keepHashes, impact, client: () => this.client(), claim },
      ...{ nowMs: systemClock.now(), status },
    };
  }

  private client(): Client {
    return clientFor(this.face.settings(), this.face.progress.status);
  }

  private contextFor(identity: Identity): OperationContext {
    const { status, note } = this.face.progress;
    return { client: this.client(), clock: systemClock, random: Math.random, ...identity, claims, turns, status, note };
  }

  /** Puts on record that this certificate stands in the program. */
  private claim({ alias, target }: Pick<Asked, "alias" | "target">, more: Pick<Claim, "instance" | "isNews">): void {
    const tenantHash = this.tenantHash();
    if (alias === undefined || target === undefined || tenantHash === undefined) return;
    const { urn } = this.face;
    claims.claim({ tenantHash, alias, target, urnHash: this.urnHash, name: nameOf(urn), ...more });
  }

  private claimNow(alias: string, target: Target, isNews: boolean): Claimed | undefined {
    this.claim({ alias, target }, { isNews });
    const tenantHash = this.tenantHash();
    const own = tenantHash === undefined ? undefined : claims.of({ tenantHash, urnHash: this.urnHash });
    return own && { own, others: claims.besides(own) };
  }

  /** Undefined where a setting is missing: then nothing is removed either. */
  private tenantHash(): string | undefined {
    try {
      return this.client().tenantHash;
    } catch (error) {
      if (isSettingError(error)) return undefined;
      throw error;
    }
  }

  private tell({ warnings, notes }: Told): void {
    for (const note of notes) this.face.progress.note(redaction.said(note));
    for (const warning of warnings) this.face.progress.warn(redaction.said(warning));
  }

  private saved(id: string, outcome: Outcome): Saved {
    const { state, problems, ...messages } = outcome;
    this.tell(messages);
    return { id, outputs: this.storedFrom(state), problems: problems.map((problem) => redaction.said(problem)) };
  }
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
