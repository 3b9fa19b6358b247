// The desk in front of an issuer: for each device it makes a key, has it signed, and hands out what was checked; at most so many
// at a time. It decides when an issuer is asked no more, and it keeps no key. It must not know which issuer stands behind it,
// nor where a certificate goes.

import { checkAnswer, type CheckedAnswer, type Issued } from "../check/answer";
import { KnownIssuers } from "../check/known-issuers";
import { type Issuer, type IssuerContext, isIssuerError } from "../issuer";
import type { Certificate } from "../../pkcs12";
import { Limiter } from "./limiter";
import type { KeyType } from "../settings";
import { makeKey } from "../signing/keys";
import { requestFor } from "../signing/request";
import { FirstAnswers, withoutNames } from "./stop-rule";
import type { CertificateNames } from "../template/names";
import type { DeviceNames } from "../template/placeholders";

export interface DeskOptions {
  /** The issuer in sentences. */
  readonly name: string;
  readonly key: KeyType;
  readonly days: number;
  /** As it holds, by default or not. */
  readonly renewBeforeDays: number;
  readonly renewSpreadDays: number;
  readonly concurrency: number;
  /** What leads from the issuer to its root. @throws IssuerError */
  readonly readChain: () => Promise<readonly Certificate[]>;
}

export type IssueOutcome =
  | ({ readonly kind: "issued" } & Issued)
  /** This device gets none; the reason is a sentence without its full stop, the same for the same reason. */
  | { readonly kind: "failed"; readonly reason: string }
  /** Nobody gets any more; why, the desk's `stopped` says once. */
  | { readonly kind: "stopped" };

export type RevokeOutcome = { readonly kind: "revoked" } | { readonly kind: "failed"; readonly reason: string };

export class Desk {
  private readonly limiter: Limiter;
  private readonly firstAnswers = new FirstAnswers();
  private readonly counted = new Map<string, number>();
  private stopReason: string | undefined;
  private knownIssuers: Promise<KnownIssuers> | undefined;

  constructor(
    private readonly issuer: Issuer,
    private readonly options: DeskOptions,
    private readonly context: Pick<IssuerContext, "clock" | "secrecy">,
  ) {
    this.limiter = new Limiter(options.concurrency);
  }

  /** The issuer in sentences. */
  get name(): string {
    return this.options.name;
  }

  /** Why nothing more is issued, as a sentence without its full stop; undefined as long as the issuer is asked. */
  get stopped(): string | undefined {
    return this.stopReason;
  }

  /** What certificates are like that was not asked for, with their number. */
  get remarks(): ReadonlyMap<string, number> {
    return this.counted;
  }

  /** May be called for all devices at once. Fails of an issuer are outcomes; nothing is thrown for them. */
  async issue(device: DeviceNames, names: CertificateNames): Promise<IssueOutcome> {
    return await this.limiter.run(async () => {
      if (this.stopReason !== undefined) return { kind: "stopped" };
      try {
        const { remarks, ...issued } = await this.signedFor(device, names);
        this.firstAnswers.add(undefined);
        for (const remark of remarks) this.counted.set(remark, (this.counted.get(remark) ?? 0) + 1);
        return { kind: "issued", ...issued };
      } catch (error) {
        if (!isIssuerError(error)) throw error;
        const reason = withoutNames(this.sentenceOf(error), device);
        if (error.failure === "closed") {
          this.stopReason ??= reason;
          return { kind: "stopped" };
        }
        this.firstAnswers.add(reason);
        if (this.firstAnswers.sameRefusal !== undefined)
          this.stopReason ??= `${reason} (the same for the first 8 devices)`;
        return { kind: "failed", reason };
      }
    });
  }

  /** `serialNumber` is hex without colons. */
  async revoke(serialNumber: string): Promise<RevokeOutcome> {
    return await this.limiter.run(async () => {
      if (this.issuer.revoke === undefined) return { kind: "failed", reason: `${this.name} cannot revoke` };
      try {
        await this.issuer.revoke(serialNumber);
        return { kind: "revoked" };
      } catch (error) {
        if (!isIssuerError(error)) throw error;
        return { kind: "failed", reason: this.sentenceOf(error) };
      }
    });
  }

  /** Without its full stop, which words that are quoted in it may have at their end. */
  private sentenceOf({ message }: Error): string {
    return `${this.name} ${message}`.replace(/\.+$/u, "");
  }

  private async signedFor(device: DeviceNames, names: CertificateNames): Promise<CheckedAnswer> {
    const { key: type, days, renewBeforeDays, renewSpreadDays } = this.options;
    this.knownIssuers ??= this.options.readChain().then((chain) => new KnownIssuers(chain));
    const known = await this.knownIssuers;
    const key = await makeKey(type);
    this.context.secrecy.learn(key.pkcs8);
    const answer = await this.issuer.sign(requestFor(key, names, days), device);
    const nowMs = this.context.clock.now();
    return await checkAnswer(answer, known, { names, key, renewBeforeDays, renewSpreadDays, nowMs });
  }
}
