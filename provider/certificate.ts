// The resource: a certificate under an alias on a target. Its arguments and outputs with their meaning, and the one line of
// provider text that the engine stores with it (docs/design.md, section 5). It knows neither Esper's API nor
// PKCS#12.

import * as pulumi from "@pulumi/pulumi";
import { refuseWhereNotInstalled, storedText, withCallers, withPemSecrets, withSecretsIn } from "./engine/resource";
import { shortenTraces } from "./engine/short-traces";
import { certificateType } from "./type-token";

/**
 * The devices meant: one group with its sub-groups, or any set of groups and devices. Ids are Esper's UUIDs; those that it
 * does not know are refused when they are new in the program, in the preview already.
 */
export type CertificateTarget =
  | {
      /** The id of one group. Its sub-groups belong to it. No other part of the target stands beside it. */
      readonly group: pulumi.Input<string>;
    }
  | {
      /** Ids of groups, each with its sub-groups. One of `groups` and `devices` must name something. */
      readonly groups?: pulumi.Input<readonly pulumi.Input<string>[]>;
      /** Ids of single devices. */
      readonly devices?: pulumi.Input<readonly pulumi.Input<string>[]>;
    };

/**
 * How the file is opened: with `password`, with `passwordEnv`, or with neither when it has no password. The two together
 * are refused. For `pem` it is the password of the PKCS#12 file that is made.
 */
export interface CertificatePassword {
  /** The file's password. Kept as a secret. */
  readonly password?: pulumi.Input<string>;
  /**
   * The name of an environment variable that holds the password wherever `pulumi` runs; then no secret is in the state. What
   * is no such name is refused and not repeated.
   */
  readonly passwordEnv?: pulumi.Input<string>;
}

/**
 * Which certificate is meant where the source holds several keys, or several certificates of a key. By default the one that the
 * key's localKeyID names, else the newest that is valid.
 */
export interface CertificateChoice {
  /** The name on the key or its certificate. */
  readonly friendlyName?: pulumi.Input<string>;
  /** The SHA-256 of the certificate in hex, with or without colons. */
  readonly fingerprint?: pulumi.Input<string>;
}

/** Certificate and private key as PEM text. */
export interface CertificatePem {
  /** The leaf's certificate; PEM, or a PKCS#7 bundle in PEM, alone or with others. */
  readonly certificate: pulumi.Input<string>;
  /** The leaf's key: PKCS#8, PKCS#1 or SEC 1, encrypted or not. Kept as a secret. */
  readonly privateKey: pulumi.Input<string>;
  /** The issuers' certificates; PEM, or a PKCS#7 bundle in PEM. */
  readonly chain?: pulumi.Input<string>;
  /** Opens an encrypted key; by default the password of the PKCS#12 file that is made. Kept as a secret. */
  readonly privateKeyPassword?: pulumi.Input<string>;
  /** The name of an environment variable that holds the key's password wherever `pulumi` runs. */
  readonly privateKeyPasswordEnv?: pulumi.Input<string>;
}

/** Where the certificate comes from: exactly one of `file`, `base64` and `pem`, and how to open it. */
export type CertificateSource = CertificatePassword &
  CertificateChoice &
  (
    | {
        /**
         * A PKCS#12 file, binary or as PEM, or PEM with certificate and key; its path is relative to the program's folder. Only the
         * path and a digest go into the state.
         */
        readonly file: pulumi.Input<string | pulumi.asset.FileAsset>;
      }
    | {
        /** A whole PKCS#12 file in base64. Kept as a secret. */
        readonly base64: pulumi.Input<string>;
      }
    | {
        /** Certificate and private key as PEM text; made into a PKCS#12 file, the same bytes every time. */
        readonly pem: CertificatePem;
      }
  );

/** How long a run waits for devices. */
export interface CertificateWait {
  /**
   * `reachable` (default): for the members that are online when the command is sent; offline ones stay pending and are a
   * warning. `all`: for every member. `none`: not at all.
   */
  readonly for?: pulumi.Input<"reachable" | "all" | "none">;
  /** The deadline in minutes, 0 or more. Default 10. Holds for each wave. */
  readonly timeoutMinutes?: pulumi.Input<number>;
  /** What a time-out does to the run: `fail` (default) or `warn`. The commands stay queued either way. */
  readonly onTimeout?: pulumi.Input<"fail" | "warn">;
}

