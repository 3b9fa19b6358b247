// Marks what is secret in the source of certificates of devices: passwords, base64 and keys. Knows nothing of Esper.

import * as pulumi from "@pulumi/pulumi";
import { withPemSecrets, withSecretsIn } from "./resource";

/** As much of a source as this is about. */
type Source = object & { readonly password?: pulumi.Input<string>; readonly certificates?: pulumi.Input<Certificates> };

type Content = object & { readonly base64?: unknown; readonly pem?: Parameters<typeof withPemSecrets>[0] };

type Certificates = Readonly<Record<string, pulumi.Input<Content>>>;

/** Marks what is secret in a source, and only that. */
export function deviceSourceWithSecrets(
  source: pulumi.Input<Source> | string | null | undefined,
): pulumi.Input<unknown> {
  if (source === undefined || source === null) return undefined;
  return withSecretsIn<Source>(source, (plain) => ({
    ...plain,
    ...(plain.password !== undefined && { password: pulumi.secret(plain.password) }),
    ...(plain.certificates !== undefined && { certificates: withSecretsIn(plain.certificates, ofEach) }),
  }));
}

function ofEach(certificates: Certificates): object {
  const entries = Object.entries(certificates);
  return Object.fromEntries(entries.map(([name, content]) => [name, withSecretsIn<Content>(content, ofContent)]));
}

function ofContent(content: Content): object {
  return {
    ...content,
    ...(content.base64 !== undefined && { base64: pulumi.secret(content.base64) }),
    ...(content.pem !== undefined && { pem: withPemSecrets(content.pem) }),
  };
}
