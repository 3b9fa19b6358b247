// What can be seen at the ends of a password that does not fit: what editors, shells and variables leave there. Tells the kind of
// the characters, never the password. Pure.

const byteOrderMark = "\ufeff";

/** Such as "ends with a line break"; undefined when there is nothing to see. */
export function visibleEnds(password: string | undefined): string | undefined {
  if (password === undefined || password === "") return undefined;
  const inner = password.replaceAll(/^\ufeff|[\r\n]+$/gu, "");
  const seen = [
    password.startsWith(byteOrderMark) && "begins with a byte order mark",
    /[\r\n]$/u.test(password) && "ends with a line break",
    /^(["'`]).*\1$/su.test(inner) && "stands in quotes",
    /^\s/u.test(inner) && "begins with a blank",
    /[^\S\r\n]$/u.test(inner) && "ends with a blank",
    /\\[nr]$/u.test(inner) && "ends with a backslash and a letter, as an escaped line break does",
  ].filter((words) => words !== false);
  return seen.length === 0
    ? undefined
    : [seen.slice(0, -1).join(", "), ...seen.slice(-1)].filter(Boolean).join(" and ");
}

/** Without its trailing line break; undefined when there is none. */
export function withoutLineBreak(password: string | undefined): string | undefined {
  const shorter = password?.replace(/(\r?\n|\r)+$/u, "");
  return shorter === password ? undefined : shorter;
}
