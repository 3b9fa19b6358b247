// Pulumi's provider protocol on a loopback port: each message is read into plain objects, and each answer written. What is
// asked for stands in ../provider.ts. A method that is missing here answers UNIMPLEMENTED by itself, which the engine takes well.
// Follows docs/design.md, section 11.

import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PackagedProvider } from "../provider";
import type { Made } from "../resource";
import { packageVersion, schemaText } from "../schema";
import { changesOf, checkResponse, propertyDiff } from "./messages";
import { PartlyFailed, statusOf } from "./status";
import { fromStruct, toStruct } from "./values";

export interface Serving {
  readonly port: number;
  stop(): void;
}

/** Listens on a free loopback port. */
export async function serve(provider: PackagedProvider): Promise<Serving> {
  // A stack's state may be larger than the 4 MB that are the default.
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, { ...ofPlugin(provider), ...ofResources(provider) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, stop: () => server.forceShutdown() };
}

function ofPlugin(provider: PackagedProvider) {
  return {
    handshake: unary((request: wire.ProviderHandshakeRequest) => {
      provider.begin(request.getEngineAddress());
      const response = new wire.ProviderHandshakeResponse();
      // Resources come as their ids, and what is not known as a placeholder text.
      response.setAcceptSecrets(true);
      return response;
    }),
    attach: unary(() => new Empty()),
    getPluginInfo: unary(() => {
      const response = new PluginInfo();
      response.setVersion(packageVersion());
      return response;
    }),
    getSchema: unary(() => {
      const response = new wire.GetSchemaResponse();
      response.setSchema(schemaText());
      return response;
    }),
    checkConfig: unary(async (request: wire.CheckRequest) => {
      const checked = provider.checkConfig(request.getUrn(), fromStruct(request.getNews()));
      await provider.told();
      return checkResponse(checked);
    }),
    diffConfig: unary((request: wire.DiffRequest) => {
      const changed = provider.diffConfig(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
      const response = new wire.DiffResponse();
      response.setChanges(changesOf(changed.length > 0));
      response.setDiffsList([...changed]);
      return response;
    }),
    configure: unary((request: wire.ConfigureRequest) => {
      provider.configure(fromStruct(request.getArgs()), request.getName());
      const response = new wire.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    invoke: unary(async (request: wire.InvokeRequest) => {
      const response = new wire.InvokeResponse();
      response.setReturn(toStruct(await provider.lookUp(request.getTok(), fromStruct(request.getArgs()))));
      return response;
    }),
    cancel: unary(() => {
      provider.cancel();
      return new Empty();
    }),
  };
}

function ofResources(provider: PackagedProvider) {
  return {
    check: unary(async (request: wire.CheckRequest) => {
      const resource = provider.resource(request.getUrn());
      const checked = await resource.check(fromStruct(request.getOlds()), fromStruct(request.getNews()));
      await provider.told();
      return checkResponse(checked);
    }),
    diff: unary(async (request: wire.DiffRequest) => {
      const resource = provider.resource(request.getUrn());
      const [outputs, inputs] = [fromStruct(request.getOlds()), fromStruct(request.getOldInputs())];
      const found = await resource.diff(outputs, inputs, fromStruct(request.getNews()));
      await provider.told();
      const response = new wire.DiffResponse();
      response.setChanges(changesOf(found.changes));
      response.setReplacesList([...found.replaces]);
      response.setDeletebeforereplace(found.deleteBeforeReplace);
      response.setDiffsList([...new Set([...found.details.keys()].map((path) => /^\w*/.exec(path)?.[0] ?? path))]);
      response.setHasdetaileddiff(true);
      for (const [path, one] of found.details) response.getDetaileddiffMap().set(path, propertyDiff(one));
      return response;
    }),
    create: unary(async (request: wire.CreateRequest) => {
      const resource = provider.resource(request.getUrn());
      const news = fromStruct(request.getProperties());
      const response = new wire.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(resource.previewed(news)));
        return response;
      }
      const made = whole(await resource.create(news, provider.limit(request.getTimeout())));
      await provider.told();
      response.setId(made.id);
      response.setProperties(toStruct(made.properties));
      return response;
    }),
    read: unary(async (request: wire.ReadRequest) => {
      const resource = provider.resource(request.getUrn());
      const [outputs, inputs] = [fromStruct(request.getProperties()), fromStruct(request.getInputs())];
      const read = await resource.read(request.getId(), outputs, inputs);
      await provider.told();
      const response = new wire.ReadResponse();
      response.setId(read.id);
      response.setProperties(toStruct(read.properties));
      response.setInputs(toStruct(read.inputs));
      return response;
    }),
    update: unary(async (request: wire.UpdateRequest) => {
      const resource = provider.resource(request.getUrn());
      const [outputs, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const response = new wire.UpdateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(resource.previewed(news)));
        return response;
      }
      const limit = provider.limit(request.getTimeout());
      const made = whole(await resource.update(request.getId(), outputs, news, limit));
      await provider.told();
      response.setProperties(toStruct(made.properties));
      return response;
    }),
    delete: unary(async (request: wire.DeleteRequest) => {
      const resource = provider.resource(request.getUrn());
      await resource.delete(fromStruct(request.getProperties()), provider.limit(request.getTimeout()));
      await provider.told();
      return new Empty();
    }),
  };
}

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  const answered = async (request: Request): Promise<Response> => answer(request);
  return ({ request }, callback) => {
    answered(request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}

function whole(made: Made): Made {
  if (made.problems.length > 0) throw new PartlyFailed(made);
  return made;
}
