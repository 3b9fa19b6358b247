// Any program as an issuer: the request on its input, the chain on its output, the device in its environment. No shell.
// It owns the meaning of how the program ended; the process itself is run.ts's.

import { type Issuer, IssuerError, type IssuerContext } from "../issuer";
import type { CommandSettings } from "../settings";
import type { SigningRequest } from "../signing/request";
import type { DeviceNames } from "../template/placeholders";
import { type Ended, run } from "./run";

/** A program that hangs may hang by chance. */
const attemptsAtTimeOut = 2;

/** What the program gets nothing of. */
const kept = /^ESPER_API_KEY$/iu;

export class Command implements Issuer {
  constructor(
    private readonly settings: CommandSettings,
    private readonly context: IssuerContext,
  ) {}

  async sign({ pem, days }: SigningRequest, { id, serial = "", name = "" }: DeviceNames): Promise<string> {
    const environment = {
      ESPER_DEVICE_ID: id,
      ESPER_DEVICE_SERIAL: serial,
      ESPER_DEVICE_NAME: name,
      ESPER_DEVICE_DAYS: String(days),
    };
    return await this.runToItsEnd([], environment, await pem());
  }

  async revoke(serialNumber: string): Promise<void> {
    await this.runToItsEnd(["revoke", serialNumber], {}, "");
  }

  /** Its output. */
  private async runToItsEnd(
    more: readonly string[],
    added: Readonly<Record<string, string>>,
    input: string,
  ): Promise<string> {
    const { environment, clock } = this.context;
    const { command, timeoutMs } = this.settings;
    const [program, ...args] = command;
    const inherited = Object.entries(environment).filter(([name]) => !kept.test(name));
    // A value with a NUL cannot be passed on; no names are made of one either.
    const env = { ...Object.fromEntries(inherited), ...withoutNul(added) };
    for (let made = 1; ; made += 1) {
      const ended = await run({ program, args: [...args, ...more], env, input, timeoutMs, clock });
      if (ended.kind !== "timedOut" || made === attemptsAtTimeOut) return this.outputOf(ended);
    }
  }

  private outputOf(ended: Ended): string {
    switch (ended.kind) {
      case "exited":
        if (ended.code === 0) return ended.output;
        throw new IssuerError("refused", `ended with ${ended.code}${this.firstLineOf(ended.errorOutput)}`);
      case "killed":
        throw new IssuerError("refused", `was ended by ${ended.signal}${this.firstLineOf(ended.errorOutput)}`);
      case "timedOut":
        throw new IssuerError("refused", `did not end within ${this.settings.timeoutMs / 1000} s`);
      case "tooMuch":
        throw new IssuerError("refused", "wrote more than any chain has");
      case "notStarted":
        throw new IssuerError(
          "closed",
          `cannot be started (${ended.code}); its path is relative to the program's folder, or found in PATH`,
        );
    }
  }

  private firstLineOf(errorOutput: string): string {
    const line = errorOutput.split(/[\r\n]+/u).find((each) => each.trim() !== "") ?? "";
    const quoted = this.context.secrecy.quote(line);
    return quoted === undefined ? "" : `: ${quoted}`;
  }
}

function withoutNul(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll("\0", "")]));
}
