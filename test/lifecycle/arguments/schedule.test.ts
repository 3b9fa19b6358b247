import { expect } from "chai";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { commandSchedule, isOver, type Schedule } from "../../../provider/lifecycle/arguments/schedule";
import { inputsOf, program } from "../given";

const start = "2026-12-01T22:00:00Z";
const end = "2026-12-24T04:00:00Z";
const recurring = { start, end, days: ["Monday", "Friday"], from: "22:00", to: "23:59" };

function scheduleOf(schedule: unknown): Schedule | undefined {
  return inputsOf(program({ schedule })).schedule;
}

const window: Schedule = { kind: "window", startAt: start, endAt: end, timeZone: "device", days: [] };

const accepted: Readonly<Record<string, { readonly schedule: unknown; readonly means: Schedule | undefined }>> = {
  "nothing: commands are immediate": { schedule: undefined, means: undefined },
  "a window, by default in the device's time": { schedule: { window: { start, end } }, means: window },
  "a window in the console's time": {
    schedule: { window: { start, end, timeZone: "console" } },
    means: { ...window, timeZone: "console" },
  },
  "instants with an offset, which are the same instants": {
    schedule: { window: { start: "2026-12-01T23:00:00.000+01:00", end } },
    means: window,
  },
  "recurring days and times": {
    schedule: { recurring },
    means: { ...window, kind: "recurring", days: ["Monday", "Friday"], from: "22:00", to: "23:59" },
  },
  "days in any case": {
    schedule: { recurring: { ...recurring, days: ["monday", "FRIDAY"] } },
    means: { ...window, kind: "recurring", days: ["Monday", "Friday"], from: "22:00", to: "23:59" },
  },
};

const instant = 'must be an ISO instant such as "2026-12-01T22:00:00Z"';
const timeOfDay = 'must be a time of day such as "02:30"';
const days = "must be a list of Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday";

const refused: Readonly<Record<string, readonly [schedule: unknown, property: string, reason: string | RegExp]>> = {
  "a schedule that is text": ["nightly", "", "schedule: must be an object"],
  "neither kind": [{}, "schedule.window", "a schedule is either { window } or { recurring }"],
  "both kinds": [
    { window: { start, end }, recurring },
    "schedule.window",
    "a schedule is either { window } or { recurring }",
  ],
  "an unknown kind": [{ window: { start, end }, daily: {} }, "schedule.daily", /^there is no such argument/],
  "no start": [{ window: { end } }, "schedule.window.start", "is required"],
  "an end that is no instant": [{ window: { start, end: "tomorrow" } }, "schedule.window.end", instant],
  "a day that is not in the calendar": [
    { window: { start, end: "2027-02-30T04:00:00Z" } },
    "schedule.window.end",
    instant,
  ],
  "an end before the start": [{ window: { start: end, end: start } }, "schedule.window.end", "must be after start"],
  "a window without length": [{ window: { start, end: start } }, "schedule.window.end", "must be after start"],
  "a time zone by name": [
    { window: { start, end, timeZone: "Europe/Berlin" } },
    "schedule.window.timeZone",
    'must be one of "console", "device"',
  ],
  "days in a window": [
    { window: { start, end, days: ["Monday"] } },
    "schedule.window.days",
    /^there is no such argument/,
  ],
  "no days": [{ recurring: { ...recurring, days: undefined } }, "schedule.recurring.days", days],
  "an empty list of days": [{ recurring: { ...recurring, days: [] } }, "schedule.recurring.days", days],
  "a day that does not exist": [{ recurring: { ...recurring, days: ["Mon"] } }, "schedule.recurring.days", days],
  "no time of day": [{ recurring: { ...recurring, from: undefined } }, "schedule.recurring.from", timeOfDay],
  "25 o'clock": [{ recurring: { ...recurring, to: "25:00" } }, "schedule.recurring.to", timeOfDay],
  "a time without its zero": [{ recurring: { ...recurring, from: "2:30" } }, "schedule.recurring.from", timeOfDay],
};

describe("the schedule", () => {
  for (const [title, { schedule, means }] of Object.entries(accepted)) {
    it(`may be ${title}`, () => {
      expect(scheduleOf(schedule)).to.deep.equal(means);
    });
  }

  for (const [title, [schedule, property, reason]] of Object.entries(refused)) {
    it(`is refused: ${title}`, () => {
      const { failures } = readInputs(program({ schedule }));
      expect(failures.map((failure) => failure.property)).to.deep.equal([property]);
      if (reason instanceof RegExp) expect(failures[0]?.reason).to.match(reason);
      else expect(failures[0]?.reason).to.equal(reason);
    });
  }

  it("means the same on every machine where its instants have no zone: `timeZone` says whose clock counts", () => {
    const zone = process.env["TZ"];
    try {
      process.env["TZ"] = "Asia/Tokyo";
      const plain = { start: "2026-12-01T22:00:00", end: "2026-12-24T04:00" };
      expect(scheduleOf({ window: plain })).to.deep.equal(window);
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });

  it("is over at its end, not before", () => {
    expect(isOver(window, Date.parse(end) - 1)).to.equal(false);
    expect(isOver(window, Date.parse(end))).to.equal(true);
  });

  it("that is over is not refused here: time alone must not break a program", () => {
    const { failures } = readInputs(
      program({ schedule: { window: { start: "2020-01-01T00:00:00Z", end: "2020-01-02T00:00:00Z" } } }),
    );
    expect(failures).to.deep.equal([]);
  });

  it("reaches Esper in its own words: a window", () => {
    expect(commandSchedule(window, "pulumi-esper:0123:abcd")).to.deep.equal({
      schedule: "WINDOW",
      scheduleArgs: {
        name: "pulumi-esper:0123:abcd",
        start_datetime: "2026-12-01T22:00:00Z",
        end_datetime: "2026-12-24T04:00:00Z",
        time_type: "device",
      },
    });
  });

  it("reaches Esper in its own words: recurring", () => {
    const schedule = scheduleOf({ recurring: { ...recurring, timeZone: "console" } });
    expect(schedule && commandSchedule(schedule, "n")).to.deep.equal({
      schedule: "RECURRING",
      scheduleArgs: {
        name: "n",
        start_datetime: "2026-12-01T22:00:00Z",
        end_datetime: "2026-12-24T04:00:00Z",
        time_type: "console",
        window_start_time: "22:00",
        window_end_time: "23:59",
        days: ["Monday", "Friday"],
      },
    });
  });
});
