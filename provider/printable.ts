// Words of others, made fit to be said or stored: the names of devices and groups, reasons, states, a certificate's subject.
// Whoever chose them may have meant harm to a terminal, a pipeline, Pulumi's CLI or the size of the state.
// Pure. Never for a value that is compared, sent or put into a name. What it does: SECURITY.md.

const maxCharacters = 160;

/** One line, without control characters, directives or commands, cut to a length. Used twice it changes nothing more. */
export function printable(text: string, max = maxCharacters): string {
  const line = withoutControls(text.slice(0, 8 * max));
  const whole = harmless(line);
  if (whole.length <= max && text.length <= 8 * max) return whole;
  // A copy: a part of a text keeps all of it in memory.
  return Buffer.from(`${cut(whole, max)}…`, "utf8").toString("utf8");
}

/* eslint-disable no-control-regex -- control characters are what is looked for */
/** What terminals take for a link or a title, and for a colour or a move, from its beginning to its end. */
const operatingSystemCommand = /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/g;
const controlSequence = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g;
/* eslint-enable no-control-regex */

function withoutControls(text: string): string {
  return text
    .replace(operatingSystemCommand, "")
    .replace(controlSequence, "")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
}

/**
 * A sentence of any length, for whom it is said to: the last one to look at it does this, should a name have come into it as
 * it is. A backslash takes the meaning: from Pulumi's directives (`<{%`), and from commands of GitHub, Azure and TeamCity. Pulumi's
 * CLI also shows what stands inside JSON and YAML, so escapes and tags, which a directive may hide behind, lose theirs.
 */
export function harmless(line: string): string {
  return line
    .replace(/(?<!\\)(?:\\\\)*\\(?=u[0-9a-f]{4}|x[0-9a-f]{2})/gi, "$&\\")
    .replace(/!(?=[!<]\S)/g, "!\\")
    .replace(/<(?=\{%)/g, "<\\")
    .replace(/##(?=\[|[a-z]+\[)/gi, "##\\")
    .replace(/:(?=:[a-z][a-z-]*(?: [^:]*)?::)/gi, ":\\");
}

const escapes = /\\(?:u00|U000000|x)([0-9a-f]{2})/gi;

/** Whether Pulumi's CLI, which shows it as it is or as the JSON or YAML that it may be, finds a directive in it. */
export function hasDirective(text: string): boolean {
  const plain = text.replace(escapes, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return [text, plain].some((each) => each.includes("<{%"));
}

/** Not in the middle of a character. */
function cut(text: string, max: number): string {
  const short = text.slice(0, max);
  return /[\ud800-\udbff]$/.test(short) ? short.slice(0, -1) : short;
}
