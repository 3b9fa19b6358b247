// The simulated tenant as a process of its own, so that its work is told apart from the provider's. It is started by
// tenant.ts, answers its questions over the channel between the two, and ends when that channel closes.

import { startSimulator } from "../simulator";
import type { Report, TenantOptions, Welcome } from "./tenant";

async function main(): Promise<void> {
  const { devices, deviceMs, readsBeforeAnswer, failing } = JSON.parse(process.argv[2] ?? "") as TenantOptions;
  const simulator = await startSimulator({
    fleet: { groups: [{ name: "Fleet", devices }] },
    deviceMs,
    deviceSpread: 0,
    readsBeforeAnswer,
    // Esper documents 1,000 for devices and says nothing of the other lists.
    pageSize: { devices: 1000, groups: 100, commands: 100 },
  });
  const { world } = simulator;
  const members = world.devices("Fleet");
  for (const { id } of members.slice(0, failing)) world.failWith(id, "Keystore is locked");

  const lastAnswerAt = (): number => {
    const installs = world.devices("Fleet").flatMap(({ keystore }) => [...keystore.values()]);
    return installs.reduce((latest, { installedAt }) => Math.max(latest, installedAt), 0);
  };
  process.on("message", (question) => {
    const { byRoute, total, busyMs } = simulator.traffic;
    const report: Report = {
      byRoute,
      total,
      busyMs,
      ...(question === "last answer" && { lastAnswerAt: lastAnswerAt() }),
    };
    simulator.resetTraffic();
    process.send?.(report);
  });
  process.once("disconnect", () => void simulator.close());
  const { url, apiKey } = simulator;
  const deviceIds = devices <= 1000 ? members.map(({ id }) => id) : [];
  const serials = devices <= 10_000 ? members.map(({ serial }) => serial) : [];
  const welcome: Welcome = { url, apiKey, group: world.group("Fleet").id, deviceIds, serials };
  process.send?.(welcome);
}

void main();
