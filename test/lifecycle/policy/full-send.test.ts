import { expect } from "chai";
import { fullSendReason } from "../../../provider/lifecycle/policy/full-send";
import type { Reason } from "../../../provider/lifecycle/policy/reasons";
import {
  at,
  dayMs,
  digestA,
  digestB,
  inputsOf,
  nowMs,
  program,
  request,
  state,
  uuid,
  type StateChange,
} from "../given";

interface Row {
  readonly prior?: StateChange;
  readonly program?: Readonly<Record<string, unknown>>;
  readonly digest?: string;
  readonly reason: Reason | undefined;
}

const weekly = { reinstallAfterDays: 7 };
const unknown = { kind: "unknown", orphanedCommandIds: [uuid(7)] } as const;

const rows: Readonly<Record<string, Row>> = {
  "nothing when nothing changed": { reason: undefined },
  "an interrupted run": { prior: { record: { holding: unknown } }, reason: "interruptedRun" },
  "an interrupted run before all else": {
    prior: { record: { holding: unknown } },
    program: { triggers: ["v2"] },
    digest: digestB,
    reason: "interruptedRun",
  },
  "other content": { digest: digestB, reason: "contentChanged" },
  "other content before other triggers": {
    program: { triggers: ["v2"] },
    digest: digestB,
    reason: "contentChanged",
  },
  "the content that was rolled back, when it may be sent again": {
    prior: { record: { holding: { kind: "rolledBack", to: digestA, rejected: digestB } } },
    digest: digestB,
    reason: "contentChanged",
  },
  "nothing where devices have the content again that a rollback gave back": {
    prior: { record: { holding: { kind: "rolledBack", to: digestA, rejected: digestB } } },
    reason: undefined,
  },
  "any content where a rollback has taken the certificate off": {
    prior: { record: { holding: { kind: "rolledBack", rejected: digestB } } },
    reason: "contentChanged",
  },
  "other triggers": { program: { triggers: ["v2"] }, reason: "triggersChanged" },
  "a full install that is older than reinstallAfterDays": {
    prior: { program: weekly, rest: { commands: [request({ sentAt: at(7 * dayMs + 1) })] } },
    program: weekly,
    reason: "reinstallDue",
  },
  "nothing to the millisecond at which reinstallAfterDays is reached": {
    prior: { program: weekly, rest: { commands: [request({ sentAt: at(7 * dayMs) })] } },
    program: weekly,
    reason: undefined,
  },
  "a full install of which only later requests are kept": {
    prior: { program: weekly, record: { sentToAllAt: at(8 * dayMs) } },
    program: weekly,
    reason: "reinstallDue",
  },
  "nothing by its age where nothing was ever sent": {
    prior: { program: weekly, rest: { commands: [] } },
    program: weekly,
    reason: undefined,
  },
  "nothing when members failed, joined or expired": {
    prior: { coverage: { installed: 9, failed: 2, missing: 1 } },
    reason: undefined,
  },
};

describe("everyone is sent the certificate because of", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(title, () => {
      const settings = inputsOf(program({ ...row.prior?.program, ...row.program }));
      const asked = { ...settings, digest: row.digest ?? digestA, settings };
      const found = fullSendReason(state(row.prior), asked, nowMs);
      expect(found?.reason).to.equal(row.reason);
      if (found !== undefined) expect(found.sentence).to.match(/^[A-Z].*\.$/);
    });
  }
});
