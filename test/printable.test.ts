import { expect } from "chai";
import fc from "fast-check";
import { printable } from "../provider/printable";

describe("words of others", () => {
  const shown: readonly [string, string, string][] = [
    ["lose line breaks, tabs and doubled blanks", "no\r\n such\t\u2028  device", "no such device"],
    ["lose colours and moves of the cursor", "\u001b[31mred\u001b[0m \u009b2Jgone", "red gone"],
    [
      "lose a terminal's links and titles",
      "\u001b]8;;http://x.example\u0007link\u001b]0;title\u001b\\ end",
      "link end",
    ],
    ["lose marks that turn the direction of writing", "till\u202egnp.exe\u2066 1", "till gnp.exe 1"],
    ["keep letters of every language", "Kasse Zürich 東京 کرج", "Kasse Zürich 東京 کرج"],
    ["are no directive to Pulumi's CLI", "till <{%bogus%}> 1", "till <\\{%bogus%}> 1"],
    ["are none either when control characters stood in it", "<\u0000{%\u200breset%}>", "< {% reset%}>"],
    ["are none behind an escape of JSON or YAML", '["\\u003c{%bogus%}>"]', '["\\\\u003c{%bogus%}>"]'],
    ["are none behind an escaped backslash either", '"\\\\\\x3c{%bogus%}>"', '"\\\\\\\\x3c{%bogus%}>"'],
    ["are none as YAML's bytes", 'a: !!binary "PHsl"', 'a: !\\!binary "PHsl"'],
    [
      "are none under a tag's whole name",
      "a: !<tag:yaml.org,2002:binary> PHsl",
      "a: !\\<tag:yaml.org,2002:binary> PHsl",
    ],
    ["keep a path of Windows and a call", "C:\\files\\certs failed!!", "C:\\files\\certs failed!!"],
    ["are no command to GitHub", "::add-mask::till", ":\\:add-mask::till"],
    ["are no command with properties to GitHub", "x ::set-output name=a::b", "x :\\:set-output name=a::b"],
    ["are no command to Azure", "##vso[task.setvariable variable=a]b", "##\\vso[task.setvariable variable=a]b"],
    ["are no command to TeamCity", "##teamcity[message text='a']", "##\\teamcity[message text='a']"],
    ["are no group to GitHub's older runners", "##[group]a", "##\\[group]a"],
    ["keep addresses as they are", "fe80::1 and 2001:db8::2", "fe80::1 and 2001:db8::2"],
    ["are empty where nothing is left", " \u0000\n", ""],
  ];
  for (const [title, text, expected] of shown) {
    it(title, () => {
      expect(printable(text)).to.equal(expected);
    });
  }

  it("are cut to 160 characters or as many as asked for, and never inside one", () => {
    expect(printable("x".repeat(1_000))).to.equal(`${"x".repeat(160)}…`);
    expect(printable("x".repeat(10), 10)).to.equal("x".repeat(10));
    expect(printable("xxx😀", 4)).to.equal("xxx…");
  });

  it("cost no time however long they are", () => {
    for (const part of ["x", " ", "<{%", "\u001b]", "::a", "##", "\u001b["]) {
      const text = part.repeat(1_000_000);
      const startedAt = performance.now();
      expect(printable(text).length).to.be.at.most(161);
      expect(performance.now() - startedAt, JSON.stringify(part)).to.be.below(2_000);
    }
  });
});

/** FUZZ_RUNS=100000 by hand. */
const runs = Number(process.env["FUZZ_RUNS"] ?? 300);

describe("any words of others", () => {
  const parts = [
    "<",
    "{%",
    "<{%",
    "%}>",
    "#",
    "##",
    "vso[",
    "[",
    ":",
    "::",
    "add-mask",
    " ",
    "\n",
    "\r",
    "\u001b",
    "]",
    "\\",
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 80 })
    .map((all) => all.join(""));

  it("become one harmless line of bounded length, and stay so when it is done twice", function () {
    this.timeout(600_000);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 200 }), (words, max) => {
        const line = printable(words, max);
        expect(line.length).to.be.at.most(max + 1);
        expect(line).not.to.match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(line).not.to.contain("<{%");
        expect(line).not.to.match(/##(?:\[|[a-z]+\[)/i);
        expect(line).not.to.match(/^\s*::[a-z][a-z-]*(?: [^:]*)?::/i);
        if (!line.endsWith("…")) expect(printable(line, max)).to.equal(line);
      }),
      { numRuns: runs },
    );
  });
});
