import { expect } from "chai";
import fc from "fast-check";
import { failureSentences, removalSentences } from "../../../provider/lifecycle/messages/failures";
import { offlineSentence, scheduledSentence, unansweredSentence } from "../../../provider/lifecycle/messages/notices";
import { progressLine } from "../../../provider/lifecycle/messages/progress-line";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { status } from "../given";

function failed(number: number, reason: string, state = "Failure"): DeviceStatus {
  return status(number, "failed", { reason, state });
}

function failedMany(count: number, reason: string, state?: string): readonly DeviceStatus[] {
  return Array.from({ length: count }, (_, number) => failed(number, reason, state));
}

describe("the line of a resource at work", () => {
  const rows: readonly (readonly [Parameters<typeof progressLine>[0], string])[] = [
    [{ members: 500, done: 412, failed: 3, offline: 85, verb: "installed" }, "412/500 installed, 3 failed, 85 offline"],
    [{ members: 500, done: 0, failed: 0, offline: 0, verb: "installed" }, "0/500 installed"],
    [{ members: 12, done: 12, failed: 0, offline: 0, verb: "removed" }, "12/12 removed"],
    [{ members: 12, done: 5, failed: 0, offline: 7, verb: "installed" }, "5/12 installed, 7 offline"],
  ];
  for (const [progress, line] of rows) {
    it(`is "${line}"`, () => {
      expect(progressLine(progress)).to.equal(line);
    });
  }
});

