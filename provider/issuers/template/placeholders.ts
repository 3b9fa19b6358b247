// Placeholders in a text of the program, and what stands in their place for one device. Pure.
// A device's value is other people's text: it is put in, never read again for placeholders or escapes.

/** What a device may be called by; each undefined where nobody knows it. */
export interface DeviceNames {
  readonly id: string;
  readonly serial?: string | undefined;
  readonly name?: string | undefined;
  readonly imei?: string | undefined;
}

export const placeholders = ["serial", "id", "name", "imei"] as const;
export type Placeholder = (typeof placeholders)[number];

/** A text as written, in pieces. */
export type Pieces = readonly (string | { readonly of: Placeholder })[];

/** The pieces of a text, or what is wrong with it. */
export function piecesOf(text: string): Pieces | { readonly problem: string } {
  const parts = text.split(/\{([A-Za-z]*)\}/u);
  const unknown = parts.find((part, index) => index % 2 === 1 && placeholderOf(part) === undefined);
  if (unknown !== undefined) {
    return {
      problem: `there is no placeholder {${unknown}}; known are ${placeholders.map((each) => `{${each}}`).join(", ")}`,
    };
  }
  return parts
    .map((part, index) => {
      const of = index % 2 === 1 ? placeholderOf(part) : undefined;
      return of === undefined ? part : { of };
    })
    .filter((piece) => piece !== "");
}

function placeholderOf(word: string): Placeholder | undefined {
  return placeholders.find((each) => each === word);
}

const called: Readonly<Record<Placeholder, string>> = {
  serial: "serial number",
  id: "id",
  name: "name",
  imei: "IMEI",
};

/** Control characters, line separators, and halves of characters: no certificate's name has them. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unfit = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u;

export type Filled = { readonly text: string } | { readonly missing: string };

/** The text for one device, each value as `write` writes it; or why there is none. */
export function fill(pieces: Pieces, device: DeviceNames, write: (value: string) => string = asItIs): Filled {
  const texts: string[] = [];
  for (const piece of pieces) {
    if (typeof piece === "string") {
      texts.push(piece);
      continue;
    }
    const value = device[piece.of] ?? "";
    if (value.trim() === "") return { missing: `it has no ${called[piece.of]}` };
    if (unfit.test(value)) return { missing: `its ${called[piece.of]} has control characters` };
    texts.push(write(value));
  }
  return { text: texts.join("") };
}

function asItIs(value: string): string {
  return value;
}
