// Names that Pulumi's CLI would take for a colour of its own, and panic: of devices, groups, a certificate, reasons, arguments.
// One stack and its whole life in colours: nothing breaks off, and every name can be read.

import { expect } from "chai";
import { startSimulator, type Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack, type Ran } from "../../support/engine";
import { deviceNamed } from "../../support/sent";
import { connectionTo } from "../../support/story";

const bogus = "<{%bogus%}>";
/** Pulumi's CLI shows JSON that stands in a text as what it means. */
const hidden = String.raw`["\u003c{%bogus%}>"]`;
const colours = ["--non-interactive", "--color", "always"];

describe("a name that Pulumi's CLI takes for a colour", () => {
  let simulator: Simulator;

  beforeEach(async () => {
    const devices = [{ alias: `till ${bogus}` }, { alias: `till ${hidden}` }, { alias: hidden }];
    simulator = await startSimulator({ deviceMs: 40, fleet: { groups: [{ name: `Shops ${bogus}`, devices }] } });
  });

  afterEach(() => simulator.close());

  it("does no harm as device, group, subject, reason or alias in any run, and can be read", async function () {
    this.timeout(240_000);
    const { world } = simulator;
    const issuer = makeIdentity(`CA ${bogus}`, { isAuthority: true });
    const { chain, ...leaf } = makeIdentity(`corp ${bogus}`, { issuer });
    const file = await p12Of(leaf, "pass-of-the-file");
    const program = (alias: string): string => `
const esper = require("pulumi-esper");
const group = esper.getGroup({ name: ${JSON.stringify(`Shops ${bogus}`)} }).then(({ id }) => id);
const source = { file: "corp.p12", passwordEnv: "P12_PASSWORD" };
new esper.Certificate("corp", { alias: ${JSON.stringify(alias)}, target: { group }, source });
`;
    const env = { ...connectionTo(simulator), P12_PASSWORD: "pass-of-the-file" };
    await withStack(program(`corp ${bogus}`), { env }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      const run = async (isToEndWell: boolean, ...args: string[]): Promise<Ran> => {
        const ran = await stack.pulumi(...args, ...colours);
        expect(ran.text).not.to.match(/panic|goroutine|Unrecognized color/);
        expect(ran.text).not.to.contain(bogus);
        expect(ran.code === 0, ran.text).to.equal(isToEndWell);
        return ran;
      };
      const yes = ["--yes", "--skip-preview"];
      const refused = await run(false, "preview", "--diff");
      expect(refused.text, refused.text).to.contain("alias: must not contain Pulumi's colour tag");

      await stack.writeProgram(program("corp"));
      const preview = await run(true, "preview", "--diff");
      expect(preview.text, preview.text).to.match(/The chain .*CA \\<\\\{%bogus/);

      for (const { id } of world.devices()) world.failWith(id, `no room for ${bogus} nor ${hidden}`);
      const up = await run(false, "up", ...yes);
      expect(up.text).to.match(/3 devices did not take the certificate \(Failure, "no room for <\\\{%bogus%\}>/);
      expect(up.text)
        .to.contain(`till <\\{%bogus%}>`)
        .and.to.contain(String.raw`["\\u003c{%bogus%}>"]`);

      world.join(`Shops ${bogus}`, { alias: `late ${bogus}` });
      const refreshed = await run(true, "refresh", ...yes, "--diff");
      expect(refreshed.text).to.match(/late <\\+\{%bogus/);
      await run(true, "preview", "--diff");

      world.failWith(deviceNamed(simulator, hidden), `the device <{%bogus%}> is locked`);
      const again = await run(false, "up", ...yes, "--diff");
      expect(again.text).to.match(/is locked/);
      await run(true, "preview", "--diff");

      world.failWith(deviceNamed(simulator, `till ${bogus}`), `locked by ${bogus}`);
      const stuck = await run(false, "destroy", ...yes);
      expect(stuck.text).to.match(/did not remove the certificate .*till <\\\{%bogus%\}>/);
      for (const { id } of world.devices()) world.failWith(id, undefined);
      await run(true, "destroy", ...yes, "--diff");
    });
  });
});
