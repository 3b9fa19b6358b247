// Runs the real Pulumi CLI before the audience: its output goes straight to the terminal (or file) this process writes to.

import { spawn } from "node:child_process";
import { showCommand, StoryError } from "./narrator";

export interface Pulumi {
  /** Shows the command and what it prints. @throws StoryError when it does not end well */
  show(...args: string[]): Promise<void>;
  /** Runs the command unseen. @throws StoryError when it does not end well */
  run(...args: string[]): Promise<void>;
}

export function pulumiIn(
  folder: string,
  { command, env, interrupted }: { command: string; env: NodeJS.ProcessEnv; interrupted: AbortSignal },
): Pulumi {
  const end = (args: readonly string[], output: "inherit" | "ignore"): Promise<void> =>
    new Promise((resolve, reject) => {
      interrupted.throwIfAborted();
      // In a group of its own, so that a Ctrl-C reaches it once, through here: a second one makes it drop its children.
      const child = spawn(command, args, { cwd: folder, env, stdio: ["inherit", output, output], detached: true });
      const interrupt = (): void => {
        child.kill("SIGINT");
      };
      interrupted.addEventListener("abort", interrupt);
      child.once("error", reject);
      child.once("close", (code) => {
        interrupted.removeEventListener("abort", interrupt);
        if (code === 0) resolve();
        else reject(new StoryError(`\`pulumi ${args.join(" ")}\` ended with exit code ${code ?? "none (killed)"}`));
      });
    });
  return {
    show: (...args) => {
      showCommand(`pulumi ${args.join(" ")}`);
      return end(args, "inherit");
    },
    run: (...args) => end(args, "ignore"),
  };
}
