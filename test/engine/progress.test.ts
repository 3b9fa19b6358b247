import { expect } from "chai";
import { toldOnce } from "../../provider/engine/progress";

describe("what people are told of a resource", () => {
  function heard(): { readonly lines: string[]; readonly progress: ReturnType<typeof toldOnce> } {
    const lines: string[] = [];
    const into = (kind: string) => (text: string) => void lines.push(`${kind}: ${text}`);
    return { lines, progress: toldOnce({ status: into("status"), note: into("note"), warn: into("warn") }) };
  }

  it("names each note and each warning once, whatever says it again", () => {
    const { lines, progress } = heard();
    progress.note("reaches 2 devices");
    progress.warn("1 device is offline");
    progress.note("reaches 2 devices");
    progress.warn("1 device is offline");
    expect(lines).to.deep.equal(["note: reaches 2 devices", "warn: 1 device is offline"]);
  });

  it("repeats a status, which passes", () => {
    const { lines, progress } = heard();
    progress.status("1/2 installed");
    progress.status("1/2 installed");
    expect(lines).to.have.length(2);
  });

  it("is counted for each resource by itself", () => {
    const [one, other] = [heard(), heard()];
    one.progress.note("reaches 2 devices");
    other.progress.note("reaches 2 devices");
    expect(other.lines).to.deep.equal(["note: reaches 2 devices"]);
  });
});
