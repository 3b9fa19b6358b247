// Takes a certificate into a stack that devices may have from elsewhere: a state in which nothing was sent as yet, so that the
// first `up` sends to everyone, and a removal before it takes the alias from nobody. It sends nothing.
// Follows docs/design.md, section 11.

import { readSettings, type Settings } from "./arguments/arguments";
import type { OperationContext } from "./context";
import { ImportError, UnknownTargetError } from "./errors";
import { coverageOf, deviceStatuses, exceptionsOf } from "./facts/device-status";
import { isGone, readFleet } from "./facts/members/fleet";
import { backlogOf } from "./state/backlog";
import { sketchOf } from "./state/members/membership-sketch";
import type { State } from "./state/state";

/** @param id `<alias>@<group id>` @throws ImportError, UnknownTargetError */
export async function importCertificate(context: OperationContext, id: string): Promise<State> {
  const { client, clock, urnHash, instance } = context;
  const { settings, written } = settingsIn(id);
  const fleet = await readFleet(client, settings.target, 0);
  if (isGone(settings.target, fleet)) throw new UnknownTargetError(fleet.unknownGroups, []);
  const nowMs = clock.now();
  const statuses = deviceStatuses(fleet.members.values(), [], nowMs);
  const coverage = coverageOf(statuses, fleet.unsupported);
  const { exceptions, omitted } = exceptionsOf(statuses);
  return {
    ...{ settings, written, certificate: {}, sentAs: "asGiven", coverage, exceptions, exceptionsOmitted: omitted },
    ...{ commands: [], progress: { wave: 1, waves: 1, state: "complete" }, readyForRenewal: false, renewAt: "" },
    record: {
      ...{ urnHash, instance, tenantHash: client.tenantHash, holding: { kind: "content", digest: "" } },
      ...{ membersDigest: fleet.digest, roundsUsed: 0, sentTo: sketchOf(new Set()) },
      // What there was before is no part of it.
      lookedUntil: new Date(nowMs).toISOString(),
      backlog: backlogOf(coverage, exceptions, 0, 0),
    },
  };
}

function settingsIn(id: string): Pick<State, "settings" | "written"> {
  const at = id.lastIndexOf("@");
  const group = id.slice(at + 1);
  if (at < 0) throw new ImportError(`An import needs "<alias>@<group id>" as its id: this one has no @.`);
  if (group.startsWith("set-")) {
    throw new ImportError(
      "A certificate on a set of groups and devices cannot be imported, since its id does not say which devices are meant. " +
        "Declare it: the first `pulumi up` overwrites what they have under the alias.",
    );
  }
  const written = { alias: id.slice(0, at), target: { group } };
  const settings: Settings | undefined = readSettings(written);
  if (settings === undefined) {
    throw new ImportError(
      `An import needs "<alias>@<group id>" as its id: before the last @ a name in one line, behind it a group's id (a UUID).`,
    );
  }
  return { settings, written };
}
