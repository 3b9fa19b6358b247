// The face of the room in which certificates are made: nobody imports past it, and it knows nothing of Esper. Only re-exports.
//
// The contract with whoever asks (docs/issuers.md says the same to users):
//
// 1. `IssuedSource` is `source` of a program, read (provider/lifecycle/arguments/issued). Reading it touches no file, variable or
//    network. `subjectProblem`, `alternativeProblem`, `addressProblem` and `lifeProblem` are what reading asks.
// 2. `nameDevices(template, members)` is pure and takes all members at once. `missing` says why a device has no names; ask
//    `issue` only for those in `named`. A preview may call it, and `templateDigest`, which reads the file of an own authority's
//    certificate and nothing else.
// 3. `dueReason(known, policy)` is pure: one device, to the day. `renewBeforeDaysOf(days, given)` is the number that holds,
//    `dayOf(notAfterMs)` the day to remember. While it is earlier than the least `dueDay`, time makes nobody due.
// 4. `openDesk(source, renewBeforeDays, context)` once a run. `desk.issue(device, names)` may be called for all devices at
//    once: it keeps to `concurrency`, makes the key, has it signed, checks the answer. It does not throw for what an issuer does:
//      issued   `material` (leaf, intermediates, private key: for writePkcs12), `serialNumber`, `notAfterMs`. The key is kept
//               nowhere else. A retry in the same run sends the same file again: call `issue` once a device and run.
//      failed   the device's reason, a sentence without its full stop; the same text for the same reason.
//      stopped  nothing more is issued in this run; `desk.stopped` is the reason, to be said once. What was issued is good.
// 5. `desk.remarks` after the run: what certificates are like that was not asked for, with their number: one warning each.
// 6. `desk.revoke(serialNumber)` after the device has confirmed; `failed` is a warning, and to be tried again in the next run.

export { addressProblem } from "./vault/address";
export { dayOf, dueDay, dueReason, earlierDays, lifeProblem, renewBeforeDaysOf } from "./due";
export type { KnownCertificate } from "./due";
export { Desk } from "./desk/desk";
export type { IssueOutcome } from "./desk/desk";
export { templateDigest } from "./identity";
export { isIssuerError, type IssuerContext } from "./issuer";
export { openDesk } from "./open";
export { issuerName, keyTypes } from "./settings";
export type { IssuedSource, IssuerSettings, Kept, KeyType, Template, VaultLogin } from "./settings";
export { alternativeProblem, nameDevices } from "./template/names";
export type { CertificateNames } from "./template/names";
export type { DeviceNames } from "./template/placeholders";
export { subjectProblem } from "./template/subject";
