// The name of an environment variable in a program.

import type { Fields } from "../reader";

/** What is no name is likely to be the secret itself, so it is not repeated. */
export function readEnv(fields: Fields, name: string): string | undefined {
  const variable = fields.string(name);
  if (variable === undefined || /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) return variable;
  return fields.fail(name, 'must be the name of an environment variable, such as "VAULT_TOKEN"');
}
