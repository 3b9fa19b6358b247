import { expect } from "chai";
import { perDevice } from "../../../provider/lifecycle/content/device-contents";
import { diff } from "../../../provider/lifecycle/policy/diff";
import { digestOfHashes } from "../../../provider/lifecycle/content/files/file-list";
import { deviceKey, emptyMark, type LedgerEntry } from "../../../provider/lifecycle/state/ledger/ledger";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { nowMs, program, state } from "../given";

const mark = { digest: "0123456789ab", endDay: 21_000, leadDays: 30 };

function entry(file: string, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...mark, file, isBehind: false, isStale: false, at: new Date(nowMs).toISOString(), ...change };
}

/** What a preview decides for these files, where two devices have the files a and b, and a third one has none. */
function decided(files: readonly string[], unused: readonly string[] = [], withoutContent = 1): unknown {
  const ledger = new Map([
    [deviceKey("one"), entry("aaaaaaaaaa")],
    [deviceKey("two"), entry("bbbbbbbbbb")],
    [deviceKey("three"), entry("", { ...emptyMark })],
  ]);
  const own = { ledger, unusedDigest: digestOfHashes(unused), withoutContent };
  const prior = state({
    coverage: { members: 3, installed: 2, missing: 1 },
    record: { own, holding: { kind: "content", digest: perDevice } },
  });
  const { alias, target, inputs: settings } = readInputs(program({}));
  const asked = {
    alias,
    target,
    settings,
    digest: perDevice,
    files: { hashes: new Set(files), digestOf: digestOfHashes },
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
      "1 file is new or changed; 1 file of devices is gone or changed.",
    ]);
  });

  it("where one is new or gone, also one that no device uses", () => {
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"])).to.deep.equal([
      "filesChanged",
      "1 file is new or changed.",
    ]);
    expect(decided(["aaaaaaaaaa"])).to.deep.equal(["filesChanged", "1 file of devices is gone or changed."]);
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb"], ["cccccccccc"])).to.deep.equal([
      "filesChanged",
      "Files that no device uses changed.",
    ]);
  });

  it("and so is a member that lacks a certificate for which there is a file", () => {
    expect(decided(["aaaaaaaaaa", "bbbbbbbbbb"], [], 0)).to.deep.equal([
      "devicesMissing",
      "1 device lacks the certificate; installing it on that one.",
    ]);
  });
});
