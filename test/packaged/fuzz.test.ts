// Whatever comes over the wire, the plugin answers, with an error where it must, and goes on.

import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import fc from "fast-check";
import { Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { toStruct } from "../../provider/packaged/wire/values";
import { ask, Plugin, urn, type Json } from "./plugin";

const mark = "4dabf18193072939515e22adb298388d";
const marks = ["1b47061264138c4ac30d75fd1eb44270", "c44067f5952c0a294b673a41bacd8c17", "nothing known"];
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const leaf = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(unknown));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
    fc.record({ [mark]: fc.constantFrom(...marks), value: tie("value") }, { requiredKeys: [mark] }),
  ),
}));

const names = [
  ...["alias", "target", "source", "rollout", "wait", "schedule", "triggers", "certificate", "record", "coverage"],
  ...["group", "groups", "devices", "name", "path", "file", "pem", "password", "drift", "__provider", "__proto__"],
];
const properties = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value, { maxKeys: 6 });

describe("the plugin under a fuzz of its wire", function () {
  this.timeout(60_000);
  let plugin: Plugin;

  before(async () => {
    // Nobody listens there: what gets as far as Esper fails at once.
    plugin = await Plugin.start({ baseUrl: "http://127.0.0.1:1/api", apiKey: "key", requestTimeoutSeconds: 0.1 });
  });
  after(() => plugin.stop());

  /** Every call gives an answer or an error of gRPC in time. */
  async function answers(call: (answer: (error: Error | null) => void) => unknown): Promise<void> {
    await ask<unknown>((answer) => call((error) => answer(null, error))).then((error) => {
      if (error !== null) expect(error).to.have.property("code").that.is.a("number");
    });
  }

  it("answers random properties in every call", async () => {
    const resource = urn;
    await fc.assert(
      fc.asyncProperty(properties, properties, fc.string(), async (one, other, id) => {
        const [first, second] = [structOf(one), structOf(other)];
        const check = new wire.CheckRequest();
        check.setUrn(resource);
        check.setOlds(first);
        check.setNews(second);
        await answers((answer) => plugin.client.check(check, answer));
        await answers((answer) => plugin.client.checkConfig(check, answer));
        const diff = new wire.DiffRequest();
        diff.setUrn(resource);
        diff.setOlds(first);
        diff.setOldInputs(second);
        diff.setNews(second);
        await answers((answer) => plugin.client.diff(diff, answer));
        await answers((answer) => plugin.client.diffConfig(diff, answer));
        const update = new wire.UpdateRequest();
        update.setUrn(resource);
        update.setId(id);
        update.setOlds(first);
        update.setNews(second);
        update.setPreview(id.length % 2 === 0);
        await answers((answer) => plugin.client.update(update, answer));
        const remove = new wire.DeleteRequest();
        remove.setUrn(resource);
        remove.setProperties(first);
        await answers((answer) => plugin.client.delete(remove, answer));
        const invoke = new wire.InvokeRequest();
        invoke.setTok(id.length % 2 === 0 ? "esper:index:getGroup" : "esper:index:getDevices");
        invoke.setArgs(first);
        await answers((answer) => plugin.client.invoke(invoke, answer));
      }),
      { numRuns: 60 },
    );
  });

  it("answers a request without any field, and a value without a kind", async () => {
    await answers((answer) => plugin.client.check(new wire.CheckRequest(), answer));
    await answers((answer) => plugin.client.read(new wire.ReadRequest(), answer));
    const hollow = new Struct();
    hollow.getFieldsMap().set("alias", new Value());
    const check = new wire.CheckRequest();
    check.setUrn(urn);
    check.setNews(hollow);
    await answers((answer) => plugin.client.check(check, answer));
    expect((await plugin.check({ alias: "" })).failures.join()).to.include("alias: must not be empty");
  });
});

function structOf(given: Json): Struct {
  return toStruct(given);
}
