// What the examples do whose certificates an issuer makes: an own authority, and Vault as OpenBao's own server answers it.
// It starts that server where a story asks for it, and nothing else.

import { expect } from "chai";
import { openBao, startBao } from "../support/openbao";
import { at, commandsOf, digestsOf, expectNoSecret, expectOperations, listAt } from "../support/story";
import type { Beside, Story } from "./story";

export const issuingStories: Readonly<Record<string, Partial<Story>>> = {
  "own-authority": {
    environment: { CA_KEY_PASSWORD: "changeit" },
    resources: 2,
    holders: { "corp-client": ["till-0001", "till-0002"] },
    furtherSteps: async (stack, simulator) => {
      const first = digestsOf(simulator, "corp-client");
      expect(first).to.have.length(2);
      expect(await stack.outputs()).to.have.nested.property("certificates.issuers[0]", "CN=Test Authority");
      const exported = (await stack.pulumi("stack", "export", "--show-secrets")).text;
      expect(exported).to.contain("CA_KEY_PASSWORD").and.not.contain("PRIVATE KEY").and.not.contain("changeit");

      stack.setEnvironment("CA_KEY_PASSWORD", "");
      expectOperations(await stack.up(), { unchanged: 2 });
      stack.setEnvironment("CA_KEY_PASSWORD", "changeit");
      simulator.world.join("Berlin", { alias: "late", serial: "SN-LATE" });
      expectOperations(await stack.up("--refresh"), { updated: 1, unchanged: 1 });
      expect(digestsOf(simulator, "corp-client"))
        .to.have.length(3)
        .and.include.members([...first]);

      await stack.setConfig("subject", "CN={serial},OU=Lanes,O=Acme");
      const changed =
        "the template or the issuer of 3 certificates changed; 3 devices get a new one from the own authority";
      expect((await stack.preview()).text).to.contain(changed);
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(digestsOf(simulator, "corp-client"))
        .to.have.length(3)
        .and.not.include.members([...first]);
      expect(commandsOf(simulator)).to.deep.equal(Array(6).fill("INSTALL corp-client DEVICE 1"));
    },
  },

  issued: {
    beside: startVault,
    resources: 2,
    holders: { "corp-client": ["till-0001", "till-0002"] },
    furtherSteps: async (stack, simulator) => {
      const first = digestsOf(simulator, "corp-client");
      expect(first).to.have.length(2);
      expect(await stack.outputs()).to.have.nested.property("certificates.issuers[0]", "CN=Acme Root");
      const exported = (await stack.pulumi("stack", "export", "--show-secrets")).text;
      expectNoSecret(exported, { token: stack.variable("VAULT_TOKEN") });
      expect(exported).not.to.contain("PRIVATE KEY");

      const token = stack.variable("VAULT_TOKEN");
      stack.setEnvironment("VAULT_TOKEN", "");
      expectOperations(await stack.up(), { unchanged: 2 });
      simulator.world.join("Berlin", { alias: "late", serial: "SN-LATE" });
      const refused = await stack.up("--refresh");
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.contain("the environment variable VAULT_TOKEN (its token) is not set");
      stack.setEnvironment("VAULT_TOKEN", token);
      expectOperations(await stack.up("--refresh"), { updated: 1, unchanged: 1 });
      expect(digestsOf(simulator, "corp-client"))
        .to.have.length(3)
        .and.include.members([...first]);

      await stack.setConfig("subject", "CN=till-{serial}");
      const renewed = await stack.up();
      expectOperations(renewed, { updated: 1, unchanged: 1 });
      expect(renewed.text)
        .to.contain("3 devices get a new one from Vault (pki/till)")
        .and.not.contain("could not be revoked");
      expect(digestsOf(simulator, "corp-client"))
        .to.have.length(3)
        .and.not.include.members([...first]);
      expect(commandsOf(simulator)).to.deep.equal(Array(6).fill("INSTALL corp-client DEVICE 1"));
    },
  },
};

/** With the engine, role and policy that the README sets up, and a token of that policy. */
async function startVault(): Promise<Beside | { readonly missing: string }> {
  const found = await openBao();
  if ("missing" in found) return found;
  const bao = await startBao(found.program);
  await bao.ask("PUT", "sys/policies/acl/till", {
    policy: 'path "pki/sign/till" { capabilities = ["update"] }\npath "pki/revoke" { capabilities = ["update"] }',
  });
  const made = await bao.ask("POST", "auth/token/create", { policies: ["till"] });
  return {
    environment: { VAULT_TOKEN: String(at(made, "auth", "client_token")) },
    config: { vault: bao.address },
    expectAtEnd: async () => {
      // Two devices and one that joined, each with two certificates: the first replaced, the second removed.
      expect(listAt(await bao.ask("GET", "pki/certs/revoked?list=true"), "data", "keys")).to.have.length(6);
    },
    stop: () => bao.stop(),
  };
}
