// What the constructors of this package's resources share. Knows nothing of Esper.

import * as pulumi from "@pulumi/pulumi";
import { isStartedByCli, notInstalledIn } from "./installed";

/** The text that the engine stores, once the URN is known. */
export function storedText(urn: pulumi.Output<string>, textFor: (urn: string) => string): Promise<string> {
  // A plain promise: an output made of the URN depends on the parent, and the SDK takes that for the parent's children,
  // this resource among them, so that a program with a component would wait for ever.
  return new Promise<string>((resolve) => {
    urn.apply((known) => {
      resolve(textFor(known));
    });
  });
}

/** The engine's own words about it would name a module that no program mentions. */
export function refuseWhereNotInstalled(): void {
  const refusal = isStartedByCli(process.argv) ? notInstalledIn(process.cwd()) : undefined;
  if (refusal !== undefined) throw new pulumi.RunError(refusal);
}

/** Puts to an error whose trace was cut where in the program the resource was declared. */
export function withCallers(error: unknown, constructor: abstract new (...args: never) => unknown): unknown {
  if (!(error instanceof Error)) return error;
  const here = { stack: "" };
  Error.captureStackTrace(here, constructor);
  error.stack = `${error.stack ?? ""}\n${here.stack.split("\n").slice(1).join("\n")}`;
  return error;
}

/** Certificate and key as PEM, as far as this is about them. */
interface PemParts {
  readonly privateKey: pulumi.Input<string>;
  readonly privateKeyPassword?: pulumi.Input<string>;
}

/** Marks what is secret in an object; what is none, or is not known yet, is secret as a whole. */
export function withSecretsIn<Plain extends object>(
  given: pulumi.Input<Plain> | string | null | undefined,
  mark: (plain: Plain) => object,
): pulumi.Input<unknown> {
  // What is no object is refused by `check`; it may be a secret that was put in the wrong place.
  if (given === undefined || given === null || typeof given !== "object") return pulumi.secret(given);
  return pulumi.Output.isInstance(given) || given instanceof Promise ? pulumi.secret(given) : mark(given);
}

/** Marks the key and its password as secrets. */
export function withPemSecrets(pem: PemParts): pulumi.Input<unknown> {
  const { privateKey, privateKeyPassword } = pem;
  return {
    ...pem,
    privateKey: pulumi.secret(privateKey),
    ...(privateKeyPassword !== undefined && { privateKeyPassword: pulumi.secret(privateKeyPassword) }),
  };
}
