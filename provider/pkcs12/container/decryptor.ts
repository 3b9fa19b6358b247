// Holds the password while one file is read, and opens the file's encrypted parts with it.
// Knows no structure of the file; it is handed schemes and bytes, and remembers which form of the password fits.
// Follows docs/background/pkcs12-and-android.md, sections 5 (failure classes) and 9 (fallback forms).

import { isWholeSequence } from "../asn1/ber";
import { decipher, decipherCost } from "../crypto/ciphers";
import { Pkcs12Error, corrupt } from "../errors";
import { sha1 } from "../crypto/hashes";
import { Purpose, pbkdf1, pbkdf2, pbkdf2Cost, pkcs12Kdf, pkcs12KdfCost, scrypt, scryptCost } from "../crypto/kdf";
import type { WorkBudget } from "../limits";
import type { PasswordForms } from "../crypto/password-forms";
import type { Scheme } from "./schemes";

type FormKind = "wide" | "narrow";

export class Decryptor {
  /** The MAC fits, or a part could be decrypted: the password is right. */
  proven: "no" | "byDecryption" | "byMac" = "no";
  private readonly fitting = new Map<FormKind, Buffer>();

  constructor(
    private readonly forms: PasswordForms,
    readonly budget: WorkBudget,
  ) {}

  get emptyPassword(): boolean {
    return this.forms.empty;
  }

  /** The forms to try; only the one that has fitted, once one has. */
  candidates(kind: FormKind): readonly Buffer[] {
    const fitting = this.fitting.get(kind);
    return fitting === undefined ? this.forms[kind] : [fitting];
  }

  remember(kind: FormKind, form: Buffer, proof: "byDecryption" | "byMac"): void {
    this.fitting.set(kind, form);
    if (this.proven === "no") this.proven = proof;
  }

  /** The decrypted bytes, which are one whole structure. @throws Pkcs12Error in the class that the failure tells. */
  async open(scheme: Scheme, encrypted: Buffer, where: string): Promise<Buffer> {
    if (encrypted.length === 0 || encrypted.length % scheme.cipher.blockLength !== 0) {
      throw corrupt(`${where} was cut or changed`);
    }
    const kind: FormKind = scheme.family === "pkcs12" ? "wide" : "narrow";
    for (const form of this.candidates(kind)) {
      const plain = await this.decrypt(scheme, form, encrypted);
      if (plain !== undefined && isWholeSequence(plain)) {
        this.remember(kind, form, "byDecryption");
        return plain;
      }
    }
    throw this.failure(where);
  }

  /** Why nothing fitted. */
  failure(where: string): Pkcs12Error {
    if (this.proven === "byMac") return new Pkcs12Error({ kind: "innerPassword", where });
    if (this.proven === "byDecryption") return corrupt(`the password opens other parts of it, but not ${where}`);
    return new Pkcs12Error({ kind: this.forms.empty ? "passwordRequired" : "wrongPassword" });
  }

  private async decrypt(scheme: Scheme, password: Buffer, encrypted: Buffer): Promise<Buffer | undefined> {
    await this.budget.spend(decipherCost(scheme.cipher, encrypted.length));
    const { key, iv, tagLength } = await this.derive(scheme, password);
    return await decipher(scheme.cipher, key, iv, encrypted, tagLength);
  }

  private async derive(scheme: Scheme, password: Buffer): Promise<Derived> {
    const { cipher } = scheme;
    switch (scheme.family) {
      case "pkcs12": {
        const { salt, iterations } = scheme;
        const derive = async (purpose: Purpose, length: number): Promise<Buffer> => {
          await this.budget.spend(pkcs12KdfCost(sha1, iterations, length));
          return await pkcs12Kdf(sha1, purpose, password, salt, iterations, length);
        };
        const key = await derive(Purpose.key, cipher.keyLength);
        return { key, iv: await derive(Purpose.iv, cipher.ivLength), tagLength: 0 };
      }
      case "pbes1": {
        await this.budget.spend(pkcs12KdfCost(scheme.hash, scheme.iterations, 1));
        const derived = await pbkdf1(scheme.hash, password, scheme.salt, scheme.iterations);
        return { key: derived.subarray(0, 8), iv: derived.subarray(8, 16), tagLength: 0 };
      }
      case "pbes2": {
        const { derivation, iv, tagLength } = scheme;
        if (derivation.function === "scrypt") {
          await this.budget.spend(scryptCost(derivation.cost));
          return { key: await scrypt(password, derivation.salt, derivation.cost, cipher.keyLength), iv, tagLength };
        }
        const { prf, salt, iterations } = derivation;
        await this.budget.spend(pbkdf2Cost(prf, iterations, cipher.keyLength));
        return { key: await pbkdf2(prf, password, salt, iterations, cipher.keyLength), iv, tagLength };
      }
    }
  }
}

interface Derived {
  readonly key: Buffer;
  readonly iv: Buffer;
  /** Of an authenticating cipher. */
  readonly tagLength: number;
}
