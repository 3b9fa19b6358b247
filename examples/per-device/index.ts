// A certificate of its own on each device: certs/<serial number>.p12 goes to the device with that serial number.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

const config = new pulumi.Config();

export = async () => {
  const group = await esper.getGroup({ name: config.get("group") ?? "Berlin" });
  const tills = new esper.DeviceCertificates("tills", {
    alias: "corp-client",
    target: { group: group.id },
    // Nothing secret comes into the state.
    source: { folder: "certs", file: "{serial}.p12", passwordEnv: "P12_PASSWORD" },
    goneFile: "remove",
  });
  return { certificates: tills.certificates, withoutCertificate: tills.coverage.missing };
};
