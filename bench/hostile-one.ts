// Reads one hostile file as a source is read, in a process of its own, and prints what it cost as JSON.

import { redaction } from "../provider/redaction/redaction";
import { openSource } from "../provider/lifecycle/content/content";
import { readBoundedFile } from "../provider/lifecycle/content/read-file";

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function main(): Promise<void> {
  const path = process.argv[2] ?? "";
  const before = process.memoryUsage().rss;
  let longestBlockMs = 0;
  let last = cpuMs();
  // By the processor's time: a busy machine is no fault of the reader's.
  const timer = setInterval(() => {
    longestBlockMs = Math.max(longestBlockMs, cpuMs() - last);
    last = cpuMs();
  }, 1);
  const startAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const surroundings = { readFile: readBoundedFile, environment: {}, nowMs: () => Date.UTC(2026, 10, 27) };
  let ended = "read";
  try {
    const content = await openSource({ kind: "file", path, password: "a-password" }, surroundings);
    content.findings(Date.UTC(2026, 10, 27), undefined);
    await content.toSend("androidLegacy");
  } catch (error) {
    ended = error instanceof Error ? error.message : String(error);
  }
  const readMs = performance.now() - startAt;
  longestBlockMs = Math.max(longestBlockMs, cpuMs() - last);
  clearInterval(timer);
  const { user, system } = process.cpuUsage(cpuBefore);
  const lookAt = performance.now();
  redaction.withoutSecrets("Failure: cannot open it");
  const redactionMs = performance.now() - lookAt;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const mb = (value: number): number => Math.round(value / 1024 / 1024);
  console.log(
    JSON.stringify({
      ended: ended.slice(0, 110),
      readMs: Math.round(readMs),
      cpuMs: Math.round((user + system) / 1000),
      longestBlockMs: Math.round(longestBlockMs),
      beforeMb: mb(before),
      peakMb: Math.round(peakMb),
      redactionMs: Math.round(redactionMs),
    }),
  );
}

void main();
