// Tells people things through the SDK's log, on the resource's own line.
// The SDK gives a dynamic provider no connection to the engine, but the engine's address is the provider process's last
// argument, and the SDK reads it from PULUMI_NODEJS_ENGINE (measured with CLI 3.250). Where that fails: the console.

import * as pulumi from "@pulumi/pulumi";
import { toldOnce, type Progress } from "./progress";
import { shortenTraces } from "./short-traces";

const engineAddress = /^127\.0\.0\.1:\d+$/;

/** To be called before the SDK is used; harmless when called again. */
export function connectToEngine(processArguments: readonly string[]): void {
  const address = processArguments.at(-1) ?? "";
  if (engineAddress.test(address)) process.env["PULUMI_NODEJS_ENGINE"] ??= address;
}

/** Equal notes and warnings are told once a resource and process. */
export function progressOn(urn: string): Progress {
  const resource = resourceOf(urn);
  const isConnected = process.env["PULUMI_NODEJS_ENGINE"] !== undefined;
  const tell = (text: string, log: () => Promise<void>): void => {
    if (!isConnected) {
      console.log(text);
      return;
    }
    const asBefore = shortenTraces();
    const logged = log();
    asBefore();
    logged.catch(() => {
      console.log(text);
    });
  };
  return toldOnce({
    status: (text) => {
      tell(text, () => pulumi.log.info(text, resource, 0, true));
    },
    note: (text) => {
      tell(text, () => pulumi.log.info(text, resource));
    },
    warn: (text) => {
      tell(text, () => pulumi.log.warn(text, resource));
    },
  });
}

// The SDK's log functions read nothing of a resource but its URN, and only as a promise.
function resourceOf(urn: string): pulumi.Resource {
  const resource: unknown = { urn: { promise: () => Promise.resolve(urn) } };
  return resource as pulumi.Resource;
}
