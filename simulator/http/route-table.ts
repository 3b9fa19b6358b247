// Finds the route of a method and a path. Paths are compared strictly, the trailing slash included:
// Esper's services want it on most routes and answer 404 or 405 without it (docs/background/esper-api.md, 2a).

import type { Route } from "../api/call";

export type Match =
  | { readonly kind: "route"; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: "otherMethod" | "slashMissing" | "unknown" };

/** Values of the path's `{names}`, or undefined when the path is another one. */
function paramsOf(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [place, part] of pattern.entries()) {
    const given = path[place] ?? "";
    if (!part.startsWith("{")) {
      if (part !== given) return undefined;
    } else if (given === "") return undefined;
    else params[part.slice(1, -1)] = given;
  }
  return params;
}

export function routeTable(routes: readonly Route[]): (method: string, path: string) => Match {
  const split = routes.map((route) => ({ route, pattern: route.path.split("/") }));
  const find = (path: string): readonly Extract<Match, { kind: "route" }>[] => {
    const parts = path.split("/");
    return split.flatMap(({ route, pattern }) => {
      const params = paramsOf(pattern, parts);
      return params === undefined ? [] : [{ kind: "route", route, params }];
    });
  };
  return (method, path) => {
    const here = find(path);
    const match = here.find(({ route }) => route.method === method);
    if (match !== undefined) return match;
    if (here.length > 0) return { kind: "otherMethod" };
    return { kind: find(`${path}/`).length > 0 ? "slashMissing" : "unknown" };
  };
}
