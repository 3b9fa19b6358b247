// Reads the facts that a run decides by: who belongs to the target now, and where they stand with what was sent before.
// It decides nothing and sends nothing.

import { CommandResults } from "./command-results";
import { narrowed, nobodyOf, readFleet, refuseUnknown } from "./fleet";
import { recordedInstalls, historyOf, noSentRequests } from "./command-history";
import { gatherDeparted } from "./departed";
import type { OperationContext } from "../context";
import { deviceStatuses } from "./device-status";
import { noContent, type State } from "../state/state";
import { devicesOf, groupsOf } from "../arguments/target";
import type { Observed, Wanted } from "../apply/work";

// A list of devices that the preview's check has read moments ago is good enough to act on.
const listMaxAgeMs = 10_000;

/** `digest` is that of the content that the members are to have at the end of this run. */
export async function gather(
  run: OperationContext,
  { inputs }: Wanted,
  known: State | undefined,
  digest: string,
): Promise<Observed> {
  const { client, clock } = run;
  const everyone = await readFleet(client, inputs.target, listMaxAgeMs);
  const fleet = narrowed(everyone, inputs.deviceType);
  const named = new Set(known ? [...groupsOf(known.settings.target), ...devicesOf(known.settings.target)] : []);
  refuseUnknown(fleet, (id) => !named.has(id));
  for (const id of [...fleet.unknownGroups, ...fleet.unknownDevices]) {
    run.warn(`Esper does not know ${id} any more; it is left out. Take it out of \`target\`.`);
  }
  const book = new CommandResults(client, known);
  const installs = known?.record.digest === digest ? recordedInstalls(known, inputs.target, fleet) : noSentRequests;
  await book.look(installs.requests);
  const ids = new Set(fleet.members.keys());
  const standings = deviceStatuses(
    fleet.members.values(),
    await historyOf(book, installs, ids, clock.now()),
    clock.now(),
  );
  const holders = digest === noContent ? nobodyOf(everyone) : everyone;
  const removals = await gatherDeparted(run, book, known, inputs.target, holders);
  return { known, fleet, holders, book, installs, standings, removals };
}
