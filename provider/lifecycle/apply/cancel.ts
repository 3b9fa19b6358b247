// Cancels installs that still wait for their window: they would come after what is sent now. What Esper has not cancelled is
// a warning.

import type { OperationContext } from "../context";
import { notCancelledSentence } from "../messages/notices";
import { count } from "../messages/words";
import type { Cancellation } from "../policy/plan";

export async function cancelWaiting(
  { client, status }: OperationContext,
  { requestIds, devices }: Cancellation,
): Promise<readonly string[]> {
  if (requestIds.length === 0) return [];
  const rows = await client.rows({ requestIds, states: ["Scheduled"] });
  const own = rows.filter((row) => devices?.includes(row.deviceId) ?? true);
  if (own.length > 0) status(`Cancelling ${count(own.length, "scheduled install")}.`);
  const left = own.length === 0 ? [] : await client.cancel(own);
  return left.length === 0 ? [] : [notCancelledSentence(left.length)];
}
