// What a user may write for DeviceCertificates: the arguments of a certificate, with another `source` and two of its own.
// Pure. Follows docs/design.md, section 12.

import {
  addedNames,
  fileSettingNames,
  readSettingFields,
  settingNames,
  type ReadInputs,
  type Settings,
} from "../arguments";
import { lifeProblem, renewBeforeDaysOf, type IssuedSource } from "../../../issuers/index";
import { readDeviceSource, type DeviceSource } from "./device-source";
import { Fields, hasUnknown, type Failure, type RawObject } from "../reader";

export interface DeviceInputs extends Settings {
  readonly source: DeviceSource;
}

export type ReadDeviceInputs = Omit<ReadInputs, "source" | "inputs"> & {
  readonly source?: DeviceSource | undefined;
  readonly inputs?: DeviceInputs | undefined;
};

const noRollback =
  'is "rollback", which needs the previous content of every device; the state does not hold that for certificates of ' +
  'devices. Use "stop": put the former files back, and the next `pulumi up` sends them to their devices';

export function readDeviceInputs(raw: RawObject): ReadDeviceInputs {
  const failures: Failure[] = [];
  const fields = new Fields(raw, "", failures);
  fields.refuseOthers([...settingNames, ...fileSettingNames, "source"], [...addedNames, "sourceDigest"]);
  const source = readDeviceSource(fields);
  const { alias, target, options } = readSettingFields(fields);
  if (options.rollout.onFailure === "rollback") failures.push({ property: "rollout.onFailure", reason: noRollback });
  if (source?.kind === "issuer") failures.push(...issuedFailures(source.issued, options));
  const given = alias === undefined || target === undefined ? undefined : { alias, target };
  const isWhole = failures.length === 0 && !hasUnknown(raw);
  const inputs = isWhole && given && source ? { ...given, ...options, source } : undefined;
  return { failures, alias, target, source, options, inputs };
}

function issuedFailures({ days, renewSpreadDays }: IssuedSource, options: ReadInputs["options"]): readonly Failure[] {
  const reason = lifeProblem(days, renewBeforeDaysOf(days, options.renewBeforeDays), renewSpreadDays);
  const ofFiles = fileSettingNames.filter((name) => options[name] !== undefined);
  return [
    ...(reason === undefined ? [] : [{ property: "source.days", reason }]),
    ...ofFiles.map((name) => ({ property: "", reason: `${name}: is about files; an issuer makes each certificate` })),
  ];
}
