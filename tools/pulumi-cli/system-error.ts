// Tells the operating system's errors apart by their code (`ENOENT`, `EEXIST`, `ESRCH` …).

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
