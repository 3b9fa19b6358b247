// The face of the client: everything that the lifecycle, the look-ups and the command may know of it. They import nothing
// past it. Loading it loads no HTTP library: the first request does.

export { createClient, createRequester } from "./create";
export type {
  Client,
  CommandSchedule,
  CommandSighting,
  CommandState,
  CommandToSend,
  CommandType,
  Device,
  DeviceBase,
  DeviceList,
  DeviceQuery,
  DeviceType,
  Group,
  SentCommand,
  Sighting,
  StateCounts,
  StatusRow,
} from "./client";
export { Anything } from "./codecs";
export { countOf, countStates, finalStates, knownStates, sameCounts, totalOf } from "./commands/command-states";
export { fewDevices } from "./commands/status-rows";
export { pathOf } from "./http/request";
export type { Requester } from "./http/request";
