// Certificates of devices in programs of other languages, each with its real host and the SDK that Pulumi's generators make: a
// folder of files, one of which changes. What TypeScript programs do with them is told in test/e2e/own.

import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator, type Simulator } from "../../simulator";
import { makeIdentity, p12Of } from "../support/certificates";
import { commandsOf, connectionTo, expectNoSecret, expectOperations, holdersOf } from "../support/story";
import { root } from "../package/packed";
import type { Stack } from "../support/engine";
import { withProgram, type Language } from "./program";

const password = "a-password-of-many-languages";

interface Program {
  readonly language: Language;
  readonly file: string;
  readonly text: string;
}

const programs: readonly Program[] = [
  {
    language: "yaml",
    file: "Pulumi.yaml",
    text: `name: tills
runtime: yaml
variables:
  shops:
    fn::invoke:
      function: esper:getGroup
      arguments: { name: Shops }
resources:
  tills:
    type: esper:DeviceCertificates
    properties:
      alias: till
      target: { group: "\${shops.id}" }
      source: { folder: certs, file: "{serial}.p12", password: ${password} }
outputs:
  used: \${tills.certificates.used}
`,
  },
  {
    language: "python",
    file: "__main__.py",
    text: `import pulumi
import pulumi_esper as esper

shops = esper.get_group_output(name="Shops")
tills = esper.DeviceCertificates(
    "tills",
    alias="till",
    target={"group": shops.id},
    source={"folder": "certs", "file": "{serial}.p12", "password": "${password}"},
)
pulumi.export("used", tills.certificates.used)
`,
  },
  {
    language: "go",
    file: "main.go",
    text: `package main

import (
	"example.com/pulumi-esper/sdk/go/esper"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		name := "Shops"
		shops, err := esper.GetGroup(ctx, &esper.GetGroupArgs{Name: &name})
		if err != nil {
			return err
		}
		tills, err := esper.NewDeviceCertificates(ctx, "tills", &esper.DeviceCertificatesArgs{
			Alias:  pulumi.String("till"),
			Target: &esper.CertificateTargetArgs{Group: pulumi.String(shops.Id)},
			Source: &esper.DeviceCertificatesSourceArgs{
				Folder:   pulumi.String("certs"),
				File:     pulumi.String("{serial}.p12"),
				Password: pulumi.String("${password}"),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("used", tills.Certificates.Used())
		return nil
	})
}
`,
  },
];

describe("certificates of devices in another language", function () {
  // A first Go program compiles Pulumi's SDK.
  this.timeout(1_200_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: 6, deviceMs: 40 });
  });
  afterEach(() => simulator.close());

  for (const { language, file, text } of programs) {
    it(`${language}: each device gets its own, is left alone, gets the one that changed, and loses it`, async () => {
      const shops = simulator.world.devices("Shops");
      const writeCertificate = async (stack: Stack, serial: string, name: string): Promise<void> =>
        stack.writeFile(join("certs", `${serial}.p12`), await p12Of(makeIdentity(name), password));
      const write = async (stack: Stack): Promise<void> => {
        await cp(join(root, "examples", language), stack.folder, { recursive: true });
        await stack.writeFile(file, text);
        await mkdir(join(stack.folder, "certs"));
        for (const { serial } of shops) await writeCertificate(stack, serial, `${serial}.example`);
        await stack.pulumi("stack", "init", "test");
      };
      await withProgram({ language, env: connectionTo(simulator), write }, async (stack) => {
        expectOperations(await stack.up(), { created: 2 });
        expect(holdersOf(simulator, "till")).to.deep.equal(shops.map(({ alias }) => alias));
        expect(await stack.outputs()).to.deep.equal({ used: 3 });
        const digests = shops.map(({ id }) => simulator.world.keystore(id).get("till")?.digest);
        expect(new Set(digests).size).to.equal(3);
        expectNoSecret(await stack.exported(), { password });
        expectOperations(await stack.up(), { unchanged: 2 });
        const before = commandsOf(simulator).length;

        await writeCertificate(stack, shops[1]?.serial ?? "", "renewed.example");
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        expect(commandsOf(simulator).slice(before)).to.deep.equal(["INSTALL till DEVICE 1"]);
        expectOperations(await stack.destroy(), { deleted: 2 });
        expect(holdersOf(simulator, "till")).to.deep.equal([]);
      });
    });
  }
});
