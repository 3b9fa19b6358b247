// A key and a certificate for each device of a group, made by the program and signed by an authority of its own.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";
import { Identity } from "./identity";

const config = new pulumi.Config();

export = async () => {
  const group = await esper.getGroup({ name: config.get("group") ?? "Berlin" });
  const devices = await esper.getDevices({ group: group.id });
  const serials = devices.flatMap(({ serial }) => serial ?? []);

  const issuer = new Identity("authority", { commonName: "Fleet Device CA", validDays: 3650 });
  const validDays = config.getNumber("validDays") ?? 365;
  const certificates = Object.fromEntries(
    serials.map((serial) => {
      const { certificate, privateKey } = new Identity(serial, { commonName: serial, validDays, issuer });
      return [serial, { pem: { certificate, privateKey, chain: issuer.certificate } }] as const;
    }),
  );

  const tills = new esper.DeviceCertificates("tills", {
    alias: "corp-client",
    target: { group: group.id },
    source: { certificates, by: "serial", password: config.getSecret("p12Password") ?? "changeit" },
  });
  return { certificates: tills.certificates, coverage: tills.coverage };
};
