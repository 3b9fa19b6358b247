// `pulumi-esper report`, called with a console of the test's own, on exports made of states as the provider writes them.

import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { reportCommand } from "../../../cli/report/command";
import type { CertificateFacts } from "../../../cli/report/facts";
import { reportOf, type Report } from "../../../cli/report/report";
import { reportText } from "../../../cli/report/text";
import { readStackExport } from "../../../cli/report/stack-export";
import { nowMs, uuid } from "../../lifecycle/given";
import { consoleOf, messageOf, type Kept } from "../report-console";
import { exception, exportOf, fleetExport, secret, stored, urnOf, type StoredChange } from "../report-given";

async function report(flags: readonly string[], given: Parameters<typeof consoleOf>[0] = {}): Promise<Kept> {
  const own = consoleOf(given);
  await reportCommand(own).parseAsync([...flags], { from: "user" });
  return own.kept;
}

const piped = (input: string): { readonly input: string; readonly inputIsPiped: true } => ({
  input,
  inputIsPiped: true,
});

function read(...resources: readonly unknown[]): Report {
  return reportOf(readStackExport(exportOf(resources)), nowMs);
}

function codesOf(change: StoredChange): readonly string[] {
  const { certificates, needsAttention } = read(stored("corp", change));
  const codes = certificates[0]?.attention.map(({ code }) => code) ?? ["there is none"];
  expect(needsAttention).to.equal(codes.length > 0);
  return codes;
}

function factsOf(change: StoredChange): CertificateFacts {
  const facts = read(stored("corp", change)).certificates[0]?.facts;
  if (facts === undefined) throw new Error("The state was not read.");
  return facts;
}

describe("what of a certificate needs attention", () => {
  const rows: Readonly<Record<string, readonly [change: StoredChange, ...codes: string[]]>> = {
    "nothing, when all is well": [{}],
    "not devices that are offline": [{ coverage: { installed: 10, pending: 2, offline: 2 } }],
    "devices that failed": [{ coverage: { installed: 11, failed: 1 } }, "failed"],
    "devices that joined": [{ coverage: { members: 13, missing: 1 } }, "missing"],
    "not waves held back on purpose": [{ coverage: { installed: 2, missing: 10 }, record: { heldBack: 10 } }],
    "what is missing beyond them": [{ coverage: { installed: 1, missing: 11 }, record: { heldBack: 10 } }, "missing"],
    "not a paused rollout": [
      {
        coverage: { installed: 2, missing: 10 },
        record: { heldBack: 10 },
        rest: { progress: { wave: 1, waves: 3, state: "paused" } },
      },
    ],
    "a stopped rollout": [
      {
        coverage: { installed: 2, missing: 10 },
        record: { heldBack: 10 },
        rest: { progress: { wave: 1, waves: 3, state: "stopped" } },
      },
      "stopped",
    ],
    "not a stopped one that has ended well since": [{ rest: { progress: { wave: 1, waves: 1, state: "stopped" } } }],
    "content that was rolled back": [{ rest: { progress: { wave: 1, waves: 3, state: "rolledBack" } } }, "rolledBack"],
    "drift that a refresh found": [{ drift: "1 device joined", record: { drifted: true } }, "drift"],
    "not drift that a later run has dealt with": [{ drift: "1 device joined" }],
    "commands of an interrupted run": [
      { record: { holding: { kind: "unknown", orphanedCommandIds: [uuid(1)] } } },
      "drift",
    ],
    "removals that failed": [{ record: { removalsFailed: 2 } }, "removalsFailed"],
    "a certificate to be renewed": [{ endsInDays: 20 }, "renewal"],
    "not one with time left": [{ endsInDays: 31 }],
    "one that the program wants renewed earlier": [{ endsInDays: 31, program: { renewBeforeDays: 60 } }, "renewal"],
    "an expired one": [{ endsInDays: -1 }, "expired"],
    "an old copy that a replacement has left": [{ isLeftOver: true, coverage: { failed: 1 } }, "leftOver"],
    "a state of a newer release": [{ outputs: { record: { schema: 99 } } }, "unreadable"],
  };
  for (const [title, [change, ...codes]] of Object.entries(rows)) {
    it(title, () => {
      expect(codesOf(change)).to.deep.equal(codes);
    });
  }

  it("is told with the next step", () => {
    const messages = (change: StoredChange): readonly string[] =>
      read(stored("corp", change)).certificates[0]?.attention.map(({ message }) => message) ?? [];
    expect(messages({ coverage: { installed: 11, failed: 1 } })).to.deep.equal([
      "1 of 12 devices failed; the next `pulumi up` retries only those.",
    ]);
    expect(messages({ coverage: { installed: 11, failed: 1 }, record: { roundsUsed: 3 } })).to.deep.equal([
      "1 of 12 devices failed; no retries are left. Fix the cause, then raise `retryRounds` or change `triggers`.",
    ]);
    expect(messages({ endsInDays: -2 })[0]).to.match(/^It expired on 2026-11-18, \d days? ago: give the source a new/);
    expect(messages({ outputs: { record: { schema: 99 } } })).to.deep.equal([
      "The stored state of this certificate was written by a newer release of pulumi-esper; install that release.",
    ]);
  });

  it("includes an operation that a run was cut off in", () => {
    const pending = [{ resource: stored("corp"), type: "creating" }];
    const cutOff = reportOf(readStackExport(exportOf([], { pending_operations: pending })), nowMs);
    expect(cutOff.needsAttention).to.equal(true);
    expect(cutOff.attention[0]?.message).to.contain("interrupted while creating corp");
  });
});

