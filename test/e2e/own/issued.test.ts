// Certificates that an issuer makes for each device, from an own authority: created, unchanged, renewed, joined and removed, on
// both endpoints. The provider is driven in this process, as the engine drives it (docs/design.md, section 13).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { makeOpensslAuthority, type OpensslAuthority } from "../../issuers/openssl-authority";
import { daysLater, today } from "../../support/later";
import type { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { newCommands } from "../../support/sent";
import { at, holdersOf } from "../../support/story";
import { authorityIn, issuedTills, names, startIssuedTills } from "./issuing";
import { programFor } from "./tills";

const endpoints = ["request", "v2"] as const;

for (const commandsApi of endpoints) {
  describe(`a certificate that an own authority issues for each device (${commandsApi}):`, function () {
    this.timeout(60_000);
    let simulator: Simulator;
    let program: QuickProgram;
    let authority: OpensslAuthority;
    let sent: () => readonly string[];

    before(() => {
      authority = makeOpensslAuthority();
    });
    after(() => authority.remove());

    beforeEach(async () => {
      simulator = await startIssuedTills();
      program = programFor(simulator, commandsApi);
      sent = newCommands(simulator);
      printed.length = 0;
    });

    afterEach(async () => {
      today();
      await simulator.close();
    });

    function tills(
      more: Readonly<Record<string, unknown>> = {},
      source: Readonly<Record<string, unknown>> = {},
    ): Readonly<Record<string, unknown>> {
      return issuedTills(simulator, authorityIn(authority), more, source);
    }

    const coverage = (): unknown => at(program.outputs("tills"), "coverage");
    const certificates = (): unknown => at(program.outputs("tills"), "certificates");
    const digestOf = (alias: string): string | undefined =>
      simulator.world
        .devices()
        .find((device) => device.alias === alias)
        ?.keystore.get("till")?.digest;
    const said = (): string => printed.join("\n");

    it("each device gets its own, and an unchanged run asks nothing", async () => {
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "created" } });
      expect([...sent()].sort()).to.deep.equal(names.map((name) => `INSTALL till DEVICE ${name}`));
      expect(new Set(names.map(digestOf)).size).to.equal(12);
      expect(coverage()).to.include({ members: 12, installed: 12 });
      const { notAfterFirst, ...rest } = certificates() as Record<string, unknown>;
      expect(rest).to.deep.equal({
        ...{ issued: 12, issuers: ["CN=Acme Root"], notAfterLast: notAfterFirst, expiring: [] },
      });
      expect(said()).to.include("12 devices get a new one from the own authority");
      simulator.resetTraffic();
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      expect(simulator.traffic.byRoute).to.deep.equal({});
    });

    it("time makes them due: each gets a new one a month before its end, and nothing before that", async () => {
      await program.up({ tills: tills() });
      const before = names.map(digestOf);
      sent();
      daysLater(59);
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      daysLater(1);
      printed.length = 0;
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "updated" } });
      expect(said()).to.include("12 certificates end within 30 days; 12 devices get a new one from the own authority");
      expect(sent()).to.have.length(12);
      const after = names.map(digestOf);
      expect(after.filter((digest) => before.includes(digest))).to.deep.equal([]);
      expect(coverage()).to.include({ installed: 12 });
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
    });

    it("a device that joins gets its own with the next refresh and up", async () => {
      await program.up({ tills: tills() });
      sent();
      simulator.world.join("Tills", { alias: "new", serial: "SN-new", osVersion: "14" });
      await program.refresh();
      await program.up({ tills: tills() });
      expect(sent()).to.deep.equal(["INSTALL till DEVICE new"]);
      expect(coverage()).to.include({ installed: 13 });
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
    });

    it("a refresh finds nothing, and a destroy takes each certificate off", async () => {
      await program.up({ tills: tills() });
      await program.refresh();
      expect(at(program.stack("tills").inputs, "drift")).to.equal(undefined);
      expect(await program.up({ tills: tills() })).to.deep.equal({ tills: { did: "nothing" } });
      expect(await program.up({})).to.deep.equal({ tills: { did: "deleted" } });
      expect(holdersOf(simulator, "till")).to.deep.equal([]);
    });
  });
}
