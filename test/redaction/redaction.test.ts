import { expect } from "chai";
import { createHash, randomBytes } from "node:crypto";
import { Redaction, secretMark } from "../../provider/redaction/redaction";
import { writings } from "./writings";

const file = Buffer.concat([1, 2, 3, 4].map((part) => createHash("sha512").update(`part ${part}`).digest()));
const base64 = file.toString("base64").replaceAll("=", "");

function knowing(...secrets: readonly (string | Uint8Array)[]): Redaction {
  const redaction = new Redaction();
  for (const secret of secrets) redaction.learn(secret);
  return redaction;
}

describe("a text that repeats a secret", () => {
  for (const password of ["hunter2-and-more", "pässword: + 1/2 = 0.5", 'a"b\\c<d>e&f', "an ordinary phrase of words"]) {
    for (const [writing, write] of Object.entries(writings)) {
      it(`is shown without it: ${password}, ${writing}`, () => {
        const written = write(password);
        const shown = knowing(password).withoutSecrets(`cannot open it with ${written} here`);
        expect(shown).to.contain(secretMark).and.not.contain(written);
        expect(shown).to.match(/^cannot /);
      });
    }
  }

  it("keeps its other words", () => {
    const shown = knowing("hunter2-and-more").withoutSecrets(
      'Failure ("cannot open hunter2-and-more"): till-1, till-2.',
    );
    expect(shown).to.equal('Failure ("cannot open [secret]"): till-1, till-2.');
  });

  it("is shown without twelve characters of a file, wherever they stand in it, and as it stands with fewer than eight", () => {
    const redaction = knowing(file);
    for (let at = 0; at + 12 <= base64.length; at += 1) {
      const piece = base64.slice(at, at + 12);
      expect(redaction.withoutSecrets(`near "${piece}"`)).to.equal('near "[secret]"');
      expect(redaction.withoutSecrets(`near "${piece.slice(5)}"`)).to.equal(`near "${piece.slice(5)}"`);
    }
  });

  it("is shown without a piece of a file as hex, as a list of bytes, over lines, and at another place of a longer base64", () => {
    const redaction = knowing(file);
    const piece = file.subarray(101, 125);
    const longer = Buffer.concat([Buffer.from("x"), piece, Buffer.from("yz")]).toString("base64");
    const lines = base64.slice(40, 120).replace(/.{20}/g, "$&\r\n");
    for (const writing of [piece.toString("hex"), [...piece].join(", "), longer, lines]) {
      expect(redaction.withoutSecrets(`near ${writing}`))
        .to.contain(secretMark)
        .and.not.contain(writing);
    }
  });

  it("is shown without a line of a private key, and with the line that begins one", () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${base64.slice(0, 64)}\n${base64.slice(64, 128)}\n-----END PRIVATE KEY-----\n`;
    const shown = knowing(key).withoutSecrets(`-----BEGIN PRIVATE KEY----- ${base64.slice(64, 128)}`);
    expect(shown).to.equal("-----BEGIN PRIVATE KEY----- [secret]");
  });

  it("is shown without any twelve characters of one of a thousand passwords by chance, in either case, and with others", () => {
    const passwords = Array.from({ length: 1000 }, (_, number) =>
      createHash("sha256").update(`password ${number}`).digest("base64url").slice(0, 32),
    );
    const redaction = knowing(...passwords);
    for (const [number, password] of passwords.entries()) {
      const at = number % (password.length - 11);
      const piece = password.slice(at, at + 12);
      for (const written of [piece, piece.toUpperCase(), Buffer.from(`x${password}`).toString("base64")]) {
        expect(redaction.withoutSecrets(`near "${written}"`)).to.equal('near "[secret]"');
      }
      const other = createHash("sha256").update(`another ${number}`).digest("base64url").slice(0, 12);
      expect(redaction.withoutSecrets(`near "${other}"`)).to.equal(`near "${other}"`);
    }
  });

  it("is shown without two thirds of a password, and with its end", () => {
    const redaction = knowing("Password123");
    expect(redaction.withoutSecrets("cannot open with Password1")).to.equal("cannot open with [secret]");
    expect(redaction.withoutSecrets("wrong password or corrupted file")).to.equal("wrong password or corrupted file");
  });
});

describe("a short password", () => {
  const kept: readonly [string, string, string][] = [
    ["of four to seven characters counts as a whole word", "tiger", "tigers and paper-tigerlike words"],
    ["of up to three counts as a value", "1", "1 device of 10 did not take the certificate (error 1)"],
    ["that is a letter hides no article", "a", "Esper said a word: a certificate is broken"],
    ["that is a word of every message hides none", "password", "wrong password for the certificate"],
    ["that is a piece of a word of every message hides none", "certifica", "Certificate could not be parsed"],
    ["of digits hides no longer number", "2026", "120261 and 202611"],
  ];
  for (const [title, password, text] of kept) {
    it(title, () => {
      expect(knowing(password).withoutSecrets(text)).to.equal(text);
    });
  }

  const hidden: readonly [string, string, string, string][] = [
    ["as a word of its own", "tiger", "cannot open it with TIGER.", "cannot open it with [secret]."],
    ["as base64", "tiger", "cannot open it with dGlnZXI=", "cannot open it with [secret]"],
    ["as a value after a colon", "ab1", "wrong password: ab1.", "wrong password: [secret]."],
    ["as a value in quotes", "ab1", 'no key for "ab1" here', 'no key for "[secret]" here'],
    ["of a common word, in another writing", "password", "not cGFzc3dvcmQ= there", "not [secret] there"],
  ];
  for (const [title, password, text, shown] of hidden) {
    it(`is hidden ${title}`, () => {
      expect(knowing(password).withoutSecrets(text)).to.equal(shown);
    });
  }
});

describe("a quoted text", () => {
  it("is put on one line, without control characters, and cut short", () => {
    const redaction = knowing(base64);
    expect(redaction.quote("no\r\n such\u0007\u001b[31m   device")).to.equal("no such device");
    expect(redaction.quote("x".repeat(1000))).to.have.length(301);
    expect(redaction.quote(" \n ")).to.be.undefined;
  });

  it("is withheld when it repeats a secret, also behind what is cut", () => {
    const redaction = knowing("hunter2-and-more", file);
    expect(redaction.quote("cannot open it with hunter2-and-more")).to.be.undefined;
    expect(redaction.quote(`${"x ".repeat(145)} hunter2-and-more`)).to.be.undefined;
    expect(redaction.quote("wrong password: 50%, C:\\users & co")).to.equal("wrong password: 50%, C:\\users & co");
  });
});

describe("what is secret", () => {
  it("is what is known at the moment: a verdict holds as long as the version stays", () => {
    const redaction = knowing("hunter2-and-more");
    const { version } = redaction;
    redaction.learn("hunter2-and-more");
    redaction.learn("");
    expect(redaction.version).to.equal(version);
    expect(redaction.withoutSecrets("later-secret-of-mine")).to.equal("later-secret-of-mine");
    redaction.learn("later-secret-of-mine");
    expect(redaction.version).to.be.above(version);
    expect(redaction.withoutSecrets("later-secret-of-mine")).to.equal(secretMark);
  });

  it("costs a look no more when it is a thousand files with passwords of their own", function () {
    this.timeout(60_000);
    const texts = Array.from(
      { length: 200 },
      (_, at) => `Certificate ${at} could not be parsed by the keystore (0x1f)`,
    );
    const costOf = (redaction: Redaction): number => {
      for (const text of texts) redaction.withoutSecrets(text);
      const costs = [1, 2, 3, 4, 5].map(() => {
        const startedAt = performance.now();
        for (const text of texts) expect(redaction.withoutSecrets(text)).to.equal(text);
        return performance.now() - startedAt;
      });
      return Math.min(...costs);
    };
    const one = costOf(knowing(randomBytes(4_000), "hunter2-and-more"));
    const thousand = Array.from({ length: 1_000 }, () => [randomBytes(4_000), randomBytes(9).toString("hex")]).flat();
    expect(costOf(knowing(...thousand))).to.be.below(4 * one + 20);
  });

  it("costs little for a text that is made to be read in many ways", function () {
    this.timeout(60_000);
    const redaction = knowing("hunter2-and-more", file);
    for (const part of ["61", "6161 ", "%41", "&#65;", "\\u0041", "YWFh", "12, ", "\\\\", "0x"]) {
      const startedAt = performance.now();
      redaction.withoutSecrets(part.repeat(Math.ceil(10_000 / part.length)));
      expect(performance.now() - startedAt, part).to.be.below(3_000);
    }
  });
});
