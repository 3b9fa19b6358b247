import { expect } from "chai";
import { shortenTraces } from "../../provider/engine/short-traces";

function linesOf(error: Error): readonly string[] {
  return (error.stack ?? "").split("\n    at ").slice(1);
}

describe("a shortened stack trace", () => {
  it("ends with the program's own frames: what has started the program is left out", async () => {
    const [whole, short] = await new Promise<readonly (readonly string[])[]>((resolve) => {
      // Called by Node itself.
      setImmediate(function calledByNode() {
        const limit = Error.stackTraceLimit;
        Error.stackTraceLimit = Infinity;
        const before = linesOf(new Error("whole"));
        const asBefore = shortenTraces();
        Error.stackTraceLimit = Infinity;
        const after = linesOf(new Error("short"));
        asBefore();
        Error.stackTraceLimit = limit;
        resolve([before, after]);
      });
    });
    expect(whole?.at(-1)).to.match(/node:internal/);
    expect(short).to.have.length(1);
    expect(short?.[0]).to.match(/calledByNode .*short-traces\.test/);
  });

  it("has one frame, where nobody asks for more", () => {
    const asBefore = shortenTraces();
    const lines = linesOf(new Error("one"));
    asBefore();
    expect(lines).to.have.length(1);
  });

  it("is whole where the program has taken V8's hook away", () => {
    const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace") ?? {};
    Object.defineProperty(Error, "prepareStackTrace", { ...before, value: undefined });
    const asBefore = shortenTraces();
    try {
      expect(linesOf(new Error("one"))).to.have.length(1);
    } finally {
      asBefore();
      Object.defineProperty(Error, "prepareStackTrace", before);
    }
  });

  it("is over when the construction is", () => {
    const habits = (): unknown => Object.getOwnPropertyDescriptors(Error);
    const before = habits();
    const asBefore = shortenTraces();
    expect(habits()).not.to.deep.equal(before);
    asBefore();
    expect(habits()).to.deep.equal(before);
  });
});
