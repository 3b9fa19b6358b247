// Tells people things on the resource's own line: a passing status while it works, and lasting warnings.
// The SDK gives a dynamic provider no connection to the engine, but the engine's address is the provider process's last
// argument, and the SDK reads it from PULUMI_NODEJS_ENGINE (measured with CLI 3.250). Where that fails: the console.

import * as pulumi from "@pulumi/pulumi";
import { shortenTraces } from "./short-traces";

const engineAddress = /^127\.0\.0\.1:\d+$/;

/** To be called before the SDK is used; harmless when called again. */
export function connectToEngine(processArguments: readonly string[]): void {
  const address = processArguments.at(-1) ?? "";
  if (engineAddress.test(address)) process.env["PULUMI_NODEJS_ENGINE"] ??= address;
}

export interface Progress {
  readonly status: (text: string) => void;
  /** A lasting line; the same text is said once a process. */
  readonly note: (text: string) => void;
  /** A lasting warning; the same text is said once a process. */
  readonly warn: (text: string) => void;
}

// The SDK's log functions read nothing of a resource but its URN, and only as a promise.
function resourceOf(urn: string): pulumi.Resource {
  const resource: unknown = { urn: { promise: () => Promise.resolve(urn) } };
  return resource as pulumi.Resource;
}

export function progressOn(urn: string): Progress {
  const resource = resourceOf(urn);
  const isConnected = process.env["PULUMI_NODEJS_ENGINE"] !== undefined;
  const orConsole = (logging: () => Promise<void>, text: string): void => {
    if (!isConnected) {
      console.log(text);
      return;
    }
    const asBefore = shortenTraces();
    const logged = logging();
    asBefore();
    logged.catch(() => {
      console.log(text);
    });
  };
  // `check` and `create` come to the same conclusions, and people need each of them once.
  const said = new Set<string>();
  const once = (text: string, logging: () => Promise<void>): void => {
    if (said.has(text)) return;
    said.add(text);
    orConsole(logging, text);
  };
  return {
    status: (text) => {
      orConsole(() => pulumi.log.info(text, resource, 0, true), text);
    },
    note: (text) => {
      once(text, () => pulumi.log.info(text, resource));
    },
    warn: (text) => {
      once(text, () => pulumi.log.warn(text, resource));
    },
  };
}
