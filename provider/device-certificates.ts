// The resource: a certificate of its own on each device of a target. Its arguments and outputs with their meaning, and the one
// line of provider text that the engine stores with it (docs/design.md, sections 5 and 12). It knows neither Esper's API nor
// PKCS#12.

import * as pulumi from "@pulumi/pulumi";
import type {
  CertificateArgs,
  CertificateCoverage,
  CertificateException,
  CertificatePem,
  CertificateProgress,
  CertificateRollout,
} from "./certificate";
import { deviceSourceWithSecrets } from "./engine/device-secrets";
import { refuseWhereNotInstalled, storedText, withCallers } from "./engine/resource";
import { shortenTraces } from "./engine/short-traces";
import { deviceCertificatesType } from "./type-token";

/** How the files are opened: with one password for all, or with that of a file for each device. At most one of the three. */
export interface DeviceCertificatesPassword {
  /** The password of all files. Kept as a secret. */
  readonly password?: pulumi.Input<string>;
  /** The name of an environment variable that holds it wherever `pulumi` runs; then no secret is in the state. */
  readonly passwordEnv?: pulumi.Input<string>;
  /**
   * The name of a file with the password of one device, such as `{serial}.txt`: in `folder`, with `certificates` in the program's
   * folder. One line break at its end is not part of the password.
   */
  readonly passwordFile?: pulumi.Input<string>;
}

/** Where the certificates come from: a folder of files, a map of certificates, or an issuer that makes them. */
export type DeviceCertificatesSource = DeviceCertificatesPassword &
  (
    | {
        /** The folder with the files; its path is relative to the program's folder. */
        readonly folder: pulumi.Input<string>;
        /**
         * The name of a device's file, with one of `{serial}`, `{id}`, `{name}` and `{imei}` in it. Default `{serial}.p12`. Files
         * with other names are not counted.
         */
        readonly file?: pulumi.Input<string>;
      }
    | {
        /** A certificate for each device, by the value that `by` says. Base64 and keys are kept as secrets. */
        readonly certificates: pulumi.Input<Readonly<Record<string, DeviceCertificateContent>>>;
        /** What the names in `certificates` are: serial numbers (default), ids or names of devices. */
        readonly by?: pulumi.Input<"serial" | "id" | "name">;
      }
    | {
        /** Who issues a certificate for each device. Its key is made by the provider, sent to the device, and forgotten. */
        readonly issuer: pulumi.Input<CertificateIssuer>;
        /**
         * The name in each certificate, written as RFC 4514 says, with `{serial}`, `{id}`, `{name}` and `{imei}` for a device's
         * values. Default `CN={serial}`.
         */
        readonly subject?: pulumi.Input<string>;
        /** DNS names beside the subject, with the same placeholders. */
        readonly dns?: pulumi.Input<readonly pulumi.Input<string>[]>;
        /** URIs beside the subject, with the same placeholders. */
        readonly uri?: pulumi.Input<readonly pulumi.Input<string>[]>;
        /** E-mail addresses beside the subject, with the same placeholders. */
        readonly email?: pulumi.Input<readonly pulumi.Input<string>[]>;
        /** The type of each device's key. Default `ec-p256`. */
        readonly key?: pulumi.Input<"ec-p256" | "ec-p384" | "rsa-2048" | "rsa-3072">;
        /** How many days a certificate is asked for; what the issuer gives counts. Default 90. */
        readonly days?: pulumi.Input<number>;
        /** How many certificates are asked for at a time. Default 8. */
        readonly concurrency?: pulumi.Input<number>;
        /** A device is due up to so many days earlier, by a hash of its id, so that a fleet does not renew in one night. Default 0. */
        readonly renewSpreadDays?: pulumi.Input<number>;
        /**
         * Whether a certificate that was replaced or removed is revoked once its device has confirmed. Default false; not with
         * `ca`.
         */
        readonly revoke?: pulumi.Input<boolean>;
      }
  );

/** Who issues: exactly one of `vault`, `ca` and `command`. */
export type CertificateIssuer =
  | {
      /** HashiCorp Vault or OpenBao. */
      readonly vault: pulumi.Input<VaultIssuer>;
      /** What leads from the authority to its root, where the issuer does not say it. */
      readonly chain?: pulumi.Input<IssuerMaterial>;
    }
  | {
      /** An authority whose certificate and key are at hand; certificates are signed in the provider. */
      readonly ca: pulumi.Input<OwnAuthority>;
      /** What leads from the authority to its root, where the issuer does not say it. */
      readonly chain?: pulumi.Input<IssuerMaterial>;
    }
  | {
      /**
       * Any program with its arguments, without a shell: the request (PEM) is on its input, the chain (PEM) is read from its
       * output, and the device is in its environment.
       */
      readonly command: pulumi.Input<readonly pulumi.Input<string>[]>;
      /** After so many seconds the program is ended. Default 60. */
      readonly timeoutSeconds?: pulumi.Input<number>;
      /** What leads from the authority to its root, where the issuer does not say it. */
      readonly chain?: pulumi.Input<IssuerMaterial>;
    };