/** A number of devices, or a share of the members such as `"10%"`. */
export type CertificateAmount = number | `${number}%`;

/** Staged sending: wave after wave, each judged before the next. */
export interface CertificateRollout {
  /** Cumulative counts or shares, such as `["1%", "10%", "100%"]`. A last wave below 100 % leaves the rest out. */
  readonly waves?: pulumi.Input<readonly pulumi.Input<CertificateAmount>[]>;
  /** Devices that come first, as a wave of their own. */
  readonly canary?: pulumi.Input<{
    /** Ids of devices. */
    readonly devices?: pulumi.Input<readonly pulumi.Input<string>[]>;
    /** The id of a group; its sub-groups belong to it. */
    readonly group?: pulumi.Input<string>;
  }>;
  /** How many minutes a wave is watched before the next one is sent. Default 0. */
  readonly soakMinutes?: pulumi.Input<number>;
  /** More failures than this stop the rollout; a share counts the answers so far. Default 0. */
  readonly maxFailures?: pulumi.Input<CertificateAmount>;
  /**
   * `stop` (default), or `rollback`: the devices sent so far get the previous content back, which the state holds when it
   * was sent with `rollback` too; else the preview warns.
   */
  readonly onFailure?: pulumi.Input<"stop" | "rollback">;
  /** Ends the run well after this wave, counted from 1, the canary included; raising or removing it goes on. Default: no pause. */
  readonly pauseAfterWave?: pulumi.Input<number>;
}

/**
 * When devices are sent the command. Instants are ISO, without a zone the same as with `Z`; times of day `HH:MM`, days full
 * English names.
 */
export type CertificateSchedule =
  | {
      /** Once, from one instant to another. */
      readonly window: pulumi.Input<{
        /** ISO instant. */
        readonly start: pulumi.Input<string>;
        /** ISO instant, after `start`; one in the past is refused when it is new. */
        readonly end: pulumi.Input<string>;
        /** Whose clock counts: the device's (default) or the console's. */
        readonly timeZone?: pulumi.Input<"console" | "device">;
      }>;
    }
  | {
      /** On some days of the week at some times of day, from one instant to another. */
      readonly recurring: pulumi.Input<{
        /** ISO instant. */
        readonly start: pulumi.Input<string>;
        /** ISO instant, after `start`; one in the past is refused when it is new. */
        readonly end: pulumi.Input<string>;
        /** For example `["Saturday", "Sunday"]`. */
        readonly days: pulumi.Input<readonly pulumi.Input<string>[]>;
        /** `HH:MM`, 24 hours. */
        readonly from: pulumi.Input<string>;
        /** `HH:MM`, 24 hours. */
        readonly to: pulumi.Input<string>;
        /** Whose clock counts: the device's (default) or the console's. */
        readonly timeZone?: pulumi.Input<"console" | "device">;
      }>;
    };

/**
 * The arguments of a {@link Certificate}. What cannot be used is refused in the preview, each argument by name, before
 * anything is sent.
 */
