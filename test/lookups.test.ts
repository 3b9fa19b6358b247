import { expect } from "chai";
import { getDevices, getGroup, type DeviceFilter, type GroupFilter } from "../provider/lookups";

async function messageOf(lookup: () => Promise<unknown>): Promise<string> {
  try {
    await lookup();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "nothing";
}

describe("the lookups of a JavaScript program", () => {
  it("refuse what they do not know, rather than find every device", async () => {
    const slip = { serials: "x" } as DeviceFilter;
    expect(await messageOf(() => getDevices(slip))).to.match(/^esper.getDevices knows no filter "serials"; known are /);
    const upper = { Name: "Shops" } as unknown as GroupFilter;
    expect(await messageOf(() => getGroup(upper))).to.match(/^esper.getGroup knows no filter "Name"; known are /);
  });

  it("refuse a part that is empty, such as an unset variable, rather than find every device", async () => {
    for (const filter of [{ group: "" }, { search: " " }, { serial: "" }, { osVersion: "" }, { tags: [""] }]) {
      const [part] = Object.keys(filter);
      expect(await messageOf(() => getDevices(filter))).to.equal(
        `esper.getDevices was given an empty ${String(part)}, which would find every device; leave it out, or give a text.`,
      );
    }
  });

  it("say what they take when they are given something else", async () => {
    const takes = "esper.getGroup takes either { name } or { path }, as text.";
    for (const filter of [{}, { name: undefined }, { name: "a", path: "b" }, { path: 1 }]) {
      expect(await messageOf(() => getGroup(filter as GroupFilter))).to.equal(takes);
    }
    const id = "esper.getDevices takes a group's id (a UUID) as `group`; esper.getGroup finds it by name.";
    expect(await messageOf(() => getDevices({ group: "Shops" }))).to.equal(id);
    const nothing = undefined as unknown as DeviceFilter;
    expect(await messageOf(() => getDevices(nothing))).to.match(/^esper.getDevices takes an object with group, /);
  });
});
