// The acceptance: one certificate through its whole life on the test group, by the provider itself, as the engine calls it.
// Each step is a sentence that holds or not; a step that fails does not keep the certificate on the devices.

import { certificate } from "../../provider/provider";
import { certificateArguments } from "./arguments";
import type { LiveTenant } from "./tenant";

export interface Step {
  readonly sentence: string;
  readonly holds: boolean;
  /** What was seen; nothing secret. */
  readonly seen: string;
}

const urn = "urn:pulumi:live::pulumi-esper::pulumi-nodejs:dynamic/esper:Certificate::live";

export async function accept(tenant: LiveTenant, tell: (step: Step) => void): Promise<void> {
  const provider = certificate(urn);
  await provider.configure({ config: { get: () => undefined } });
  const step = async (sentence: string, see: () => Promise<string>): Promise<boolean> => {
    try {
      tell({ sentence, holds: true, seen: await see() });
      return true;
    } catch (error) {
      tell({ sentence, holds: false, seen: error instanceof Error ? error.message : String(error) });
      return false;
    }
  };
  let id = "";
  let outputs: Readonly<Record<string, unknown>> = {};
  const inputs = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { alias, password, group, waitMs } = tenant;
    const given = certificateArguments({ alias, group: group.id, base64: await tenant.newFile(), password, waitMs });
    const checked = await provider.check({}, given);
    if (checked.failures !== undefined && checked.failures.length > 0)
      throw new Error("The program's arguments are refused.");
    return checked.inputs ?? {};
  };

  const first = await inputs();
  const isMade = await step("A certificate is installed on every device that is online", async () => {
    const created = await provider.create(first);
    ({ id, outs: outputs } = created);
    return coverageWords(outputs);
  });
  if (!isMade) {
    await step("What was sent is removed again", () => removeByHand(tenant));
    return;
  }
  await step("The same program changes nothing", async () => {
    const { changes } = await provider.diff(id, outputs, first);
    if (changes) throw new Error("An update was announced.");
    return "no change";
  });
  await step("A refresh reads the same answers again", async () => {
    const { props } = await provider.read(id, outputs);
    if (coverageWords(props) !== coverageWords(outputs))
      throw new Error(`It was ${coverageWords(outputs)}, and is ${coverageWords(props)}.`);
    return coverageWords(props);
  });
  await step("New content overwrites the old under the same alias", async () => {
    ({ outs: outputs } = await provider.update(id, outputs, await inputs()));
    return coverageWords(outputs);
  });
  await step("The certificate is removed", async () => {
    await provider.delete(id, outputs);
    return "every device that is online has answered";
  });
  await step("Removing an alias that is absent is a success", () => removeByHand(tenant));
}

async function removeByHand({ alias, online, sendAndWait }: LiveTenant): Promise<string> {
  const rows = await sendAndWait(
    "UNINSTALL_CERTIFICATE",
    { cert_alias_name: alias, cert_storage_type: "system" },
    online,
  );
  const failed = rows.filter(({ state }) => state !== "Success");
  if (failed.length > 0) throw new Error(`${failed.length} of ${rows.length} ended in ${failed[0]?.stateText ?? ""}.`);
  return `${rows.length} devices answered Success`;
}

function coverageWords({ coverage }: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(coverage).replace(/[{}"]/g, "").replaceAll(",", ", ").replaceAll(":", " ");
}
