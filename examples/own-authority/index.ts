// A certificate of its own on each device, signed by a small authority whose certificate and key are at hand. The keys of the
// devices are made when they are sent, and kept nowhere else.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();

export = async () => {
  const group = await esper.getGroup({ name: config.get("group") ?? "Berlin" });
  const tills = new esper.DeviceCertificates("tills", {
    alias: "corp-client",
    target: { group: group.id },
    source: {
      // The authority here is for trying things out, and the password of its key is published.
      issuer: { ca: { certificate: { file: "ca.pem" }, key: { file: "ca.key" }, keyPasswordEnv: "CA_KEY_PASSWORD" } },
      subject: config.get("subject") ?? "CN={serial},OU=Tills,O=Acme",
      days: 90,
    },
    renewBeforeDays: 30,
  });
  return { certificates: tills.certificates, coverage: tills.coverage };
};
