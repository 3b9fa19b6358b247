// Gets the vendor's own Pulumi CLI through the `pulumi` npm package, which puts it into Pulumi's cache
// (~/.pulumi/versions) when it is run for the first time. Where the vendor's site is out of reach, it gives up soon.
// The npm package's README describes this use.

import { join } from "node:path";
import { inWords, runLong } from "./command";

/** The first thing that the npm package reads; when this does not answer, neither will the rest. */
const installScript = "https://get.pulumi.com/install.sh";
const reachLimitMs = 10_000;
const downloadLimitMs = 120_000;

export interface DownloadOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly projectFolder: string;
  readonly say: (line: string) => void;
}

/** Downloads the CLI. Answers with the reason, for people, why there is none; undefined when all went well. */
export async function downloadCli({ env, projectFolder, say }: DownloadOptions): Promise<string | undefined> {
  say("downloading the Pulumi CLI …");
  const unreachable = await whyUnreachable();
  if (unreachable !== undefined) return unreachable;
  const { ended, lastWords } = await runLong({
    command: process.execPath,
    args: [join(projectFolder, "node_modules", "pulumi", "run.js"), "version"],
    cwd: projectFolder,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    limitMs: downloadLimitMs,
    onProgress: (elapsedMs) => {
      say(`downloading the Pulumi CLI, ${inWords(elapsedMs)} …`);
    },
  });
  if (ended === "cutOff") return `downloading it took more than ${inWords(downloadLimitMs)}`;
  return ended === "well" ? undefined : `downloading it failed (${lastWords})`;
}

async function whyUnreachable(): Promise<string | undefined> {
  try {
    const answer = await fetch(installScript, { method: "HEAD", signal: AbortSignal.timeout(reachLimitMs) });
    return answer.ok ? undefined : `${installScript} answers ${answer.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${installScript} cannot be reached (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}
