// A certificate and key that the program makes itself, as PEM, on one group of devices.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";
import { Identity } from "./identity";

const config = new pulumi.Config();
const group = esper.getGroup({ name: config.get("group") ?? "Shops" });

const { certificate, privateKey, chain } = new Identity("corp-client", {
  commonName: config.get("commonName") ?? "Corp Client",
  validDays: config.getNumber("validDays") ?? 365,
});

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  source: {
    pem: { certificate, privateKey, chain },
    password: config.getSecret("p12Password") ?? "changeit",
  },
});

export const subject = client.certificate.apply((summary) => summary.subject);
export const coverage = client.coverage;
