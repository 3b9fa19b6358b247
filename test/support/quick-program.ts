// A program of several certificates, driven as the engine drives it but in this process: every certificate is registered in
// the program's order, then those that the program no longer has are deleted. Each run has a process of its own.

import { QuickStack, type Ended } from "./quick-stack";

type Json = Readonly<Record<string, unknown>>;

/** Of all programs in this process. */
let runs = 0;

export class QuickProgram {
  private readonly stacks = new Map<string, QuickStack>();

  constructor(private readonly config: Record<string, string>) {}

  /** Another setting makes another client, with nothing in its caches, as a process of its own has. */
  private begin(): void {
    runs += 1;
    this.config["esper:requestTimeoutSeconds"] = String(20 + (runs % 10_000) / 1_000);
  }

  /** Applies these certificates, by their names. */
  async up(program: Readonly<Record<string, Json>>): Promise<Readonly<Record<string, Ended>>> {
    this.begin();
    const ended: Record<string, Ended> = {};
    let isFirst = true;
    for (const [name, args] of Object.entries(program)) {
      ended[name] = await this.stack(name, isForDevices(args)).up(args, isFirst);
      isFirst = false;
    }
    const gone = [...this.stacks].filter(([name, stack]) => !(name in program) && !stack.isEmpty);
    for (const [name, stack] of gone) {
      ended[name] = await stack.destroy(isFirst);
      isFirst = false;
    }
    return ended;
  }

  async refresh(): Promise<Readonly<Record<string, Ended>>> {
    this.begin();
    const ended: Record<string, Ended> = {};
    for (const [name, stack] of this.stacks) ended[name] = await stack.refresh();
    return ended;
  }

  /** Of a certificate that the program had at some time. */
  outputs(name: string): Json | undefined {
    return this.stacks.get(name)?.outputs;
  }

  stack(name: string, isForDevices = false): QuickStack {
    const kind = isForDevices ? "deviceCertificates" : "certificate";
    const stack = this.stacks.get(name) ?? new QuickStack(name, this.config, kind);
    this.stacks.set(name, stack);
    return stack;
  }
}

function isForDevices({ source }: Json): boolean {
  const names = ["folder", "certificates", "issuer"];
  return typeof source === "object" && source !== null && names.some((name) => name in source);
}
