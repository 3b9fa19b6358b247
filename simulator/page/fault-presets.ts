// The faults as the page offers them: in groups, each with a few words and with settings that show what it does.
// What each means stands in answer-faults.ts and tenant-faults.ts; a fault without a place here does not compile.

import type { FaultName, Faults } from "../faults/faults";

interface FaultPreset {
  readonly group: FaultGroup;
  readonly words: string;
}

type FaultGroup = "Refused" | "Lost and late" | "Garbled" | "Devices and lists" | "Commands and their history";

export const faultPresets = {
  rateLimit: { group: "Refused", words: "429 beyond a rate", settings: { perMinute: 30 } },
  forbidden: { group: "Refused", words: "403, no permission", settings: {} },
  failEveryNthRead: { group: "Refused", words: "503 on every nth read", settings: { n: 3 } },
  failPostBeforeAccept: { group: "Refused", words: "503, nothing accepted", settings: { times: 2 } },
  maxBodyBytes: { group: "Refused", words: "413 to larger requests", settings: { bytes: 2000 } },
  v2RefusesCertificates: { group: "Refused", words: "V2 knows no certificates", settings: {} },
  unknownIdsRefused: { group: "Refused", words: "400 for ids that are gone", settings: {} },
  deviceTypeRefused: { group: "Refused", words: "400 for active and inactive", settings: {} },
  labelsRefused: { group: "Refused", words: "400 for labels of commands", settings: {} },
  redirect: { group: "Refused", words: "a redirect to another host", settings: { times: 1 } },

  failPostAfterAccept: { group: "Lost and late", words: "502, yet it is carried out", settings: { times: 1 } },
  cutPostAfterAccept: { group: "Lost and late", words: "cut, yet it is carried out", settings: { times: 1 } },
  closeAtOnce: { group: "Lost and late", words: "connections are cut at once", settings: { everyNth: 5 } },
  hang: { group: "Lost and late", words: "accepts, and never answers", settings: { times: 1 } },
  slowMs: { group: "Lost and late", words: "answers come late", settings: { ms: 2000 } },
  trickle: { group: "Lost and late", words: "answers come byte by byte", settings: { everyMs: 5 } },

  htmlErrors: { group: "Garbled", words: "errors are pages of HTML", settings: {} },
  htmlAnswers: { group: "Garbled", words: "answers are pages of HTML", settings: { everyNth: 3 } },
  emptyBodies: { group: "Garbled", words: "answers are empty", settings: { everyNth: 3 } },
  truncatedJson: { group: "Garbled", words: "JSON ends in the middle", settings: { everyNth: 3 } },
  hugeBody: { group: "Garbled", words: "an answer of 50 MB", settings: { times: 1 } },
  wrongContentType: { group: "Garbled", words: "JSON that claims to be text", settings: {} },
  echoSecretsInErrors: { group: "Garbled", words: "errors repeat what was sent", settings: {} },
  lyingNextHost: { group: "Garbled", words: "links lead to another host", settings: {} },
  smallPages: { group: "Garbled", words: "pages of two rows", settings: { size: 2 } },
  clockSkewMs: { group: "Garbled", words: "the server's clock is ahead", settings: { ms: 300_000 } },

  dateHeaderSkewMs: { group: "Garbled", words: "the Date header alone is ahead", settings: { ms: 300_000 } },

  narrowedRole: { group: "Devices and lists", words: "a role that sees nothing", settings: {} },
  largePagesFail: { group: "Devices and lists", words: "504 for large pages", settings: { rows: 5, on: ["devices"] } },
  overlappingPages: { group: "Devices and lists", words: "a row twice, another never", settings: { on: ["devices"] } },
  deviceTypeIgnored: { group: "Devices and lists", words: "active means all devices", settings: {} },

  lateStatusRowsMs: { group: "Commands and their history", words: "status rows come late", settings: { ms: 5000 } },
  countsRouteMissing: { group: "Commands and their history", words: "404 for the counts", settings: {} },
  historyPurged: { group: "Commands and their history", words: "requests are forgotten", settings: {} },
  missingRows: { group: "Commands and their history", words: "the last device has no row", settings: {} },
  cancelIgnored: { group: "Commands and their history", words: "cancelling does nothing", settings: {} },
  hiddenArguments: { group: "Commands and their history", words: "arguments are not shown", settings: {} },
  createdAtAheadMs: {
    group: "Commands and their history",
    words: "commands come from the future",
    settings: { ms: 3_600_000 },
  },
  unknownState: { group: "Commands and their history", words: "a state that nobody knows", settings: {} },
} as const satisfies { readonly [N in FaultName]: FaultPreset & { readonly settings: NonNullable<Faults[N]> } };
