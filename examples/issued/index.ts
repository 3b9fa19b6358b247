// A certificate of its own on each device, signed by Vault or OpenBao. The authority's key stays there; the keys of the devices
// are made when they are sent, and kept nowhere else.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();

export = async () => {
  const group = await esper.getGroup({ name: config.get("group") ?? "Berlin" });
  const tills = new esper.DeviceCertificates("tills", {
    alias: "corp-client",
    target: { group: group.id },
    source: {
      // The token is in VAULT_TOKEN, and in no state.
      issuer: { vault: { address: config.get("vault") ?? "http://127.0.0.1:8200", mount: "pki", role: "till" } },
      subject: config.get("subject") ?? "CN={serial}",
      dns: ["{serial}.tills.acme.com"],
      days: 90,
      revoke: true,
    },
    renewBeforeDays: 30,
  });
  return { certificates: tills.certificates, coverage: tills.coverage };
};
