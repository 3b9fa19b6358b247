import { expect } from "chai";
import { readPkcs12 } from "../provider/pkcs12-helpers";
import { bytesOf, password } from "./pkcs12/fixtures";

describe("readPkcs12, as programs call it", () => {
  it("takes bytes of any kind", async () => {
    const bytes = bytesOf("iter-modern-2048.p12");
    const { digest } = await readPkcs12(bytes, password);
    expect((await readPkcs12(Uint8Array.from(bytes), password)).digest).to.equal(digest);
  });

  it("says what it takes when it is given something else, and repeats nothing of it", async () => {
    for (const other of ["certs/corp.p12", undefined, { path: "certs/corp.p12" }]) {
      const error: unknown = await readPkcs12(other as unknown as Uint8Array, password).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(TypeError);
      expect(String(error)).to.contain("esper.readPkcs12 takes the bytes of a PKCS#12 file, not its path or text; ");
      expect(String(error)).not.to.contain("corp.p12");
    }
  });
});
