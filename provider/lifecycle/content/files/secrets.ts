// What of the arguments of certificates of devices is secret, also of an earlier run: devices may still repeat it.

import { readDeviceInputs } from "../../arguments/devices/device-inputs";
import type { RawObject } from "../../arguments/reader";
import { redaction } from "../../../redaction/redaction";
import { learnContent } from "../content";

export function learnDeviceInputs(raw: RawObject): void {
  const { source } = readDeviceInputs(raw);
  if (source === undefined || source.kind === "issuer") return;
  redaction.learn(source.password ?? "");
  for (const content of source.kind === "map" ? source.certificates.values() : []) learnContent(content);
}
