// Takes the POST of either endpoint: reads the order, refuses what the tenant does not take, and hands the rest to the world.
// What a right order looks like stands in read-order.ts. Esper's own tool looks for the words "invalid device id" and
// "invalid group id" in the 400 of an order for something that is gone.

import type { CommandOrder, CommandRequest } from "../world/model";
import { isCertificateCommand, unknownTarget } from "../world/targets";
import type { Answer, Call } from "./call";
import { problem } from "./call";
import { BadOrder, isFields, readOrder } from "./read-order";

/** The request that was made of the body, or the answer that refuses it. */
export async function acceptOrder(
  call: Call,
  endpoint: "request" | "v2",
): Promise<{ readonly request: CommandRequest } | Answer> {
  const order = orderOf(call, endpoint);
  if ("problem" in order) return order;
  const refused = refusedOrder(call, order);
  if (refused !== undefined) return problem(400, refused);
  const missing = call.faults.strike("missingRows", call.family);
  const isDeviceTypeIgnored = call.faults.strike("deviceTypeIgnored", call.family) !== undefined;
  const how = { isDeviceTypeIgnored, ...(missing !== undefined && { missing }) };
  return { request: await call.world.accept(order, how) };
}

function orderOf(call: Call, endpoint: "request" | "v2"): CommandOrder | ReturnType<typeof problem> {
  try {
    return readOrder(call.body, endpoint);
  } catch (error) {
    if (error instanceof BadOrder) return problem(400, error.message);
    throw error;
  }
}

/** Why the tenant does not take an order whose form is right. A fault is asked only where it would refuse. */
function refusedOrder(call: Call, order: CommandOrder): string | undefined {
  const { faults, family } = call;
  if (order.endpoint === "v2" && isCertificateCommand(order.command)) {
    if (faults.strike("v2RefusesCertificates", family) !== undefined) {
      return `command: "${order.command}" is not a valid choice.`;
    }
  }
  if (namesDeviceType(call.body) && order.deviceType !== "all") {
    if (faults.strike("deviceTypeRefused", family) !== undefined) {
      return `device_type: "${order.deviceType}" is not a valid choice.`;
    }
  }
  return refusedLabel(call, order) ?? refusedTarget(call, order);
}

function namesDeviceType(body: unknown): boolean {
  return isFields(body) && body["device_type"] !== undefined && body["device_type"] !== null;
}

function refusedLabel({ faults, family }: Call, { alias }: CommandOrder): string | undefined {
  const most = faults.current.labelsRefused?.maxLength ?? 0;
  if (alias === null || alias.length <= most) return undefined;
  if (faults.strike("labelsRefused", family) === undefined) return undefined;
  return most === 0
    ? "alias: this field is not allowed."
    : `alias: ensure this field has no more than ${most} characters.`;
}

function refusedTarget(call: Call, order: CommandOrder): string | undefined {
  const unknown = unknownTarget(call.tenant, order);
  if (unknown === undefined) return undefined;
  const isRefused = call.isNarrowed || call.faults.strike("unknownIdsRefused", call.family) !== undefined;
  return isRefused ? `invalid ${unknown} id` : undefined;
}
