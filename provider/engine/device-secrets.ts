// Marks what is secret in the source of certificates of devices: passwords, base64 and keys. Knows nothing of Esper.

import * as pulumi from "@pulumi/pulumi";
import { withPemSecrets } from "./resource";

/** As much of a source as this is about. */
type Source = object & { readonly password?: pulumi.Input<string>; readonly certificates?: unknown };

type Content = object & { readonly base64?: unknown; readonly pem?: Parameters<typeof withPemSecrets>[0] };

/** Marks what is secret in a source, and only that. */
export function deviceSourceWithSecrets(
  source: pulumi.Input<Source> | string | null | undefined,
): pulumi.Input<unknown> {
  // What is no object is refused by `check`; it may be a secret that was put in the wrong place.
  if (source === undefined || source === null) return undefined;
  if (typeof source !== "object") return pulumi.secret(source);
  if (pulumi.Output.isInstance(source) || source instanceof Promise) return pulumi.secret(source);
  return {
    ...source,
    ...(source.password !== undefined && { password: pulumi.secret(source.password) }),
    ...(source.certificates !== undefined && { certificates: certificatesWithSecrets(source.certificates) }),
  };
}

function certificatesWithSecrets(certificates: unknown): pulumi.Input<unknown> {
  const isPlain = typeof certificates === "object" && certificates !== null && !(certificates instanceof Promise);
  if (!isPlain || pulumi.Output.isInstance(certificates)) return pulumi.secret(certificates);
  return Object.fromEntries(
    Object.entries(certificates).map(([name, content]: [string, Content | null]) => [
      name,
      contentWithSecrets(content),
    ]),
  );
}

function contentWithSecrets(content: Content | null | undefined): pulumi.Input<unknown> {
  if (content === undefined || content === null || typeof content !== "object") return pulumi.secret(content);
  if (pulumi.Output.isInstance(content) || content instanceof Promise) return pulumi.secret(content);
  return {
    ...content,
    ...(content.base64 !== undefined && { base64: pulumi.secret(content.base64) }),
    ...(content.pem !== undefined && { pem: withPemSecrets(content.pem) }),
  };
}
