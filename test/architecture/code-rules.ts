// What the code of a module may do and how long it may be, where imports do not tell. It reads no file.

import { codeOf } from "../support/imports";
import { pure } from "./rules";

type Sources = ReadonlyMap<string, string>;

interface CodeRule {
  readonly from: RegExp;
  readonly mustNotSay: RegExp;
  readonly says: string;
}

const waitsOrLooks =
  /\bawait\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\b(?:process|console)\.|\bset(?:Timeout|Interval)\b/;
const says = "what decides does not wait, and is given the time and chance";

const codeRules: readonly CodeRule[] = [
  { from: pure, mustNotSay: waitsOrLooks, says },
  {
    from: /^provider\/issuers\/(?:due|settings|template\/|check\/remarks|vault\/(?:retry|address)|desk\/stop-rule)/,
    mustNotSay: waitsOrLooks,
    says,
  },
  {
    from: /^provider\/lifecycle\/(?!apply\/)/,
    mustNotSay: /\.(?:send|cancel)\(/,
    says: "only apply/ sends and cancels commands",
  },
];

/** One line for each module that does what a rule forbids. */
export function refusedCode(sources: Sources): readonly string[] {
  return codeRules.flatMap(({ from, mustNotSay, says }) =>
    [...sources]
      .filter(([module]) => from.test(module))
      .flatMap(([module, text]) => {
        const [found] = mustNotSay.exec(codeOf(text)) ?? [];
        return found === undefined ? [] : [`${module} says ${found}: ${says}`];
      }),
  );
}

export const linesMax = 200;
export const filesMax = 10;

/** Modules with more lines than one idea takes, and folders with more files than an eye takes in. */
export function oversized(sources: Sources): readonly string[] {
  const folderOf = (module: string): string => module.slice(0, module.lastIndexOf("/") + 1);
  const folders = [...sources.keys()].map(folderOf);
  const isMany = (folder: string): boolean => folders.filter((each) => each === folder).length > filesMax;
  return [
    ...[...sources].filter(([, text]) => text.trimEnd().split("\n").length > linesMax).map(([module]) => module),
    ...new Set(folders.filter(isMany)),
  ];
}
