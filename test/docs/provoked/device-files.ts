// What is said about the files of certificates of devices: small stories of a folder against the simulator, driven in this
// process.

import { join } from "node:path";
import { deviceCertificates } from "../../../provider/provider";
import { startSimulator, type Simulator } from "../../../simulator";
import { bytesOf } from "../../pkcs12/fixtures";
import { DeviceFiles } from "../../support/device-files";
import { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import type { Provocations, Provoke } from "./provocation";

const password = "a-password-of-the-documents";
const dayMs = 24 * 3_600_000;
const urn = "urn:pulumi:test::fleet::pulumi-nodejs:dynamic/esper:DeviceCertificates::tills";

interface Story {
  readonly files: DeviceFiles;
  readonly simulator: Simulator;
  readonly args: (change?: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  readonly up: (change?: Readonly<Record<string, unknown>>) => Promise<void>;
  /** What `check` refuses, as the documents write it. */
  readonly refusals: (change?: Readonly<Record<string, unknown>>) => Promise<readonly string[]>;
}

/** Two devices, each with a file. Its errors are those it returns. */
function story(tell: (story: Story) => Promise<readonly string[]>): Provoke {
  return async () => {
    const devices = ["a", "b"].map((alias) => ({ alias, serial: `SN-${alias}`, osVersion: "14" }));
    const simulator = await startSimulator({ deviceMs: 5, fleet: { groups: [{ name: "Tills", devices }] } });
    const files = new DeviceFiles(password);
    const config = { "esper:baseUrl": simulator.url, "esper:apiKey": simulator.apiKey, "esper:pollSeconds": "0.05" };
    const program = new QuickProgram({ ...config });
    const args: Story["args"] = (change = {}) => ({
      ...{ alias: "till", target: { group: simulator.world.group("Tills").id } },
      ...{ source: { folder: files.folder, password }, wait: { timeoutMinutes: 0.05 }, ...change },
    });
    printed.length = 0;
    try {
      for (const { serial } of devices) await files.put(serial);
      const errors = await tell({
        ...{ files, simulator, args },
        up: async (change) => {
          await program.up({ tills: args(change) });
        },
        refusals: async (change) => {
          const provider = deviceCertificates(urn);
          await provider.configure({ config: { get: (key) => new Map(Object.entries(config)).get(key) } });
          const { failures = [] } = await provider.check({}, args(change));
          return failures.map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`));
        },
      });
      return { errors, said: [...printed] };
    } finally {
      files.clear();
      await simulator.close();
    }
  };
}

export const deviceFiles: Provocations = {
  "a file that cannot be used": story(async ({ files, refusals }) => {
    files.remove("SN-b");
    files.write("SN-a", bytesOf("keytool-two-keys.p12"));
    const source = { folder: files.folder, password: "changeit" };
    return refusals({ source, encoding: "asGiven" });
  }),

  "a folder that is not there": story(({ files, refusals }) =>
    refusals({ source: { folder: join(files.folder, "none"), password } }),
  ),

  "a device without a file that is to fail": story(async ({ files, refusals }) => {
    files.remove("SN-a");
    return refusals({ missingFile: "fail" });
  }),

  "a rollback": story(({ refusals }) => refusals({ rollout: { waves: ["50%"], onFailure: "rollback" } })),

  "devices without a file, and files without a device": story(async ({ files, up }) => {
    files.remove("SN-a");
    await files.put("SN-unknown");
    await up();
    return [];
  }),

  "the same key in two files": story(async ({ files, up }) => {
    files.write("SN-b", files.bytesOf("SN-a"));
    await up();
    return [];
  }),

  "two devices that share a file": story(async ({ simulator, up }) => {
    simulator.world.join("Tills", { alias: "again", serial: "SN-a", osVersion: "14" });
    await up();
    return [];
  }),

  "files that are gone": story(async ({ files, up }) => {
    await up();
    files.remove("SN-a");
    await up();
    await up({ goneFile: "remove" });
    // An empty folder would be refused.
    await files.put("SN-other");
    files.remove("SN-b");
    await up({ goneFile: "remove" });
    return [];
  }),

  "a folder that was emptied": story(({ files, refusals }) => {
    for (const serial of ["SN-a", "SN-b"]) files.remove(serial);
    return refusals({ goneFile: "remove" });
  }),

  "files that end": story(async ({ files, up }) => {
    await files.put("SN-a", { notAfter: new Date(Date.now() + 3 * dayMs) });
    await up();
    await up();
    return [];
  }),
};
