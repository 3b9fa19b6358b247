import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDeviceInputs } from "../../../provider/lifecycle/arguments/devices/device-inputs";
import { listFiles } from "../../../provider/lifecycle/content/files/file-list";
import { keepHashes, oneForEach, surroundings } from "../../../provider/operations/kinds";
import { uuid } from "../given";

describe("the files of a folder", () => {
  it("that `check` has listed are not read again by the `diff` that follows, and are by one that follows nothing", () => {
    const folder = mkdtempSync(join(tmpdir(), "esper-listed-"));
    try {
      for (const name of ["one", "two"]) writeFileSync(join(folder, `${name}.p12`), name);
      const raw = { alias: "till", target: { group: uuid(0xa1) }, source: { folder, password: "a-password-of-tills" } };
      const { source } = readDeviceInputs(raw);
      if (source?.kind !== "folder") throw new Error("The source is a folder.");
      const list = listFiles(source, surroundings);
      const hashes = [...list.files.values()].map(({ hash }) => hash);
      keepHashes(list);
      writeFileSync(join(folder, "one.p12"), "other bytes");
      expect([...(oneForEach.asked({ ...raw, sourceDigest: list.digest }).files?.hashes ?? [])]).to.deep.equal(hashes);
      expect([...(oneForEach.asked(raw).files?.hashes ?? [])]).to.not.deep.equal(hashes);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