export interface CertificateArgs {
  /** The name under which Android keeps the certificate; case-sensitive, not empty, one line. Another one is a replacement. */
  readonly alias: pulumi.Input<string>;
  /** The devices meant. */
  readonly target: pulumi.Input<CertificateTarget>;
  /** Where the certificate comes from. */
  readonly source: pulumi.Input<CertificateSource>;
  /**
   * What is sent: `auto` (default) sends the file as given when every targeted Android version can read it, and re-encodes it
   * locally when one cannot; `asGiven`, `androidLegacy` and `modern` say it outright.
   */
  readonly encoding?: pulumi.Input<"auto" | "asGiven" | "androidLegacy" | "modern">;
  /** Staged sending; by default one wave with everyone. */
  readonly rollout?: pulumi.Input<CertificateRollout>;
  /** Esper's window or recurring schedule; without it commands are immediate. */
  readonly schedule?: pulumi.Input<CertificateSchedule>;
  /** How long to wait for devices; by default up to 10 minutes for those that are online. */
  readonly wait?: pulumi.Input<CertificateWait>;
  /** Esper's `device_type`: narrows the members to those online, or offline, when it is sent. Default `all`. */
  readonly deviceType?: pulumi.Input<"all" | "active" | "inactive">;
  /**
   * What becomes of the certificate on members that leave a group by themselves: `keep` (default), or `remove`: once a refresh
   * has found them, the next run removes it, where another resource does not own it by now. More than ten devices and 10 % at
   * once keep it, unless `atMost` allows as many.
   */
  readonly onLeave?: pulumi.Input<
    | "keep"
    | "remove"
    | {
        /** Only `true`. */
        readonly remove: pulumi.Input<true>;
        /** So many at once at most, 1 or more, or a share of the members such as `"10%"`. */
        readonly atMost?: pulumi.Input<CertificateAmount>;
      }
  >;
  /** How many later runs try again on devices that failed; a whole number, 0 or more. Default 3. */
  readonly retryRounds?: pulumi.Input<number>;
  /** Sends to everyone again when the last full install is older than this many days, 1 or more. Default: never. */
  readonly reinstallAfterDays?: pulumi.Input<number>;
  /**
   * How many days before the certificate ends `readyForRenewal` turns true; default a third of the certificate's life, at
   * most 30 days.
   */
  readonly renewBeforeDays?: pulumi.Input<number>;
  /** Findings that are warnings refuse the preview instead. Default false. */
  readonly strict?: pulumi.Input<boolean>;
  /** Any values; a change of them sends the certificate to every member again. */
  readonly triggers?: pulumi.Input<readonly unknown[]>;
  /**
   * Any text for a device's id, such as the reason; a new or another text sends the certificate to that device again, where
   * `triggers` sends it to every member. An entry for a device that is no member is told; dropping one changes nothing.
   */
  readonly resend?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
}

/** What is in the file: its leaf certificate. */
export interface CertificateSummary {
  /** As RFC 4514 writes it, such as `CN=corp-client,O=Acme`. */
  readonly subject: string;
  /** As the subject. */
  readonly issuer: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
  /** Valid from this ISO instant. */
  readonly notBefore: string;
  /** Valid until this ISO instant. */
  readonly notAfter: string;
  /** Lower-case hex. */
  readonly sha256Fingerprint: string;
  /** For example `RSA 2048` or `EC P-256`. */
  readonly keyAlgorithm: string;
  /** How the leaf is signed, for example `RSA-SHA256`. */
  readonly signatureAlgorithm: string;
  /** The issuers' subjects, the leaf's own issuer first. */
  readonly chain: readonly string[];
  /**
   * Tells content apart, whatever its password, ciphers or order: lower-case hex of a SHA-256 over the certificates and
   * the public parts of the keys.
   */
  readonly digest: string;
  /** How the given file is protected, for example `PBES2 AES-256, HMAC-SHA-256`. */
  readonly encoding: string;
}

/** How far a rollout has come. */
export interface CertificateProgress {
  /** The last wave that was sent, counted from 1. */
  readonly wave: number;
  /** How many waves there are, the canary included. */
  readonly waves: number;
  /** Whether all waves are through, or why the next one has not been sent. */
  readonly state: "complete" | "paused" | "stopped" | "rolledBack";
}

/** How far the target is covered, in devices: members = installed + pending + failed + missing. */
export interface CertificateCoverage {
  /** Devices of the target that can hold a certificate. */
  readonly members: number;
  /** The last command installed the present content, and the device answered with success. */
  readonly installed: number;
  /** Sent and not answered yet. */
  readonly pending: number;
  /** Answered with a failure, or the command was cancelled or timed out. */
  readonly failed: number;
  /** Never sent the present content, or did not take it within 30 days. */
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
  /** The name people know: Esper's alias when there is one, else its generated name. */
  readonly name: string;
  /** Esper's state of the command, or `Never sent`, `Sent` or `Expired`. */
  readonly state: string;
  /** The device's own words; empty when it gave none. */
  readonly reason: string;
  /** ISO instant of the last change. */
  readonly since: string;
}

