import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "chai";
import type { CommandToSend } from "../../../provider/client/client";
import { bodyOf } from "../../../provider/client/commands/command-json";
import { installOf, uninstallOf } from "../../../provider/lifecycle/apply/esper-commands";
import { isObject } from "../../../provider/lifecycle/arguments/reader";
import { addresses } from "../../../provider/lifecycle/arguments/target";
import { groupA, inputsOf, program, uuid } from "../given";

const file = { base64: "MIIKwQIBAzCC", password: "pass-word-1" };
const label = "pulumi-esper:0123456789ab:aaaaaaaa:00000001";
const schedules = {
  "at once": {},
  "in a window": { schedule: { window: { start: "2026-12-01T22:00:00Z", end: "2026-12-02T04:00:00Z" } } },
  "on recurring days": {
    schedule: {
      recurring: {
        ...{ start: "2026-12-01T00:00:00Z", end: "2027-02-01T00:00:00Z", timeZone: "console" },
        ...{ days: ["Monday", "Sunday"], from: "22:00", to: "23:30" },
      },
    },
  },
};
const whole = {
  "a group": addresses([groupA], []),
  devices: addresses([], [uuid(1), uuid(2)]),
  "groups and devices": addresses([groupA], [uuid(1)]),
};

function readDescription(): ValidateFunction {
  const description: unknown = JSON.parse(readFileSync(join(__dirname, "../../fixtures/esper/openapi.json"), "utf8"));
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat("url", true);
  if (!isObject(description)) throw new Error("Esper's description is no object.");
  ajv.addSchema(description, "openapi");
  const validate = ajv.getSchema("openapi#/components/schemas/CommandRequest_POST");
  if (validate === undefined) throw new Error("Esper's description has no CommandRequest_POST.");
  return validate;
}

let validate: ValidateFunction | undefined;

/** What is wrong with the body of a request by Esper's own description; empty when nothing is. */
function objections(command: CommandToSend): readonly string[] {
  validate ??= readDescription();
  validate({ ...bodyOf(command), alias: command.label });
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}

describe("an INSTALL_CERTIFICATE", () => {
  for (const [when, schedule] of Object.entries(schedules)) {
    for (const [whom, some] of Object.entries(whole)) {
      it(`${when} to ${whom} is what Esper's description asks for`, () => {
        const commands = some.map((address) => installOf(inputsOf(program(schedule)), file, address, label));
        expect(commands).to.have.length(1);
        expect(commands.flatMap(objections)).to.deep.equal([]);
      });
    }
  }

  it("says file, password, alias and store under Esper's names", () => {
    const [address] = whole["a group"];
    const command = address && installOf(inputsOf(program()), file, address, label);
    expect(command).to.deep.include({
      command: "INSTALL_CERTIFICATE",
      commandType: "GROUP",
      groups: [groupA],
      devices: [],
      deviceType: "all",
      label,
      commandArgs: {
        cert_file_type: "pkcs12",
        cert_data_base64: "MIIKwQIBAzCC",
        cert_password: "pass-word-1",
        cert_alias_name: "corp-client",
        cert_storage_type: "system",
      },
    });
    expect(command).not.to.have.property("schedule");
  });

  it("leaves out a password that is empty", () => {
    const [address] = whole["a group"];
    const command = address && installOf(inputsOf(program()), { ...file, password: "" }, address, label);
    expect(command?.commandArgs).not.to.have.property("cert_password");
  });

  it("is narrowed to the device type that the program names", () => {
    const [address] = whole["a group"];
    const inputs = inputsOf(program({ deviceType: "active" }));
    expect(address && installOf(inputs, file, address, label).deviceType).to.equal("active");
  });
});

describe("an UNINSTALL_CERTIFICATE", () => {
  for (const [whom, some] of Object.entries(whole)) {
    it(`to ${whom} is what Esper's description asks for, at once and to all, whatever holds for installs`, () => {
      const inputs = inputsOf(program({ deviceType: "inactive", ...schedules["in a window"] }));
      const commands = some.map((address) => uninstallOf(inputs, address, label));
      expect(commands.flatMap(objections)).to.deep.equal([]);
      for (const command of commands) {
        expect(command).to.include({ command: "UNINSTALL_CERTIFICATE", deviceType: "all", label });
        expect(command.commandArgs).to.deep.equal({ cert_alias_name: "corp-client", cert_storage_type: "system" });
        expect(command).not.to.have.property("schedule");
      }
    });
  }
});
