// The faults that the simulator can be told to have: named switches, off unless set, changed at run time.
// Each can be limited by `times`, `on`, `share` and `everyNth`, and is deterministic by seed. What they mean stands in
// answer-faults.ts and tenant-faults.ts; fault-switches.ts decides whether one strikes.

import type { AnswerFaults } from "./answer-faults";
import type { TenantFaults } from "./tenant-faults";

/** The switches, each off unless it is set. */
export interface Faults extends AnswerFaults, TenantFaults {}

/** The name of a switch. */
export type FaultName = keyof Faults;
