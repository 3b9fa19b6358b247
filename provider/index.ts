// What a program imports from "pulumi-esper". Only re-exports.

export {
  Certificate,
  type CertificateAmount,
  type CertificateArgs,
  type CertificateChoice,
  type CertificateCommand,
  type CertificateCoverage,
  type CertificateException,
  type CertificatePassword,
  type CertificateProgress,
  type CertificatePem,
  type CertificateRollout,
  type CertificateSchedule,
  type CertificateSource,
  type CertificateSummary,
  type CertificateTarget,
  type CertificateWait,
} from "./certificate";
export {
  DeviceCertificates,
  type DeviceCertificateContent,
  type CertificateIssuer,
  type DeviceCertificatesArgs,
  type DeviceCertificatesRollout,
  type DeviceCertificatesPassword,
  type DeviceCertificatesSource,
  type DeviceCertificatesSummary,
  type IssuerMaterial,
  type OwnAuthority,
  type VaultAppRole,
  type VaultIssuer,
  type VaultJwt,
} from "./device-certificates";
export { getDevices, getGroup } from "./lookups";
export type { Device, DeviceFilter, GroupFilter } from "./fleet-lookups";
export { readPkcs12, writePkcs12, type Pkcs12Parts, type Pkcs12Report } from "./pkcs12-helpers";
export { Pkcs12Error } from "./pkcs12/errors";
export type { Finding, FindingCode, PemField, Pkcs12Problem, Pkcs12ProblemKind } from "./pkcs12";
export type { Group } from "./client";
