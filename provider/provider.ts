// What the text stored in a stack loads: `require("pulumi-esper/provider").certificate(urn)`. This name and its one
// argument are a promise to every state ever written (docs/design.md, section 5): they must never move.
// The face of the dynamic resource: how the engine's dynamic provider hands over settings, failures and outputs. The
// operations themselves stand in operations/.

import { readSettings } from "./config";
import { PartialFailure } from "./engine/partial-failure";
import { connectToEngine, progressOn } from "./engine/sdk-log";
import type { Failure, RawObject } from "./lifecycle/arguments/reader";
import { asObject, oneForAll, oneForEach, type Kind } from "./operations/kinds";
import type { Saved } from "./operations/operations";
import { ResourceOperations } from "./operations/resource";
import { redaction } from "./redaction/redaction";

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

/** The provider of a Certificate. */
export function certificate(urn: string): DynamicProvider {
  return providerOf(urn, oneForAll);
}

/** The provider of DeviceCertificates. */
export function deviceCertificates(urn: string): DynamicProvider {
  return providerOf(urn, oneForEach);
}

function providerOf(urn: string, kind: Kind): DynamicProvider {
  let stackConfig: (key: string) => string | undefined = () => undefined;
  const settings = () => readSettings(stackConfig, process.env);
  const operations = new ResourceOperations(kind, { urn, progress: progressOn(urn), settings });

  return {
    // Not async: everything must be set before the first await, since the engine calls on without waiting
    // (docs/background/pulumi-dynamic-providers.md, 2.3).
    configure: ({ config }) => {
      stackConfig = (key) => config.get(key);
      return Promise.resolve();
    },

    check: (olds, news) => quietly(() => operations.check(olds, news)),

    diff: (_id, olds, news) => quietly(() => operations.diff(olds, news)),

    create: (news) =>
      discreetly(async () => {
        const saved = await operations.create(news);
        return { id: saved.id, outs: outputsOf(saved, news) };
      }),

    read: (id, outputs) =>
      quietly(async () => {
        const { outputs: props, drift, isDriftGone, inputs } = await operations.read(outputs);
        if (drift === undefined && !isDriftGone) return { id, props };
        // The inputs are not given to `read`, so they are written anew; what is secret in the source is not there to write.
        return { id, props, inputs: drift === undefined ? inputs : { ...inputs, drift } };
      }),

    update: (id, olds, news) =>
      discreetly(async () => ({ outs: outputsOf(await operations.update(id, olds, news), news) })),

    delete: (_id, outputs) => quietly(() => operations.delete(outputs)),
  };
}

/** The outputs, or with problems a partial failure: the engine keeps the resource and its state, and fails the run. */
function outputsOf({ id, outputs, problems }: Saved, news: unknown): RawObject {
  if (problems.length === 0) return outputs;
  throw new PartialFailure(id, { ...outputs, __provider: asObject(news)["__provider"] }, problems);
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
