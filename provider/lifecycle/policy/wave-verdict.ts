// Whether a wave of a rollout passed. Pure. Follows docs/design.md, section 7.

import type { Device } from "../../client/index";
import type { Settings } from "../arguments/arguments";
import { isMoreThan } from "../arguments/rollout";
import type { DeviceStatus } from "../facts/device-status";
import { unansweredOf } from "./awaited";
import { countThat } from "../state/members/count-that";

/**
 * Judges all devices of the waves so far: too many failures among the answers, or a device that the run waits for has not
 * answered. Members that it does not wait for count only once they have answered.
 */
export function judgeWave(
  statuses: readonly DeviceStatus[],
  settings: Pick<Settings, "rollout" | "wait" | "schedule">,
  members: ReadonlyMap<string, Device>,
): "passed" | "failed" {
  const failed = countThat(statuses, ({ phase }) => phase === "failed");
  const answered = failed + countThat(statuses, ({ phase }) => phase === "installed");
  if (isMoreThan(settings.rollout.maxFailures, failed, answered)) return "failed";
  const isSilent = unansweredOf(settings, statuses, members).length > 0;
  return isSilent && settings.wait.onTimeout === "fail" ? "failed" : "passed";
}
