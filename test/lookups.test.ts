import { expect } from "chai";
import { findDevices, type DeviceFilter, type GroupFilter } from "../provider/fleet-lookups";
import { getDevices, getGroup } from "../provider/lookups";
import { device, listOf } from "./lifecycle/given";
import { endMocks, startMocks } from "./support/mocked";

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

describe("the devices that a look-up finds", () => {
  it("have the times of their enrolment and last check-in as ISO texts, where Esper gives them", async () => {
    const times = {
      createdAtMs: Date.parse("2026-01-02T03:04:05.678Z"),
      lastSeenMs: Date.parse("2026-02-03T04:05:06Z"),
    };
    const listed = listOf([device(1, { name: "till-1", ...times }), device(2, { name: "till-2" })]);
    const found = await findDevices({ devices: () => Promise.resolve(listed) }, { search: "till" });
    expect(found).to.deep.equal([
      {
        ...device(1, { name: "till-1" }),
        ...{ createdAt: "2026-01-02T03:04:05.678Z", lastSeen: "2026-02-03T04:05:06.000Z" },
      },
      device(2, { name: "till-2" }),
    ]);
  });
});

describe("under the mocks of a unit test", () => {
  const asked: { readonly token: string; readonly inputs: unknown }[] = [];
  const answers = new Map<string, object>();

  before(() =>
    startMocks({
      newResource: ({ name }) => ({ id: name, state: {} }),
      call: ({ token, inputs }) => {
        asked.push({ token, inputs });
        return answers.get(token) ?? {};
      },
    }),
  );
  after(endMocks);

  it("getGroup asks the mocks' `call`, and no network", async () => {
    answers.set("esper:index:getGroup", { id: "a-group", name: "Shops", path: "All devices/Shops" });
    expect(await getGroup({ name: "Shops" })).to.deep.equal({
      id: "a-group",
      name: "Shops",
      path: "All devices/Shops",
    });
    expect(asked.at(-1)).to.deep.equal({ token: "esper:index:getGroup", inputs: { name: "Shops" } });
  });

  it("getDevices asks the mocks' `call`, and no network", async () => {
    const devices = [{ id: "one", name: "till-1" }];
    for (const answer of [{ devices }, devices]) {
      answers.set("esper:index:getDevices", answer);
      expect(await getDevices({ serial: "S1" })).to.deep.equal(devices);
    }
    expect(asked.at(-1)).to.deep.equal({ token: "esper:index:getDevices", inputs: { serial: "S1" } });
  });

  it("an answer without devices is told as what it is", async () => {
    answers.set("esper:index:getDevices", { serial: "S1" });
    expect(await messageOf(() => getDevices({ serial: "S1" }))).to.match(
      /^The mocks' `call` answered .* let it return/,
    );
  });

  it("filters are refused as ever", async () => {
    expect(await messageOf(() => getDevices({ serial: "" }))).to.match(/^esper.getDevices was given an empty serial/);
  });
});
