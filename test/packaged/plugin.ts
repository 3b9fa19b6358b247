// The plugin in this process, asked over a real connection as the engine asks it, and an engine that hears what it logs.

import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PackagedProvider } from "../../provider/packaged/provider";
import { serve } from "../../provider/packaged/wire/server";
import { fromStruct, toStruct } from "../../provider/packaged/wire/values";

export type Json = Readonly<Record<string, unknown>>;

export const urn = "urn:pulumi:test::fleet::esper:index:Certificate::corp";

export class Plugin {
  /** What it has told the engine, oldest first; status lines begin with `…`. */
  readonly told: string[] = [];

  private constructor(
    readonly client: ResourceProviderClient,
    readonly stop: () => void,
  ) {}

  static async start(config: Json): Promise<Plugin> {
    const provider = new PackagedProvider({});
    const serving = await serve(provider);
    const engine = new Server();
    const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
    const client = new ResourceProviderClient(`127.0.0.1:${serving.port}`, credentials.createInsecure(), unlimited);
    const plugin = new Plugin(client, () => {
      client.close();
      // Lets go of the engine's log.
      provider.begin("");
      serving.stop();
      engine.forceShutdown();
    });
    engine.addService(EngineService, {
      log: ({ request }: { request: LogRequest }, callback: (error: null, response: Empty) => void) => {
        plugin.told.push(`${request.getEphemeral() ? "…" : ""}${request.getMessage()}`);
        callback(null, new Empty());
      },
    });
    const port = await new Promise<number>((resolve) => {
      engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
    });
    await plugin.begin(`127.0.0.1:${port}`, config);
    return plugin;
  }

  private async begin(engineAddress: string, config: Json): Promise<void> {
    const hello = new wire.ProviderHandshakeRequest();
    hello.setEngineAddress(engineAddress);
    await ask<wire.ProviderHandshakeResponse>((answer) => this.client.handshake(hello, answer));
    const request = new wire.ConfigureRequest();
    request.setArgs(toStruct(config));
    request.setName("default");
    await ask<wire.ConfigureResponse>((answer) => this.client.configure(request, answer));
  }

  async check(news: Json, olds: Json = {}): Promise<{ readonly inputs: Json; readonly failures: readonly string[] }> {
    const request = new wire.CheckRequest();
    request.setUrn(urn);
    request.setOlds(toStruct(olds));
    request.setNews(toStruct(news));
    const response = await ask<wire.CheckResponse>((answer) => this.client.check(request, answer));
    const failures = response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`);
    return { inputs: fromStruct(response.getInputs()), failures };
  }

  diff(request: { readonly outputs: Json; readonly inputs: Json; readonly news: Json }): Promise<wire.DiffResponse> {
    const diff = new wire.DiffRequest();
    diff.setUrn(urn);
    diff.setOlds(toStruct(request.outputs));
    diff.setOldInputs(toStruct(request.inputs));
    diff.setNews(toStruct(request.news));
    return ask<wire.DiffResponse>((answer) => this.client.diff(diff, answer));
  }

  async create(inputs: Json, isPreview = false): Promise<{ readonly id: string; readonly properties: Json }> {
    const request = new wire.CreateRequest();
    request.setUrn(urn);
    request.setProperties(toStruct(inputs));
    request.setPreview(isPreview);
    const response = await ask<wire.CreateResponse>((answer) => this.client.create(request, answer));
    return { id: response.getId(), properties: fromStruct(response.getProperties()) };
  }

  async read(id: string, outputs: Json, inputs: Json): Promise<{ readonly properties: Json; readonly inputs: Json }> {
    const request = new wire.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setProperties(toStruct(outputs));
    request.setInputs(toStruct(inputs));
    const response = await ask<wire.ReadResponse>((answer) => this.client.read(request, answer));
    return { properties: fromStruct(response.getProperties()), inputs: fromStruct(response.getInputs()) };
  }

  async invoke(token: string, args: Json): Promise<Json> {
    const request = new wire.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(args));
    const response = await ask<wire.InvokeResponse>((answer) => this.client.invoke(request, answer));
    return fromStruct(response.getReturn());
  }
}

/** What a call answers; the error of gRPC where it fails. */
export function ask<T>(call: (answer: (error: ServiceError | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "code" in error) return error as ServiceError;
    throw error;
  }
  throw new Error("It did not fail.");
}

/** The state that travels with a partial failure. */
export function partOf(error: ServiceError): {
  readonly id: string;
  readonly reasons: readonly string[];
  readonly properties: Json;
} {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(details)) throw new Error("There are no details.");
  const [packed] = Status.deserializeBinary(details).getDetailsList();
  const failed = packed?.unpack(
    (bytes) => wire.ErrorResourceInitFailed.deserializeBinary(bytes),
    "pulumirpc.ErrorResourceInitFailed",
  );
  if (failed === undefined || failed === null) throw new Error("The details are of another kind.");
  return { id: failed.getId(), reasons: failed.getReasonsList(), properties: fromStruct(failed.getProperties()) };
}
