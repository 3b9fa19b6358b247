// What a measurement stands on: a simulated tenant in its own process, and a stack that declares certificates on it.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeOpensslAuthority } from "../test/issuers/openssl-authority";
import { withStack, type Stack } from "../test/support/engine";
import { at, listAt } from "../test/support/story";
import { makeDeviceFile } from "./device-files";
import { makeFile, password } from "./files";
import type { Profile } from "./profiles";
import {
  authoritySource,
  certificateProgram,
  deviceCertificatesProgram,
  folderSource,
  passwordVariable,
  type CertificateToDeclare,
  type Stored,
} from "./programs";
import { Tenant, type TenantOptions } from "./tenant";

export type Size = Pick<Profile, "certificates" | "devices" | "target" | "own" | "issued">;

/** Devices answer at once, all well. */
export const prompt: Omit<TenantOptions, "devices"> = { deviceMs: 0, readsBeforeAnswer: 0, failing: 0 };

export const fileName = (number: number): string => `certificate-${number}.p12`;

/** The stack has not been brought up yet. Both are gone when `body` is over. */
export async function withStage(
  size: Size,
  habits: Omit<TenantOptions, "devices">,
  body: (stack: Stack, tenant: Tenant) => Promise<void>,
): Promise<void> {
  const tenant = await Tenant.start({ ...habits, devices: size.devices });
  const { url, apiKey } = tenant.welcome;
  const env = { ESPER_BASE_URL: url, ESPER_API_KEY: apiKey, [passwordVariable]: password };
  try {
    await withStack(programFor(size, tenant), { env }, async (stack) => {
      if (size.issued === true) await writeAuthority(stack);
      else if (size.own === true) await writeDeviceFiles(stack, tenant, size.devices);
      for (let number = 0; number < size.certificates; number++) {
        await stack.writeFile(fileName(number), await makeFile());
      }
      await body(stack, tenant);
    });
  } finally {
    await tenant.end();
  }
}

const ownFolder = "certs";
const authorityFiles = ["ca.pem", "ca.key"] as const;

function programFor(size: Size, tenant: Tenant): string {
  if (size.own !== true) return certificateProgram(declarations(size, tenant));
  const source = size.issued === true ? authoritySource(...authorityFiles) : folderSource(ownFolder);
  return deviceCertificatesProgram(tenant.welcome.group, source);
}

async function writeAuthority(stack: Stack): Promise<void> {
  const authority = makeOpensslAuthority();
  for (const name of authorityFiles) await stack.writeFile(name, await readFile(join(authority.folder, name)));
  authority.remove();
}

/** A new certificate for the first so many devices. */
export async function writeDeviceFiles(stack: Stack, { welcome }: Tenant, devices: number): Promise<void> {
  await mkdir(join(stack.folder, ownFolder), { recursive: true });
  for (const serial of welcome.serials.slice(0, devices)) {
    await stack.writeFile(join(ownFolder, `${serial}.p12`), await makeDeviceFile(`${serial}.example`));
  }
}

function declarations({ certificates, target }: Size, { welcome }: Tenant): readonly CertificateToDeclare[] {
  const groupOrDevice = (number: number): CertificateToDeclare["target"] =>
    target === "group" ? { group: welcome.group } : { devices: welcome.deviceIds.slice(number, number + 1) };
  return Array.from({ length: certificates }, (_, number) => ({
    alias: `client-${number}`,
    target: groupOrDevice(number),
    file: fileName(number),
  }));
}

/** The largest record of a certificate in the stack, as the JSON of an export without its white space. */
export async function stateBytes(stack: Stack): Promise<number> {
  const records = await certificatesIn(stack);
  return Math.max(...records.map((record) => Buffer.byteLength(JSON.stringify(record))));
}

/** What the stack holds of one certificate, but for the provider's text. */
export async function storedCertificate(stack: Stack): Promise<Stored> {
  const [record] = await certificatesIn(stack);
  const without = (name: string): Readonly<Record<string, unknown>> => {
    const properties = at(record, name);
    const entries = typeof properties === "object" && properties !== null ? Object.entries(properties) : [];
    return Object.fromEntries(entries.filter(([key]) => key !== "__provider"));
  };
  return { inputs: without("inputs"), outputs: without("outputs") };
}

async function certificatesIn(stack: Stack): Promise<readonly unknown[]> {
  const exported: unknown = JSON.parse(await stack.exported());
  const isCertificate = (resource: unknown): boolean => String(at(resource, "type")).includes("esper:");
  return listAt(exported, "deployment", "resources").filter(isCertificate);
}
