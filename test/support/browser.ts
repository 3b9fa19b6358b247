// A real headless browser for tests of pages: where its program is, and how it is started, with a profile of its own that
// is removed when it is closed. It asks for nothing by itself. A package from the registry brings the program for Linux
// on x64 (bundled-chromium.ts); elsewhere one that is installed is taken, and where there is none, tests say so.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { bundledChromium } from "./bundled-chromium";

export interface BrowserProgram {
  readonly executablePath: string;
  /** What its process needs beside the environment of this one. */
  readonly env: Readonly<Record<string, string>>;
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** CHROME_PATH, else the one that the package brings, else the first on the PATH; undefined where there is none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): BrowserProgram | undefined {
  const named = env["CHROME_PATH"];
  if (named !== undefined && named !== "") return { executablePath: named, env: {} };
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const installed = (): BrowserProgram | undefined =>
    folders
      .flatMap((folder) => names.map((name) => ({ executablePath: join(folder, name), env: {} })))
      .find(({ executablePath }) => isProgram(executablePath));
  return bundledChromium() ?? installed();
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const noBrowser = "no Chromium on the PATH and none in CHROME_PATH";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function startBrowser({ executablePath, env }: BrowserProgram): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags, env: { ...process.env, ...env } });
}

export interface WatchedPage {
  readonly page: Page;
  /** The address of every request that it made. */
  readonly requested: string[];
  /** What stands in its console, and errors of its script that nobody caught. */
  readonly wrong: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const page = await browser.newPage(options);
  const requested: string[] = [];
  const wrong: string[] = [];
  page.on("request", (request) => requested.push(request.url()));
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  return { page, requested, wrong };
}
