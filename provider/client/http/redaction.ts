// What must not be shown: the key and the values of command arguments that this process has sent, and every text of
// Esper's that repeats a part of one. It must not know where a text goes; whoever quotes Esper asks here first.
// An error body may echo the request (nobody knows; docs/background/esper-api.md, 3c), whole, cut, or as base64.

/** Arguments whose values are names and constants of Esper's own API, which messages about them need. */
const PUBLIC_ARGUMENTS = new Set(["cert_alias_name", "cert_storage_type", "cert_file_type"]);

/**
 * As many characters of a secret in a row as a quoted text may not hold. Of a short one it takes two thirds: passwords share
 * letters with words ("wrong password"), and Esper's words are what people need most when a password is wrong.
 */
function pieceLength(secret: string): number {
  if (secret.length >= 24) return 12;
  return secret.length < 8 ? secret.length : Math.floor((secret.length * 2) / 3) + 1;
}

const MAX_QUOTE = 300;

export class Secrecy {
  /** Each value with its forms, made when the first text is judged: most runs quote nothing. */
  private readonly hidden = new Map<string, readonly string[] | undefined>();

  constructor(apiKey: string) {
    this.hide(apiKey);
  }

  /** From here on no quoted text holds a part of these values. */
  hideArguments(commandArgs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(commandArgs)) {
      if (!PUBLIC_ARGUMENTS.has(name)) this.hide(value);
    }
  }

  /** The text on one line, without control characters, cut short; undefined when it is empty or repeats a secret. */
  quote(text: string): string | undefined {
    const line = text
      .slice(0, 4 * MAX_QUOTE)
      .replace(/[\p{C}\s]+/gu, " ")
      .trim();
    const short = line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
    return short === "" || this.repeatsSecret(short) ? undefined : short;
  }

  private hide(value: string): void {
    if (value !== "" && !this.hidden.has(value)) this.hidden.set(value, undefined);
  }

  private repeatsSecret(text: string): boolean {
    const readings = readingsOf(text);
    const isIn = (secret: string): boolean => readings.some((reading) => sharesPiece(reading, secret));
    for (const [value, known] of this.hidden) {
      const forms = known ?? formsOf(value);
      if (known === undefined) this.hidden.set(value, forms);
      if (forms.some(isIn)) return true;
    }
    return false;
  }
}

/** The text as it may have been meant: escapes undone, twice for what stands inside another, and without any blanks. */
function readingsOf(text: string): readonly string[] {
  const once = unescaped(text);
  const readings = [text, once, unescaped(once), once.replaceAll("+", " ")];
  // Line breaks and blanks inside an echo must not hide it.
  return [...new Set(readings.flatMap((reading) => [reading, dense(reading)]))];
}

const htmlNames: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** What JSON, HTML and URLs make of a character, turned back; what is no escape stays. */
function unescaped(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/\\[nrtbf]/g, " ")
    .replace(/\\(["'/\\])/g, "$1")
    .replace(/&(?:#x([0-9a-f]{1,5})|#(\d{1,6}));/gi, (_, hex: string | undefined, decimal: string | undefined) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => htmlNames[name] ?? whole)
    .replace(/(?:%[0-9a-f]{2})+/gi, (octets) => Buffer.from(octets.replaceAll("%", ""), "hex").toString("utf8"));
}

function dense(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, "");
}

function sharesPiece(text: string, secret: string): boolean {
  const length = pieceLength(secret);
  for (let at = 0; at + length <= text.length; at += 1) {
    if (secret.includes(text.slice(at, at + length))) return true;
  }
  return false;
}

/** The value as it is, without blanks, URL-escaped, in hex, and as base64 at each of the three places it can have inside a longer text. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const base64 = [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString("base64")
      .replaceAll("=", "");
    // The first and last characters also carry bits of the neighbours.
    return text.slice(lead === 0 ? 0 : lead + 1, -1);
  });
  const forms = [value, dense(value), encodeURIComponent(value), bytes.toString("hex"), ...base64];
  return forms.filter((form) => form === value || form.length >= 4);
}
