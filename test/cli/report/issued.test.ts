// `pulumi-esper report` on certificates that an issuer makes for each device: who issues, how many, and who is due when, in every
// form. The states are written by the provider's own code; one is what a run against the simulator leaves.

import { expect } from "chai";
import { reportCommand } from "../../../cli/report/command";
import { reportPage } from "../../../cli/report/page/page";
import { reportOf, type Report, type ReportedCertificate } from "../../../cli/report/report";
import { readStackExport } from "../../../cli/report/stack-export";
import { SigningProgram, authorityIn, issuedTills, startIssuedTills } from "../../e2e/own/issuing";
import { programFor } from "../../e2e/own/tills";
import { nowMs } from "../../lifecycle/given";
import { daysLater, today } from "../../support/later";
import { consoleOf, type Kept } from "../report-console";
import { exportOf, secret } from "../report-given";
import { issuedUrn, serialOf, storedIssued, type StoredIssued } from "../report-given-issued";

async function printed(given: StoredIssued, ...flags: readonly string[]): Promise<Kept> {
  const own = consoleOf({ input: exportOf([storedIssued(given)]), inputIsPiped: true });
  await reportCommand(own).parseAsync([...flags], { from: "user" });
  return own.kept;
}

function read(given: StoredIssued): Report {
  return reportOf(readStackExport(exportOf([storedIssued(given)])), nowMs);
}

function certificateOf({ certificates }: Report): ReportedCertificate {
  const [only] = certificates;
  if (only === undefined) throw new Error("The export has no certificate.");
  return only;
}

const issuer = { vault: { address: "https://vault.acme.com", mount: "pki", role: "till" } };
/** Thirty days before its end a device is due. */
const well: StoredIssued = { issuer, endsInDays: [34, 37, 50, 80] };
const late: StoredIssued = { issuer, endsInDays: [-1, 20, 30, 34, 80] };

