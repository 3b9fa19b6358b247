// In which encoding a certificate is sent to some devices, and what people should know about it. Pure; which Android version
// reads what is pkcs12's knowledge. Follows docs/design.md, section 2 (`encoding`).

import {
  androidSentence,
  chooseEncoding,
  countVersions,
  type AndroidSupport,
  type OsVersions,
  type SentAs,
} from "../../pkcs12/index";
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
  /** Made from PEM or out of several candidates: there is no file of this content to send as given. */
  readonly isMade: boolean;
}

/** @param osVersions of the devices that it is sent to */
export function chooseFor(
  { support, isMade }: EncodingFacts,
  encoding: Encoding,
  osVersions: OsVersions,
): EncodingChoice {
  const advice = chooseEncoding(encoding, support, osVersions);
  // What is made here is written for every Android version.
  const sentAs = advice.sentAs === "asGiven" && isMade ? "androidLegacy" : advice.sentAs;
  const warning = androidSentence(support, osVersions, sentAs);
  return {
    sentAs,
    ...(advice.sentAs !== "asGiven" && { note: advice.reason }),
    ...(warning !== undefined && { warning }),
  };
}

/** @param osVersion of the one device that it is sent to; empty where Esper reports none */
export function chooseForOne(facts: EncodingFacts, encoding: Encoding, osVersion = ""): EncodingChoice {
  return chooseFor(facts, encoding, countVersions([osVersion]));
}
