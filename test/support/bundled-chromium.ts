// The Chromium that the package @sparticuz/chromium carries in itself, for Linux on x64: unpacked once, with the libraries
// and the font that it needs, into a folder beside the installed packages. Nothing is downloaded and nothing installed, so
// the tests of pages run wherever the packages could be installed. It knows nothing of how a browser is driven.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import type { BrowserProgram } from "./browser";

const packed = join(dirname(require.resolve("@sparticuz/chromium")), "..", "bin");
const cache = join(__dirname, "..", "..", "node_modules", ".cache", "pulumi-esper");

/** Undefined on other systems; the package has no program for them. */
export function bundledChromium(): BrowserProgram | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = join(cache, `chromium-${packageVersion()}`);
  if (!existsSync(folder)) unpack(folder);
  return {
    executablePath: join(folder, "chromium"),
    env: { LD_LIBRARY_PATH: join(folder, "lib"), FONTCONFIG_FILE: join(folder, "only-these-fonts.conf") },
  };
}

function packageVersion(): string {
  const about: unknown = JSON.parse(readFileSync(join(packed, "..", "package.json"), "utf8"));
  const hasVersion = typeof about === "object" && about !== null && "version" in about;
  if (!hasVersion || typeof about.version !== "string") throw new Error("@sparticuz/chromium has no version.");
  return about.version;
}

/** The folder appears whole or not at all, also when several test runs begin together. */
function unpack(folder: string): void {
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(`${folder}-partial-`);
  writeFileSync(join(partial, "chromium"), contentOf("chromium.br"), { mode: 0o755 });
  for (const archive of ["al2023.tar.br", "fonts.tar.br"]) {
    const { status, stderr } = spawnSync("tar", ["-x", "-C", partial], { input: contentOf(archive), encoding: "utf8" });
    if (status !== 0) throw new Error(`${archive} of @sparticuz/chromium could not be unpacked by tar: ${stderr}`);
  }
  writeFileSync(join(partial, "only-these-fonts.conf"), fontsConfig(folder));
  try {
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

function contentOf(file: string): Uint8Array {
  return brotliDecompressSync(readFileSync(join(packed, file)));
}

/** Only the font that came along, so that pages look the same on every machine. */
function fontsConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, "fonts")}</dir><cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>
`;
}
