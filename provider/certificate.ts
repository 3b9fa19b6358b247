// The resource: a certificate under an alias on a target. Its arguments and outputs with their meaning, and the one line of
// provider text that the engine stores with it (DESIGN, section 5). It knows nothing of Esper's API or of PKCS#12.

import * as pulumi from "@pulumi/pulumi";

/** The devices meant: one group with its sub-groups, or any set of groups and devices. Ids are Esper's UUIDs. */
export type CertificateTarget =
  | { readonly group: pulumi.Input<string> }
  | {
      readonly groups?: pulumi.Input<readonly pulumi.Input<string>[]>;
      readonly devices?: pulumi.Input<readonly pulumi.Input<string>[]>;
    };

interface CertificatePassword {
  /** The file's password. Kept as a secret. */
  readonly password?: pulumi.Input<string>;
  /** The name of an environment variable that holds the password wherever `pulumi` runs; then no secret is in the state. */
  readonly passwordEnv?: pulumi.Input<string>;
}

/** Where the certificate comes from: exactly one of `file`, `base64` and `pem`, and how to open it. */
export type CertificateSource = CertificatePassword &
  (
    | {
        /** A PKCS#12 file, its path relative to the program's folder; only the path and a digest go into the state. */
        readonly file: pulumi.Input<string | pulumi.asset.FileAsset>;
      }
    | {
        /** A whole PKCS#12 file in base64. Kept as a secret. */
        readonly base64: pulumi.Input<string>;
      }
    | {
        /** Certificate and private key as PEM text; made into a PKCS#12 file, the same bytes every time. */
        readonly pem: {
          readonly certificate: pulumi.Input<string>;
          /** Kept as a secret. */
          readonly privateKey: pulumi.Input<string>;
          /** The issuers' certificates. */
          readonly chain?: pulumi.Input<string>;
        };
      }
  );

/** How long a run waits for devices. */
export interface CertificateWait {
  /**
   * `reachable` (default): for the members that are online when the command is sent; offline ones stay pending and are a
   * warning. `all`: for every member. `none`: not at all.
   */
  readonly for?: pulumi.Input<"reachable" | "all" | "none">;
  /** Default 10. Holds for each wave. */
  readonly timeoutMinutes?: pulumi.Input<number>;
  /** What a time-out does to the run: `fail` (default) or `warn`. The commands stay queued either way. */
  readonly onTimeout?: pulumi.Input<"fail" | "warn">;
}

export interface CertificateArgs {
  /** The name under which Android keeps the certificate; case-sensitive. */
  readonly alias: pulumi.Input<string>;
  /** The devices meant. */
  readonly target: pulumi.Input<CertificateTarget>;
  /** Where the certificate comes from. */
  readonly source: pulumi.Input<CertificateSource>;
  /** How long to wait for devices; by default up to 10 minutes for those that are online. */
  readonly wait?: pulumi.Input<CertificateWait>;
  /** Esper's `device_type`: narrows the members to those online, or offline, when it is sent. Default `all`. */
  readonly deviceType?: pulumi.Input<"all" | "active" | "inactive">;
  /** How many later runs try again on devices that failed. Default 3. */
  readonly retryRounds?: pulumi.Input<number>;
  /** Sends to everyone again when the last full install is older. */
  readonly reinstallAfterDays?: pulumi.Input<number>;
  /** A change sends the certificate to every member again. */
  readonly triggers?: pulumi.Input<readonly unknown[]>;
}

/** How far the target is covered, in devices: members = installed + pending + failed + missing. */
export interface CertificateCoverage {
  readonly members: number;
  readonly installed: number;
  /** Sent and not answered yet. */
  readonly pending: number;
  readonly failed: number;
  /** Never sent the present content. */
  readonly missing: number;
  /** Those of the pending that were offline when last seen. */
  readonly offline: number;
  /** Devices of the target that cannot hold certificates; not among the members. */
  readonly unsupported: number;
}

/** A member on which the certificate is not installed. */
export interface CertificateException {
  /** The device's id. */
  readonly device: string;
  readonly name: string;
  /** Esper's state of the command, or `Never sent`, `Sent` or `Expired`. */
  readonly state: string;
  /** The device's own words; empty when it gave none. */
  readonly reason: string;
  /** ISO instant. */
  readonly since: string;
}

/** A command request that the coverage rests on. */
export interface CertificateCommand {
  /** Esper's id of the request. */
  readonly id: string;
  readonly kind: "install" | "uninstall";
  readonly commandType: "DEVICE" | "GROUP" | "DYNAMIC";
  readonly devices: number;
  /** ISO instant. */
  readonly sentAt: string;
}

const typeToken = "pulumi-nodejs:dynamic/esper:Certificate";

/**
 * The text that the engine stores and later runs. It loads the installed package and nothing else, so that an upgrade does
 * not touch the state and no code or secret is captured. Every release must load the text of every earlier one.
 */
export function providerText(urn: string): string {
  return `exports.handler = () => require("pulumi-esper/provider").certificate(${JSON.stringify(urn)})`;
}

// An output is resolved on the resource only when it is among the properties from the start.
const outputs = {
  certificate: undefined,
  sentAs: undefined,
  coverage: undefined,
  exceptions: undefined,
  exceptionsOmitted: undefined,
  commands: undefined,
  progress: undefined,
  readyForRenewal: undefined,
  renewAt: undefined,
  record: undefined,
};

/** A client certificate under an alias on Esper devices. */
export class Certificate extends pulumi.CustomResource {
  declare public readonly alias: pulumi.Output<string>;
  declare public readonly coverage: pulumi.Output<CertificateCoverage>;
  /** Members that are not installed, as many as fit into 6 kB, at most 100; `exceptionsOmitted` says how many more. */
  declare public readonly exceptions: pulumi.Output<readonly CertificateException[]>;
  declare public readonly exceptionsOmitted: pulumi.Output<number>;
  declare public readonly commands: pulumi.Output<readonly CertificateCommand[]>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const urn = pulumi.createUrn(name, typeToken, opts?.parent);
    // A plain promise: an output made of the URN depends on the parent, and the SDK takes that for the parent's children,
    // this resource among them, so that a program with a component would wait for ever.
    const text = new Promise<string>((resolve) => {
      urn.apply((known) => {
        resolve(providerText(known));
      });
    });
    const properties = { ...args, ...outputs, source: withSecrets(args.source), __provider: text };
    // What a rollback may need is kept in the state, and only as a secret.
    const additionalSecretOutputs = [...(opts?.additionalSecretOutputs ?? []), "kept"];
    super(typeToken, name, properties, { ...opts, additionalSecretOutputs });
  }
}

/** Marks what is secret in a source, and only that: the path of a file stays readable in previews. */
function withSecrets(source: CertificateArgs["source"]): pulumi.Input<unknown> {
  if (pulumi.Output.isInstance(source) || source instanceof Promise) return pulumi.secret(source);
  return {
    ...source,
    ...(source.password !== undefined && { password: pulumi.secret(source.password) }),
    ...("base64" in source && { base64: pulumi.secret(source.base64) }),
    ...("pem" in source && { pem: { ...source.pem, privateKey: pulumi.secret(source.pem.privateKey) } }),
  };
}
