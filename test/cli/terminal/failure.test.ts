// What the command says of errors, most of all of the system's.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { failureText } from "../../../cli/terminal/failure";

async function failing(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
  } catch (error) {
    return error;
  }
  throw new Error("It was expected to fail, and it did not.");
}

describe("the last line of a command that fails", () => {
  it("is the sentence of an error that has one", () => {
    expect(failureText(new Error("Give either --stack or --file."))).to.equal("Give either --stack or --file.");
    expect(failureText("odd")).to.equal("odd");
  });

  it("names the path that is not there, is a folder, or leads through a file", async () => {
    const [absent, through] = [join(__dirname, "no", "such"), join(__filename, "x")];
    expect(failureText(await failing(() => readFile(absent)))).to.equal(
      `There is no file or folder ${absent}; paths are relative to this folder.`,
    );
    expect(failureText(await failing(() => writeFile(__dirname, "")))).to.equal(
      `${__dirname} is a folder; name a file.`,
    );
    expect(failureText(await failing(() => readFile(through)))).to.equal(
      `${through} leads through a file as if it were a folder.`,
    );
  });

  it("says what the system does not allow", () => {
    const error = Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: "EACCES", path: "x" });
    expect(failureText(error)).to.equal("The system does not let this user open x (EACCES).");
  });

  it("names the port that is taken", () => {
    const error = Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", port: 4010 });
    expect(failureText(error)).to.equal(
      "Port 4010 is taken by another program; name another one with --port, or 0 for a free one.",
    );
  });
});
