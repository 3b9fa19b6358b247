import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { nameDevices, subjectProblem, type Template } from "../../provider/issuers";
import { makeKey } from "../../provider/issuers/signing/keys";
import { requestFor } from "../../provider/issuers/signing/request";
import { device, plainTemplate } from "./given";

const withSubject = (subject: string, more: Partial<Template> = {}): Template => ({
  ...plainTemplate,
  dns: [],
  subject,
  ...more,
});

/** The subject of a request as OpenSSL reads it, in the certificate's order. */
async function subjectInRequest(template: Template, name: string): Promise<string> {
  const { named } = nameDevices(template, [{ ...device(1), name }]);
  const [names] = named.values();
  if (names === undefined) throw new Error("The device has no names.");
  const pem = await requestFor(await makeKey("ec-p256"), names, 90).pem();
  const words = ["req", "-noout", "-subject", "-verify", "-nameopt", "sep_multiline,utf8,lname"];
  const text = execFileSync("openssl", words, { input: pem, stdio: ["pipe", "pipe", "ignore"] }).toString();
  return text
    .replace(/^subject=\s*/u, "")
    .trim()
    .replace(/\n\s+/gu, " | ");
}

describe("the names of a device's certificate", () => {
  it("stand in reverse of the text, as RFC 4514 says", async () => {
    expect(await subjectInRequest(withSubject("CN={serial},OU=Tills,O=Acme,C=DE"), "x")).to.equal(
      "countryName=DE | organizationName=Acme | organizationalUnitName=Tills | commonName=SN-1001",
    );
  });

  const hostile = [
    'SN 0, "x"',
    "a,O=Evil",
    "a+O=Evil",
    "#0500",
    "a\\,b",
    "a=b;c<d>",
    '"',
    " ends ",
    "{serial}",
    "日本 ☕",
  ];
  for (const name of hostile) {
    it(`hold a device's name as it is, also ${JSON.stringify(name)}`, async () => {
      expect(await subjectInRequest(withSubject("CN=till {name}.,O=Acme"), name)).to.equal(
        `organizationName=Acme | commonName=till ${name}.`,
      );
    });
  }

  it("hold what the text escapes", async () => {
    const text = String.raw`CN=\#{serial}\, \"till\"\+\2C\C3\A9 ,O = Acme\, Inc. `;
    expect(subjectProblem(text)).to.equal(undefined);
    expect(await subjectInRequest(withSubject(text), "x")).to.equal(
      'organizationName=Acme, Inc. | commonName=#SN-1001, "till"+,é',
    );
  });

  const problems: Readonly<Record<string, RegExp>> = {
    till: /RFC 4514/,
    "": /RFC 4514/,
    "CN=a,,O=b": /RFC 4514/,
    "XX=a": /there is no type XX; known are CN/,
    "3.1=a": /there is no type 3\.1; known are CN/,
    "1.40=a": /there is no type 1\.40/,
    "2.5.04=a": /there is no type 2\.5\.04/,
    "2.5.99999999999=a": /there is no type/,
    "CN=": /CN has no value/,
    "CN=#0500": /must be text/,
    "CN=a+OU=b": /has a \+/,
    "CN=a\\z": /escapes nothing/,
    "CN={SERIAL}": /no placeholder \{SERIAL\}/,
  };
  for (const [text, problem] of Object.entries(problems)) {
    it(`are refused as ${JSON.stringify(text)}`, () => {
      expect(subjectProblem(text)).to.match(problem);
    });
  }

  const lacking: Readonly<Record<string, readonly [Partial<Template>, object, RegExp]>> = {
    "a value that nobody knows": [{ subject: "CN={imei}" }, {}, /^it has no IMEI$/],
    "a value of blanks": [{ subject: "CN={name}" }, { name: "  " }, /^it has no name$/],
    "a control character": [{ subject: "CN={name}" }, { name: "a\0b" }, /^its name has control characters$/],
    "half a character": [{ subject: "CN={name}" }, { name: "a\ud800" }, /control characters/],
    "a common name of 65 characters": [
      { subject: "CN={name}" },
      { name: "é".repeat(65) },
      /would have 65 characters, and 64 is the most/,
    ],
    "a name that makes no DNS name": [{ dns: ["{name}.acme.com"] }, { name: "a b" }, /^its DNS name would have/],
    "a name that would stand for all hosts": [{ dns: ["{name}.acme.com"] }, { name: "*" }, /^its DNS name would have/],
    "a name that makes no address": [{ email: ["{name}@acme.com"] }, { name: "a@b" }, /^its e-mail address would have/],
  };
  for (const [title, [template, more, reason]] of Object.entries(lacking)) {
    it(`are not made of ${title}`, () => {
      const { named, missing } = nameDevices({ ...withSubject("CN={id}"), ...template }, [{ ...device(1), ...more }]);
      expect([...missing.values()].join()).to.match(reason);
      expect(named.size).to.equal(0);
    });
  }

  it("may be as long as 64 characters, however many bytes these take", () => {
    expect(nameDevices(withSubject("CN={name}"), [{ ...device(1), name: "☕".repeat(64) }]).missing.size).to.equal(0);
  });

  it("escape a device's value in a URI", () => {
    const { named } = nameDevices(withSubject("CN={id}", { uri: ["urn:till:{name}"] }), [
      { ...device(1), name: "a/b c" },
    ]);
    expect([...named.values()][0]?.uri).to.deep.equal(["urn:till:a%2Fb%20c"]);
  });

  it("are none for two devices that would have the same, and the others have theirs", () => {
    const devices = [device(1), { ...device(2), serial: "SN-1001" }, device(3)];
    const { named, missing } = nameDevices(plainTemplate, devices);
    expect([...named.keys()]).to.deep.equal([device(3).id]);
    expect([...missing.keys()]).to.deep.equal([device(1).id, device(2).id]);
    expect(missing.get(device(1).id)).to.equal(
      "another device has the same names; put {serial} or {id} into the subject",
    );
  });
});
