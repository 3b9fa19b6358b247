// Tells people things through the engine's own log, on the resource's line. Lines keep their order: of two calls under way at
// once any may come first. It knows no certificates.

import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { toldOnce, type Progress } from "../../engine/progress";

export type Severity = "info" | "warning";

export class EngineLog {
  private readonly engine: EngineClient | undefined;
  private last: Promise<void> = Promise.resolve();

  /** @param address of the engine, as `host:port`; without one nothing is told */
  constructor(address: string) {
    this.engine = address === "" ? undefined : new EngineClient(address, credentials.createInsecure());
  }

  /** Equal notes and warnings are told once. */
  progressOn(urn: string): Progress {
    return toldOnce({
      status: (text) => this.tell("info", text, urn, true),
      note: (text) => this.tell("info", text, urn),
      warn: (text) => this.tell("warning", text, urn),
    });
  }

  /** @param urn of the resource that it is about; empty for none */
  tell(severity: Severity, text: string, urn: string, isPassing = false): void {
    const request = new LogRequest();
    request.setSeverity(severity === "info" ? LogSeverity.INFO : LogSeverity.WARNING);
    request.setMessage(text);
    request.setUrn(urn);
    request.setEphemeral(isPassing);
    this.last = this.last.then(() => this.sent(request));
  }

  /** When all lines so far have arrived. */
  told(): Promise<void> {
    return this.last;
  }

  close(): void {
    this.engine?.close();
  }

  /** A line that does not arrive is no failure of the operation that it is about. */
  private sent(request: LogRequest): Promise<void> {
    const { engine } = this;
    if (engine === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      engine.log(request, new Metadata(), { deadline: Date.now() + 10_000 }, () => resolve());
    });
  }
}
