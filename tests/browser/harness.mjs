// What a browser test needs: a page in a fresh profile, and everything that goes wrong in it.
//
//   import { browserTest } from "./harness.mjs";
//   browserTest("a link opens", { firefox: true }, async ({ page, open, screenshot }) => {
//     await open(page, "#v1.abc");          // the page's address, with this fragment
//     await page.waitForSelector("#chart");
//     await screenshot(page, "opened");     // target/screenshots/chrome-opened.png
//   });
//
// A test fails on its own if the page logs an error, throws, misses a file or breaks its
// Content-Security-Policy, unless it takes that out of `problems` (also handed to it) itself.
// `newPage` opens further pages in the same profile; they are watched alike.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const { BROWSER, BROWSER_PATH, PAGE, SCREENSHOTS } = process.env;
const isFirefox = BROWSER === "firefox";

const CHROME_FLAGS = [
  "--no-sandbox", // the tests may run as root, in a container
  "--disable-dev-shm-usage", // whose /dev/shm is small
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

// Firefox calls home for these, which would make a test's network traffic not the page's.
const FIREFOX_QUIET = {
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "app.normandy.enabled": false,
  "browser.safebrowsing.update.enabled": false,
};

let browser;
before(async () => {
  // Puppeteer makes a profile folder of its own for each launch and removes it.
  browser = await puppeteer.launch({
    browser: BROWSER,
    executablePath: BROWSER_PATH,
    headless: true,
    args: isFirefox ? [] : CHROME_FLAGS,
    extraPrefsFirefox: FIREFOX_QUIET,
    protocolTimeout: 120_000,
  });
});
after(() => browser?.close());

/// A test in a profile of its own. Options: `firefox` (run there too, default no: Firefox walks the
/// main path only), `width`, `height`, `timeout` in ms.
export function browserTest(name, options, body) {
  const { firefox = false, width = 1280, height = 800, timeout = 120_000 } = options;
  const skip = isFirefox && !firefox && "Firefox runs the main path only";
  test(name, { skip, timeout }, async (t) => {
    const context = await browser.createBrowserContext();
    const problems = [];
    const newPage = async () => {
      const page = await context.newPage();
      await page.setViewport({ width, height });
      watch(page, problems);
      return page;
    };
    try {
      const page = await newPage();
      try {
        await body({ t, page, newPage, open, screenshot, problems });
      } catch (error) {
        await screenshot(page, `FAILED-${name}`).catch(() => {});
        if (problems.length) error.message += `\nThe page complained: ${problems.join("\n")}`;
        throw error;
      }
    } finally {
      await context.close();
    }
    assert.deepEqual(problems, [], "the page must run without complaints");
  });
}

/// Opens the page with a fragment ("" or "#..."). A fragment alone would not load a page anew, so
/// one that is open is left first.
export async function open(page, fragment = "") {
  if (page.url().startsWith(PAGE)) await page.goto("about:blank");
  await page.goto(PAGE + fragment, { waitUntil: "load" });
}

/// Writes target/screenshots/<browser>-<name>.png.
export async function screenshot(page, name) {
  const file = `${BROWSER}-${name.replaceAll(/[^\w-]+/g, "-")}.png`;
  await page.screenshot({ path: join(SCREENSHOTS, file) });
}

/// The text of the first element that matches `selector`, once it satisfies `accept`.
export async function textOf(page, selector, accept = (text) => text !== "", timeout = 30_000) {
  const end = Date.now() + timeout;
  let text;
  do {
    text = await page.$eval(selector, (element) => element.textContent).catch(() => undefined);
    if (text !== undefined && accept(text)) return text;
    await new Promise((later) => setTimeout(later, 50));
  } while (Date.now() < end);
  throw new Error(`after ${timeout} ms ${selector} says ${JSON.stringify(text)}`);
}

// Workers' messages and errors arrive here too. Policy violations are console errors in Chromium and
// thrown errors in Firefox.
function watch(page, problems) {
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`thrown: ${error?.stack ?? error}`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`);
  });
}
