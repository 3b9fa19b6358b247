// The schema against the sources that it is made of: what programs in other languages may write, and read of it, is what those in
// TypeScript may.

import { expect } from "chai";
import { settingNames } from "../../provider/config";
import { settingNames as argumentNames } from "../../provider/lifecycle/arguments/arguments";
import schema from "../../provider/packaged/schema.json";
import { outputsOf, schemaText, secretInputsOf } from "../../provider/packaged/schema";
import { makeSchema } from "../../tools/schema/schema";
import { at } from "../support/story";
import { manifest } from "../package/packed";

const token = "esper:index:Certificate";
const deviceToken = "esper:index:DeviceCertificates";

describe("the schema of the packaged provider", () => {
  it("has the names, the requiredness and the words of the sources; else: npx tsx tools/make-schema.ts", () => {
    expect(schema).to.deep.equal(JSON.parse(JSON.stringify(makeSchema())));
  });

  it("knows the arguments that the provider reads, and asks for those without a default", () => {
    const { inputProperties, requiredInputs } = schema.resources[token];
    expect(Object.keys(inputProperties)).to.have.members([...argumentNames, "source"]);
    expect(requiredInputs).to.deep.equal(["alias", "source", "target"]);
    const { properties } = schema.types["esper:index:CertificateSource"];
    expect(Object.keys(properties)).to.include.members(["file", "base64", "pem", "password", "passwordEnv"]);
    expect(schema.types["esper:index:CertificatePem"].required).to.deep.equal(["certificate", "privateKey"]);
  });

  it("knows the arguments of certificates of devices, which have two more and another source", () => {
    const { inputProperties, requiredInputs } = schema.resources[deviceToken];
    expect(Object.keys(inputProperties)).to.have.members([...argumentNames, "source", "missingFile", "goneFile"]);
    expect(requiredInputs).to.deep.equal(["alias", "source", "target"]);
    const { properties } = schema.types["esper:index:DeviceCertificatesSource"];
    expect(Object.keys(properties)).to.have.members([
      ...["folder", "file", "certificates", "by", "password", "passwordEnv", "passwordFile"],
      ...["issuer", "subject", "dns", "uri", "email", "key", "days", "concurrency", "renewSpreadDays", "revoke"],
    ]);
    expect(Object.keys(schema.types["esper:index:CertificateIssuer"].properties)).to.have.members([
      ...["vault", "ca", "command", "chain", "timeoutSeconds"],
    ]);
    expect(Object.keys(schema.types["esper:index:DeviceCertificatesRollout"].properties)).to.have.members(
      Object.keys(schema.types["esper:index:CertificateRollout"].properties),
    );
  });

  it("knows the settings that the provider reads, in the stack's configuration and for a provider of a program", () => {
    const names = settingNames.map(({ key }) => key.replace("esper:", ""));
    expect(Object.keys(schema.config.variables)).to.have.members(names);
    expect(schema.provider.inputProperties).to.deep.equal(schema.config.variables);
    for (const { key, variable } of settingNames) {
      expect(at(schema.config.variables, key.replace("esper:", ""), "description")).to.include(`${variable}.`);
    }
  });

  it("calls secret what holds a password, a file or a key", () => {
    expect(secretInputsOf(token).map((path) => path.join("."))).to.have.members([
      ...["source.password", "source.base64", "source.pem.privateKey", "source.pem.privateKeyPassword"],
    ]);
    expect(secretInputsOf(deviceToken).map((path) => path.join("."))).to.have.members([
      ...["source.password", "source.certificates.*.base64"],
      ...["source.certificates.*.pem.privateKey", "source.certificates.*.pem.privateKeyPassword"],
    ]);
    expect(schema.config.variables.apiKey.secret).to.equal(true);
  });

  it("has whole tokens for its types, words for everything, and no type that is not there", () => {
    const text = JSON.stringify(schema);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, name = ""]) => name);
    const own = references.filter((name) => name.startsWith("#/types/")).map((name) => name.replace("#/types/", ""));
    expect(own).to.include("esper:index:CertificateSummary");
    expect(Object.keys(schema.types)).to.have.members([...new Set(own)]);
    expect(text).not.to.include('"description":""');
    expect(text).not.to.include("{@link");
  });

  it("lets a stack of the dynamic resource move over, and C# name an output other than its class", () => {
    const resource = schema.resources[token];
    expect(resource.aliases).to.deep.equal([{ type: "pulumi-nodejs:dynamic/esper:Certificate" }]);
    expect(resource.properties.certificate.language.csharp.name).to.equal("Summary");
    expect(schema.resources[deviceToken].aliases).to.deep.equal([
      { type: "pulumi-nodejs:dynamic/esper:DeviceCertificates" },
    ]);
    expect(outputsOf(token)).to.include.members(["certificate", "coverage", "renewAt"]);
  });

  it("carries the package's own version", async () => {
    expect(at(JSON.parse(schemaText()), "version")).to.equal((await manifest()).version);
  });
});
