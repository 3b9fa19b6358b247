// What the command says when it ends badly: one line. Errors of this package are sentences already; those of the system are
// turned into one here. Pure.

/** One sentence. System errors are told by their code, and the file or address that they are about. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = new Map<string, unknown>(Object.entries(error));
  const code = fields.get("code");
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const path = text("path");
  const port = text("port");
  if (path !== undefined) {
    if (code === "ENOENT") return `There is no file or folder ${path}; paths are relative to this folder.`;
    if (code === "ENOTDIR") return `${path} leads through a file as if it were a folder.`;
    if (code === "EACCES" || code === "EPERM") return `The system does not let this user open ${path} (${code}).`;
  }
  // Reading a folder tells no path.
  if (code === "EISDIR") return `${path ?? "What is named there"} is a folder; name a file.`;
  if (code === "EADDRINUSE" && port !== undefined) {
    return `Port ${port} is taken by another program; name another one with --port, or 0 for a free one.`;
  }
  return error.message;
}
