// The token that Vault is asked with: from the environment, or from a login. One that came from a login is renewed at half its
// life, and one that is refused is replaced by a new login, once for everybody who was refused with it.
// It must not know what the token is used for.

import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";
import { IssuerError, type IssuerContext } from "../issuer";
import type { VaultLogin } from "../settings";

/** Asks Vault for something below `/v1/`; the decoded answer as it came. @throws IssuerError */
export type Ask = (path: string, body: unknown, token?: string) => Promise<unknown>;

interface Token {
  readonly value: string;
  /** Infinity where it never ends, or is not ours to renew. */
  readonly renewAtMs: number;
  readonly isRenewable: boolean;
}

const loginAnswer = t.type({
  auth: t.intersection([
    t.type({ client_token: t.string }),
    t.partial({ lease_duration: t.number, renewable: t.boolean }),
  ]),
});

export class Session {
  private current: Promise<Token> | undefined;

  constructor(
    private readonly login: VaultLogin,
    private readonly ask: Ask,
    private readonly context: Pick<IssuerContext, "clock" | "environment" | "secrecy">,
  ) {}

  /** @throws IssuerError `closed` */
  async token(): Promise<string> {
    const before = (this.current ??= this.logIn());
    const token = await before;
    if (token.renewAtMs > this.context.clock.now()) return token.value;
    // Whoever comes first renews for all.
    if (this.current === before) this.current = this.renew(token);
    return (await this.current).value;
  }

  /** After a refusal: another token than the refused one, by a login anew; undefined where there is no login. */
  async tokenAfter(refused: string): Promise<string | undefined> {
    if (this.login.kind === "token") return undefined;
    if (this.current !== undefined && (await this.current).value === refused) this.current = this.logIn();
    return (await this.current)?.value;
  }

  private async logIn(): Promise<Token> {
    const { login } = this;
    switch (login.kind) {
      case "token":
        return { value: this.secret(login.tokenEnv, "token"), renewAtMs: Infinity, isRenewable: false };
      case "appRole": {
        const secretId = this.secret(login.secretIdEnv, "secret id");
        return this.tokenIn(await this.ask("auth/approle/login", { role_id: login.roleId, secret_id: secretId }));
      }
      case "jwt": {
        const jwt = this.secret(login.tokenEnv, "identity token");
        return this.tokenIn(await this.ask(`auth/${login.mount}/login`, { role: login.role, jwt }));
      }
    }
  }

  private async renew(token: Token): Promise<Token> {
    if (!token.isRenewable) return await this.logIn();
    try {
      return this.tokenIn(await this.ask("auth/token/renew-self", {}, token.value));
    } catch (error) {
      // A token at the end of its longest life is not renewed: a new login gives another one.
      if (!(error instanceof IssuerError)) throw error;
      return await this.logIn();
    }
  }

  private tokenIn(answer: unknown): Token {
    const decoded = loginAnswer.decode(answer);
    if (isLeft(decoded)) throw new IssuerError("closed", "answered the login without a token");
    const { client_token: value, lease_duration: lifeSeconds = 0, renewable = false } = decoded.right.auth;
    this.context.secrecy.learn(value);
    const renewAtMs = lifeSeconds > 0 ? this.context.clock.now() + lifeSeconds * 500 : Infinity;
    return { value, renewAtMs, isRenewable: renewable };
  }

  private secret(variable: string, called: string): string {
    const value = this.context.environment[variable]?.trim() ?? "";
    if (value === "")
      throw new IssuerError("closed", `was not asked: the environment variable ${variable} (its ${called}) is not set`);
    this.context.secrecy.learn(value);
    if (!/^[\x21-\x7e]+$/u.test(value)) {
      throw new IssuerError(
        "closed",
        `was not asked: the environment variable ${variable} holds more than its ${called}`,
      );
    }
    return value;
  }
}
