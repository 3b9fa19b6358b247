// What programs import from "pulumi-esper/policies": rules about certificates for a policy pack, each with a severity and a
// setting. They read what the engine hands to policies and nothing else; @pulumi/policy is the pack's own, of which only types
// are used here.

import type {
  EnforcementLevel,
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";
import { certificateType, deviceCertificatesType } from "./type-token";

/** What a pack may say of each rule. A rule's own setting can also come from the pack's configuration. */
export interface RuleOptions {
  /** Default `mandatory`; for `keyPerDevice` `advisory`. */
  readonly enforcementLevel?: EnforcementLevel;
  readonly severity?: Severity;
}

/** The rules that suit every house, with their default settings; `issuedKeys` is for those with an issuer. */
export function certificatePolicies(
  options: RuleOptions = {},
): readonly (ResourceValidationPolicy | StackValidationPolicy)[] {
  return [
    notEndingSoon(options),
    strongAlgorithms(options),
    nothingSecretInline(options),
    stagedRollout(options),
    keyPerDevice(options),
  ];
}

/** No certificate that ends within so many days. @param now milliseconds since 1970 */
export function notEndingSoon(
  { days = 30, ...options }: RuleOptions & { readonly days?: number } = {},
  now: () => number = Date.now,
): ResourceValidationPolicy {
  return {
    name: "esper-certificate-not-ending-soon",
    description: "A certificate is valid for some time yet when it is sent to devices.",
    ...levels(options, "mandatory", "high"),
    configSchema: numberSetting("days", days, "A certificate must be valid for at least so many days."),
    validateResource: ({ type, props, ...args }, report) => {
      if (!isCertificate(type)) return;
      const notAfter = textAt(props, "certificate", "notAfter");
      const least = numberIn(args.getConfig(), "days", days);
      const left = Math.floor((Date.parse(notAfter) - now()) / dayMs);
      // A file that cannot be opened yet, or that has no date, is the provider's to refuse.
      if (Number.isNaN(left) || left >= least) return;
      const when = left < 0 ? "has expired" : `ends in ${left} days`;
      report(`The certificate ${when} (${notAfter.slice(0, 10)}); at least ${least} days are asked for. Renew it.`);
    },
  };
}

/** No RSA key below so many bits, and no signature by MD5 or SHA-1. */
export function strongAlgorithms({
  rsaBits = 2048,
  ...options
}: RuleOptions & { readonly rsaBits?: number } = {}): ResourceValidationPolicy {
  return {
    name: "esper-certificate-strong-algorithms",
    description: "A certificate's key and signature are not broken.",
    ...levels(options, "mandatory", "high"),
    configSchema: numberSetting("rsaBits", rsaBits, "An RSA key must have at least so many bits."),
    validateResource: ({ type, props, ...args }, report) => {
      if (!isCertificate(type)) return;
      const key = textAt(props, "certificate", "keyAlgorithm");
      const least = numberIn(args.getConfig(), "rsaBits", rsaBits);
      const bits = Number(/^RSA\D*(\d+)$/u.exec(key)?.[1]);
      if (bits < least)
        report(`The key is ${key}; RSA ${least} or EC P-256 is asked for. Have the certificate issued again.`);
      const signature = textAt(props, "certificate", "signatureAlgorithm");
      if (/MD[245]|SHA-?1(?!\d)/iu.test(signature)) {
        report(`The certificate is signed with ${signature}, which is broken. Have it issued again.`);
      }
    },
  };
}

/** No password, key or file in the arguments, and so in the stack's state: only `file` and `passwordEnv`. */
export function nothingSecretInline({
  allow = [],
  ...options
}: RuleOptions & { readonly allow?: readonly string[] } = {}): ResourceValidationPolicy {
  const schema: PolicyConfigSchema = {
    properties: {
      allow: {
        ...{ type: "array", items: { type: "string" }, default: [...allow] },
        description: "Arguments that are allowed all the same: password, base64, pem.",
      },
    },
  };
  return {
    name: "esper-certificate-nothing-secret-inline",
    description: "Passwords, keys and files stay out of programs and stacks.",
    ...levels(options, "mandatory", "critical"),
    configSchema: schema,
    validateResource: ({ type, props, ...args }, report) => {
      if (!isCertificate(type) && !isForDevices(type)) return;
      const configured = at(args.getConfig(), "allow");
      const allowed: readonly unknown[] = Array.isArray(configured) ? configured : allow;
      const certificates = valuesIn(at(props, "source", "certificates"));
      for (const [name, instead] of Object.entries(inlineSecrets)) {
        if (allowed.includes(name)) continue;
        const inMap = certificates.filter((one) => at(one, name) !== undefined).length;
        if (inMap > 0)
          report(`${inMap} of source.certificates have ${name}, a secret in the stack's state; use ${instead}.`);
        if (at(props, "source", name) === undefined) continue;
        report(`source.${name} puts a secret into the stack's state; use ${instead}.`);
      }
    },
  };
}

const inlineSecrets = { password: "passwordEnv", base64: "file", pem: "file" };

/** Waves or a canary where the target reaches more than so many devices. */
export function stagedRollout({
  devices = 100,
  ...options
}: RuleOptions & { readonly devices?: number } = {}): StackValidationPolicy {
  return {
    name: "esper-certificate-staged-rollout",
    description: "A certificate for many devices is sent in waves, or to a canary first.",
    ...levels(options, "mandatory", "medium"),
    configSchema: numberSetting("devices", devices, "So many devices may be reached without waves or a canary."),
    validateStack: ({ resources, ...args }, report) => {
      const most = numberIn(args.getConfig(), "devices", devices);
      for (const { type, props, urn } of resources) {
        if (!isCertificate(type) && !isForDevices(type)) continue;
        const reached = devicesOf(props);
        if (reached <= most || isStaged(props)) continue;
        report(
          `It reaches ${reached} devices at once, and ${most} are allowed: add rollout.waves or rollout.canary.`,
          urn,
        );
      }
    },
  };
}

/** One key on more than so many devices, where the house wants one a device. */
export function keyPerDevice({
  devices = 1,
  ...options
}: RuleOptions & { readonly devices?: number } = {}): StackValidationPolicy {
  return {
    name: "esper-certificate-key-per-device",
    description: "Devices do not share a private key.",
    ...levels(options, "advisory", "medium"),
    configSchema: numberSetting("devices", devices, "So many devices may share a key."),
    validateStack: ({ resources, ...args }, report) => {
      const most = numberIn(args.getConfig(), "devices", devices);
      for (const { type, props, urn } of resources) {
        if (!isCertificate(type)) continue;
        const reached = devicesOf(props);
        if (reached > most) report(`${reached} devices share one private key; ${most} may. Give each its own.`, urn);
      }
    },
  };
}

/** Each device has a key of its own that an issuer's run makes and forgets, so that it rests on the device alone. */
export function issuedKeys(options: RuleOptions = {}): ResourceValidationPolicy {
  return {
    name: "esper-certificate-issued-keys",
    description: "Private keys are made for each device when it is sent its certificate, and rest nowhere else.",
    ...levels(options, "mandatory", "high"),
    validateResource: ({ type, props }, report) => {
      const isIssued = isForDevices(type) && at(props, "source", "issuer") !== undefined;
      if (isIssued || (!isCertificate(type) && !isForDevices(type))) return;
      report("Its private keys are kept outside the devices. Use DeviceCertificates with source.issuer.");
    },
  };
}

const dayMs = 24 * 3_600_000;

function isForDevices(type: string): boolean {
  return type === deviceCertificatesType || type === "esper:index:DeviceCertificates";
}

function isCertificate(type: string): boolean {
  return type === certificateType || type === "esper:index:Certificate";
}

function levels(
  { enforcementLevel, severity }: RuleOptions,
  level: EnforcementLevel,
  usual: Severity,
): Required<RuleOptions> {
  return { enforcementLevel: enforcementLevel ?? level, severity: severity ?? usual };
}

function numberSetting(name: string, usual: number, description: string): PolicyConfigSchema {
  return { properties: { [name]: { type: "number", minimum: 0, default: usual, description } } };
}

/** Of the last coverage that the stack holds; of a new certificate only the devices that are named. */
function devicesOf(props: PolicyResource["props"]): number {
  const members = at(props, "coverage", "members");
  if (typeof members === "number") return members;
  const named = at(props, "target", "devices");
  return Array.isArray(named) ? named.length : 0;
}

function isStaged(props: PolicyResource["props"]): boolean {
  const waves = at(props, "rollout", "waves");
  return (Array.isArray(waves) && waves.length > 1) || at(props, "rollout", "canary") !== undefined;
}

function numberIn(config: unknown, name: string, usual: number): number {
  const value = at(config, name);
  return typeof value === "number" ? value : usual;
}

function textAt(value: unknown, ...path: readonly string[]): string {
  const text = at(value, ...path);
  return typeof text === "string" ? text : "";
}

/** The value at a path; undefined where there is none, and where a preview does not know it yet. */
function at(value: unknown, ...path: readonly string[]): unknown {
  try {
    return path.reduce<unknown>((found, name) => (isRecord(found) ? found[name] : undefined), value);
  } catch (error) {
    if (error instanceof Error && "unknownTypeSentinel" in error) return undefined;
    throw error;
  }
}

function valuesIn(value: unknown): readonly unknown[] {
  return isRecord(value) ? Object.keys(value).map((name) => at(value, name)) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
