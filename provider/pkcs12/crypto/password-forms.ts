// The byte forms of a password that writers of PKCS#12 files have used, the standard one first.
// Knows nothing of files. Follows RFC 7292 B.1 (UTF-16), RFC 8018 (UTF-8) and docs/background/pkcs12-and-android.md,

// section 9 for what OpenSSL before 1.1 and old NSS did instead.

export interface PasswordForms {
  /** None or an empty one was given. */
  readonly empty: boolean;
  /** For the PKCS#12 derivation: UTF-16BE with two zero bytes, then its deviations. */
  readonly wide: readonly Buffer[];
  /** For PBKDF1, PBKDF2 and scrypt: UTF-8, then its deviations. */
  readonly narrow: readonly Buffer[];
}

const terminator = Buffer.from([0, 0]);

export function passwordForms(password: string | undefined): PasswordForms {
  if (password === undefined || password === "") {
    // "No password" derives from nothing, "the empty password" from the terminator; writers mix them up.
    const nothing = Buffer.alloc(0);
    const wide = password === undefined ? [nothing, terminator] : [terminator, nothing];
    return { empty: true, wide, narrow: [nothing, terminator] };
  }
  const composed = password.normalize("NFC");
  const utf8AsChars = Buffer.from(password, "utf8").toString("latin1");
  return {
    empty: false,
    wide: distinct([wide(password), wide(composed), wide(utf8AsChars)]),
    narrow: distinct([
      Buffer.from(password, "utf8"),
      Buffer.from(composed, "utf8"),
      Buffer.from(password, "latin1"),
      wide(password),
      wide(password).subarray(0, -2),
    ]),
  };
}

/** RFC 7292 B.1: big-endian UTF-16 and a terminator. */
export function wide(password: string): Buffer {
  return Buffer.concat([Buffer.from(password, "utf16le").swap16(), terminator]);
}

function distinct(forms: readonly Buffer[]): Buffer[] {
  return forms.filter((form, index) => forms.findIndex((other) => other.equals(form)) === index);
}
