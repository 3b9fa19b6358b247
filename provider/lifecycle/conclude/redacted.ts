// Takes what is secret out of what a state keeps of other people's words: names of devices, states, reasons. Pure.
// What a run says is looked at where it is said (provider.ts).

import type { State } from "../state/state";

export function withoutSecretsIn(state: State, withoutSecrets: (text: string) => string): State {
  const exceptions = state.exceptions.map((exception) => {
    const { name, state: word, reason, since } = exception;
    const words = { name: withoutSecrets(name), state: withoutSecrets(word), reason: withoutSecrets(reason) };
    return { ...exception, ...words, since: withoutSecrets(since) };
  });
  return { ...state, exceptions };
}
