// `pulumi-esper report --markdown` and `--prometheus`: what a pipeline shows in its summary, and what alerts rest on.

import { mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { reportCommand } from "../../../cli/report/command";
import { nowMs } from "../../lifecycle/given";
import { consoleOf, messageOf, type Kept } from "../report-console";
import { exception, exportOf, fleetExport, secret, stored, urnOf, type StoredChange } from "../report-given";

async function printed(input: string, ...flags: readonly string[]): Promise<Kept> {
  const own = consoleOf({ input, inputIsPiped: true });
  await reportCommand(own).parseAsync([...flags], { from: "user" });
  return own.kept;
}

/** Words that would be links, mentions, pictures, rows, commands or samples, where somebody let them. */
const hostileWords = [
  "![x](https://evil.example/x.png)",
  "a | b | c",
  "@everyone",
  "www.evil.example",
  "`code` **bold** <img src=x>",
  'x"} 1\npulumi_esper_stack_needs_attention{} 0',
  "back\\slash",
  "::error::x",
  "\u202eright to left\u001b[31m",
];

const hostileExport = exportOf(
  hostileWords.map((words, index) =>
    stored(`c${index}`, {
      program: { alias: words.replace(/\p{Cc}/gu, "") },
      coverage: { members: 2, installed: 1, failed: 1 },
      rest: { exceptions: [exception(index, "Failure", words, words)] },
    }),
  ),
);

describe("the report on several stacks", () => {
  const ofStack = (stack: string, change: StoredChange = {}): string =>
    exportOf([stored("corp", change)]).replaceAll("urn:pulumi:prod::", `urn:pulumi:${stack}::`);

  async function reported(...flags: readonly string[]): Promise<Kept> {
    const exports: Readonly<Record<string, string>> = {
      berlin: ofStack("berlin"),
      hamburg: ofStack("hamburg", { coverage: { installed: 11, failed: 1 } }),
    };
    const own = consoleOf({ pulumi: (args) => Promise.resolve(exports[args.at(-1) ?? ""] ?? "") });
    const stacks = ["berlin", "hamburg"].flatMap((name) => ["--stack", name]);
    await reportCommand(own).parseAsync([...stacks, ...flags], { from: "user" });
    return own.kept;
  }

  it("names each certificate after its stack, those that need attention first", async () => {
    const { printed: text, exitCode, ranPulumi } = await reported();
    expect(ranPulumi).to.deep.equal(["stack export --stack berlin", "stack export --stack hamburg"]);
    expect(text).to.contain("2 certificates in fleet/berlin, hamburg: 1 needs attention.");
    expect(text).to.match(/^hamburg\/corp .*\nberlin\/corp /m);
    expect(text).to.contain("hamburg/corp: 1 of 12 devices failed");
    expect(exitCode).to.equal(2);
  });

  it("keeps in each metric the labels that a report on one stack has", async () => {
    const { printed: text } = await reported("--prometheus");
    expect(text).to.match(/^pulumi_esper_stack_needs_attention\{project="fleet",stack="berlin"\} 0$/m);
    expect(text).to.match(/^pulumi_esper_stack_needs_attention\{project="fleet",stack="hamburg"\} 1$/m);
    expect(text).to.match(
      /^pulumi_esper_certificate_devices\{project="fleet",stack="hamburg",name="corp",.*state="failed"\} 1$/m,
    );
    expect(text.match(/^# TYPE pulumi_esper_certificate_devices /gm)).to.have.length(1);
  });
});

describe("the report as Markdown", () => {
  it("has a table, what needs attention, and the exceptions by reason", async () => {
    const { printed: text, exitCode } = await printed(fleetExport, "--markdown");
    for (const line of [
      /^## Esper certificates$/m,
      /^8 certificates in fleet&#47;prod&#58; 5 need attention\.$/m,
      /^\| certificate \| alias \| installed \| not installed \| expiry \| rollout \| drift \|\n\|( --- \|){7}$/m,
      /^\| ⚠️ <code>shops-client<\/code> \| <code>corp-client<\/code> \| 361 of 412 \(87 %\) \| 9 failed, 4 missing, 38 pending \(36 offline\), 12 unsupported \| in 812 days \| complete \| 4 devices joined, 2 devices failed \|$/m,
      /^\| <code>lockers<\/code> \|/m,
      /^- <code>shops-client<\/code>: 9 of 412 devices failed; the next <code>pulumi up<\/code> retries only those\.$/m,
      /^### Not installed: <code>shops-client<\/code>\n\n- 7 devices failed \(<code>Failure&#58; Wrong password or the file is damaged<\/code>\): <code>shop-0<\/code>, /m,
    ]) {
      expect(text).to.match(line);
    }
    expect(exitCode).to.equal(2);
  });

  it("makes neither links nor rows of the words of others", async () => {
    const { printed: text } = await printed(hostileExport, "--markdown");
    expect(text).not.to.match(/[@[\]!*_\\\u202e]|https?:|www\.|<(?!\/?code>)|::|[^&]#\w/u);
    expect(text.replaceAll("\n", "")).not.to.match(/\p{Cc}/u);
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    expect(rows).to.have.length(2 + hostileWords.length);
    for (const row of rows) expect(row.split("|"), row).to.have.length(9);
  });

  it("stays below what a summary may hold, and says that something is left out", async () => {
    const reason = "*".repeat(2_000);
    const many = Array.from({ length: 400 }, (_, index) =>
      stored(`c${index}`, {
        coverage: { members: 12, installed: 2, failed: 10 },
        rest: {
          exceptions: Array.from({ length: 10 }, (_each, number) => exception(number, "Failure", `${number}${reason}`)),
        },
      }),
    );
    const { printed: text } = await printed(exportOf(many), "--markdown");
    expect(Buffer.byteLength(text)).to.be.within(500_000, 1_048_576);
    expect(text).to.match(/\n\nThe report is longer than a summary may be: the rest is left out\.\n$/u);
  });

  it("says of a stack without certificates that there is none", async () => {
    const { printed: text, exitCode } = await printed(exportOf([]), "--markdown");
    expect(text).to.equal("## Esper certificates\n\nThere is no Esper certificate in fleet&#47;prod.\n");
    expect(exitCode).to.equal(0);
  });
});

const sample = /^([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\}))?)+)\} -?\d+$/u;

