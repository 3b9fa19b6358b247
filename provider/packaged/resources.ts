// The resources that the plugin has: for each its type in programs, its operations, and what its schema says of it.

import { oneForAll, oneForEach, type Kind } from "../operations/kinds";
import type { Face, Operations } from "../operations/operations";
import { ResourceOperations } from "../operations/resource";
import { outputsOf, secretInputsOf } from "./schema";
import type { Path } from "./wire/values";

export interface ResourceKind {
  readonly open: (face: Face) => Operations;
  readonly outputs: readonly string[];
  readonly secretInputs: readonly Path[];
  readonly secretOutputs: readonly Path[];
}

/** By their types. */
export const resourceKinds: ReadonlyMap<string, ResourceKind> = new Map([
  // What a rollback may put back.
  resourceKind("esper:index:Certificate", oneForAll, [["kept"]]),
  resourceKind("esper:index:DeviceCertificates", oneForEach, []),
]);

function resourceKind(
  token: string,
  kind: Kind,
  secretOutputs: ResourceKind["secretOutputs"],
): readonly [token: string, kind: ResourceKind] {
  return [
    token,
    {
      open: (face) => new ResourceOperations(kind, face),
      outputs: outputsOf(token),
      secretInputs: secretInputsOf(token),
      secretOutputs,
    },
  ];
}
