import { expect } from "chai";
import type { Client } from "../../../provider/client";
import { apply, type Applied } from "../../../provider/lifecycle/apply/apply";
import { AliasTurns } from "../../../provider/lifecycle/alias-turns";
import { Claims } from "../../../provider/lifecycle/claims";
import type { OperationContext } from "../../../provider/lifecycle/context";
import { CommandResults } from "../../../provider/lifecycle/facts/command-results";
import type { Facts } from "../../../provider/lifecycle/facts/gather";
import type { Plan } from "../../../provider/lifecycle/policy/plan";
import { wavesOf } from "../../../provider/lifecycle/state/wave-boundaries";
import { fakeClient } from "../fake-client";
import { noSentRequests } from "../../../provider/lifecycle/facts/command-history";
import { at, device, row, uuid } from "../given";
import { factsOf, planOf, some } from "../given-run";

const statuses = some(4, "missing");
const ids = statuses.map(({ device }) => device.id);
const install = (devices: readonly string[]) =>
  ({ action: "install", reason: "devicesMissing", message: "Installing.", devices }) as const;
const uninstall = { ...install([uuid(99)]), action: "uninstall", reason: "devicesLeft" } as const;

interface Run {
  readonly context: OperationContext;
  readonly sends: string[];
}

/** A client whose nth exchange that sends fails, the first being 1. */
function failingAt(nth: number): Run {
  const sends: string[] = [];
  const { client, clock } = fakeClient((id) =>
    statuses.map(({ device }) => row(0, "Success", { requestId: id, deviceId: device.id })),
  );
  const send: Client["send"] = ({ command, commandType, devices, groups }) => {
    sends.push(command.slice(0, command.indexOf("_")));
    if (sends.length === nth) return Promise.reject(new Error(`Esper refused number ${nth}.`));
    return Promise.resolve({ id: `r${sends.length}`, createdAt: at(0), command, commandType, devices, groups });
  };
  const silent = (): void => undefined;
  return {
    context: {
      client: { ...client, send },
      clock,
      random: () => 0,
      ...{ urnHash: "0123456789ab", instance: "abcdefgh", claims: new Claims(), turns: new AliasTurns() },
      status: silent,
      note: silent,
    },
    sends,
  };
}

async function run(nth: number, plan: Plan, earlier?: Applied): Promise<Applied | string> {
  const { context } = failingAt(nth);
  return apply(context, plan, factsFor(context), earlier).catch((error: unknown) => String(error));
}

function factsFor({ client }: OperationContext): Facts {
  const departed = { devices: [device(99)], removals: noSentRequests, statuses: [] };
  return factsOf(statuses, { results: new CommandResults(client), departed });
}

const two = planOf({ steps: [install(ids.slice(0, 2)), install(ids.slice(2)), uninstall], startsOver: false });

describe("doing what the plan says", () => {
  it("throws when the very first command fails: nothing was sent, so nothing has to be remembered", async () => {
    expect(await run(1, two)).to.equal("Error: Esper refused number 1.");
  });

  for (const nth of [2, 3]) {
    it(`never throws once something was sent: when command ${nth} fails, what stopped it stands beside what was sent`, async () => {
      expect(await run(nth, two)).to.deep.include({ problem: `Esper refused number ${nth}.` });
      const done = await run(nth, two);
      expect(typeof done === "string" ? done : done.sent).to.have.length(nth - 1);
    });
  }

  it("never throws either where an earlier plan of the same run has sent something", async () => {
    const done = await run(0, two);
    if (typeof done === "string") throw new Error(done);
    expect(await run(1, two, done)).to.deep.include({ sent: [], problem: "Esper refused number 1." });
  });

  it("sends removals first, so that of a run that breaks off the installs are left, which the next one finds", async () => {
    const { context, sends } = failingAt(0);
    await apply(context, two, factsFor(context));
    expect(sends).to.deep.equal(["UNINSTALL", "INSTALL", "INSTALL"]);
  });

  it("sends nothing where the plan has no steps", async () => {
    const { context, sends } = failingAt(0);
    const { sent, problem } = await apply(context, planOf(), factsFor(context));
    expect([sent, problem, sends]).to.deep.equal([[], undefined, []]);
  });
});

describe("doing what a plan with waves says", () => {
  const boundaries = { canary: true, ends: ["~"] };
  const canary = new Set(ids.slice(0, 1));
  const waves = wavesOf(boundaries, "corp-client", ids, canary);
  const staged = planOf({ steps: [install(ids)], waves, startsOver: false });

  it("throws when the first command of the first wave fails", async () => {
    expect(await run(1, staged)).to.equal("Error: Esper refused number 1.");
  });

  it("tells by the rollout's end what stopped its second wave, and who is held back by it", async () => {
    const done = await run(2, staged);
    if (typeof done === "string") throw new Error(done);
    expect(done.sent).to.have.length(1);
    expect(done.rollout).to.deep.include({ wave: 2, waves: 2, state: "stopped", problem: "Esper refused number 2." });
  });
});
