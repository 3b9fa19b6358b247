// Takes what is secret out of all that a run says or stores of other people's words. Pure.

import type { Outcome } from "./conclude";

export function redacted(
  { state, problems, warnings, notes }: Outcome,
  withoutSecrets: (text: string) => string,
): Outcome {
  const exceptions = state.exceptions.map((one) => ({ ...one, reason: withoutSecrets(one.reason) }));
  return {
    state: { ...state, exceptions },
    problems: problems.map(withoutSecrets),
    warnings: warnings.map(withoutSecrets),
    notes: notes.map(withoutSecrets),
  };
}
