// The simulator's page in a real headless browser, on a real simulator: what is seen, what clicks and keys do, that it can be
// read in the dark, on a phone and with thousands of devices, and that another website cannot do the same.

import { expect } from "chai";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { Simulator, SimulatorOptions } from "../../simulator";
import { startSimulator } from "../../simulator";
import { findBrowser, noBrowser, openPage, startBrowser } from "../support/browser";
import { faintTexts } from "../support/faint-texts";
import { deviceNamed } from "../support/sent";
import { install } from "./tenant";

const hostile = `<img src=x onerror="document.title='bad'"><script>document.title="bad"</script>`;

async function send(simulator: Simulator, ids: readonly string[], alias = "corp"): Promise<number> {
  const headers = { authorization: `Bearer ${simulator.apiKey}` };
  const body = JSON.stringify({ ...install(ids, { cert_alias_name: alias }), device_type: "all" });
  return (await fetch(`${simulator.url}/commands/v0/commands/`, { method: "POST", headers, body })).status;
}

async function tokenStatus({ url, apiKey }: Simulator): Promise<number> {
  return (await fetch(`${url}/v1/token-info/`, { headers: { authorization: `Bearer ${apiKey}` } })).status;
}

function cell(page: Page, label: string): Locator {
  return page.getByRole("button", { name: label, exact: true });
}

function focused(page: Page): Promise<unknown> {
  return page.evaluate(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
  );
}

function styleOf(page: Page, selector: string, property: string): Promise<unknown> {
  return page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);
}

function colourOf(page: Page, label: string): Promise<unknown> {
  return styleOf(page, `[aria-label="${label}"]`, "backgroundColor");
}