describe("the sentences about failed devices", () => {
  it("are none when none failed", () => {
    expect(failureSentences([], "install")).to.deep.equal([]);
  });

  it("tell how many, why, which, and what to do", () => {
    const [sentence] = failureSentences([failed(7, "Storage full")], "install");
    expect(sentence).to.equal(
      '1 device did not take the certificate (Failure, "Storage full"): ESR-00007. ' +
        "Free space on the device; the next `pulumi up` retries.",
    );
  });

  it("advise nothing about devices where the issuer gave none, whatever its words are", () => {
    const said = "Vault (pki/till) refused the request (400: no such namespace, or a wrong password)";
    const sentences = (["install", "lastInstall"] as const).map(
      (doing) => failureSentences([failed(7, said, "Not issued")], doing)[0],
    );
    expect(sentences).to.deep.equal([
      `1 device got no certificate (${said}): ESR-00007. The next \`pulumi up\` retries only these devices.`,
      `1 device got no certificate (${said}): ESR-00007. No retries left. Fix the cause, then raise \`retryRounds\`.`,
    ]);
  });

  it("promise no further try after the last one", () => {
    const reasons = [
      "Storage full",
      "Wrong password",
      "KeyChain unavailable",
      "Cancelled by an administrator",
      "timeout",
    ];
    const all = reasons.map((reason, number) => failed(number, reason));
    for (const sentence of failureSentences(all, "lastInstall")) {
      expect(sentence).to.match(/No retries left\. Fix the cause, then raise `retryRounds`\.$/);
      expect(sentence).not.to.contain("next `pulumi up`");
    }
  });

  it("name the state alone when the device gave no reason", () => {
    expect(failureSentences([failed(7, "")], "install")[0]).to.match(
      /^1 device did not take the certificate \(Failure\): /,
    );
  });

  it("are one for each state and reason, the most frequent first", () => {
    const all = [
      failed(1, "Invalid password"),
      failed(2, "Storage full"),
      failed(3, "Storage full"),
      failed(4, "Storage full", "TimeOut"),
      failed(5, "Storage full"),
      failed(6, "Invalid password"),
    ];
    const starts = failureSentences(all, "install").map((sentence) => sentence.split(":")[0]);
    expect(starts).to.deep.equal([
      '3 devices did not take the certificate (Failure, "Storage full")',
      '2 devices did not take the certificate (Failure, "Invalid password")',
      '1 device did not take the certificate (TimeOut, "Storage full")',
    ]);
  });

  it("name five devices and count the rest", () => {
    const named = (count: number): string | undefined => failureSentences(failedMany(count, "x"), "install")[0];
    expect(named(5)).to.include(": ESR-00000, ESR-00001, ESR-00002, ESR-00003, ESR-00004. ");
    expect(named(6)).to.include(": ESR-00000, ESR-00001, ESR-00002, ESR-00003, ESR-00004 and 1 more. ");
    expect(named(1_005)).to.include("ESR-00004 and 1000 more. ");
  });

  it("are at most twenty, and one that counts the rest, so that a report stays readable", () => {
    const all = Array.from({ length: 10_000 }, (_, number) => failed(number, `reason ${number % 50}`));
    const sentences = failureSentences(all, "install");
    expect(sentences).to.have.length(21);
    expect(sentences[20]).to.equal("6000 more devices failed for other reasons.");
    expect(sentences.join("\n").length).to.be.below(8_000);
  });

  it("count one device for another reason as one", () => {
    const all = Array.from({ length: 21 }, (_, number) => failed(number, `reason ${number}`));
    expect(failureSentences(all, "install")[20]).to.match(/^1 more device failed /);
  });

  const hints: Readonly<Record<string, readonly [state: string, reason: string, hint: RegExp]>> = {
    "a wrong password": ["Failure", "Invalid certificate password", /Check the password; .*`encoding: androidLegacy`/],
    "a cancelled command": ["Cancelled", "", /Somebody cancelled the command/],
    "a time-out": ["TimeOut", "", /`pulumi refresh` looks again/],
    "a full device": ["Failure", "No space left on device", /Free space/],
    "anything else": ["Failure", "KeyChain unavailable", /The next `pulumi up` retries only these devices\./],
  };
  for (const [title, [state, reason, hint]] of Object.entries(hints)) {
    it(`give a hint for ${title}`, () => {
      expect(failureSentences([failed(1, reason, state)], "install")[0]).to.match(hint);
    });
  }

  it("speak of removing when it was to be removed", () => {
    const [sentence] = failureSentences([failed(1, "Device locked")], "removal");
    expect(sentence).to.match(/^1 device did not remove the certificate \(Failure, "Device locked"\): ESR-00001\. /);
  });

  it("of a failed removal tell that others did remove it, for a program that goes back", () => {
    const removed = status(2, "installed");
    const sentences = removalSentences({ failed: [failed(1, "Device locked")], statuses: [removed] });
    expect(sentences[1]).to.match(/^1 device has removed it\. Before a program that goes back .* `pulumi refresh`/);
    expect(removalSentences({ failed: [], statuses: [removed] })).to.deep.equal([]);
  });

  it("hold no words of a device that leaves but those that everybody uses: they may repeat an earlier password", () => {
    const [sentence] = failureSentences([failed(1, "(cannot open with zx7-qv8)")], "removal");
    expect(sentence).to.match(/\(Failure, \(the device's words are not shown: they may repeat a password/);
    expect(sentence).not.to.contain("zx7");
  });

  it("hold a device's own words in one line without control characters, cut to a sentence", () => {
    const [sentence] = failureSentences([failed(1, `\u001b[31mBad\r\n\tthing\u0000 ${"x".repeat(500)}`)], "install");
    expect(sentence).to.match(
      /^1 device did not take the certificate \(Failure, "Bad thing x{140,160}…"\): ESR-00001\. /,
    );
  });

  it("stay one line each and short, whatever reasons and names devices have", () => {
    const word = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.constant("a\r\nb\u001b[2K"));
    fc.assert(
      fc.property(fc.array(fc.record({ reason: word, name: word }), { maxLength: 12 }), (all) => {
        const statuses = all.map(({ reason, name }, number) => status(number, "failed", { reason, device: { name } }));
        for (const sentence of failureSentences(statuses, "install")) {
          expect(sentence).not.to.match(/\p{Cc}/u);
          expect(sentence.length).to.be.below(2_000);
        }
      }),
    );
  });
});

describe("the sentence about devices that did not answer", () => {
  const pending = (count: number): readonly DeviceStatus[] =>
    Array.from({ length: count }, (_, number) => status(number, "pending"));

  it("tells how many, how long, which, and that nothing is lost", () => {
    expect(unansweredSentence(pending(7), 600_000)).to.equal(
      "7 devices did not answer within 10 minutes: ESR-00000, ESR-00001, ESR-00002, ESR-00003, ESR-00004 and 2 more. " +
        "The command stays queued; the next `pulumi up` waits again without sending it again.",
    );
  });

  it("speaks of one device, one minute and half a minute as people do", () => {
    expect(unansweredSentence(pending(1), 60_000)).to.match(/^1 device did not answer within 1 minute: ESR-00000\. /);
    expect(unansweredSentence(pending(2), 30_000)).to.match(/^2 devices did not answer within 0\.5 minutes: /);
  });
});

describe("the sentence about offline devices", () => {
  it("says that Esper keeps the command for them", () => {
    expect(offlineSentence(85)).to.match(/^85 devices are offline; the command waits for them up to 30 days\. /);
    expect(offlineSentence(1)).to.match(/^1 device is offline; the command waits for it up to 30 days\. /);
    expect(scheduledSentence(39)).to.match(
      /^39 devices wait for the schedule; a device that is off for all of it does not get the command\. /,
    );
    expect(scheduledSentence(1)).to.match(/^1 device waits for the schedule; /);
  });
});