describe("the report", () => {
  it("groups the members without the certificate by reason, the most urgent first, then the largest group", () => {
    const exceptions = [
      exception(1, "Command Queued"),
      exception(2, "Failure", "No space"),
      exception(3, "Never sent"),
      exception(4, "Failure", "Wrong password"),
      exception(5, "Failure", "Wrong password"),
      exception(6, "TimeOut"),
    ];
    const groups = factsOf({ coverage: { installed: 6, failed: 4 }, rest: { exceptions } }).exceptions;
    expect(groups.map(({ is, state, reason, devices }) => [is, state, reason, devices.length])).to.deep.equal([
      ["failed", "Failure", "Wrong password", 2],
      ["failed", "Failure", "No space", 1],
      ["failed", "TimeOut", "", 1],
      ["missing", "Never sent", "", 1],
      ["pending", "Queued", "", 1],
    ]);
  });

  it("tells devices that lack the certificate for another reason from those that wait for it", () => {
    const lacking = ["Expired", "File changed", "No file", "Certificate due", "No names", "Removed", "Overwritten"];
    const states = [...lacking, "Other owner", "Enrolled again", "Not issued", "Sent", "Command Acknowledged"];
    const exceptions = states.map((state, number) => exception(number, state));
    const groups = factsOf({ coverage: { installed: 0, missing: 12 }, rest: { exceptions } }).exceptions;
    const kinds = new Map(groups.map(({ is, state }) => [state, is]));
    expect([...kinds].filter(([, is]) => is === "missing").map(([state]) => state)).to.have.members([
      ...lacking,
      ...["Other owner", "Enrolled again"],
    ]);
    expect([kinds.get("Not issued"), kinds.get("Sent"), kinds.get("Acknowledged")]).to.deep.equal([
      ...["failed", "pending", "pending"],
    ]);
  });

  it("asks for no run where members have nothing to be sent", () => {
    const own = { ledger: new Map(), unusedDigest: "", withoutContent: 2 };
    const coverage = { installed: 10, missing: 2 };
    expect(codesOf({ coverage, record: { own } })).to.deep.equal([]);
    const marked = (change: StoredChange): string =>
      reportText(read(stored("b", change)), (tone, text) => (tone === "warning" ? `<${text}>` : text), undefined);
    expect(marked({ coverage })).to.match(/<2 missing *>/);
    expect(marked({ coverage, record: { own } }))
      .to.match(/2 missing/)
      .and.not.match(/</);
  });

  it("judges expiry by the time it is made, not by what the state said", () => {
    const { expiry } = factsOf({ endsInDays: 20.5, rest: { readyForRenewal: false } });
    expect(expiry).to.include({ days: 20, readyForRenewal: true, expired: false });
  });

  it("names the stack, and puts certificates that need attention first, then by name", () => {
    const { project, stack, certificates } = read(
      stored("b10"),
      stored("b9"),
      stored("z", { coverage: { installed: 11, failed: 1 } }),
      { urn: "urn:pulumi:prod::fleet::aws:s3/bucket:Bucket::other", type: "aws:s3/bucket:Bucket" },
    );
    expect([project, stack]).to.deep.equal(["fleet", "prod"]);
    expect(certificates.map(({ name }) => name)).to.deep.equal(["z", "b9", "b10"]);
  });

  it("keeps secrets out, and reads a certificate whose alias or target is one", () => {
    const whole = read(stored("corp", { outputs: { kept: secret, alias: secret, target: { group: secret } } }));
    expect(whole.certificates[0]?.facts).to.deep.include({ alias: "(secret)", target: { groups: [], devices: [] } });
    expect(JSON.stringify(whole)).not.to.contain("ciphertext").and.not.to.contain("password");
  });
});

