// The ways in which a server or a device may write what it was sent. It knows nothing of how they are found again.

type Write = (secret: string) => string;

function bytesOf(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

function base64After(lead: string): Write {
  return (secret) => bytesOf(lead + secret + "!?").toString("base64");
}

function each(text: string, write: (codeUnit: number) => string): string {
  return Array.from({ length: text.length }, (_, at) => write(text.charCodeAt(at))).join("");
}

const htmlNames: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

export const writings: Readonly<Record<string, Write>> = {
  "as it is": (secret) => secret,
  "URL-escaped": (secret) => encodeURIComponent(secret),
  "URL-escaped twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "all of it URL-escaped": (secret) => bytesOf(secret).toString("hex").replace(/../g, "%$&"),
  "as a form": (secret) => new URLSearchParams({ password: secret }).toString(),
  base64: (secret) => bytesOf(secret).toString("base64"),
  "base64, one character later": base64After("="),
  "base64, two characters later": base64After("p="),
  "base64 for URLs": (secret) => bytesOf(secret).toString("base64url"),
  "base64 of base64": (secret) => bytesOf(bytesOf(secret).toString("base64")).toString("base64"),
  "base64 over lines": (secret) => bytesOf(secret).toString("base64").replace(/.{8}/g, "$&\n"),
  hex: (secret) => bytesOf(secret).toString("hex"),
  "hex of base64": (secret) => bytesOf(bytesOf(secret).toString("base64")).toString("hex"),
  "upper-case hex": (secret) => bytesOf(secret).toString("hex").toUpperCase(),
  "hex with colons": (secret) =>
    bytesOf(secret)
      .toString("hex")
      .replace(/..(?=.)/g, "$&:"),
  "hex with blanks": (secret) =>
    bytesOf(secret)
      .toString("hex")
      .replace(/..(?=.)/g, "$& "),
  "hex with 0x": (secret) => [...bytesOf(secret)].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", "),
  JSON: (secret) => JSON.stringify({ cert_password: secret }),
  "JSON in JSON": (secret) => JSON.stringify(JSON.stringify({ cert_password: secret })),
  HTML: (secret) => secret.replace(/[&<>"']/g, (character) => htmlNames[character] ?? ""),
  "HTML by numbers": (secret) => each(secret, (unit) => `&#${unit};`),
  "\\xNN": (secret) => bytesOf(secret).toString("hex").replace(/../g, "\\x$&"),
  "\\uNNNN": (secret) => each(secret, (unit) => `\\u${unit.toString(16).padStart(4, "0")}`),
  "a list of bytes": (secret) => `[${[...bytesOf(secret)].join(", ")}]`,
  "a list of bytes as Java has them": (secret) => `[${[...new Int8Array(bytesOf(secret))].join(", ")}]`,
  "UTF-16, as base64": (secret) => Buffer.from(secret, "utf16le").toString("base64"),
  "upper case": (secret) => secret.toUpperCase(),
  "lower case": (secret) => secret.toLowerCase(),
  "without blanks": (secret) => secret.replaceAll(" ", ""),
  "a blank between any two": (secret) => Array.from(secret).join(" "),
};