/** A command request that the coverage rests on. */
export interface CertificateCommand {
  /** Esper's id of the request. */
  readonly id: string;
  /** What it does. */
  readonly kind: "install" | "uninstall";
  /** How Esper was told whom it is for. */
  readonly commandType: "DEVICE" | "GROUP" | "DYNAMIC";
  /** How many devices it was for. */
  readonly devices: number;
  /** ISO instant. */
  readonly sentAt: string;
}

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

/**
 * A client certificate under an alias on Esper devices.
 *
 * A run sends it to the members that do not have it and waits for them as `wait` says. It fails when more devices fail
 * than `rollout.maxFailures` allows, or when they do not answer in time; the stack then keeps all that is known, and the
 * next run does only what is left.
 *
 * @example
 * ```ts
 * const client = new esper.Certificate("corp-client", {
 *   alias: "corp-client",
 *   target: { group: "2b1e2f1b-10b2-49a8-a1fc-216970f2c0cb" },
 *   source: { file: "certs/corp-client.p12", password: config.requireSecret("p12Password") },
 * });
 * ```
 */
export class Certificate extends pulumi.CustomResource {
  /** Its type in stacks, by which policies and {@link Certificate.isInstance} know it. @internal */
  public static readonly __pulumiType = certificateType;

  /** The name under which Android keeps the certificate. */
  declare public readonly alias: pulumi.Output<string>;
  /** What is in the file; a preview shows what of it changes. */
  declare public readonly certificate: pulumi.Output<CertificateSummary>;
  /** How it was encoded for the devices. */
  declare public readonly sentAs: pulumi.Output<"asGiven" | "androidLegacy" | "modern">;
  /** On how many devices it is, and on how many it is not. */
  declare public readonly coverage: pulumi.Output<CertificateCoverage>;
  /** Members that are not installed, as many as fit into 6 kB, at most 100; `exceptionsOmitted` says how many more. */
  declare public readonly exceptions: pulumi.Output<readonly CertificateException[]>;
  /** How many devices without the certificate are not among the `exceptions`. */
  declare public readonly exceptionsOmitted: pulumi.Output<number>;
  /** Esper's requests that the coverage rests on. */
  declare public readonly commands: pulumi.Output<readonly CertificateCommand[]>;
  /** How far the rollout has come. */
  declare public readonly progress: pulumi.Output<CertificateProgress>;
  /** Whether it is time for a successor. Recomputed by every refresh, and by every run that changes something. */
  declare public readonly readyForRenewal: pulumi.Output<boolean>;
  /** From when on it is time for a successor; ISO instant. */
  declare public readonly renewAt: pulumi.Output<string>;

  /** Whether something is a Certificate, also one of another copy of this package. */
  public static override isInstance(given: unknown): given is Certificate {
    return (
      typeof given === "object" && given !== null && "__pulumiType" in given && given.__pulumiType === certificateType
    );
  }

  /**
   * @param name of the resource in the stack; another one is another resource
   * @param args what the program asks for
   * @param opts Pulumi's own options, such as `dependsOn` and `parent`
   */
  constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
    refuseWhereNotInstalled();
    const text = storedText(pulumi.createUrn(name, certificateType, opts?.parent), providerText);
    // JavaScript programs may leave out what types ask for: `check` says so in a sentence.
    const { source } = (args as CertificateArgs | undefined) ?? {};
    const properties = { ...args, ...outputs, source: withSecrets(source), __provider: text };
    // What a rollback may need is kept in the state, and only as a secret.
    const additionalSecretOutputs = [...(opts?.additionalSecretOutputs ?? []), "kept"];
    const asBefore = shortenTraces();
    try {
      super(certificateType, name, properties, { ...opts, additionalSecretOutputs });
    } catch (error) {
      asBefore();
      throw withCallers(error, Certificate);
    } finally {
      asBefore();
    }
  }
}

/** Marks what is secret in a source, and only that: the path of a file stays readable in previews. */
function withSecrets(source: CertificateArgs["source"] | string | null | undefined): pulumi.Input<unknown> {
  if (source === undefined || source === null) return undefined;
  return withSecretsIn<CertificateSource>(source, (plain) => ({
    ...plain,
    ...(plain.password !== undefined && { password: pulumi.secret(plain.password) }),
    ...("base64" in plain && { base64: pulumi.secret(plain.base64) }),
    ...("pem" in plain && { pem: withPemSecrets(plain.pem) }),
  }));
}
