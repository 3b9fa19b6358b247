// The content for each member at the beginning of a run, where each has its own. It reads the members and asks the owner of the
// content; nothing here knows whether that is a folder, a map or an issuer. Follows docs/design.md, section 12.

import { sameTarget } from "../../arguments/target";
import type { Settings } from "../../arguments/arguments";
import {
  digestPart,
  type ContentsForMembers,
  type DeviceContents,
  type RecordedContent,
} from "../../content/device-contents";
import type { OperationContext } from "../../context";
import type { State } from "../../state/state";
import type { Departed } from "../departed";
import { fleetOf, readFleet, type Fleet } from "../members/fleet";
import { withUnlisted } from "../members/unlisted";
import type { Newer } from "../newer/newer-commands";
import { devicesOf } from "../newer/resume";
import { digestOfPart } from "../../state/command-label";
import { entryOf } from "../../state/ledger/ledger";
import type { WantedOf } from "./ledger-history";

const listMaxAgeMs = 10_000;

/** Undefined where one content goes to everyone. */
export async function gatherContents(
  { client, status }: OperationContext,
  contentsFor: ContentsForMembers | undefined,
  { target }: Settings,
  stored: State | undefined,
  newer: Newer,
): Promise<DeviceContents | undefined> {
  if (contentsFor === undefined) return undefined;
  const listed = await readFleet(client, target, listMaxAgeMs);
  const isSame = stored !== undefined && sameTarget(stored.settings.target, target);
  const { members } = isSame ? await withUnlisted(client, listed, stored) : listed;
  return contentsFor(members, withNewer(recordedOf(members, stored), newer, members), status);
}

/** What an interrupted run has made and sent is known by its label alone. */
function withNewer(
  recorded: ReadonlyMap<string, RecordedContent>,
  { commands }: Newer,
  members: Fleet["members"],
): ReadonlyMap<string, RecordedContent> {
  const known = new Map(recorded);
  for (const command of commands) {
    const { by, kind, content = "", made } = command;
    if (by !== "own" || kind !== "install" || made === undefined) continue;
    const digest = digestOfPart(content).slice(0, digestPart);
    const entry = { digest, file: made.template, endDay: made.endDay, leadDays: 0, isBehind: false };
    for (const id of devicesOf(command)) if (members.has(id)) known.set(id, entry);
  }
  return known;
}

/** What the state knows of the content of each of these devices. */
export function recordedOf(members: Fleet["members"], stored: State | undefined): ReadonlyMap<string, RecordedContent> {
  const ledger = stored?.record.own?.ledger;
  if (ledger === undefined) return new Map();
  return new Map(
    [...members.keys()].flatMap((id) => {
      const entry = entryOf(ledger, id);
      return entry === undefined ? [] : [[id, entry]];
    }),
  );
}

/** Members that are to lose what they have are removed from as those that left. */
export function withRemoved(departed: Departed, ids: readonly string[], { members }: Fleet): Departed {
  const known = new Set(departed.devices.map(({ id }) => id));
  const more = ids.flatMap((id) => (known.has(id) ? [] : (members.get(id) ?? [])));
  return { ...departed, devices: [...departed.devices, ...more] };
}

/** Devices that may keep the alias: those that are to have content. */
export function entitledIn(everyone: Fleet, wanted: WantedOf): Fleet {
  return fleetOf(everyone, new Map([...everyone.members].filter(([id]) => wanted(id) !== undefined)));
}
