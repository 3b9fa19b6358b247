import { expect } from "chai";
import {
  isRejected,
  rollbackUnfinishedSentence,
  stableContent,
  unfinishedRollback,
  type Unfinished,
} from "../../../provider/lifecycle/policy/rollback/rollback";
import type { KeptContent } from "../../../provider/lifecycle/state/state";
import { digestA, digestB, inputsOf, keptContent, program, state, uuid, type StateChange } from "../given";

const waves = { waves: ["10%", "100%"], onFailure: "rollback" };
const digestC = "c".repeat(64);
const givenBack = { kind: "rolledBack", to: digestA, rejected: digestB } as const;
const takenOff = { kind: "rolledBack", rejected: digestB } as const;
const interrupted = { kind: "unknown", orphanedCommandIds: [uuid(7)], rejected: digestB } as const;

/** A state in which B was rolled back, and what the program now asks for. */
interface Question {
  readonly prior?: StateChange;
  readonly program?: Readonly<Record<string, unknown>>;
  readonly digest?: string;
}

function ask<A>(put: (...question: Parameters<typeof isRejected>) => A, { prior, program: now, digest }: Question): A {
  const before = { rollout: waves, ...prior?.program };
  const known = state({ ...prior, program: before, record: { holding: givenBack, ...prior?.record } });
  return put(known, digest ?? digestB, inputsOf(program({ ...before, ...now })));
}

describe("content that was rolled back", () => {
  const rejected: Readonly<Record<string, Question & { readonly is: boolean }>> = {
    "is not sent again by itself": { is: true },
    "is not sent again because other settings change": {
      program: { wait: { for: "all" }, retryRounds: 5, encoding: "modern" },
      is: true,
    },
    "is not sent again where the rollback took the certificate off": {
      prior: { record: { holding: takenOff } },
      is: true,
    },
    "is not sent again after an interrupted run either": { prior: { record: { holding: interrupted } }, is: true },
    "is sent again with other triggers": { program: { triggers: ["again"] }, is: false },
    "is sent again with another rollout": { program: { rollout: { ...waves, maxFailures: 3 } }, is: false },
    "does not stand in the way of new content": { digest: digestC, is: false },
    "does not stand in the way of the content that devices have again": { digest: digestA, is: false },
    "is none where nothing was rolled back": {
      prior: { record: { holding: { kind: "content", digest: digestB } } },
      is: false,
    },
  };
  for (const [title, row] of Object.entries(rejected)) {
    it(title, () => {
      expect(ask(isRejected, row)).to.equal(row.is);
    });
  }
});

describe("a rollback is unfinished", () => {
  const unfinished: Readonly<Record<string, Question & { readonly left: Unfinished | undefined }>> = {
    "nowhere when every device has the former content": { left: undefined },
    "on devices that did not take the former content": { prior: { coverage: { failed: 2 } }, left: 2 },
    "no more on those when the retries are used up": {
      prior: { coverage: { failed: 2 }, record: { roundsUsed: 3 } },
      left: undefined,
    },
    "on devices that did not lose the alias, however often that was tried": {
      prior: { record: { holding: takenOff, removalsFailed: 3, roundsUsed: 3 } },
      left: 3,
    },
    "on both kinds together": { prior: { coverage: { failed: 2 }, record: { removalsFailed: 3 } }, left: 5 },
    "on any device after an interrupted run": { prior: { record: { holding: interrupted } }, left: "interrupted" },
    "nowhere because of devices that only wait": { prior: { coverage: { pending: 4 } }, left: undefined },
  };
  for (const [title, row] of Object.entries(unfinished)) {
    it(title, () => {
      expect(ask((prior, _digest, settings) => unfinishedRollback(prior, settings), row)).to.equal(row.left);
    });
  }

  it("in a sentence that counts devices as people do", () => {
    expect(rollbackUnfinishedSentence(1)).to.match(/^The rollback is unfinished on 1 device; /);
    expect(rollbackUnfinishedSentence(2)).to.match(/^The rollback is unfinished on 2 devices; /);
    expect(rollbackUnfinishedSentence("interrupted")).to.match(/^An interrupted run sent commands; /);
  });
});

describe("what a failed rollout goes back to", () => {
  const rows: Readonly<
    Record<string, readonly [kept: readonly KeptContent[] | undefined, stable: string | undefined]>
  > = {
    "nothing, where no content is kept": [undefined, undefined],
    "nothing, where only the candidate itself is kept": [[keptContent(digestB)], undefined],
    "the content that everyone had": [[keptContent(digestA)], digestA],
    "the content that everyone had, not what was only tried on some since": [
      [keptContent(digestA), keptContent(digestC)],
      digestA,
    ],
    "the content that everyone had, when the same candidate goes on": [
      [keptContent(digestA), keptContent(digestB)],
      digestA,
    ],
  };
  for (const [title, [kept, stable]] of Object.entries(rows)) {
    it(title, () => {
      const prior = state({ rest: { ...(kept !== undefined && { kept }) } });
      expect(stableContent(prior, digestB)?.digest).to.equal(stable);
    });
  }

  it("nothing, where the resource is new", () => {
    expect(stableContent(undefined, digestB)).to.equal(undefined);
  });
});
