import { expect } from "chai";
import { getMaxListeners } from "node:events";
import { onAbort, systemClock } from "../provider/clock";

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

  it("is not warned of by Node, however many wait for one signal", () => {
    const { signal } = new AbortController();
    onAbort(signal, () => undefined);
    expect(getMaxListeners(signal)).to.equal(0);
  });
});
