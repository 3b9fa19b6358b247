// How failures travel on Pulumi's wire. A failed run that has sent something keeps its resource: its state goes along with
// the status, in the form that the engine reads.

import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Made } from "../resource";
import { toStruct } from "./values";

/** A run that failed in part. */
export class PartlyFailed extends Error {
  override readonly name = "PartlyFailed";

  constructor(readonly made: Made) {
    super(made.problems.join("\n"));
  }
}

export function statusOf(error: unknown): Partial<ServiceError> {
  if (!(error instanceof Error)) return { code: status.UNKNOWN, details: String(error) };
  // The engine shows the reasons one by one; its clients put this first.
  const details = error instanceof PartlyFailed ? "The resource was not brought to the wanted state." : error.message;
  const metadata = new Metadata();
  if (error instanceof PartlyFailed) metadata.set("grpc-status-details-bin", detailsOf(error, details));
  return { code: status.UNKNOWN, details, metadata };
}

function detailsOf({ made }: PartlyFailed, message: string): Buffer {
  const failed = new ErrorResourceInitFailed();
  failed.setId(made.id);
  failed.setProperties(toStruct(made.properties));
  failed.setReasonsList([...made.problems]);
  const packed = new Any();
  packed.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const detailed = new Status();
  detailed.setCode(status.UNKNOWN);
  detailed.setMessage(message);
  detailed.setDetailsList([packed]);
  return Buffer.from(detailed.serializeBinary());
}