describe("pulumi-esper report", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-report-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("prints a table, what needs attention and the exceptions, and ends with 2", async () => {
    const { printed, exitCode } = await report([], piped(fleetExport));
    for (const line of [
      /^8 certificates in fleet\/prod: 5 need attention\.$/m,
      /^certificate +alias +target +installed +not installed +expiry +rollout +drift +subject$/m,
      /^shops-client +corp-client +group 01922b24… +361 of 412 \(87 %\) +9 failed, 4 missing, 38 pending \(36 offline\), 12 unsupported +in 812 days +complete +4 devices joined, 2 devices failed +CN=shops/m,
      /^ {2}trucks: The rollout stopped at wave 1 of 3; later waves \(1188 devices\) were not started\.$/m,
      /^ {2}7 devices failed \(Failure: Wrong password or the file is damaged\): shop-0, shop-1/m,
      /^ {2}2 more devices, which the state has no room for$/m,
      /^As of 2026-11-20 10:30 UTC, 90 minutes ago; `pulumi refresh` looks again\.$/m,
    ]) {
      expect(printed).to.match(line);
    }
    expect(exitCode).to.equal(2);
    expect(printed.replaceAll("\n", "")).not.to.match(/\p{Cc}/u);
  });

  it("ends with 0 when all is well, and says so of a stack without certificates", async () => {
    const well = await report([], piped(exportOf([stored("corp")])));
    expect(well.printed).to.match(/^1 certificate in fleet\/prod: all is well\.\n/);
    expect(well.exitCode).to.equal(0);
    const empty = await report(
      [],
      piped(JSON.stringify({ version: 3, deployment: { manifest: { time: "0001-01-01T00:00:00Z" } } })),
    );
    expect(empty.printed).to.equal("There is no Esper certificate in the stack.\n");
    expect(empty.exitCode).to.equal(0);
  });

  it("colours words on a terminal, and breaks the table into blocks where it is too wide for it", async () => {
    const narrow = await report([], { ...piped(exportOf([stored("corp")])), columns: 60, isColored: true });
    expect(narrow.printed).to.contain("\u001b[32m1 certificate in fleet/prod: all is well.\u001b[39m");
    expect(narrow.printed).to.match(/\n {2}.*installed.* {2}.*12 of 12 \(100 %\)/);
  });

  it("prints JSON for programs, with the same exit code", async () => {
    const { printed, exitCode } = await report(["--json"], piped(fleetExport));
    const parsed: unknown = JSON.parse(printed);
    expect(parsed).to.have.property("needsAttention", true);
    expect(parsed).to.have.nested.property("certificates[2].facts.coverage.installed", 361);
    expect(parsed).to.have.nested.property("certificates[2].attention[0].code", "failed");
    expect(parsed).to.have.nested.property("certificates[2].urn", urnOf("shops-client"));
    expect(exitCode).to.equal(2);
  });

  it("asks Pulumi by itself: for the selected stack, or for the one that is named", async () => {
    const pulumi = (): Promise<string> => Promise.resolve(exportOf([stored("corp")]));
    expect((await report([], { pulumi })).ranPulumi).to.deep.equal(["stack export"]);
    expect((await report([], { pulumi, ...piped("") })).ranPulumi).to.deep.equal(["stack export"]);
    expect((await report(["--stack", "acme/fleet/prod"], { pulumi, ...piped("") })).ranPulumi).to.deep.equal([
      "stack export --stack acme/fleet/prod",
    ]);
  });

  it("reads a file, also as Windows PowerShell writes it, and writes the page into another", async () => {
    const [file, page] = [join(folder, "export.json"), join(folder, "report.html")];
    await writeFile(file, `\uFEFF${exportOf([stored("corp")])}`, "utf16le");
    const { printed, ranPulumi } = await report(["--file", file, "--html", page]);
    expect(printed).to.contain("all is well");
    expect(ranPulumi).to.deep.equal([]);
    expect(await readFile(page, "utf8")).to.match(/^<!doctype html>/);
  });

  it("replaces a file and a link to one, and leaves what is no file as it is", async function () {
    if (process.platform === "win32") this.skip();
    const own = join(folder, "own");
    await mkdir(own);
    const [target, link, device] = [join(own, "target"), join(own, "link"), join(own, "device")];
    await writeFile(target, "of somebody else");
    await symlink(target, link);
    await symlink("/dev/null", device);
    await report(["--html", link], piped(exportOf([stored("corp")])));
    expect(await readFile(link, "utf8")).to.match(/^<!doctype html>/);
    expect(await readFile(target, "utf8")).to.equal("of somebody else");
    for (const other of [own, device]) {
      const message = await messageOf(report(["--html", other], piped(exportOf([stored("corp")]))));
      expect(message).to.equal(
        `The report cannot be written to ${other}: that is no file; name a new one, or one to replace.`,
      );
    }
    expect(await readdir(own)).to.have.members(["target", "link", "device"]);
  });

  it("says in one sentence what it cannot read, without repeating it", async () => {
    const refused = (text: string): Promise<string> => messageOf(report(["--file", "-"], { input: text }));
    expect(await refused("")).to.equal(
      "There is nothing to read: pipe the output of `pulumi stack export`, or name its file.",
    );
    expect(await refused("error: hunter2")).to.equal("This is not what `pulumi stack export` prints: it is no JSON.");
    expect(await refused(`{"password":"hunter2"}`)).to.match(
      /^This is JSON, but not what `pulumi stack export` prints/,
    );
    expect(await messageOf(report(["--file", "x.json", "--stack", "dev"]))).to.match(/^Give either --stack/);
  });
});
