// The handle of a simulated tenant that runs in another process (tenant-main.ts): starts it, asks it, ends it.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";

export interface TenantOptions {
  readonly devices: number;
  /** From a command's turn on a device to its answer, the same for all. */
  readonly deviceMs: number;
  /** How often a request is seen as pending before its answers show. */
  readonly readsBeforeAnswer: number;
  /** So many devices answer every command with a failure. */
  readonly failing: number;
}

const welcomeMessage = t.type({
  url: t.string,
  apiKey: t.string,
  group: t.string,
  deviceIds: t.array(t.string),
  serials: t.array(t.string),
});
export type Welcome = t.TypeOf<typeof welcomeMessage>;

const reportMessage = t.intersection([
  t.type({ byRoute: t.record(t.string, t.number), total: t.number, busyMs: t.number }),
  t.partial({ lastAnswerAt: t.number }),
]);
/** What came in since the last report; `lastAnswerAt` (ms since 1970) only when it was asked for. */
export type Report = t.TypeOf<typeof reportMessage>;

export class Tenant {
  private constructor(
    private readonly child: ChildProcess,
    readonly welcome: Welcome,
  ) {}

  static async start(options: TenantOptions): Promise<Tenant> {
    // A million devices take more than the usual heap.
    const execArgv = ["--max-old-space-size=12000", "--import", "tsx"];
    const child = fork(join(__dirname, "tenant-main.ts"), [JSON.stringify(options)], { execArgv });
    return new Tenant(child, await nextMessage(child, welcomeMessage));
  }

  /** What came in since the last report. Asking for the last answer looks at every device. */
  async report(question: "requests" | "last answer" = "requests"): Promise<Report> {
    const answer = nextMessage(this.child, reportMessage);
    this.child.send(question);
    return await answer;
  }

  async end(): Promise<void> {
    const gone = once(this.child, "exit");
    this.child.disconnect();
    await gone;
  }
}

async function nextMessage<A>(child: ChildProcess, codec: t.Type<A>): Promise<A> {
  const heard = new AbortController();
  const ended = once(child, "exit", { signal: heard.signal }).then((): never => {
    throw new Error("The simulated tenant ended early; the reason stands above.");
  });
  // Once a message has come, nobody looks at this any more.
  ended.catch(() => undefined);
  const heardFirst: unknown[] = await Promise.race([once(child, "message", { signal: heard.signal }), ended]);
  heard.abort();
  const read = codec.decode(heardFirst[0]);
  if (isLeft(read)) throw new Error("The simulated tenant answered in another form than expected.");
  return read.right;
}
