// What each example does: how many resources it has, which devices hold what once it has run, and the steps that its README
// shows after that. An example that is not named here is one certificate, as the quickstart is.
// It starts nothing; examples.story.ts does.

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { Simulator } from "../../simulator";
import { digestOf, readPkcs12 } from "../../provider/pkcs12";
import { reportCommand } from "../../cli/report/command";
import { consoleOf } from "../cli/report-console";
import { makeIdentity, p12Of } from "../support/certificates";
import type { Stack } from "../support/engine";
import { at, commandsOf, digestsOf, expectOperations, holdersOf, listAt } from "../support/story";
import { issuingStories } from "./issuing-stories";
import type { Story } from "./story";

const shops = ["till-0001", "till-0002", "till-0003"];

export function storyOf(example: string): Story {
  return { resources: 2, holders: { "corp-client": shops }, ...stories[example] };
}

const stories: Readonly<Record<string, Partial<Story>>> = {
  ...issuingStories,

  rotate: {
    furtherSteps: async (stack, simulator) => {
      const [first] = digestsOf(simulator, "corp-client");
      await stack.setConfig("file", "second.p12");
      const { text } = await stack.preview();
      expect(text).to.match(/~ subject *: "CN=Test Client 1" => "CN=Test Client 2"/);
      expect(text).to.match(/~ notAfter *: "2040-01-01\S+" => "2045-01-01\S+"/);
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(digestsOf(simulator, "corp-client")).to.have.length(1).and.not.include(first);
      expectOnlyInstalls(simulator, 2);
    },
  },

  "per-device": {
    // As many as the simulator has that a user starts: the files in certs/ are named after them.
    devices: 200,
    environment: { P12_PASSWORD: "changeit" },
    resources: 2,
    holders: { "corp-client": ["till-0005", "till-0006", "till-0007"] },
    furtherSteps: async (stack, simulator) => {
      const file = (serial: string): string => join(stack.folder, "certs", `${serial}.p12`);
      for (const number of [5, 6, 7]) {
        expect(digestOn(simulator, `till-000${number}`, "corp-client")).to.equal(
          await digestOfFile(file(`SN0000000${number}`)),
        );
      }
      expect((await stack.outputs())["withoutCertificate"]).to.equal(37);

      await rename(file("SN00000006"), file("SN99999999"));
      const ran = await stack.up();
      expectOperations(ran, { updated: 1, unchanged: 1 });
      expect(ran.text).to.contain("38 devices have no file, 1 file belongs to no device; reaches 0 devices");
      expect(ran.text).to.contain("1 file belongs to no device: SN99999999.p12.");
      expect(holdersOf(simulator, "corp-client")).to.deep.equal(["till-0005", "till-0007"]);
      expect(commandsOf(simulator).slice(3)).to.deep.equal(["UNINSTALL corp-client DEVICE 1"]);

      await rename(file("SN99999999"), file("SN00000006"));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    },
  },

  "keys-in-program": {
    // The stack, an authority, two devices and what carries their certificates.
    resources: 5,
    holders: { "corp-client": ["till-0001", "till-0002"] },
    furtherSteps: async (stack, simulator) => {
      expect(digestsOf(simulator, "corp-client")).to.have.length(2);
      expect(await stack.exported())
        .to.contain("BEGIN CERTIFICATE")
        .and.not.contain("PRIVATE KEY");

      const late = simulator.world.join("Berlin", { alias: "late", serial: "SN-LATE" });
      expectOperations(await stack.up("--refresh"), { created: 1, updated: 1 });
      expect(digestsOf(simulator, "corp-client")).to.have.length(3);
      expect(commandsOf(simulator)).to.deep.equal(Array(3).fill("INSTALL corp-client DEVICE 1"));

      simulator.world.leave(late);
      // Its file went with it: nobody is sent anything, and the output counts it no more.
      expectOperations(await stack.up("--refresh"), { updated: 1, deleted: 1 });
      expect(commandsOf(simulator)).to.have.length(3);
      expectOperations(await stack.up("--refresh"), { unchanged: 5 });
    },
  },

  "many-stacks": {
    stack: "Berlin",
    environment: { P12_PASSWORD: "changeit", ESPER_REQUESTS_PER_MINUTE: "600" },
    resources: 2,
    holders: { "corp-client": ["till-0001", "till-0002"] },
    furtherSteps: async (stack, simulator) => {
      const ran = await stack.pulumi("stack", "init", "Hamburg");
      expect(ran.code, ran.text).to.equal(0);
      // Both at once, at a tenant with one limit for all: what it refuses comes again, and each ends well.
      simulator.faults.set({ rateLimit: { perSecond: 10 } });
      await rename(join(stack.folder, "corp-client.p12"), join(stack.folder, "former.p12"));
      await writeFile(join(stack.folder, "corp-client.p12"), await p12Of(makeIdentity("renewed.example"), "changeit"));
      const both = await Promise.all([stack.up("--stack", "Berlin"), stack.up("--stack", "Hamburg")]);
      expectOperations(both[0], { updated: 1, unchanged: 1 });
      expectOperations(both[1], { created: 2 });
      simulator.faults.set({});
      expect(holdersOf(simulator, "corp-client")).to.deep.equal(shops);
      expect(digestsOf(simulator, "corp-client")).to.have.length(1);

      const own = consoleOf({ pulumi: async (args) => (await stack.pulumi(...args)).text, now: Date.now });
      await reportCommand(own).parseAsync(["--stack", "Berlin", "--stack", "Hamburg"], { from: "user" });
      expect(own.kept.printed).to.contain("2 certificates in many-stacks/Berlin, Hamburg: all is well.");
      expect(own.kept.printed).to.match(/^Berlin\/corp-client .* 2 of 2 /m);
      expect(own.kept.printed).to.match(/^Hamburg\/corp-client .* 1 of 1 /m);

      for (const args of [
        ["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", "Hamburg"],
        ["stack", "rm", "--yes", "Hamburg"],
        ["stack", "select", "Berlin"],
      ]) {
        const ended = await stack.pulumi(...args);
        expect(ended.code, ended.text).to.equal(0);
      }
      expect(holdersOf(simulator, "corp-client")).to.deep.equal(["till-0001", "till-0002"]);
      await rename(join(stack.folder, "former.p12"), join(stack.folder, "corp-client.p12"));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    },
  },

  "from-pem": {
    resources: 3,
    furtherSteps: async (stack, simulator) => {
      const [first] = digestsOf(simulator, "corp-client");
      expect(await stack.exported())
        .to.contain("BEGIN CERTIFICATE")
        .and.not.contain("PRIVATE KEY");
      expect((await stack.pulumi("stack", "export", "--show-secrets")).text).to.contain("PRIVATE KEY");

      await stack.setConfig("commonName", "Other Client");
      expectOperations(await stack.up(), { replaced: 1, updated: 1 });
      expect((await stack.outputs())["subject"]).to.equal("CN=Other Client");
      expect(digestsOf(simulator, "corp-client")).to.have.length(1).and.not.include(first);
      expectOnlyInstalls(simulator, 2);
    },
  },

  component: {
    resources: 7,
    holders: { "corp-root": shops, "corp-client": shops },
    furtherSteps: async (stack, simulator) => {
      const sites = { berlin: ["till-0001", "till-0002"], hamburg: ["till-0003"] };
      for (const [site, devices] of Object.entries(sites)) {
        const root = await digestOfFile(join(stack.folder, "certs", "root.p12"));
        const client = await digestOfFile(join(stack.folder, "certs", `${site}.p12`));
        for (const device of devices) {
          expect(digestOn(simulator, device, "corp-root"), device).to.equal(root);
          expect(digestOn(simulator, device, "corp-client"), device).to.equal(client);
        }
      }
      expect(await childrenOfComponents(stack)).to.deep.equal({
        berlin: ["berlin-client", "berlin-root"],
        hamburg: ["hamburg-client", "hamburg-root"],
      });
    },
  },
};

function expectOnlyInstalls(simulator: Simulator, count: number): void {
  const commands = simulator.world.commandLog.map(({ command }) => command);
  expect(commands).to.deep.equal(Array<string>(count).fill("INSTALL_CERTIFICATE"));
}

async function digestOfFile(path: string): Promise<string> {
  return digestOf(await readPkcs12(await readFile(path), "changeit"));
}

function digestOn({ world }: Simulator, device: string, alias: string): string | undefined {
  return world
    .devices()
    .find((one) => one.alias === device)
    ?.keystore.get(alias)?.digest;
}

/** Names of the certificates by the name of the component that they stand under. */
async function childrenOfComponents(stack: Stack): Promise<Readonly<Record<string, readonly string[]>>> {
  const exported: unknown = JSON.parse(await stack.exported());
  const nameIn = (urn: unknown): string => String(urn).split("::").at(-1) ?? "";
  const children: Record<string, string[]> = {};
  for (const resource of listAt(exported, "deployment", "resources")) {
    if (!String(at(resource, "type")).endsWith("esper:Certificate")) continue;
    (children[nameIn(at(resource, "parent"))] ??= []).push(nameIn(at(resource, "urn")));
  }
  for (const names of Object.values(children)) names.sort();
  return children;
}