/** HashiCorp Vault or OpenBao, with at most one way in: `tokenEnv`, `appRole` or `jwt`. */
export interface VaultIssuer {
  /** The cluster's address, such as `https://vault.acme.com`. */
  readonly address: pulumi.Input<string>;
  /** Where the PKI engine is mounted. Default `pki`. */
  readonly mount?: pulumi.Input<string>;
  /** The role that signs. */
  readonly role: pulumi.Input<string>;
  /** A namespace of Vault. */
  readonly namespace?: pulumi.Input<string>;
  /** A file (PEM) with the authority of the server's own TLS certificate. */
  readonly caFile?: pulumi.Input<string>;
  /** The environment variable that holds a token. Default `VAULT_TOKEN`. */
  readonly tokenEnv?: pulumi.Input<string>;
  /** Login by AppRole. */
  readonly appRole?: pulumi.Input<VaultAppRole>;
  /** Login by a token of the pipeline's own identity. */
  readonly jwt?: pulumi.Input<VaultJwt>;
}

/** Login by AppRole. */
export interface VaultAppRole {
  /** The role's id. */
  readonly roleId: pulumi.Input<string>;
  /** The environment variable that holds the secret id. */
  readonly secretIdEnv: pulumi.Input<string>;
}

/** Login by a token of the pipeline's own identity. */
export interface VaultJwt {
  /** Where the login is mounted. Default `jwt`. */
  readonly mount?: pulumi.Input<string>;
  /** The role of the login. */
  readonly role: pulumi.Input<string>;
  /** The environment variable that holds the token. */
  readonly tokenEnv: pulumi.Input<string>;
}

/** An authority whose certificate and key are at hand. */
export interface OwnAuthority {
  /** The authority's certificate, with its chain where it is no root. */
  readonly certificate: pulumi.Input<IssuerMaterial>;
  /** The authority's key. */
  readonly key: pulumi.Input<IssuerMaterial>;
  /** The environment variable that holds the key's password. */
  readonly keyPasswordEnv?: pulumi.Input<string>;
}

/** PEM or DER that is no part of the program: a file or an environment variable. */
export type IssuerMaterial =
  | {
      /** A path relative to the program's folder. */
      readonly file: pulumi.Input<string>;
    }
  | {
      /** The environment variable that holds it wherever `pulumi` runs. */
      readonly env: pulumi.Input<string>;
    };

/** The certificate of one device: exactly one of `file`, `base64` and `pem`, as for a Certificate. */
export type DeviceCertificateContent =
  | {
      /** A PKCS#12 file, or PEM with certificate and key; its path is relative to the program's folder. */
      readonly file: pulumi.Input<string>;
    }
  | {
      /** A whole PKCS#12 file in base64. Kept as a secret. */
      readonly base64: pulumi.Input<string>;
    }
  | {
      /** Certificate and private key as PEM text; made into a PKCS#12 file, the same bytes every time. */
      readonly pem: CertificatePem;
    };

/** Staged sending, as for a Certificate, but that nothing can be rolled back. */
export interface DeviceCertificatesRollout extends Omit<CertificateRollout, "onFailure"> {
  /** `stop` (default). `rollback` is refused: the state does not hold the previous file of each device. */
  readonly onFailure?: pulumi.Input<"stop">;
}

/**
 * The arguments of {@link DeviceCertificates}: those of a {@link Certificate} with another `source`, and two about files that are
 * not there. What cannot be used is refused in the preview, before anything is sent.
 */
export interface DeviceCertificatesArgs extends Omit<CertificateArgs, "source" | "rollout"> {
  /** Where the certificates come from. */
  readonly source: pulumi.Input<DeviceCertificatesSource>;
  /** Staged sending, as for a Certificate; `onFailure: "rollback"` is refused. */
  readonly rollout?: pulumi.Input<DeviceCertificatesRollout>;
  /**
   * What a device without a file means: `warn` (default), or `fail`, which refuses the preview; who is found later fails the run
   * after the others were sent.
   */
  readonly missingFile?: pulumi.Input<"warn" | "fail">;
  /** What a device has once its file is gone: `keep` (default) leaves the certificate there, `remove` takes it off. */
  readonly goneFile?: pulumi.Input<"keep" | "remove">;
}

