// A certificate that a pipeline renews in time: it says when it is due, and the next file goes over the old one.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();
const group = esper.getGroup({ name: config.get("group") ?? "Shops" });
const renewBeforeDays = config.getNumber("renewBeforeDays");

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  // The files here are test certificates, and their password is published.
  source: { file: "corp-client.p12", password: config.getSecret("p12Password") ?? "changeit" },
  ...(renewBeforeDays === undefined ? {} : { renewBeforeDays }),
});

/** What a pipeline asks for after a refresh. */
export const readyForRenewal = client.readyForRenewal;
export const renewAt = client.renewAt;
export const expiresAt = client.certificate.apply(({ notAfter }) => notAfter);
export const coverage = client.coverage;
