// The report's page in a real headless browser: what it shows, that it stays whole with hostile words in it, that it loads
// nothing, and that it can be read in the dark, on a phone and by keyboard. Skipped where there is no Chromium.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { reportPage } from "../../cli/report/page/page";
import { reportOf } from "../../cli/report/report";
import { readStackExport } from "../../cli/report/stack-export";
import { nowMs } from "../lifecycle/given";
import { findBrowser, noBrowser, openPage, startBrowser } from "../support/browser";
import { faintTexts } from "../support/faint-texts";
import { exportOf, fleetExport, hostile, stored } from "./report-given";

const page = reportPage(reportOf(readStackExport(fleetExport), nowMs));

describe("the report's page", () => {
  it("refers to nothing outside itself, and holds no script", () => {
    expect(page).to.match(/<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/);
    expect(page).not.to.match(/<(script|link|img|iframe|object|form)\b|url\(|@import|https?:/i);
  });

  it("says that all is well, or that there is nothing", () => {
    const of = (...resources: readonly unknown[]): string =>
      reportPage(reportOf(readStackExport(exportOf(resources)), nowMs));
    expect(of(stored("corp"))).to.contain("1 certificate in fleet/prod: all is well.");
    expect(of()).to.contain("There is no Esper certificate in fleet/prod.");
  });
});

describe("the report's page in a browser", function () {
  this.timeout(60_000);
  let folder: string | undefined;
  let url: string;
  let browser: Browser | undefined;

  before(async function () {
    const program = findBrowser();
    if (program === undefined) {
      console.log(`      skipped: ${noBrowser}`);
      this.skip();
    }
    browser = await startBrowser(program);
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-page-"));
    const file = join(folder, "report.html");
    await writeFile(file, page);
    url = pathToFileURL(file).href;
  });
  after(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const open = async (options: BrowserContextOptions, look: (opened: Page) => Promise<void>): Promise<void> => {
    if (browser === undefined) throw new Error("There is no browser.");
    const { page: opened, requested, wrong } = await openPage(browser, options);
    await opened.goto(url);
    await look(opened);
    expect(requested).to.deep.equal([url]);
    expect(wrong).to.deep.equal([]);
    await opened.close();
  };

  it("shows coverage, exceptions by reason and expiry, the first to end on top", async () => {
    await open({ viewport: { width: 1100, height: 900 } }, async (opened) => {
      expect(await opened.getByRole("status").innerText()).to.equal("8 certificates in fleet/prod: 5 need attention.");
      const shops = opened.getByRole("article", { name: "shops-client" });
      const bar = shops.getByRole("img");
      expect(await bar.getAttribute("aria-label")).to.equal(
        "361 installed, 38 pending, 9 failed, 4 missing, of 412 devices",
      );
      const whole = (await bar.boundingBox())?.width ?? 0;
      const installed = (await bar.locator(".installed").boundingBox())?.width ?? 0;
      expect(installed / whole).to.be.closeTo(361 / 412, 0.02);
      expect(await shops.innerText()).to.contain("7 devices failed: Failure: Wrong password or the file is damaged");
      const ends = await opened.locator(".ends a").allInnerTexts();
      expect(ends).to.deep.equal(["kiosks", "depots-wifi", "spare", "scanners", "lockers", "shops-client", "trucks"]);
      const boxes = await Promise.all((await opened.locator(".ends .life").all()).map((life) => life.boundingBox()));
      const widths = boxes.map((box) => box?.width ?? 0);
      expect(widths).to.have.length(6);
      expect(widths).to.deep.equal([...widths].sort((one, other) => one - other));
    });
  });

  it("shows hostile words of devices as words", async () => {
    await open({}, async (opened) => {
      const trucks = opened.getByRole("article", { name: "trucks" });
      expect(await trucks.locator("summary").last().innerText()).to.contain(hostile.replace("\u0007", "\u{fffd}"));
      expect(await opened.title()).to.equal("Esper certificates of fleet/prod");
      expect(await opened.locator("script, img").count()).to.equal(0);
    });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`can be read on a ${colorScheme} screen: every text has a contrast of 4.5 or more`, async () => {
      await open({ colorScheme }, async (opened) => {
        const ground = await opened.evaluate("getComputedStyle(document.body).backgroundColor");
        expect(ground).to.equal(colorScheme === "dark" ? "rgb(15, 19, 24)" : "rgb(244, 245, 247)");
        expect(await opened.evaluate(faintTexts)).to.deep.equal([]);
      });
    });
  }

  it("fits on a phone without scrolling sideways, with every fold open", async () => {
    await open({ viewport: { width: 320, height: 700 } }, async (opened) => {
      await opened.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
      expect(await opened.evaluate("document.documentElement.scrollWidth")).to.equal(320);
    });
  });

  it("is used by keyboard: a way past the head, links to each certificate, folds that open", async () => {
    await open({}, async (opened) => {
      await opened.keyboard.press("Tab");
      expect(await focused(opened)).to.equal("Skip to the certificates");
      await opened.keyboard.press("Enter");
      expect(new URL(opened.url()).hash).to.equal("#certificates");
      await opened.keyboard.press("Tab");
      const fold = opened.getByRole("article").first().locator("details");
      expect(await focused(opened)).to.match(/^wifi on group 01922b24…/);
      expect(await fold.getAttribute("open")).to.equal(null);
      await opened.keyboard.press("Enter");
      expect(await fold.getAttribute("open")).to.equal("");
      const outline = await opened.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(outline).to.equal("solid");
      await opened.getByRole("link", { name: "trucks" }).press("Enter");
      expect(await opened.locator(":target h3").innerText()).to.equal("trucks");
    });
  });
});

function focused(opened: Page): Promise<unknown> {
  return opened.evaluate("document.activeElement.innerText");
}
