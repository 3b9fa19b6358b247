// Makes tests of stories: each over both endpoints, each with a tenant of its own, a dozen side by side, since most of
// their time is waiting. It knows nothing of what they tell.

import { startTogether, type Told } from "../../support/together";
import { makeContents, Shops, type Endpoint, type ShopsOptions } from "./shops";

export interface Story extends Omit<ShopsOptions, "endpoint"> {
  /** Where only one of the two endpoints can do it. */
  readonly only?: Endpoint;
  readonly tell: (shops: Shops) => Promise<void>;
}

export type Stories = Readonly<Record<string, Story>>;

interface Case {
  readonly title: string;
  readonly endpoint: Endpoint;
  readonly story: Story;
}

export function testStories(subject: string, stories: Stories): void {
  const cases: readonly Case[] = Object.entries(stories).flatMap(([title, story]) =>
    (["request", "v2"] as const)
      .filter((endpoint) => story.only === undefined || story.only === endpoint)
      .map((endpoint) => ({ title: `${title} (${endpoint})`, endpoint, story })),
  );

  describe(subject, () => {
    let told: Told<Case, void>;

    before(async () => {
      const contents = await makeContents();
      told = startTogether(cases, 12, ({ title, endpoint, story: { devices = 20, tell } }) =>
        Shops.open(title, contents, { devices, endpoint }, tell),
      );
    });

    for (const each of cases) {
      it(each.title, async function () {
        this.timeout(240_000);
        await told(each);
      });
    }
  });
}
