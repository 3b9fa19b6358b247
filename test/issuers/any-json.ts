// What a server in Vault's place may answer, by chance: JSON of every shape, near to the right one and far from it, and no JSON.

import type { Reply } from "../support/answering-server";
import { below, noise, pick, type Chance, type People } from "./any-answers";

/** What a server in Vault's place answers, whatever it was asked. */
export function anyJson(chance: Chance, people: People): Reply {
  const [root = ""] = people.roots;
  const value = (depth = 0): unknown => {
    const texts = [root, root.slice(0, 300), "", "x", noise(chance, 60).toString("latin1")] as const;
    const plain = pick(chance, [null, true, 0, -1, 1e300, pick(chance, texts), pick(chance, texts)]);
    if (depth > 3 || chance() < 0.5) return plain;
    if (chance() < 0.4) return Array.from({ length: below(chance, 5) }, () => value(depth + 1));
    const names = [
      "data",
      "certificate",
      "ca_chain",
      "issuing_ca",
      "errors",
      "auth",
      "client_token",
      "__proto__",
      "x",
    ] as const;
    return Object.fromEntries(Array.from({ length: below(chance, 6) }, () => [pick(chance, names), value(depth + 1)]));
  };
  const bodies = [
    value(),
    { data: value() },
    { data: { certificate: value(), ca_chain: value(), issuing_ca: value() } },
    { errors: value() },
    `${JSON.stringify(value())}x`,
    noise(chance, 500).toString("latin1"),
    "[".repeat(below(chance, 60_000)),
  ] as const;
  return {
    status: pick(chance, [200, 200, 200, 201, 204, 301, 307, 400, 403, 404, 418, 429, 500, 503]),
    body: pick(chance, bodies),
  };
}
