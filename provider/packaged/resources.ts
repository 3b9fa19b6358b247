// The resources that the plugin has: for each its type in programs, its operations, and what its schema says of it.

import { oneForAll, oneForEach } from "../operations/kinds";
import type { Face, Operations } from "../operations/operations";
import { ResourceOperations } from "../operations/resource";
import { outputsOf, secretInputsOf } from "./schema";
import type { Path } from "./wire/values";

export interface ResourceKind {
  /** As people say it. */
  readonly name: string;
  readonly open: (face: Face) => Operations;
  readonly outputs: readonly string[];
  readonly secretInputs: readonly Path[];
  readonly secretOutputs: readonly Path[];
}

const certificateToken = "esper:index:Certificate";
const deviceCertificatesToken = "esper:index:DeviceCertificates";

/** By their types. */
export const resourceKinds: ReadonlyMap<string, ResourceKind> = new Map([
  [
    certificateToken,
    {
      name: "esper.Certificate",
      open: (face) => new ResourceOperations(oneForAll, face),
      outputs: outputsOf(certificateToken),
      secretInputs: secretInputsOf(certificateToken),
      // What a rollback may put back.
      secretOutputs: [["kept"]],
    },
  ],
  [
    deviceCertificatesToken,
    {
      name: "esper.DeviceCertificates",
      open: (face) => new ResourceOperations(oneForEach, face),
      outputs: outputsOf(deviceCertificatesToken),
      secretInputs: secretInputsOf(deviceCertificatesToken),
      secretOutputs: [],
    },
  ],
]);
