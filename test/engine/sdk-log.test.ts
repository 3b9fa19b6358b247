import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { expect } from "chai";
import { connectToEngine, progressOn } from "../../provider/engine/sdk-log";

const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/esper:Certificate::corp-client";
const variable = "PULUMI_NODEJS_ENGINE";

function whileTheEngineIs<T>(address: string | undefined, action: () => T): T {
  const before = process.env[variable];
  const set = (value: string | undefined): void => {
    if (value === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = value;
  };
  set(address);
  try {
    return action();
  } finally {
    set(before);
  }
}

describe("the way to the engine", () => {
  const found = (processArguments: readonly string[], already?: string): string | undefined =>
    whileTheEngineIs(already, () => {
      connectToEngine(processArguments);
      return process.env[variable];
    });

  it("is the last argument of the provider's process", () => {
    expect(found(["node", "dynamic-provider", "127.0.0.1:40123"])).to.equal("127.0.0.1:40123");
  });

  it("stays what it is where the SDK knows it", () => {
    expect(found(["node", "dynamic-provider", "127.0.0.1:40123"], "127.0.0.1:1")).to.equal("127.0.0.1:1");
  });

  const others: readonly (readonly string[])[] = [
    [],
    ["node"],
    ["node", "mocha", "test/progress.test.ts"],
    ["node", "x", "127.0.0.1"],
    ["node", "x", "engine.example:443"],
    ["node", "x", "http://127.0.0.1:80/127.0.0.1:80"],
    ["node", "127.0.0.1:40123", "x"],
  ];
  for (const processArguments of others) {
    it(`is not guessed from: ${processArguments.join(" ") || "no argument"}`, () => {
      expect(found(processArguments)).to.equal(undefined);
    });
  }
});

describe("without an engine", () => {
  it("status, notes and warnings go to the console", () => {
    const lines: unknown[] = [];
    const log = console.log;
    console.log = (line: unknown) => lines.push(line);
    try {
      const progress = whileTheEngineIs(undefined, () => progressOn(urn));
      progress.status("1/2 installed");
      progress.note("reaches 2 devices");
      progress.warn("1 device is offline");
    } finally {
      console.log = log;
    }
    expect(lines).to.deep.equal(["1/2 installed", "reaches 2 devices", "1 device is offline"]);
  });
});

interface Logged {
  readonly message: string;
  readonly severity: number;
  readonly urn: string;
  readonly isPassing: boolean;
}

/** The engine's log, as the SDK speaks to it: gRPC, of which one message and an empty answer are enough. */
function listen(onLog: (logged: Logged) => void): Http2Server {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      if (headers[":path"] === "/pulumirpc.Engine/Log") {
        // A byte for compression, four for the length, then the message.
        const request = LogRequest.deserializeBinary(Buffer.concat(chunks).subarray(5));
        const [message, severity, isPassing] = [request.getMessage(), request.getSeverity(), request.getEphemeral()];
        onLog({ message, severity, urn: request.getUrn(), isPassing });
      }
      stream.on("wantTrailers", () => {
        stream.sendTrailers({ "grpc-status": "0" });
      });
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.end(Buffer.alloc(5));
    });
  });
  return server;
}

const provider = `
  const { connectToEngine, progressOn } = require("./provider/engine/sdk-log");
  connectToEngine(process.argv);
  const { status, note, warn } = progressOn(${JSON.stringify(urn)});
  status("1/2 installed");
  note("reaches 2 devices");
  warn("1 device is offline");
`;

describe("with an engine", () => {
  let server: Http2Server;
  let child: ChildProcess | undefined;
  const logged: Logged[] = [];

  before(async function () {
    this.timeout(30_000);
    const isDone = new Promise<void>((resolve) => {
      server = listen((each) => {
        if (logged.push(each) === 3) resolve();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== variable));
    const argumentsOfNode = ["--import", "tsx", "--eval", provider, `127.0.0.1:${port}`];
    child = spawn(process.execPath, argumentsOfNode, { cwd: join(__dirname, "../.."), env, stdio: "inherit" });
    await isDone;
  });

  after(() => {
    child?.kill();
    server.close();
  });

  it("a status passes on the resource's own line", () => {
    expect(logged[0]).to.deep.equal({ message: "1/2 installed", severity: LogSeverity.INFO, urn, isPassing: true });
  });

  it("a note stays with the resource", () => {
    expect(logged[1]).to.deep.equal({
      message: "reaches 2 devices",
      severity: LogSeverity.INFO,
      urn,
      isPassing: false,
    });
  });

  it("a warning stays with the resource", () => {
    expect(logged[2]).to.deep.equal({
      ...{ message: "1 device is offline", severity: LogSeverity.WARNING },
      ...{ urn, isPassing: false },
    });
  });
});