describe("the report on certificates that an issuer makes", () => {
  it("tells who issues, how many there are, when the first and the last end, and how many are due by when", async () => {
    const { printed: text, exitCode } = await printed(well);
    expect(text).to.contain("1 certificate in fleet/prod: all is well.");
    expect(text).to.match(/^tills .* in 33 days .*4 certificates of devices$/m);
    expect(text).to.contain(
      "Issued: tills\n" +
        "  4 certificates from Vault (pki/till), signed by CN=Acme Root; the first ends on 2026-12-24, the last on 2027-02-08.\n" +
        "  Due for renewal: 0 now, 2 within 7 days, 3 within 30 days.\n",
    );
    expect(exitCode).to.equal(0);
    expect((await printed({ issuer, endsInDays: [80, 80] })).printed).to.contain(
      "2 certificates from Vault (pki/till), signed by CN=Acme Root; they end on 2027-02-08.\n" +
        "  None is due for renewal within 30 days; 2 will be on 2027-01-09.\n",
    );
  });

  it("those that are due or have expired need attention, until the next run has renewed them", async () => {
    const { printed: text, exitCode } = await printed(late);
    expect(text).to.contain(
      "tills: 1 of 5 certificates has expired; the next `pulumi up` gets new ones from Vault (pki/till).",
    );
    expect(text).to.contain(
      "  Due for renewal: 3 now, 4 within 7 days, 4 within 30 days.\n  till-0 ends on 2026-11-19\n",
    );
    expect(exitCode).to.equal(2);
    const due = certificateOf(read({ issuer, endsInDays: [20, 30, 80] }));
    expect(due.attention).to.deep.equal([
      {
        code: "renewal",
        message: "2 of 3 certificates are due for renewal; the next `pulumi up` gets new ones from Vault (pki/till).",
      },
    ]);
  });

  it("what waits for its wave is not due, and is told once it has expired", () => {
    expect(read({ issuer, endsInDays: [20, 20], waiting: 2 }).needsAttention).to.equal(false);
    const { attention, facts } = certificateOf(read({ issuer, endsInDays: [-5, 80], waiting: 1 }));
    expect(attention).to.deep.equal([{ code: "expired", message: "1 of 2 certificates has expired." }]);
    expect(facts?.issued).to.include({ due: 0, ended: 1 });
  });

  it("the days are those of the report, not those of the last run", () => {
    const later = reportOf(readStackExport(exportOf([storedIssued(well)])), nowMs + 10 * 24 * 3_600_000);
    expect(certificateOf(later).facts?.issued).to.include({ due: 2, dueIn7Days: 2, dueIn30Days: 3 });
    expect(certificateOf(later).facts?.issued?.dueDays).to.deep.equal([
      { day: "2026-11-24", devices: 1 },
      { day: "2026-11-27", devices: 1 },
      { day: "2026-12-10", devices: 1 },
      { day: "2027-01-09", devices: 1 },
    ]);
  });

  it("has serial numbers with `revoke` alone, and those that are still to be revoked", async () => {
    const toRevoke = ["BEEF", "CAFE"];
    const { printed: text } = await printed({ ...late, toRevoke });
    expect(text).to.contain(`  till-0 ends on 2026-11-19, serial number ${serialOf(0)}\n`);
    expect(text).to.contain("  To be revoked once their devices have confirmed: BEEF, CAFE.\n");
    for (const flags of [[], ["--json"], ["--markdown"]]) {
      expect((await printed(late, ...flags)).printed).not.to.match(/serial|revoked|A0/);
    }
  });

  it("is the same as JSON, Markdown, Prometheus text and on the page", async () => {
    const given = { ...late, toRevoke: ["BEEF"] };
    const json: unknown = JSON.parse((await printed(given, "--json")).printed);
    expect(json).to.have.nested.property("certificates[0].facts.issued.by", "Vault (pki/till)");
    expect(json).to.have.nested.property("certificates[0].facts.issued.dueDevices[0].serialNumber", serialOf(0));
    const { printed: markdown } = await printed(given, "--markdown");
    expect(markdown).to.contain(
      "### Issued: <code>tills</code>\n\n- 5 certificates from Vault (pki&#47;till), signed by CN=Acme Root; ",
    );
    expect(markdown).to.contain("- <code>till-0</code> ends on 2026-11-19, serial number A0\n");
    const { printed: metrics } = await printed(given, "--prometheus");
    const labels = `project="fleet",stack="prod",name="tills",alias="till",urn="${issuedUrn}"`;
    for (const line of [
      `pulumi_esper_certificate_issuer_info{${labels},issuer="Vault (pki/till)"} 1`,
      `pulumi_esper_certificate_issued_devices{${labels}} 5`,
      `pulumi_esper_certificate_due_devices{${labels},days="0"} 3`,
      `pulumi_esper_certificate_due_devices{${labels},days="7"} 4`,
      `pulumi_esper_certificate_pending_revocations{${labels}} 1`,
      `pulumi_esper_certificate_last_not_after_timestamp_seconds{${labels}} ${Date.parse("2027-02-08") / 1000}`,
    ]) {
      expect(metrics.split("\n")).to.include(line);
    }
    const page = reportPage(read(given));
    expect(page).to.contain("<dt>Issued</dt><dd><bdi>5 certificates from Vault (pki/till), signed by CN=Acme Root; ");
    expect(page).to.contain("<summary>Due for renewal: 3 devices</summary>");
    expect(page).to.contain('<bdi>till-0</bdi> <span class="soft">ends on 2026-11-19, serial number A0</span>');
    expect(page).to.contain(
      "<dt>Revocation</dt><dd><bdi>To be revoked once their devices have confirmed: BEEF.</bdi></dd>",
    );
  });

  it("names an issuer without its arguments and its address, and leaves it out where it is a secret or not there", () => {
    const by = (given: Partial<StoredIssued>): string | undefined =>
      certificateOf(read({ ...well, ...given })).facts?.issued?.by;
    const command = ["./bin/sign.sh", "--token", "hunter2"];
    expect(by({ issuer: { command } })).to.equal("sign.sh");
    expect(JSON.stringify(read({ ...well, issuer: { command }, toRevoke: [] }))).not.to.match(/hunter2|token/);
    expect(by({ source: { issuer: { vault: { ...issuer.vault, role: secret } } } })).to.equal(undefined);
    expect(by({ source: { subject: "CN={serial}" } })).to.equal(undefined);
    // A refresh that finds drift leaves the subject alone; with `revoke` the state still knows the issuer.
    expect(by({ source: { subject: "CN={serial}" }, toRevoke: [] })).to.equal("Vault (pki/till)");
  });

  it("shows the words of others as words", async () => {
    const words = `<script>x</script> | www.evil.example [x](https://evil.example) \u202e"`;
    const given: StoredIssued = {
      issuer: { vault: { ...issuer.vault, role: "x_" } },
      endsInDays: [1],
      name: () => words,
    };
    const { printed: markdown } = await printed(given, "--markdown");
    expect(markdown).not.to.match(/[[\]\u202e]|https?:|www\.|<(?!\/?code>)/u);
    expect(reportPage(read(given))).not.to.match(/<script/);
    expect((await printed(given)).printed).not.to.match(/\u202e/u);
  });
});

describe("the report on what runs against the simulator leave", function () {
  this.timeout(60_000);
  afterEach(today);

  it("counts, names the issuer, and tells a month before the end that all are due", async () => {
    const signer = new SigningProgram();
    const simulator = await startIssuedTills();
    try {
      const program = programFor(simulator);
      await program.up({ tills: issuedTills(simulator, authorityIn(signer)) });
      const reported = (): ReportedCertificate => {
        const { inputs, outputs } = program.stack("tills");
        const { urn, type } = storedIssued(well);
        return certificateOf(reportOf(readStackExport(exportOf([{ urn, type, inputs, outputs }])), Date.now()));
      };
      expect(reported().facts?.issued).to.include({ by: "the own authority", issued: 12, due: 0, dueIn30Days: 0 });
      expect(reported().attention).to.deep.equal([]);
      daysLater(60);
      expect(reported().facts?.issued).to.include({ due: 12 });
      await program.refresh();
      expect(reported().facts?.issued?.dueDevices).to.have.length(12);
      expect(reported().facts?.issued?.dueDevices[0]).to.have.property("name");
      await program.up({ tills: issuedTills(simulator, authorityIn(signer)) });
      expect(reported().facts?.issued).to.include({ due: 0, issued: 12 });
    } finally {
      signer.remove();
      await simulator.close();
    }
  });
});
