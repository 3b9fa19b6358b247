// Any secret, in any writing or two, in any words: nothing of it is left. And words that hold no secret stay as they are.

import { expect } from "chai";
import fc from "fast-check";
import { Redaction, secretMark } from "../../provider/redaction/redaction";
import { writings } from "./writings";

/** FUZZ_RUNS=100000 by hand. */
const runs = Number(process.env["FUZZ_RUNS"] ?? 300);

const password = fc
  .string({
    unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHXYZ0123456789 !"$%&/()=?+#-_.:,;<>äöüé')),
    minLength: 12,
    maxLength: 60,
  })
  .filter((text) => text.replace(/[\s+]/g, "").length >= 12 && !/^\d+$/.test(text.replace(/\D/g, "")))
  .filter((text) => new Set(text.toLowerCase()).size > 5);

const bytes = fc.uint8Array({ minLength: 200, maxLength: 600 });
const words = fc.string({ unit: fc.constantFrom(...Array.from("abcdefgh ijklmnop 0123 .,:;()\"'/=-")), maxLength: 60 });

// Others may come over these; what makes another alphabet of the secret hides it from no one but us.
const outer = ["as it is", "URL-escaped", "base64", "base64 for URLs", "hex", "JSON", "\\xNN", "HTML", "as a form"];

/** Escaped in one way, they still hold what is an escape in another. */
const lookalikes = ["aaaaa<a%adYm", "bcdefg&%41%42hijk", "correct'horse\\x41battery"];

describe("any secret in any writing", () => {
  it("is not shown, whatever stands around it", function () {
    this.timeout(3_600_000);
    const names = fc.constantFrom(...Object.keys(writings));
    fc.assert(
      fc.property(password, names, fc.constantFrom(...outer), words, words, (secret, name, over, before, after) => {
        const written = writings[over]?.(writings[name]?.(secret) ?? "") ?? "";
        const redaction = new Redaction();
        redaction.learn(secret);
        const shown = redaction.withoutSecrets(`${before} ${written} ${after}`);
        expect(shown, written).to.contain(secretMark);
        if (!before.includes(written) && !after.includes(written)) expect(shown).not.to.contain(written);
      }),
      { numRuns: runs, examples: lookalikes.map((secret) => [secret, "as it is", "HTML", "", ""]) },
    );
  });

  it("is not shown of a file, by any twelve bytes of it", function () {
    this.timeout(3_600_000);
    const names = fc.constantFrom(
      "base64",
      "base64 for URLs",
      "hex",
      "hex with colons",
      "hex with blanks",
      "\\xNN",
      "a list of bytes",
    );
    fc.assert(
      fc.property(
        bytes,
        fc.nat(),
        fc.integer({ min: 14, max: 60 }),
        names,
        words,
        words,
        (file, start, length, name, before, after) => {
          const from = start % (file.length - length);
          const piece = Buffer.from(file.subarray(from, from + length));
          if (new Set(piece).size < 6) return;
          const written = writeBytes[name]?.(piece) ?? "";
          const redaction = new Redaction();
          redaction.learn(file);
          expect(redaction.withoutSecrets(`${before} ${written} ${after}`), written).not.to.contain(written);
        },
      ),
      { numRuns: runs },
    );
  });
});

const writeBytes: Readonly<Record<string, (piece: Buffer) => string>> = {
  base64: (piece) => piece.toString("base64"),
  "base64 for URLs": (piece) => piece.toString("base64url"),
  hex: (piece) => piece.toString("hex"),
  "hex with colons": (piece) => piece.toString("hex").replace(/..(?=.)/g, "$&:"),
  "hex with blanks": (piece) => piece.toString("hex").replace(/..(?=.)/g, "$& "),
  "\\xNN": (piece) => piece.toString("hex").replace(/../g, "\\x$&"),
  "a list of bytes": (piece) => [...piece].join(", "),
};

describe("any words without a secret", () => {
  it("stay as they are", function () {
    this.timeout(3_600_000);
    const redaction = new Redaction();
    for (const secret of ["k3y-0f-t3n4nt-q9", "Zx7 Qv8 Jk9 Wp1"]) redaction.learn(secret);
    redaction.learn(Buffer.from(Array.from({ length: 4_000 }, (_, at) => (at * at * 31 + at * 7) % 251)));
    fc.assert(
      fc.property(words, fc.string(), (some, more) => {
        expect(redaction.withoutSecrets(`${some} ${more}`)).to.equal(`${some} ${more}`);
      }),
      { numRuns: runs },
    );
  });
});
