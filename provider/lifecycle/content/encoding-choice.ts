// In which encoding a certificate is sent to some devices, and what people should know about it. Pure; which Android version
// reads what is pkcs12's knowledge. Follows docs/design.md, section 2 (`encoding`).

import { androidSentence, chooseEncoding, type AndroidSupport, type SentAs } from "../../pkcs12/index";
import type { Encoding } from "../arguments/arguments";

/** The encoding chosen for some devices, with what people should know about it. */
export interface EncodingChoice {
  readonly sentAs: SentAs;
  /** Why it is not the file as given. */
  readonly note?: string;
  /** Who cannot read even this. */
  readonly warning?: string;
}

/** What the choice rests on. */
export interface EncodingFacts {
  readonly support: AndroidSupport;
  /** Made from PEM, nobody has given a PKCS#12 file: there is nothing to send as given. */
  readonly isMade: boolean;
}

/** @param osVersions one entry a device */
export function chooseFor(
  { support, isMade }: EncodingFacts,
  encoding: Encoding,
  osVersions: readonly string[],
): EncodingChoice {
  const { sentAs, reason } = chooseEncoding(encoding, support, osVersions);
  const warning = androidSentence(support, osVersions, sentAs);
  return {
    // What is made is written for every Android version.
    sentAs: sentAs === "asGiven" && isMade ? "androidLegacy" : sentAs,
    ...(sentAs !== "asGiven" && { note: reason }),
    ...(warning !== undefined && { warning }),
  };
}