/** Value by name and labels; what is no text format is refused. */
function samplesIn(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  const described = new Set<string>();
  expect(text.endsWith("\n")).to.equal(true);
  for (const line of text.trimEnd().split("\n")) {
    const [, type] = /^# TYPE ([a-z_]+) gauge$/u.exec(line) ?? [];
    if (type !== undefined) {
      expect(described.has(type), `${type} twice`).to.equal(false);
      described.add(type);
    }
    if (line.startsWith("# ")) continue;
    expect(line).to.match(sample);
    const [, name = ""] = sample.exec(line) ?? [];
    expect(described.has(name), line).to.equal(true);
    const end = line.lastIndexOf(" ");
    expect(samples.has(line.slice(0, end)), `${line} twice`).to.equal(false);
    samples.set(line.slice(0, end), Number(line.slice(end + 1)));
  }
  return samples;
}

describe("the report as Prometheus text", () => {
  it("has coverage, expiry and attention of each certificate, and of the stack", async () => {
    const { printed: text, exitCode } = await printed(fleetExport, "--prometheus");
    const samples = samplesIn(text);
    const stack = `project="fleet",stack="prod"`;
    const shops = `${stack},name="shops-client",alias="corp-client",urn="${urnOf("shops-client")}"`;
    const kiosks = [...samples].find(([name]) => name.includes("not_after") && name.includes(`name="kiosks"`));
    expect(samples.get(`pulumi_esper_stack_needs_attention{${stack}}`)).to.equal(1);
    expect(samples.get(`pulumi_esper_reported_timestamp_seconds{${stack}}`)).to.equal(Math.floor(nowMs / 1000));
    expect(samples.get(`pulumi_esper_certificate_devices{${shops},state="installed"}`)).to.equal(361);
    expect(samples.get(`pulumi_esper_certificate_devices{${shops},state="failed"}`)).to.equal(9);
    expect(samples.get(`pulumi_esper_certificate_offline_devices{${shops}}`)).to.equal(36);
    expect(samples.get(`pulumi_esper_certificate_unsupported_devices{${shops}}`)).to.equal(12);
    expect(samples.get(`pulumi_esper_certificate_needs_attention{${shops}}`)).to.equal(1);
    expect(kiosks?.[1]).to.be.below(nowMs / 1000);
    expect(exitCode).to.equal(2);
  });

  it("keeps the words of others within their labels", async () => {
    const samples = samplesIn((await printed(hostileExport, "--prometheus")).printed);
    const attention = [...samples.keys()].filter((name) =>
      name.startsWith("pulumi_esper_certificate_needs_attention{"),
    );
    expect(attention).to.have.length(hostileWords.length);
  });

  it("has no line twice where a replaced certificate's old copy is still there, and tells of one it cannot read", async () => {
    const all = [
      stored("corp"),
      stored("corp", { isLeftOver: true }),
      stored("new", { outputs: { record: { schema: 99 } } }),
    ];
    const samples = samplesIn((await printed(exportOf(all), "--prometheus")).printed);
    const attention = [...samples].filter(([name]) => name.includes("certificate_needs_attention"));
    expect(attention.map(([, value]) => value).sort()).to.deep.equal([0, 1]);
    expect([...samples.keys()].filter((name) => name.includes("not_after"))).to.have.length(1);
  });
});

describe("the files of a report", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-summaries-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("are written beside the table, all in one run", async () => {
    const [html, markdown, metrics] = ["r.html", "r.md", "r.prom"].map((name) => join(folder, name));
    const flags = ["--html", html ?? "", "--markdown", markdown ?? "", "--prometheus", metrics ?? ""];
    const { printed: table } = await printed(fleetExport, ...flags);
    expect(table).to.match(/^8 certificates in fleet\/prod/u);
    expect(await readFile(html ?? "", "utf8")).to.match(/^<!doctype html>/u);
    expect(await readFile(markdown ?? "", "utf8")).to.equal((await printed(fleetExport, "--markdown")).printed);
    expect(await readFile(metrics ?? "", "utf8")).to.equal((await printed(fleetExport, "--prometheus")).printed);
  });

  for (const flag of ["--html", "--markdown", "--prometheus"]) {
    it(`follow no link: ${flag} puts a file in the link's place, and leaves what it led to`, async () => {
      const [link, precious] = [join(folder, "report"), join(folder, "precious")];
      await writeFile(precious, "untouched");
      await symlink(precious, link);
      await printed(exportOf([stored("corp")]), flag, link);
      expect(await readFile(precious, "utf8")).to.equal("untouched");
      expect(await messageOf(readlink(link))).to.contain("EINVAL");
      expect(await readFile(link, "utf8")).to.contain("corp");
    });
  }

  it("hold no secret", async () => {
    const export_ = exportOf([stored("corp", { outputs: { kept: secret, alias: secret, target: { group: secret } } })]);
    for (const flag of ["--markdown", "--prometheus"]) {
      expect((await printed(export_, flag)).printed).not.to.contain(secret.ciphertext);
    }
  });

  it("are refused where two forms would be printed at once", async () => {
    expect(await messageOf(printed(fleetExport, "--json", "--markdown"))).to.match(/^Only one of --json, --markdown/u);
  });
});
