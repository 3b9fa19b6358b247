// What the commands need of the world around them: environment, standard input, output and the time.
// An argument of each command, so that tests call commands without a process. Passwords come only from here.

import { text } from "node:stream/consumers";

/** The process, as far as a command sees it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input, as text. */
  readInput(): Promise<string>;
  print(text: string): void;
  /** Milliseconds since 1970. */
  now(): number;
}

export const processTerminal: Terminal = {
  env: process.env,
  readInput: () => text(process.stdin),
  print: (output) => {
    process.stdout.write(output);
  },
  now: () => Date.now(),
};

export interface PasswordFlags {
  readonly passwordEnv?: string;
  readonly passwordStdin?: boolean;
}

/** The password; undefined where none was named. A password is never an argument: others could see it. */
export async function passwordFrom(
  terminal: Terminal,
  { passwordEnv, passwordStdin }: PasswordFlags,
): Promise<string | undefined> {
  if (passwordEnv !== undefined) return variable(terminal, passwordEnv);
  if (passwordStdin !== true) return undefined;
  return (await terminal.readInput()).replace(/\r?\n$/u, "");
}

/** @throws Error when the environment variable is not set */
export function variable(terminal: Terminal, name: string): string {
  const value = terminal.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set; it should hold the password.`);
  return value;
}
