// Parts of answers that more than one method gives, as messages. Pure.

import * as wire from "@pulumi/pulumi/proto/provider_pb";
import type { Failure, RawObject } from "../../lifecycle/arguments/reader";
import type { PathDiff } from "../detailed-diff";
import { toStruct } from "./values";

export function checkResponse({
  inputs,
  failures,
}: {
  readonly inputs: RawObject;
  readonly failures: readonly Failure[];
}): wire.CheckResponse {
  const response = new wire.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new wire.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

export function changesOf(changes: boolean): wire.DiffResponse.DiffChanges {
  return changes ? wire.DiffResponse.DiffChanges.DIFF_SOME : wire.DiffResponse.DiffChanges.DIFF_NONE;
}

export function propertyDiff({ kind, isReplacement, isInput }: PathDiff): wire.PropertyDiff {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = wire.PropertyDiff.Kind;
  const kinds = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  } as const;
  const diff = new wire.PropertyDiff();
  diff.setKind(kinds[kind][isReplacement ? 1 : 0]);
  diff.setInputdiff(isInput);
  return diff;
}
