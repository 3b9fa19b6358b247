// Values on Pulumi's wire: secrets keep their mark on the way through operations that know of none.

import { expect } from "chai";
import fc from "fast-check";
import {
  fromStruct,
  inClear,
  markedAt,
  markedLike,
  propertiesInClear,
  toStruct,
} from "../../provider/packaged/wire/values";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secret = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("values on the wire", () => {
  it("come through a struct as they are, whatever their names but `__proto__`", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        // A struct has no word for the sign of a zero, and protobuf's own map none for `__proto__`.
        const text = JSON.stringify(value).replaceAll("__proto__", "proto");
        const plain = JSON.parse(text) as Record<string, unknown>;
        expect(fromStruct(toStruct(plain))).to.deep.equal({ ...plain });
      }),
      { numRuns: 200 },
    );
  });

  it("lose every mark of a secret for the operations, however deep", () => {
    const given = { a: secret("x"), b: [secret({ c: secret(1) }), "y"], d: { e: secret(unknown) } };
    expect(inClear(given)).to.deep.equal({ a: "x", b: [{ c: 1 }, "y"], d: { e: unknown } });
    expect(propertiesInClear({})).to.deep.equal({});
  });

  it("get the mark back where it stood, also where what stands there has become another", () => {
    const marked = markedLike(
      { alias: "b", target: { group: "g" }, list: [1, 2] },
      { alias: secret("a"), target: secret({}), list: [3, secret(4)] },
    );
    expect(marked).to.deep.equal({ alias: secret("b"), target: secret({ group: "g" }), list: [1, secret(2)] });
  });

  it("are marked at given paths once, and not where nothing is or nothing is known yet", () => {
    const paths = [["source", "password"], ["source", "pem", "privateKey"], ["kept"]];
    expect(
      markedAt({ source: { password: "p", pem: { privateKey: "k", certificate: "c" } }, kept: [1] }, paths),
    ).to.deep.equal({
      source: { password: secret("p"), pem: { privateKey: secret("k"), certificate: "c" } },
      kept: secret([1]),
    });
    expect(markedAt({ source: secret({ password: "p" }) }, paths)).to.deep.equal({ source: secret({ password: "p" }) });
    expect(markedAt({ source: { password: unknown, pem: null } }, paths)).to.deep.equal({
      source: { password: unknown, pem: null },
    });
    expect(markedAt({ source: "text" }, paths)).to.deep.equal({ source: "text" });
  });

  it("take nothing for an empty object", () => {
    expect(fromStruct(undefined)).to.deep.equal({});
    expect(toStruct({ gone: undefined, nothing: null }).toJavaScript()).to.deep.equal({ nothing: null });
  });
});
