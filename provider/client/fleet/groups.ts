// Groups, and the enterprise id that their addresses need. `GET /enterprise/{id}/devicegroup/` is one of
// Esper's older endpoints: bare bodies, and it is not known whether `name` filters exactly.
// Source: docs/background/esper-api.md, 5d.

import type { TypeOf } from "io-ts";
import type { Clock } from "../../clock";
import { isNotFound } from "../../errors";
import type { Group } from "../client";
import { Anything, GroupJson, TokenInfoJson } from "../codecs";
import { pageRows, PageSize } from "../http/pages";
import { readAll } from "../http/whole-lists";
import { pathOf, type Requester } from "../http/request";
import { Cache } from "../cache";

const toRead = "to read groups";

/** The enterprise id: from the settings, or found out once through the key. */
export class Enterprise {
  private found: Promise<string> | undefined;

  constructor(
    private readonly requester: Requester,
    private readonly fromSettings: string | undefined,
  ) {}

  async id(): Promise<string> {
    if (this.fromSettings !== undefined) return this.fromSettings;
    this.found ??= this.requester
      .call({
        method: "GET",
        // The answer holds the key itself: only the id is ever taken out of it.
        path: "/v1/token-info/",
        codec: TokenInfoJson,
        attempt:
          "find out the enterprise id (set it with `pulumi config set esper:enterpriseId` / ESPER_ENTERPRISE_ID to do without)",
        permission: "to read the token's own information",
      })
      .then(({ enterprise }) => enterprise)
      .catch((error: unknown) => {
        this.found = undefined;
        throw error;
      });
    return this.found;
  }
}

export class Groups {
  private readonly single: Cache<Group | undefined>;
  private readonly pageSize = new PageSize(pageRows);

  constructor(
    private readonly requester: Requester,
    private readonly enterprise: Enterprise,
    clock: Clock,
  ) {
    this.single = new Cache(clock);
  }

  async get(id: string, maxAgeMs: number): Promise<Group | undefined> {
    return this.single.get(id, maxAgeMs, async () => {
      const enterpriseId = await this.enterprise.id();
      const attempt = `read the group ${id}`;
      const path = pathOf`/enterprise/${enterpriseId}/devicegroup/${id}/`;
      try {
        const row = await this.requester.call({ method: "GET", path, codec: GroupJson, attempt, permission: toRead });
        return groupOf(row);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      // Only a list that is there makes the group the unknown thing, and not the enterprise.
      await this.requester.call({
        method: "GET",
        path: pathOf`/enterprise/${enterpriseId}/devicegroup/`,
        query: { limit: 1, offset: 0 },
        codec: Anything,
        attempt: `${attempt} (is the enterprise id right? \`pulumi config set esper:enterpriseId\` / ESPER_ENTERPRISE_ID)`,
        permission: toRead,
      });
      return undefined;
    });
  }

  async named(name: string): Promise<readonly Group[]> {
    const enterpriseId = await this.enterprise.id();
    const rows = await readAll(this.requester, {
      path: pathOf`/enterprise/${enterpriseId}/devicegroup/`,
      query: { name },
      item: GroupJson,
      size: this.pageSize,
      attempt: "list groups by name",
      permission: toRead,
    });
    // Whoever writes a name in another case is told how it is written, as far as Esper finds it.
    const wanted = name.toLowerCase();
    return rows.map(groupOf).filter((group) => group.name.toLowerCase().includes(wanted));
  }
}

function groupOf(row: TypeOf<typeof GroupJson>): Group {
  return { id: row.id, name: row.name, path: row.path ?? "", deviceCount: row.device_count ?? 0 };
}
