// When an issuer that refuses everybody is asked no more: its first eight answers are the same refusal. Pure on what it is told.

import { placeholders, type DeviceNames } from "../template/placeholders";

const firstAnswers = 8;

export class FirstAnswers {
  private readonly seen: string[] = [];

  /** `refusal`: its reason, the same text for the same reason; undefined for a certificate. */
  add(refusal: string | undefined): void {
    if (this.seen.length < firstAnswers) this.seen.push(refusal ?? "");
  }

  /** The reason that all of the first eight have; undefined as long as there is none. */
  get sameRefusal(): string | undefined {
    const [first] = this.seen;
    const isSame = this.seen.length === firstAnswers && this.seen.every((each) => each === first);
    return isSame && first !== "" ? first : undefined;
  }
}

/** A short value may be a part of any word. */
const leastCharacters = 4;

/** A reason with `{serial}` where the issuer quotes the device's serial number, so that one reason is one text for all. */
export function withoutNames(reason: string, device: DeviceNames): string {
  return placeholders.reduce((text, placeholder) => {
    const value = device[placeholder] ?? "";
    return value.length < leastCharacters ? text : text.replaceAll(value, `{${placeholder}}`);
  }, reason);
}
