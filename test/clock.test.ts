import { expect } from "chai";
import { systemClock } from "../provider/clock";

const dayMs = 24 * 3_600_000;

describe("the system's clock", () => {
  it("sleeps longer than a timer can, and until it is told to stop", async () => {
    const stop = new AbortController();
    let isOver = false;
    const slept = systemClock.sleep(30 * dayMs, stop.signal).then(() => {
      isOver = true;
    });
    await systemClock.sleep(20);
    expect(isOver).to.equal(false);
    stop.abort();
    await slept;
  });
});
