// What is said of issuers: small stories of three devices against the simulator, driven in this process; the issuer is a server on
// loopback that answers as Vault does, a program of the shell's, or an own authority.

import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { startSimulator, type Simulator } from "../../../simulator";
import { contextWith, device, runOf, sourceOf } from "../../issuers/given";
import { makeOpensslAuthority, type OpensslAuthority } from "../../issuers/openssl-authority";
import { type Asked, portOf, type Reply, startAnswering } from "../../support/answering-server";
import { makeIdentity } from "../../support/certificates";
import { daysLater, today } from "../../support/later";
import { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import type { Provocations, Provoke } from "./provocation";

type Json = Readonly<Record<string, unknown>>;

interface Story {
  readonly authority: OpensslAuthority;
  readonly simulator: Simulator;
  /** An `up` with this issuer. */
  readonly up: (issuer: Json, source?: Json) => Promise<void>;
  readonly destroy: () => Promise<void>;
  /** A program in the authority's folder; its first argument tells a revocation. */
  readonly program: (text: string) => Json;
  /** A server in Vault's place. */
  readonly vault: (answer: (asked: Asked) => Reply, more?: Json) => Promise<Json>;
}

/** Its errors are those with which the runs end. */
function story(tell: (story: Story) => Promise<void>, devices = 3): Provoke {
  return async () => {
    const authority = makeOpensslAuthority();
    const tills = Array.from({ length: devices }, (_, number) => ({ alias: `t${number}`, serial: `SN-0${number}` }));
    const simulator = await startSimulator({
      deviceMs: 5,
      fleet: { groups: [{ name: "Tills", devices: tills.map((one) => ({ ...one, osVersion: "14" })) }] },
    });
    const config = { "esper:baseUrl": simulator.url, "esper:apiKey": simulator.apiKey, "esper:pollSeconds": "0.05" };
    const quick = new QuickProgram({ ...config });
    const target = { group: simulator.world.group("Tills").id };
    const errors: string[] = [];
    const toClose: (() => Promise<void>)[] = [];
    const run = async (program: Readonly<Record<string, Json>>): Promise<void> => {
      const { tills: ended } = await quick.up(program);
      errors.push(...(ended?.error?.split("\n") ?? []));
    };
    const tokenBefore = process.env["VAULT_TOKEN"];
    process.env["VAULT_TOKEN"] = "s.a-token-of-the-documents";
    printed.length = 0;
    try {
      await tell({
        ...{ authority, simulator },
        up: (issuer, source = {}) =>
          run({ tills: { alias: "till", target, source: { issuer, ...source }, wait: { timeoutMinutes: 0.05 } } }),
        destroy: () => run({}),
        program: (text) => {
          const path = join(authority.folder, "sign.sh");
          writeFileSync(path, `#!/bin/sh\ncd "$(dirname "$0")"\n${text}\n`);
          chmodSync(path, 0o755);
          return { command: [path] };
        },
        vault: async (answer, more = {}) => {
          const server = await startAnswering(answer);
          toClose.push(() => server.close());
          return { vault: { address: new URL(server.url).origin, role: "till", ...more } };
        },
      });
      return { errors, said: [...printed] };
    } finally {
      today();
      if (tokenBefore === undefined) delete process.env["VAULT_TOKEN"];
      else process.env["VAULT_TOKEN"] = tokenBefore;
      for (const close of toClose) await close();
      authority.remove();
      await simulator.close();
    }
  };
}

const signs = `openssl x509 -req -CA ca.pem -CAkey ca.key -copy_extensions copyall -days "\${DAYS:-$ESPER_DEVICE_DAYS}" 2>/dev/null`;
const signsWhole = `${signs} && cat ca.pem`;

/** A program that issues, and this is wrong with it. */
function wrongly(text: string, source: Json = {}, issuer: Json = {}): Provoke {
  return story(async ({ up, program }) => up({ ...program(text), ...issuer }, source));
}

function answering(reply: Reply, more: Json = {}): Provoke {
  return story(async ({ up, vault }) => up(await vault(() => reply, more)));
}

const daysFromNow = (days: number): Date => new Date(Date.now() + days * 24 * 3_600_000);

/** In the folder of another one. */
function ownAuthority(
  { folder }: OpensslAuthority,
  life: { readonly notBefore?: Date; readonly notAfter?: Date },
): Json {
  const { certificate, privateKey } = makeIdentity("Another Root", { isAuthority: true, ...life });
  const pem = join(folder, "another.pem");
  const key = join(folder, "another.key");
  writeFileSync(pem, certificate);
  writeFileSync(key, privateKey);
  return { ca: { certificate: { file: pem }, key: { file: key } } };
}

export const issuers: Provocations = {
  "one device is refused": story(async ({ up, program }) =>
    up(
      program(
        `[ "$ESPER_DEVICE_SERIAL" != SN-01 ] || { echo "on the list of stolen devices" >&2; exit 2; }\n${signsWhole}`,
      ),
    ),
  ),
  "Vault refuses a name": answering({ status: 400, body: { errors: ["common name not allowed by this role"] } }),
  "all devices are refused": story(async ({ up, program }) => up(program("exit 3")), 9),
  "a program that cannot be started": story(({ up }) => up({ command: ["./no-such-program"] })),
  "a program that hangs": wrongly("sleep 60", {}, { timeoutSeconds: 1 }),
  "a program that is ended": wrongly("kill -9 $$"),
  "a program without an end": wrongly("yes"),

  "an address where nobody listens": story(({ up }) => up({ vault: { address: "http://127.0.0.1:9", role: "till" } })),
  "a server that is sealed": answering({ status: 503, headers: { "Retry-After": "400" } }),
  "a server that does not answer": async () => {
    const server = await startAnswering(() => () => undefined);
    const sleep = (_ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => setTimeout(resolve, signal === undefined ? 1 : 30));
    const context = contextWith({ VAULT_TOKEN: "s.token" }, { now: Date.now, sleep });
    const login = { kind: "token", tokenEnv: "VAULT_TOKEN" } as const;
    const place = { kind: "vault", address: new URL(server.url).origin, mount: "pki", role: "till" } as const;
    const { desk, issue } = runOf(sourceOf({ ...place, login }), context);
    await issue(device(1));
    await server.close();
    return [`${desk.stopped ?? ""}.`];
  },
  "a TLS certificate that nobody knows": story(async ({ up }) => {
    const { certificate: cert, privateKey: key } = makeIdentity("localhost");
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await up({ vault: { address: `https://localhost:${portOf(server)}`, role: "till" } });
    server.close();
  }),
  "a token that is refused": answering({ status: 403, body: { errors: ["permission denied"] } }),
  "a login that is refused": story(async ({ up, vault }) => {
    const appRole = { roleId: "r-1", secretIdEnv: "VAULT_TOKEN" };
    await up(await vault(() => ({ status: 400, body: { errors: ["invalid secret id"] } }), { appRole }));
    await up(await vault(() => ({ body: {} }), { appRole }));
  }),
  "a redirect to another host": answering({ status: 307, headers: { Location: "https://standby.acme.com/" } }),
  "an answer that is no certificate": answering({ body: "<html>hello</html>" }),
  "an answer without an end": answering({ body: "x".repeat(2 ** 20 + 1) }),
  "a token that is not there": story(async ({ up, vault }) => {
    await up(await vault(() => ({}), { tokenEnv: "NO_SUCH_VARIABLE_IS_SET" }));
  }),
  "a variable with more than a token": story(async ({ up, vault }) => {
    process.env["VAULT_TOKEN"] = "Token: s.a-token-of-the-documents";
    await up(await vault(() => ({})));
  }),
  "a caFile that is none": story(async ({ up, vault }) => {
    await up(await vault(() => ({}), { caFile: "no-such.pem" }));
    await up(await vault(() => ({}), { caFile: "package.json" }));
  }),

  "a key that does not fit its authority": story(async ({ authority, up }) => {
    writeFileSync(join(authority.folder, "other.key"), makeIdentity("Other").privateKey);
    const [certificate, key] = ["ca.pem", "other.key"].map((name) => ({ file: join(authority.folder, name) }));
    await up({ ca: { certificate, key } });
  }),
  "a chain that is none": wrongly(signs, {}, { chain: { file: "package.json" } }),

  "a certificate for another key": wrongly("cat ca.pem"),
  "no chain": wrongly(signs),
  "somebody else's chain": story(async ({ authority, up, program }) => {
    const stranger = makeOpensslAuthority();
    writeFileSync(join(authority.folder, "stranger.pem"), stranger.certificate);
    stranger.remove();
    await up(program(`${signs} && cat stranger.pem`));
  }),
  "too few days": wrongly(`DAYS=10; ${signsWhole}`),
  "a certificate that has ended": story(({ up, authority }) =>
    up(ownAuthority(authority, { notAfter: daysFromNow(-1) })),
  ),
  "a certificate that begins later": story(({ up, authority }) =>
    up(ownAuthority(authority, { notBefore: daysFromNow(9) })),
  ),
  "another common name": wrongly(
    `openssl x509 -req -CA ca.pem -CAkey ca.key -subj /CN=other -days 90 2>/dev/null && cat ca.pem`,
  ),
  "something else": wrongly("echo hello"),
  "names and uses that were not asked for": story(async ({ authority, up, program }) => {
    writeFileSync(join(authority.folder, "uses.txt"), "extendedKeyUsage=serverAuth\n");
    const sign = "openssl x509 -req -CA ca.pem -CAkey ca.key -extfile uses.txt -days 90 2>/dev/null && cat ca.pem";
    await up(program(sign.replace("-req", '-req -subj "/CN=$ESPER_DEVICE_SERIAL"')), {
      ...{ subject: "CN={serial},O=Acme", dns: ["{serial}.acme.com"] },
    });
  }),
  "certificates that end": story(async ({ up, program }) => {
    await up(program(signsWhole));
    daysLater(61);
    await up(program(signsWhole));
  }),

  "devices without names": story(async ({ simulator, up, program }) => {
    simulator.world.join("Tills", { alias: "twin", serial: "SN-00", osVersion: "14" });
    simulator.world.join("Tills", { alias: "long", serial: "S".repeat(70), osVersion: "14" });
    simulator.world.join("Tills", { alias: "odd", serial: "SN 05", osVersion: "14" });
    await up(program(signsWhole), { dns: ["{serial}.acme.com"] });
    await up(program(signsWhole), { subject: "CN={imei}" });
  }),

  "certificates that cannot be revoked": story(async ({ up, destroy, program }) => {
    const signing = `[ "$1" != revoke ] || { echo "the list is locked" >&2; exit 3; }\n${signsWhole}`;
    await up(program(signing), { revoke: true });
    await up(program(signing), { revoke: true, subject: "CN={serial},O=Acme" });
    await up(program(signing), { revoke: true, subject: "CN={serial},O=Acme" });
    await destroy();
  }),
  "certificates of the time before `revoke`": story(async ({ up, program }) => {
    await up(program(`[ "$1" = revoke ] || { ${signsWhole}; }`));
    await up(program(`[ "$1" = revoke ] || { ${signsWhole}; }`), { revoke: true, subject: "CN={serial},O=Acme" });
  }),
};
