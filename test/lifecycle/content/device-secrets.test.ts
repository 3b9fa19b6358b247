import { expect } from "chai";
import { learnDeviceInputs } from "../../../provider/lifecycle/content/files/secrets";
import { redaction } from "../../../provider/redaction/redaction";

describe("the inputs of an earlier run of certificates of devices", () => {
  it("are secret in each of their parts, as those of one certificate are", () => {
    const secrets = ["Kq7!vWzr9Lm2", "nB4xT8yRj6Pd", "uE1cH5sGf3Aw"];
    const [password, privateKey, privateKeyPassword] = secrets;
    const pem = { certificate: "of-till-9", privateKey, privateKeyPassword };
    const certificates = { a: { pem }, b: { base64: Buffer.alloc(300, "file-of-b").toString("base64") } };
    learnDeviceInputs({ alias: "till", target: { devices: ["d"] }, source: { by: "name", certificates, password } });
    for (const secret of secrets) expect(redaction.withoutSecrets(`It says ${secret}.`)).not.to.contain(secret);
    expect(redaction.withoutSecrets(certificates.b.base64)).not.to.contain(certificates.b.base64.slice(40, 80));
  });
});
