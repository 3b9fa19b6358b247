// What a program says of its issuer and of the certificates that it is to make: plain data, as it was read and checked.
// Types only, and the name by which sentences call an issuer. Holds names of variables and files, never what is in them.
// Meaning of each field: docs/issuers.md.

/** Something that is no part of the program: a file's path, relative to the program's folder, or a variable's name. */
export type Kept = { readonly file: string } | { readonly env: string };

export type VaultLogin =
  | { readonly kind: "token"; readonly tokenEnv: string }
  | { readonly kind: "appRole"; readonly roleId: string; readonly secretIdEnv: string }
  | { readonly kind: "jwt"; readonly mount: string; readonly role: string; readonly tokenEnv: string };

export interface VaultSettings {
  readonly kind: "vault";
  /** An origin, such as `https://vault.acme.com`. */
  readonly address: string;
  readonly mount: string;
  readonly role: string;
  readonly login: VaultLogin;
  readonly namespace?: string;
  readonly caFile?: string;
}

export interface AuthoritySettings {
  readonly kind: "ca";
  readonly certificate: Kept;
  readonly key: Kept;
  readonly keyPasswordEnv?: string;
}

export interface CommandSettings {
  readonly kind: "command";
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

export type IssuerSettings = (VaultSettings | AuthoritySettings | CommandSettings) & {
  /** What leads from the authority to its root. */
  readonly chain?: Kept;
};

export const keyTypes = ["ec-p256", "ec-p384", "rsa-2048", "rsa-3072"] as const;
export type KeyType = (typeof keyTypes)[number];

/** What the certificates are to say. Texts with placeholders, as they were written; `readSubject` has accepted the subject. */
export interface Template {
  readonly subject: string;
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  readonly email: readonly string[];
  readonly key: KeyType;
}

/** `source` of a resource whose certificates are made. */
export interface IssuedSource {
  readonly issuer: IssuerSettings;
  readonly template: Template;
  /** Asked for; what the issuer gives counts. */
  readonly days: number;
  readonly concurrency: number;
  readonly renewSpreadDays: number;
  readonly revoke: boolean;
}

/** The issuer in a sentence: `Vault (pki/till)`, `the own authority`, `step`. */
export function issuerName(settings: IssuerSettings): string {
  switch (settings.kind) {
    case "vault":
      return `Vault (${settings.mount}/${settings.role})`;
    case "ca":
      return "the own authority";
    case "command":
      return settings.command[0].replace(/^.*[\\/]/u, "");
  }
}
