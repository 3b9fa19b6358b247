// What the report's tests start from: a stack export with certificates in many conditions, made of states as the provider
// writes them. The words of devices in it are as awkward as devices can be.

import { pickWritten } from "../../provider/lifecycle/arguments/arguments";
import { toOutputs } from "../../provider/lifecycle/state/record";
import type { Exception } from "../../provider/lifecycle/state/state";
import { at, dayMs, groupA, groupB, nowMs, program, state, uuid, type StateChange } from "../lifecycle/given";

export interface StoredChange extends StateChange {
  /** Left out: a year's certificate with 200 days left. */
  readonly endsInDays?: number;
  readonly livedDays?: number;
  readonly subject?: string;
  readonly drift?: string;
  readonly isLeftOver?: boolean;
  /** Stored outputs changed afterwards. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export function urnOf(name: string): string {
  return `urn:pulumi:prod::fleet::pulumi-nodejs:dynamic/esper:Certificate::${name}`;
}

/** A resource as it stands in an export. */
export function stored(name: string, change: StoredChange = {}): Readonly<Record<string, unknown>> {
  const { endsInDays = 200, livedDays = 165, subject = `CN=${name}.acme.example,O=Acme`, drift, isLeftOver } = change;
  const certificate = {
    ...{ subject, issuer: "CN=Acme Device CA,O=Acme", serialNumber: "1a2b", keyAlgorithm: "EC P-256", chain: [] },
    notBefore: at(livedDays * dayMs),
    notAfter: new Date(nowMs + endsInDays * dayMs).toISOString(),
    ...{ sha256Fingerprint: "ab".repeat(32), digest: "a".repeat(64), encoding: "PBES2 AES-256" },
  };
  const known = state({ ...change, rest: { certificate, ...change.rest } });
  const written = pickWritten(program(change.program));
  return {
    ...{ urn: urnOf(name), custom: true, id: `${name}@${groupA}`, type: "pulumi-nodejs:dynamic/esper:Certificate" },
    ...(isLeftOver === true && { delete: true }),
    inputs: {
      ...written,
      certificate,
      ...(drift !== undefined && { drift }),
      source: { file: "a.p12", password: secret },
    },
    outputs: { ...toOutputs(known), ...change.outputs },
  };
}

/** As the engine exports a secret. */
export const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:c2VjcmV0",
};

export function exportOf(resources: readonly unknown[], change: Readonly<Record<string, unknown>> = {}): string {
  const root = { urn: "urn:pulumi:prod::fleet::pulumi:pulumi:Stack::fleet-prod", type: "pulumi:pulumi:Stack" };
  const deployment = {
    manifest: { time: at(90 * 60_000), magic: "m", version: "3.250.0" },
    resources: [root, ...resources],
    ...change,
  };
  return JSON.stringify({ version: 3, deployment });
}

export function exception(number: number, stateText: string, reason = "", name = `shop-${number}`): Exception {
  return { device: uuid(number), name, state: stateText, reason, since: at(3_600_000) };
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

export const hostile = `<img src=x onerror="document.title='broken'"></style><script>document.title='broken'</script>&"'\u0007`;

/** One of each condition. */
export const fleetExport = exportOf([
  stored("shops-client", {
    program: { alias: "corp-client", target: { group: groupA } },
    endsInDays: 812,
    coverage: { members: 412, installed: 361, pending: 38, failed: 9, missing: 4, offline: 36, unsupported: 12 },
    drift: "4 devices joined, 2 devices failed",
    rest: {
      exceptions: [
        ...range(0, 7).map((index) => exception(index, "Failure", "Wrong password or the file is damaged")),
        exception(7, "TimeOut"),
        exception(8, "Cancelled", "Command Cancelled"),
        ...range(9, 13).map((index) => exception(index, "Never sent")),
        ...range(13, 49).map((index) => exception(index, "Command Queued")),
      ],
      exceptionsOmitted: 2,
    },
    record: { drifted: true },
  }),
  stored("depots-wifi", {
    program: { alias: "wifi" },
    coverage: { members: 80, installed: 80 },
    endsInDays: 19,
    livedDays: 346,
  }),
  stored("trucks", {
    program: { target: { groups: [groupA, groupB], devices: [uuid(1)] }, rollout: { waves: ["1%", "10%", "100%"] } },
    endsInDays: 3_600,
    coverage: { members: 1_200, installed: 9, failed: 3, missing: 1_188 },
    record: { heldBack: 1_188 },
    rest: {
      progress: { wave: 1, waves: 3, state: "stopped" },
      exceptions: range(0, 3).map((index) => exception(100 + index, "Failure", hostile, `${hostile}-${index}`)),
      exceptionsOmitted: 1_188,
    },
  }),
  stored("kiosks", { endsInDays: -4, livedDays: 400, coverage: { members: 40, installed: 40 } }),
  stored("scanners", {
    endsInDays: 95,
    program: { rollout: { waves: ["10%"] } },
    coverage: { members: 300, installed: 30, missing: 270 },
    record: { heldBack: 270 },
  }),
  stored("lockers", { endsInDays: 365, coverage: { members: 24, installed: 24 } }),
  stored("spare", { coverage: { members: 0, installed: 0 }, endsInDays: 45, livedDays: 45 }),
  stored("tills", { outputs: { record: { schema: 99 } } }),
]);