/** What the files are, or how many certificates an issuer has made, and when they end. */
export interface DeviceCertificatesSummary {
  /** How many files there are; absent with an issuer. */
  readonly files?: number;
  /** How many of them belong to a member; absent with an issuer. */
  readonly used?: number;
  /** How many belong to no member; they are not opened. Absent with an issuer. */
  readonly unused?: number;
  /** Tells sets of files apart, by their names and bytes; absent with an issuer. */
  readonly digest?: string;
  /** For how many members a certificate was issued and sent; absent with files. */
  readonly issued?: number;
  /** The day on which the first certificate ends, `YYYY-MM-DD`; absent without certificates. */
  readonly notAfterFirst?: string;
  /** The day on which the last one ends. */
  readonly notAfterLast?: string;
  /** Subjects of the certificates' issuers, at most 20. */
  readonly issuers: readonly string[];
  /** Certificates that are due for renewal, soonest first, at most 20. */
  readonly expiring: readonly {
    /** The device's id. */
    readonly device: string;
    /** The name people know. */
    readonly name: string;
    /** `YYYY-MM-DD`. */
    readonly notAfter: string;
  }[];
}

/**
 * The text that the engine stores and later runs. It loads the installed package and nothing else, so that an upgrade does
 * not touch the state and no code or secret is captured. Every release must load the text of every earlier one.
 */
export function deviceProviderText(urn: string): string {
  return `exports.handler = () => require("pulumi-esper/provider").deviceCertificates(${JSON.stringify(urn)})`;
}

// An output is resolved on the resource only when it is among the properties from the start.
const outputs = {
  certificates: undefined,
  coverage: undefined,
  exceptions: undefined,
  exceptionsOmitted: undefined,
  progress: undefined,
  readyForRenewal: undefined,
  renewAt: undefined,
  record: undefined,
};

/**
 * A certificate of its own on each Esper device of a target, as one resource: one with ten thousand devices costs the engine no
 * more than one with ten.
 *
 * A run sends each member its own file where that is not there yet, and nothing where it is. A file that changes goes to its
 * device alone.
 *
 * @example
 * ```ts
 * const tills = new esper.DeviceCertificates("tills", {
 *   alias: "till",
 *   target: { group: "2b1e2f1b-10b2-49a8-a1fc-216970f2c0cb" },
 *   source: { folder: "certs", file: "{serial}.p12", passwordEnv: "P12_PASSWORD" },
 * });
 * ```
 */
export class DeviceCertificates extends pulumi.CustomResource {
  /** Its type in stacks, by which policies and {@link DeviceCertificates.isInstance} know it. @internal */
  public static readonly __pulumiType = deviceCertificatesType;

  /** The name under which Android keeps the certificates. */
  declare public readonly alias: pulumi.Output<string>;
  /** What the files are, or how many certificates an issuer has made, and when they end. */
  declare public readonly certificates: pulumi.Output<DeviceCertificatesSummary>;
  /** On how many devices their certificate is, and on how many it is not. */
  declare public readonly coverage: pulumi.Output<CertificateCoverage>;
  /** Members that are not installed, as many as fit into 6 kB, at most 100; state `No file` for those without a file. */
  declare public readonly exceptions: pulumi.Output<readonly CertificateException[]>;
  /** How many devices without their certificate are not among the `exceptions`. */
  declare public readonly exceptionsOmitted: pulumi.Output<number>;
  /** How far the rollout has come. */
  declare public readonly progress: pulumi.Output<CertificateProgress>;
  /** Whether the first certificate is due for renewal. Recomputed by every refresh, and by every run that changes something. */
  declare public readonly readyForRenewal: pulumi.Output<boolean>;
  /** From when on the first certificate is due for renewal; ISO instant. */
  declare public readonly renewAt: pulumi.Output<string>;

  /** Whether something is DeviceCertificates, also of another copy of this package. */
  public static override isInstance(given: unknown): given is DeviceCertificates {
    const isObject = typeof given === "object" && given !== null;
    return isObject && "__pulumiType" in given && given.__pulumiType === deviceCertificatesType;
  }

  /**
   * @param name of the resource in the stack; another one is another resource
   * @param args what the program asks for
   * @param opts Pulumi's own options, such as `dependsOn` and `parent`
   */
  constructor(name: string, args: DeviceCertificatesArgs, opts?: pulumi.CustomResourceOptions) {
    refuseWhereNotInstalled();
    // JavaScript programs may leave out what types ask for: `check` says so in a sentence.
    const { source } = (args as DeviceCertificatesArgs | undefined) ?? {};
    const text = storedText(pulumi.createUrn(name, deviceCertificatesType, opts?.parent), deviceProviderText);
    const properties = { ...args, ...outputs, source: deviceSourceWithSecrets(source), __provider: text };
    const asBefore = shortenTraces();
    try {
      super(deviceCertificatesType, name, properties, opts);
    } catch (error) {
      asBefore();
      throw withCallers(error, DeviceCertificates);
    } finally {
      asBefore();
    }
  }
}
