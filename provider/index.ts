// What a program imports from "pulumi-esper". Only re-exports.

export {
  Certificate,
  type CertificateArgs,
  type CertificateCommand,
  type CertificateCoverage,
  type CertificateException,
  type CertificateSource,
  type CertificateTarget,
  type CertificateWait,
} from "./certificate";
export { getDevices, getGroup, type DeviceFilter, type GroupFilter } from "./lookups";
export type { Device, Group } from "./client/client";
