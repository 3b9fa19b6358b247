// Which setting counts for a provider on Pulumi's wire: its own arguments, the stack's configuration, the environment.

import { expect } from "chai";
import { checkSettings, changedSettings, providerSettings, type Given } from "../../provider/packaged/settings";

const environment = {
  ESPER_TENANT: "of-the-environment",
  ESPER_API_KEY: "key-of-the-environment",
  ESPER_ENTERPRISE_ID: "2b1e2f1b-10b2-49a8-a1fc-216970f2c0cb",
  ESPER_POLL_SECONDS: "2",
};

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("the settings of a provider on the wire", () => {
  it("let the environment win for the default provider, since destroy and refresh may bring an old key", () => {
    for (const name of ["default", "default_0_1_0"]) {
      const settings = providerSettings({ name, args: { tenant: "stored", apiKey: "old" } }, environment);
      expect(settings).to.include({
        ...{
          baseUrl: "https://of-the-environment-api.esper.cloud/api",
          apiKey: "key-of-the-environment",
          pollMs: 2000,
        },
      });
    }
  });

  it("send the key of the environment to no tenant that an explicit provider names", () => {
    for (const name of ["other", "default-tenant", undefined]) {
      for (const address of [{ tenant: "acme" }, { baseUrl: "https://acme-api.esper.cloud/api" }]) {
        const settings = providerSettings({ name, args: { ...address, apiKey: "own" } }, environment);
        expect(settings).to.include({ baseUrl: "https://acme-api.esper.cloud/api", apiKey: "own", pollMs: 2000 });
        expect(settings).not.to.have.property("enterpriseId");
        expect(() => providerSettings({ name, args: address }, environment)).to.throw("The Esper API key is not set");
      }
    }
  });

  it("let an explicit provider's own arguments win, and the environment fill in the rest where no tenant is named", () => {
    const settings = providerSettings({ name: "slow", args: { pollSeconds: 5, apiKey: "own" } }, environment);
    expect(settings).to.include({
      ...{ baseUrl: "https://of-the-environment-api.esper.cloud/api", apiKey: "own", pollMs: 5000 },
      enterpriseId: environment.ESPER_ENTERPRISE_ID,
    });
  });

  it("refuse a name that is not known on an explicit provider, and tell of it on the default one", () => {
    const args = { tenant: "acme", apiKey: "own", pollSecond: 1 };
    const sentence = "there is no such setting (did you mean pollSeconds?); known are tenant, baseUrl, apiKey";
    const explicit = checkSettings({ args, name: "other", project: "fleet" }, {});
    expect(explicit.failures).to.have.length(1);
    expect(explicit.failures[0]?.property).to.equal("");
    expect(explicit.failures[0]?.reason).to.include(`pollSecond: ${sentence}`);
    const byDefault = checkSettings({ args, name: "default", project: "fleet" }, {});
    expect(byDefault.failures).to.deep.equal([]);
    expect(byDefault.warnings.join()).to.include(`esper:pollSecond: ${sentence}`);
  });

  it("say nothing of other names where the project itself is named esper, nor of what an SDK adds", () => {
    const given: Given = { args: { greeting: "hello" }, name: "default", project: "esper" };
    expect(checkSettings(given, {})).to.deep.equal({ failures: [], warnings: [] });
    const added = { args: { tenant: "acme", apiKey: "own", version: "0.1.0" }, name: "other" };
    expect(checkSettings(added, {}).failures).to.deep.equal([]);
  });

  it("refuse on an explicit provider what cannot be used, unless it is not known yet", () => {
    const reasons = (args: Given["args"]): string =>
      checkSettings({ args, name: "other" }, environment)
        .failures.map(({ reason }) => reason)
        .join();
    expect(reasons({ tenant: "acme" })).to.include("apiKey: is required where the provider names its tenant");
    expect(reasons({ tenant: "https://acme", apiKey: "own" })).to.include("The Esper tenant must be the bare name");
    expect(reasons({ tenant: "acme", apiKey: unknown })).to.equal("");
  });

  it("change by their values, however these are written", () => {
    expect(changedSettings({ pollSeconds: "1" }, { pollSeconds: 1 })).to.deep.equal([]);
    expect(changedSettings({ apiKey: "old", tenant: "acme" }, { apiKey: "new" })).to.deep.equal(["tenant", "apiKey"]);
  });
});