describe("the simulator's page in a browser", function () {
  this.timeout(60_000);
  let browser: Browser | undefined;

  before(async function () {
    const program = findBrowser();
    if (program === undefined) {
      console.log(`      skipped: ${noBrowser}`);
      this.skip();
    }
    browser = await startBrowser(program);
  });
  after(() => browser?.close());

  interface Opened {
    readonly page: Page;
    readonly simulator: Simulator;
    readonly requested: readonly string[];
    /** To be emptied of what a story provokes. */
    readonly wrong: string[];
  }

  /** Opens the page of a simulator, and sees to it that nothing was wrong and nobody else was asked. */
  const story =
    (
      options: SimulatorOptions & { readonly view?: BrowserContextOptions },
      tell: (opened: Opened) => Promise<void>,
    ): (() => Promise<void>) =>
    async () => {
      if (browser === undefined) throw new Error("There is no browser.");
      const simulator = await startSimulator({ deviceMs: 20, ...options });
      const { page, requested, wrong } = await openPage(browser, { reducedMotion: "reduce", ...options.view });
      try {
        await page.goto(simulator.pageUrl);
        await page.locator(".group .cell").first().waitFor();
        await tell({ page, simulator, requested, wrong });
        expect(wrong).to.deep.equal([]);
        expect(requested.filter((url) => !url.startsWith(simulator.pageUrl))).to.deep.equal([]);
      } finally {
        await page.close();
        await simulator.close();
      }
    };

  it(
    "shows an installation live: a cell changes its colour, its sign and its words, and the numbers follow",
    story({ fleet: { groups: [{ name: "Shop", devices: [{}, { online: false }] }] } }, async ({ page, simulator }) => {
      const before = await colourOf(page, "till-0001: without");
      expect(
        await send(simulator, [deviceNamed(simulator, "till-0001"), deviceNamed(simulator, "till-0002")]),
      ).to.equal(201);
      const after = cell(page, "till-0001: holds it");
      await after.waitFor();
      expect([before, await colourOf(page, "till-0001: holds it")]).to.deep.equal([
        "rgba(0, 0, 0, 0)",
        "rgb(31, 138, 91)",
      ]);
      expect(await after.getAttribute("title")).to.equal("till-0001: holds it");
      await cell(page, "till-0002: waiting, offline").waitFor();
      const total = (id: string): Promise<string> => page.locator(`#total-${id}`).innerText();
      expect([await total("H"), await total("W"), await total("offline")]).to.deep.equal(["1", "1", "1"]);
      expect(await page.locator("#groups").innerText()).to.contain("2 devices · 1 command waiting");
      expect(await page.locator("#log li").innerText()).to.match(/INSTALL_CERTIFICATE corp\s+as DEVICE to 2 devices/);
      expect(await page.locator("#alias").innerText()).to.contain("the newest: corp");
      simulator.world.setOnline(deviceNamed(simulator, "till-0002"), true);
      await cell(page, "till-0002: holds it").waitFor();
    }),
  );

  it(
    "shows any certificate that is chosen, and the newest by itself",
    story({ devices: 2 }, async ({ page, simulator }) => {
      const [first = "", second = ""] = simulator.world.devices().map(({ id }) => id);
      await send(simulator, [first], "wifi");
      await cell(page, "till-0001: holds it").waitFor();
      await send(simulator, [second], "vpn");
      await cell(page, "till-0002: holds it").waitFor();
      await cell(page, "till-0001: without").waitFor();
      await page.getByLabel("Certificate", { exact: true }).selectOption("wifi");
      await cell(page, "till-0001: holds it").waitFor();
      await cell(page, "till-0002: without").waitFor();
      await page.getByLabel("Certificate", { exact: true }).selectOption("any");
      await cell(page, "till-0002: holds it").waitFor();
      await cell(page, "till-0001: holds it").waitFor();
    }),
  );

  it(
    "makes requests really fail when a fault is switched on by a click, and says how often it struck",
    story({ devices: 2 }, async ({ page, simulator }) => {
      const forbidden = page.getByRole("switch", { name: "forbidden" });
      await forbidden.click();
      await page.getByRole("status").getByText("forbidden is on").waitFor();
      expect(await tokenStatus(simulator)).to.equal(403);
      await page.getByText("403, no permission · struck 1×").waitFor();
      expect(await page.locator("#requests").innerText()).to.equal("1 request · 403: 1");
      await forbidden.click();
      await page.getByRole("status").getByText("forbidden is off").waitFor();
      expect(await tokenStatus(simulator)).to.equal(200);
    }),
  );

  it(
    "takes settings of faults, refuses what cannot be read in a sentence, and ends all faults together",
    story({ devices: 2, faults: { forbidden: { on: ["send"] } } }, async ({ page, simulator, wrong }) => {
      expect(await page.getByLabel("Settings of forbidden").inputValue()).to.equal('{"on":["send"]}');
      const settings = page.getByLabel("Settings of failEveryNthRead");
      await settings.fill('{"n":1,"status":500}');
      await page.getByRole("switch", { name: "failEveryNthRead" }).click();
      await page.getByRole("status").getByText("failEveryNthRead is on").waitFor();
      expect(await tokenStatus(simulator)).to.equal(500);
      await settings.fill('{"n":');
      await settings.press("Enter");
      await page.getByRole("status").getByText("The settings of failEveryNthRead are not JSON.").waitFor();
      const slow = page.getByRole("switch", { name: "slowMs" });
      await page.getByLabel("Settings of slowMs").fill("{}");
      await slow.click();
      await page.getByRole("status").getByText('The fault "slowMs" cannot be set so:').waitFor();
      expect(await slow.isChecked()).to.equal(false);
      await page.getByRole("button", { name: "End all" }).click();
      await page.getByRole("status").getByText("All faults have ended.").waitFor();
      expect([simulator.faults.current, await tokenStatus(simulator)]).to.deep.equal([{}, 200]);
      expect(wrong.splice(0).join()).to.match(/^Failed to load resource: the server responded with a status of 400/);
    }),
  );

  it(
    "troubles a device by clicks: offline and online, failing, wiped, moved, gone",
    story({ devices: 5 }, async ({ page, simulator }) => {
      const { world } = simulator;
      const id = deviceNamed(simulator, "till-0003");
      const button = (name: string): Locator => panel.getByRole("button", { name, exact: true });
      const says = (text: string): Promise<void> => page.getByRole("status").getByText(text).waitFor();
      const panel = page.getByRole("dialog", { name: "till-0003" });
      await cell(page, "till-0003: without").click();
      await button("Take offline").click();
      await says("till-0003: taken offline.");
      expect(world.device(id).online).to.equal(false);
      await cell(page, "till-0003: without, offline").waitFor();
      await button("Bring online").click();
      await says("till-0003: back online.");
      expect(world.device(id).online).to.equal(true);
      await panel.getByLabel("Fail every command, saying").fill(hostile);
      await button("Fail").click();
      await button("Stop failing").waitFor();
      await send(simulator, [id]);
      await cell(page, "till-0003: failed").waitFor();
      await button("Stop failing").click();
      await button("Fail").waitFor();
      await send(simulator, [id]);
      await cell(page, "till-0003: holds it").waitFor();
      await panel.getByText(/corp \(CN=.*\), since/).waitFor();
      await button("Wipe keystore").click();
      await cell(page, "till-0003: without").waitFor();
      await button("Fail once").click();
      await panel.getByText("the next 1 command will fail").waitFor();
      await button("Time out once").click();
      await says("till-0003: time out once.");
      expect(world.device(id).trouble).to.have.keys(["flaky", "timeOut"]);
      await panel.getByLabel("Move to").selectOption("All devices/Offices");
      await says("till-0003: moved to All devices/Offices.");
      expect(world.device(id).groupId).to.equal(world.group("Offices").id);
      await button("Leave").click();
      await panel.waitFor({ state: "hidden" });
      expect(() => world.device(id)).to.throw("has no device");
      await cell(page, "till-0003: without").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Let a device join All devices/Offices" }).click();
      await cell(page, "till-0006: without").waitFor();
      expect(world.devices("Offices").map(({ alias }) => alias)).to.include("till-0006");
      const before = world.now();
      await page.getByRole("button", { name: "+ 1 day" }).click();
      await says("Time was put forward: 1 day.");
      expect(world.now() - before).to.be.within(86_400_000, 86_460_000);
    }),
  );

  it(
    "is used by keyboard alone: past the head, among the cells by arrows, into a device and back, switches by Space",
    story({ devices: 120, view: { viewport: { width: 900, height: 900 } } }, async ({ page, simulator }) => {
      const press = async (...keys: readonly string[]): Promise<unknown> => {
        for (const key of keys) await page.keyboard.press(key);
        return focused(page);
      };
      expect(await press("Tab")).to.equal("Skip to the fleet");
      await press("Enter");
      expect(await press("Tab", "Tab", "Tab")).to.match(/^till-\d+: without$/);
      const first = await focused(page);
      expect(await press("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft")).to.equal(first);
      const below = await press("ArrowDown");
      expect(below).not.to.equal(first);
      expect(await press("ArrowUp")).to.equal(first);
      const last = await press("End");
      expect(await press("ArrowRight")).to.equal(last);
      expect(await press("Home", "ArrowRight")).not.to.equal(first);
      const chosen = await focused(page);
      await page.keyboard.press("Enter");
      const name = String(chosen).replace(/:.*/, "");
      await page.getByRole("dialog", { name }).waitFor();
      expect(await focused(page)).to.equal(name);
      expect(await press("Tab", "Tab")).to.equal("Take offline");
      await press("Enter");
      await page.getByRole("status").getByText(`${name}: taken offline.`).waitFor();
      expect(simulator.world.device(deviceNamed(simulator, name)).online).to.equal(false);
      await press("Escape");
      expect(await page.getByRole("dialog").count()).to.equal(0);
      expect(await focused(page)).to.match(new RegExp(`^${name}: without`));
      await page.getByRole("switch", { name: "hang" }).focus();
      await press("Space");
      await page.getByRole("status").getByText("hang is on").waitFor();
      expect(simulator.faults.current).to.deep.equal({ hang: { times: 1 } });
      expect(await styleOf(page, ":focus", "outlineStyle")).to.equal("solid");
    }),
  );

  it(
    "shows hostile names, aliases and reasons as words",
    story(
      { readsBeforeAnswer: 0, fleet: { groups: [{ name: hostile, devices: [{ alias: hostile }] }] } },
      async ({ page, simulator }) => {
        const [id = ""] = simulator.world.devices().map((device) => device.id);
        simulator.world.failWith(id, hostile);
        await send(simulator, [id], hostile);
        await cell(page, `${hostile}: failed`).click();
        await page.getByRole("dialog", { name: hostile }).getByText(`“${hostile}”`).waitFor();
        expect(await page.locator("#log").innerText()).to.contain(hostile);
        expect(await page.locator("#alias").innerText()).to.contain(hostile);
        expect(await page.locator(".group h3").innerText()).to.equal(hostile.split("/").join(" / "));
        expect(await page.locator("img").count()).to.equal(0);
        expect(await page.locator("script").count()).to.equal(1);
        expect(await page.title()).to.equal("Simulated Esper tenant");
      },
    ),
  );

  for (const colorScheme of ["light", "dark"] as const) {
    it(
      `can be read on a ${colorScheme} screen: every text has a contrast of 4.5 or more, also in the panel of a device`,
      story({ devices: 20, offlineShare: 0.3, view: { colorScheme } }, async ({ page, simulator }) => {
        await send(
          simulator,
          simulator.world.devices().map(({ id }) => id),
        );
        await page.locator('.group .cell[data-state="H"]').first().click();
        await page.getByRole("dialog").waitFor();
        const ground = await styleOf(page, "body", "backgroundColor");
        expect(ground).to.equal(colorScheme === "dark" ? "rgb(15, 19, 24)" : "rgb(244, 245, 247)");
        expect(await page.evaluate(faintTexts)).to.deep.equal([]);
      }),
    );
  }

  it(
    "fits on a phone without scrolling sideways, with the panel of a device open",
    story({ devices: 200, view: { viewport: { width: 320, height: 640 } } }, async ({ page, simulator }) => {
      await send(
        simulator,
        simulator.world.devices().map(({ id }) => id),
        "a-rather-long-alias-of-a-certificate-that-nobody-has-shortened",
      );
      await page.locator('.group .cell[data-state="H"]').first().click();
      await page.getByRole("dialog").waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).to.equal(320);
      for (const id of ["fleet", "log", "faults"]) {
        expect((await page.locator(`#${id}`).boundingBox())?.width, id).to.be.above(250);
      }
      const box = await page.getByRole("dialog").boundingBox();
      expect([(box?.x ?? -1) >= 0, (box?.width ?? 999) <= 320]).to.deep.equal([true, true]);
    }),
  );

  it(
    "draws 2,000 devices at once and changes only the cells that changed",
    story({ devices: 2000 }, async ({ page, simulator }) => {
      expect(await page.locator(".group .cell").count()).to.equal(2000);
      await page.evaluate(`globalThis.changed = 0; new MutationObserver((seen) => { changed += seen.length; })
        .observe(document.getElementById("groups"), { subtree: true, attributes: true, attributeFilter: ["data-state"] })`);
      await send(simulator, [deviceNamed(simulator, "till-0007")]);
      await cell(page, "till-0007: holds it").waitFor();
      expect(await page.evaluate("changed")).to.be.within(1, 2);
    }),
  );

  it(
    "asks once in a second, and not while nobody can see it",
    story({ devices: 2 }, async ({ page, requested }) => {
      const asked = (): number => requested.filter((url) => url.includes("/_simulator/view")).length;
      const setHidden = (hidden: boolean): Promise<unknown> =>
        page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, value: ${String(hidden)} });
          document.dispatchEvent(new Event("visibilitychange"))`);
      await page.clock.install();
      await page.reload();
      await page.locator(".group .cell").first().waitFor();
      await setHidden(true);
      const before = asked();
      await page.clock.runFor(10_000);
      expect(asked()).to.equal(before);
      const next = page.waitForRequest(/_simulator\/view/);
      await setHidden(false);
      await next;
      expect(asked()).to.equal(before + 1);
    }),
  );

  it(
    "goes on with another simulator at the same place when the first has ended, and says so in between",
    story({ devices: 2 }, async ({ page, simulator, wrong }) => {
      await simulator.close();
      await page.getByRole("status").getByText("The simulator does not answer.").waitFor();
      const port = Number(new URL(simulator.pageUrl).port);
      const next = await startSimulator({
        port,
        fleet: { groups: [{ name: "Shop", devices: [{ alias: "kiosk" }, {}] }] },
      });
      await cell(page, "kiosk: without").waitFor();
      expect(await page.getByRole("status").innerText()).to.equal("");
      await next.close();
      expect(wrong.splice(0).every((text) => text.startsWith("Failed to load resource: net::ERR"))).to.equal(true);
    }),
  );

  it(
    "cannot be done by another website, not even by one on another port",
    story({ devices: 1 }, async ({ simulator }) => {
      if (browser === undefined) throw new Error("There is no browser.");
      const other = await startSimulator({ devices: 1, onUnknownRoute: () => undefined });
      const { page } = await openPage(browser, {});
      for (const origin of [other.pageUrl, other.pageUrl.replace("127.0.0.1", "localhost")]) {
        await page.goto(`${origin}api/`);
        const target = JSON.stringify(`${simulator.pageUrl}_simulator/faults/forbidden`);
        const sent = `fetch(${target}, { method: "POST", mode: "no-cors", body: "{}" }).then(() => "sent")`;
        expect(await page.evaluate(sent)).to.equal("sent");
        expect(simulator.faults.current).to.deep.equal({});
      }
      await page.close();
      await other.close();
    }),
  );
});
