// A console of a test's own: what a command reads is given, what it prints and how it ends is kept.

import type { Console } from "../../cli/terminal/console";
import { nowMs } from "../lifecycle/given";

export interface Kept {
  printed: string;
  exitCode: number;
  readonly ranPulumi: string[];
}

export function consoleOf(
  given: Partial<Console> & { readonly input?: string } = {},
): Console & { readonly kept: Kept } {
  const kept: Kept = { printed: "", exitCode: 0, ranPulumi: [] };
  const { input = "", pulumi = () => Promise.resolve(""), ...rest } = given;
  return {
    env: {},
    inputIsPiped: false,
    isColored: false,
    columns: undefined,
    readInput: () => Promise.resolve(input),
    print: (text) => {
      kept.printed += text;
    },
    hint: () => undefined,
    endWith: (exitCode) => {
      kept.exitCode = exitCode;
    },
    now: () => nowMs,
    ...rest,
    pulumi: (args) => {
      kept.ranPulumi.push(args.join(" "));
      return pulumi(args);
    },
    kept,
  };
}

export function messageOf(running: Promise<unknown>): Promise<string> {
  return running.then(
    () => "it went well",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
}
