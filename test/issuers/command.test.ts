// A command as an issuer: real processes, OpenSSL among them.

import { expect } from "chai";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IssuerSettings } from "../../provider/issuers";
import { contextWith, device, issuedIn, runOf, sourceOf, type Run } from "./given";
import { makeOpensslAuthority, type OpensslAuthority } from "./openssl-authority";

describe("a command that issues", function () {
  this.timeout(30_000);
  let authority: OpensslAuthority;
  before(function () {
    if (process.platform === "win32") this.skip();
    authority = makeOpensslAuthority();
  });
  after(() => {
    (authority as OpensslAuthority | undefined)?.remove();
  });

  /** A program of the shell's, in the authority's folder. */
  function program(name: string, text: string): string {
    const path = join(authority.folder, name);
    writeFileSync(path, `#!/bin/sh\ncd "$(dirname "$0")"\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  function runWith(path: string, more: object = {}, env: Readonly<Record<string, string>> = {}): Run {
    const settings: IssuerSettings = { kind: "command", command: [path, "till"], timeoutMs: 10_000, ...more };
    return runOf(sourceOf(settings), contextWith({ PATH: process.env["PATH"], ...env }));
  }

  const signs = `cat > "$ESPER_DEVICE_ID.csr"
openssl x509 -req -CA ca.pem -CAkey ca.key -copy_extensions copyall -days "$ESPER_DEVICE_DAYS" -in "$ESPER_DEVICE_ID.csr"`;

  it("gets the request on its input, and answers with the chain", async () => {
    const { issue, desk } = runWith(program("sign.sh", `${signs} && cat ca.pem`));
    const { material } = issuedIn(await issue(device(1)));
    expect(material.certificates.map(({ subject }) => subject)).to.deep.equal(["CN=SN-1001,OU=Tills,O=Acme"]);
    expect([...desk.remarks]).to.deep.equal([]);
  });

  it("need not know its root where issuer.chain names it", async () => {
    const chain = { file: join(authority.folder, "ca.pem") };
    issuedIn(await runWith(program("alone.sh", signs), { chain }).issue(device(1)));
  });

  it("knows the device by its environment, and not the key of the company's tenant", async () => {
    const path = program("env.sh", `env > seen.txt; echo "$@" > args.txt; exit 3`);
    await runWith(path, {}, { ESPER_API_KEY: "the-api-key", OTHER: "kept" }).issue({
      ...device(7),
      name: 'a "b" $(c)',
    });
    const seen = readFileSync(join(authority.folder, "seen.txt"), "utf8").split("\n");
    expect(seen).to.include.members([
      `ESPER_DEVICE_ID=${device(7).id}`,
      "ESPER_DEVICE_SERIAL=SN-1007",
      'ESPER_DEVICE_NAME=a "b" $(c)',
      "ESPER_DEVICE_DAYS=90",
      "OTHER=kept",
    ]);
    expect(seen.join("\n")).not.to.include("the-api-key");
    expect(readFileSync(join(authority.folder, "args.txt"), "utf8")).to.equal("till\n");
  });

  const failing: Readonly<Record<string, readonly [text: string, reason: RegExp]>> = {
    "that ends with another status": [
      `echo "no quota left" >&2; echo more >&2; exit 4`,
      /^failing\.sh ended with 4: no quota left$/,
    ],
    "that ends without a word": ["exit 1", /^failing\.sh ended with 1$/],
    "that is killed": ["kill -9 $$", /^failing\.sh was ended by SIGKILL$/],
    "that answers nothing": ["exit 0", /^failing\.sh gave an answer that cannot be read: .*[^.]$/],
    "that ends its words with a full stop": [
      `echo "no quota left." >&2; exit 4`,
      /^failing\.sh ended with 4: no quota left$/,
    ],
    "that quotes the device": [
      `echo "no such till: $ESPER_DEVICE_SERIAL" >&2; exit 1`,
      /^failing\.sh ended with 1: no such till: \{serial\}$/,
    ],
    "that never stops writing": ["yes", /^failing\.sh wrote more than any chain has$/],
    "that gives an old certificate": ["cat ca.pem", /^failing\.sh gave a certificate for another key$/],
  };
  for (const [title, [text, reason]] of Object.entries(failing)) {
    it(`${title} fails the device, and no other`, async () => {
      const { issue, desk } = runWith(program("failing.sh", text));
      expect(await issue(device(1)))
        .to.have.property("reason")
        .that.matches(reason);
      expect(desk.stopped).to.equal(undefined);
    });
  }

  it("that hangs is ended with all it has started, and tried once more", async () => {
    const { issue } = runWith(program("hangs.sh", `echo x >> tries.txt; sleep 60 & echo $! >> children.txt; wait`), {
      timeoutMs: 500,
    });
    expect(await issue(device(1))).to.deep.equal({ kind: "failed", reason: "hangs.sh did not end within 0.5 s" });
    expect(readFileSync(join(authority.folder, "tries.txt"), "utf8")).to.equal("x\nx\n");
    for (const pid of readFileSync(join(authority.folder, "children.txt"), "utf8").trim().split("\n")) {
      const state = /^State:\s+(\w)/mu.exec(readStatus(Number(pid)))?.[1] ?? "gone";
      expect(state).to.be.oneOf(["gone", "Z", "X"]);
    }
  });

  it("that is not there ends the issuing", async () => {
    const { issue, desk } = runWith("./no-such-program");
    expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
    expect(desk.stopped).to.match(/^no-such-program cannot be started \(ENOENT\)/);
  });

  it("revokes by the serial number, as its last arguments", async () => {
    const path = program("revoke.sh", `echo "$@" >> revoked.txt; [ "$3" = 0A1B ] || { echo unknown >&2; exit 2; }`);
    const { desk } = runWith(path);
    expect(await desk.revoke("0A1B")).to.deep.equal({ kind: "revoked" });
    expect(await desk.revoke("FF")).to.deep.equal({ kind: "failed", reason: "revoke.sh ended with 2: unknown" });
    expect(readFileSync(join(authority.folder, "revoked.txt"), "utf8")).to.equal("till revoke 0A1B\ntill revoke FF\n");
  });

  it("that signs with another common name is refused, and with other parts is remarked with their number", async () => {
    const sign = "openssl x509 -req -CA ca.pem -CAkey ca.key -days 90";
    const path = program("other.sh", `cat > r.csr; ${sign} -in r.csr -subj "$1" && cat ca.pem`);
    const asks = (subject: string): Run => runWith(path, { command: [path, subject] });
    const { issue, desk } = asks("/CN=SN-1001/OU=Shops");
    issuedIn(await issue(device(1)));
    issuedIn(await issue(device(1)));
    expect([...desk.remarks]).to.deep.equal([
      ["the subject's O, OU are not as asked for", 2],
      ["alternative names that were asked for are not there (DNS)", 2],
    ]);
    expect(await asks("/CN=SN-2002").issue(device(1))).to.deep.equal({
      kind: "failed",
      reason: "other.sh gave a certificate with another common name than asked for",
    });
  });
});

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}
