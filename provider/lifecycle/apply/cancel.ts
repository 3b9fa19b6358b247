// Cancels installs that still wait for their window: they would come after what is sent now.

import type { OperationContext } from "../context";
import { count } from "../messages/words";
import type { Cancellation } from "../policy/plan";

export async function cancelWaiting(
  { client, status }: OperationContext,
  { requestIds, devices }: Cancellation,
): Promise<void> {
  if (requestIds.length === 0) return;
  const rows = await client.rows({ requestIds, states: ["Scheduled"] });
  const own = rows.filter((row) => devices?.includes(row.deviceId) ?? true);
  if (own.length > 0) status(`Cancelling ${count(own.length, "scheduled install")}.`);
  for (const row of own) await client.cancel(row);
}
