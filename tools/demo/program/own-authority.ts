import * as esper from "pulumi-esper";

const group = esper.getGroup({ name: "Hamburg" });

const tills = new esper.DeviceCertificates("tills", {
  alias: "corp-client",
  target: { group: group.then(({ id }) => id) },
  source: {
    issuer: { ca: { certificate: { file: "ca.pem" }, key: { file: "ca.key" } } },
    subject: "CN={serial},O=Acme",
  },
});

export const certificates = tills.certificates;
