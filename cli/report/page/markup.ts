// HTML out of templates in which every value is escaped, unless it is markup itself. Pure; it knows no report.
// What is escaped fits text and attributes in double quotes; values never stand in tags' names, scripts or styles.

export interface Markup {
  readonly html: string;
}

/** A sentence in which what stands between backticks is something to type. */
export function sentence(text: string): Markup {
  const parts = text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? markup`${part}` : markup`<code>${part}</code>`));
  return markup`${parts}`;
}

type Value = string | number | Markup | readonly Markup[];

export function markup(words: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { html: words.reduce((html, word, index) => `${html}${textOf(values[index - 1])}${word}`) };
}

export const nothing: Markup = { html: "" };

function textOf(value: Value | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escaped(value);
  return "html" in value ? value.html : value.map(({ html }) => html).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? "").replace(/\p{Cc}/gu, "\u{fffd}");
}
