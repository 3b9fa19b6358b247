// When the certificate that devices are to have should be renewed, from what the state keeps of it. Pure; the rule itself
// is pkcs12/advice/renewal.

import { renewalOf, type Renewal } from "../../pkcs12/index";
import type { RawObject } from "../arguments/reader";

/** `certificate` is the output of that name; one without dates is never ready. */
export function renewalOfCertificate(
  { notBefore, notAfter }: RawObject,
  renewBeforeDays: number | undefined,
  nowMs: number,
): Renewal {
  if (typeof notBefore !== "string" || typeof notAfter !== "string") return { renewAt: "", readyForRenewal: false };
  return renewalOf(notBefore, notAfter, renewBeforeDays, nowMs);
}
