// A row of Esper's list of devices as what is kept of it. Pure. Follows docs/background/esper-api.md, 5.

import type { TypeOf } from "io-ts";
import { bounded, filled } from "../bounded-text";
import type { Device } from "../client";
import type { DeviceJson } from "../codecs";

type Row = TypeOf<typeof DeviceJson>;

/** Esper's `state` of a device that is online (docs/background/esper-api.md, 5c). */
const activeState = 1;
const tagsMax = 1_000;
const noTags: readonly string[] = [];

/** Keeps one copy of the texts that many devices share. */
export function deviceReader(): (row: Row) => Device {
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text) ?? text;
    texts.set(known, known);
    return known;
  };
  return (row) => {
    const osVersion = filled(row.os_version) ?? filled(row.software_info?.os_version) ?? "";
    const serial = filled(row.serial);
    const groupId = filled(row.group_id);
    const createdAtMs = timeMs(row.created_at);
    const lastSeenMs = timeMs(row.last_seen);
    const imei = imeiOf(row);
    const tags = (row.tags ?? [])
      .filter((tag) => typeof tag === "string")
      .slice(0, tagsMax)
      .map(bounded);
    return {
      id: row.id,
      name: filled(row.alias) ?? filled(row.name) ?? row.id,
      ...(serial !== undefined && { serial }),
      platform: shared(filled(row.platform) ?? filled(row.os)?.toUpperCase() ?? ""),
      osVersion: shared(osVersion),
      online: row.state === activeState,
      ...(typeof row.state === "number" && { state: row.state }),
      ...(createdAtMs !== undefined && { createdAtMs }),
      ...(lastSeenMs !== undefined && { lastSeenMs }),
      ...(imei !== undefined && { imei }),
      ...(groupId !== undefined && { groupId: shared(groupId) }),
      tags: tags.length === 0 ? noTags : tags,
    };
  };
}

/** Undefined for what is no date. */
function timeMs(text: string | null | undefined): number | undefined {
  const atMs = Date.parse(text ?? "");
  return Number.isNaN(atMs) ? undefined : atMs;
}

function imeiOf({ network_info: network }: Row): string | undefined {
  const given = [network?.imei, network?.imei1, network?.imei_1, network?.imeis].flat();
  const imei = given.find((one): one is string => typeof one === "string" && one.trim() !== "");
  return imei === undefined ? undefined : bounded(imei.trim());
}
