import { expect } from "chai";
import { perDevice, type AskedMade } from "../../../provider/lifecycle/content/device-contents";
import { diff } from "../../../provider/lifecycle/policy/diff";
import { digestOfHashes } from "../../../provider/lifecycle/content/files/file-list";
import { deviceKey, emptyMark, type LedgerEntry } from "../../../provider/lifecycle/state/ledger/ledger";
import type { RawObject } from "../../../provider/lifecycle/arguments/reader";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { nowMs, program, state } from "../given";

const mark = { digest: "0123456789ab", endDay: 21_000, leadDays: 30 };

function entry(file: string, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...mark, file, isBehind: false, isStale: false, at: new Date(nowMs).toISOString(), ...change };
}

/** What a preview decides for these files, where two devices have the files a and b, and a third one has none. */
function decided(
  files: readonly string[],
  unused: readonly string[] = [],
  withoutContent = 1,
  certificate: RawObject = {},
): unknown {
  const ledger = new Map([
    [deviceKey("one"), entry("aaaaaaaaaa")],
    [deviceKey("two"), entry("bbbbbbbbbb")],
    [deviceKey("three"), entry("", { ...emptyMark })],
  ]);
  const own = { ledger, unusedDigest: digestOfHashes(unused), withoutContent };
  const known = state({
    coverage: { members: 3, installed: 2, missing: 1 },
    record: { own, holding: { kind: "content", digest: perDevice } },
  });
  const prior = { ...known, certificate };
  const { alias, target, inputs: settings } = readInputs(program({}));
  const asked = {
    alias,
    target,
    settings,
    digest: perDevice,
    files: { hashes: new Set(files), count: files.length, digestOf: digestOfHashes },
  };
  const { action, reason, message } = diff(prior, asked, nowMs);
  return action === "nothing" ? reason : [reason, message];
}

describe("files of devices are due", () => {
  it("only where they differ from those that the state knows: a device without a file is none of it", () => {
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb"])).to.equal("unchanged");
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"], ["cccccccccc"])).to.equal("unchanged");
  });

  it("where one has other bytes", () => {
    expect(decided(["aaaaaaaaaa", "cccccccccc"])).to.deep.equal([
      "filesChanged",
      "1 file is new, changed or of no device; 1 file of devices is gone or changed.",
    ]);
  });

  it("where one is new or gone, also one that no device uses", () => {
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"])).to.deep.equal([
      "filesChanged",
      "1 file is new, changed or of no device.",
    ]);
    expect(decided(["aaaaaaaaaa"])).to.deep.equal(["filesChanged", "1 file of devices is gone or changed."]);
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb"], ["cccccccccc"])).to.deep.equal([
      "filesChanged",
      "Files that no device uses changed.",
    ]);
  });

  it("where one went with its device, so that the output does not count it any more", () => {
    const files = ["aaaaaaaaaa", "bbbbbbbbbb"];
    expect(decided(files, [], 1, { files: 2 })).to.equal("unchanged");
    expect(decided(files, [], 1, { files: 3 })).to.deep.equal(["filesChanged", "1 file went with its device."]);
    // Two files that share a hash by chance are two.
    expect(decided([...files, ...files], [], 1, { files: 4 })).to.equal("unchanged");
    expect(decided(files, [], 1, { files: 5 })).to.deep.equal(["filesChanged", "3 files went with their devices."]);
  });

  it("and so is a member that lacks a certificate for which there is a file", () => {
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb"], [], 0)).to.deep.equal([
      "devicesMissing",
      "1 device lacks the certificate.",
    ]);
  });
});

/** What a preview decides on a day, where three devices have certificates that end on day 21,000. */
function decidedOn(day: number, change: Partial<AskedMade> = {}, entries: Partial<LedgerEntry> = {}): unknown {
  const ledger = new Map(["one", "two", "three"].map((id) => [deviceKey(id), entry("aaaaaaaaa0", entries)]));
  const made = { beforeDays: 30, spreadDays: 0, refused: [] };
  const prior = state({
    coverage: { members: 3, installed: 3 },
    record: { own: { ledger, unusedDigest: "", made }, holding: { kind: "content", digest: perDevice } },
  });
  const { alias, target, inputs: settings } = readInputs(program({}));
  const asked = {
    template: "aaaaaaaaa0",
    issuer: "Vault (pki/till)",
    beforeDays: 30,
    spreadDays: 0,
    revokes: false,
    ...change,
  };
  const { action, reason, message } = diff(
    prior,
    { alias, target, settings, digest: perDevice, made: asked },
    day * dayMs,
  );
  return action === "nothing" ? reason : [reason, message];
}

const dayMs = 24 * 3_600_000;

describe("certificates that are made are due", () => {
  it("from the day on that lies so many days before their end", () => {
    expect(decidedOn(20_969)).to.equal("unchanged");
    expect(decidedOn(20_970)).to.deep.equal(["certificatesDue", "3 certificates end within 30 days."]);
    expect(decidedOn(20_969, { beforeDays: 31 })).to.deep.equal([
      "certificatesDue",
      "3 certificates end within 31 days.",
    ]);
  });

  it("up to `renewSpreadDays` earlier, each on a day of its own", () => {
    const due = [20_964, 20_965, 20_967, 20_968].map((day) => String(decidedOn(day, { spreadDays: 10 })));
    expect(due.map((text) => Number(/\d+/.exec(text)?.[0] ?? 0))).to.deep.equal([0, 2, 2, 3]);
  });

  it("where the template or the issuer is another", () => {
    expect(decidedOn(20_000, { template: "bbbbbbbbb0" })).to.deep.equal([
      "certificatesDue",
      "The template or the issuer of 3 certificates changed.",
    ]);
  });

  it("and those that wait for their wave are no news", () => {
    expect(decidedOn(20_970, {}, { isBehind: true })).to.equal("unchanged");
  });
});
