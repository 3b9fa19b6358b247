// HashiCorp Vault and OpenBao, by the API that both have: signs a request by a role of the PKI engine, and revokes by serial
// number. It owns the requests, their repetitions and the meaning of refusals; the token is the session's.

import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";
import { type Issuer, IssuerError, type IssuerContext, isIssuerError } from "../issuer";
import { readKept } from "../kept";
import type { VaultSettings } from "../settings";
import type { SigningRequest } from "../signing/request";
import { commonNameOid } from "../template/subject";
import { type Answer, type NoAnswer, Server } from "./exchange";
import { isOfCertificate, judge } from "./retry";
import { Session } from "./session";

const requestTimeoutMs = 30_000;

const signAnswer = t.type({
  data: t.intersection([
    t.type({ certificate: t.string }),
    t.partial({ issuing_ca: t.union([t.string, t.null]), ca_chain: t.union([t.array(t.string), t.null]) }),
  ]),
});
const errorAnswer = t.type({ errors: t.array(t.string) });

export class Vault implements Issuer {
  private readonly session: Session;
  private server: Server | undefined;
  /** Nobody asks before, since the server has said that it is busy. */
  private pausedUntilMs = 0;

  constructor(
    private readonly settings: VaultSettings,
    private readonly context: IssuerContext,
  ) {
    this.session = new Session(settings.login, (path, body, token) => this.ask(path, body, token), context);
  }

  async sign({ names, days, pem }: SigningRequest): Promise<string> {
    const commonName = names.subject.find(({ oid }) => oid === commonNameOid)?.value;
    const body = {
      csr: await pem(),
      ttl: `${days * 24}h`,
      format: "pem",
      // Names of devices are no host names.
      exclude_cn_from_sans: true,
      ...(commonName !== undefined && { common_name: commonName }),
    };
    const decoded = signAnswer.decode(
      await this.askWithToken(`${this.settings.mount}/sign/${this.settings.role}`, body),
    );
    if (isLeft(decoded)) throw new IssuerError("refused", "gave an answer that holds no certificate");
    const { certificate, issuing_ca: issuer, ca_chain: chain } = decoded.right.data;
    return [certificate, issuer ?? "", ...(chain ?? [])].join("\n");
  }

  async revoke(serialNumber: string): Promise<void> {
    const pairs = serialNumber.toLowerCase().match(/../gu) ?? [];
    await this.askWithToken(`${this.settings.mount}/revoke`, { serial_number: pairs.join(":") });
  }

  private async askWithToken(path: string, body: unknown): Promise<unknown> {
    const token = await this.session.token();
    const answer = await this.askPatiently(path, body, token);
    // A token of ours may have ended, or been taken back, since the login.
    const other = answer.status === 403 ? await this.session.tokenAfter(token) : undefined;
    return this.meaningOf(other === undefined ? answer : await this.askPatiently(path, body, other));
  }

  private async ask(path: string, body: unknown, token?: string): Promise<unknown> {
    const answer = await this.askPatiently(path, body, token).catch((error: unknown) => {
      throw isIssuerError(error) ? new IssuerError("closed", error.message) : error;
    });
    // Whatever refuses a login lets nobody in.
    if (answer.status >= 400) throw new IssuerError("closed", `refused the login (${this.wordsOf(answer)})`);
    return this.meaningOf(answer);
  }

  /** @throws IssuerError `closed` when no answer is to be had */
  private async askPatiently(path: string, body: unknown, token?: string): Promise<Answer> {
    const { clock, random } = this.context;
    const { namespace } = this.settings;
    const headers = {
      ...(token !== undefined && { "X-Vault-Token": token }),
      ...(namespace !== undefined && { "X-Vault-Namespace": namespace }),
      "X-Vault-Request": "true",
    };
    const startedAtMs = clock.now();
    for (let made = 1; ; made += 1) {
      while (this.pausedUntilMs > clock.now()) await clock.sleep(this.pausedUntilMs - clock.now());
      this.server ??= this.serverFor();
      const came = await this.server.post(`/v1/${path}`, headers, body);
      const nowMs = clock.now();
      const verdict = judge(came, { made, elapsedMs: nowMs - startedAtMs, nowMs }, random);
      if (verdict.action === "use" && !("failure" in came)) return came;
      if ("failure" in came && came.failure === "tooLarge") {
        throw new IssuerError("refused", "gave an answer larger than any chain is");
      }
      if (verdict.action !== "repeat") throw new IssuerError("closed", this.unreachable(came));
      if (verdict.forAll) this.pausedUntilMs = Math.max(this.pausedUntilMs, nowMs + verdict.afterMs);
      else await clock.sleep(verdict.afterMs);
    }
  }

  private serverFor(): Server {
    const { address, caFile } = this.settings;
    const ca = caFile === undefined ? undefined : this.readCa(caFile);
    return new Server({ address, ca, timeoutMs: requestTimeoutMs, clock: this.context.clock });
  }

  private readCa(file: string): Uint8Array {
    const read = readKept({ file }, "caFile", this.context);
    // Node takes anything, and trusts nothing then.
    if (Buffer.from(read).includes("-----BEGIN ")) return read;
    throw new IssuerError("closed", `was not asked: the file ${file} (caFile) holds no certificate in PEM`);
  }

  private meaningOf(answer: Answer): unknown {
    const { status, text } = answer;
    if (status === 204) return {};
    if (status >= 200 && status < 300) return jsonIn(text);
    if (status >= 300 && status < 400) {
      throw new IssuerError(
        "closed",
        `answered with a redirect to another host (${status}), which is not followed; let address be the cluster's`,
      );
    }
    if (status === 401 || status === 403) {
      const advice = "check the token, its policy and the namespace";
      throw new IssuerError("closed", `does not let this run in (${this.wordsOf(answer)}); ${advice}`);
    }
    throw new IssuerError("refused", `refused the request (${this.wordsOf(answer)})`);
  }

  /** Status, and the server's own words where they may be quoted. */
  private wordsOf({ status, text }: Answer): string {
    const decoded = errorAnswer.decode(jsonIn(text));
    const words = isLeft(decoded) ? "" : decoded.right.errors.join("; ");
    const quoted = this.context.secrecy.quote(words);
    return quoted === undefined ? String(status) : `${status}: ${quoted}`;
  }

  private unreachable(came: Answer | NoAnswer): string {
    const { address } = this.settings;
    if (!("failure" in came)) return `at ${address} is not in service (${this.wordsOf(came)})`;
    const { failure } = came;
    if (failure === "timedOut") return `at ${address} gave no whole answer within ${requestTimeoutMs / 1000} s`;
    const code = failure === "" ? "" : ` (${failure})`;
    if (isOfCertificate(failure))
      return `at ${address} has a TLS certificate that is not accepted${code}; name its authority in caFile`;
    return `at ${address} cannot be reached${code}; check the address, the network and HTTPS_PROXY`;
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page of a proxy, or half an answer: what is asked for is not in it.
    return undefined;
  }
}
