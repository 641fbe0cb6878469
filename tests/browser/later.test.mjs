// The second parts of the worker (contracts, links) and of the page (panels that are not open) are fetched
// when they are first wanted and not before.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click } from "./hands.mjs";

const started = (page) => textOf(page, "#verdict", (text) => /height [2-9]/.test(text));
const fetched = async (page) => {
  const names = () => performance.getEntriesByType("resource").map((entry) => entry.name);
  const all = [...(await page.evaluate(names)), ...(await page.workers()[0].evaluate(names))];
  return all.filter((name) => name.endsWith("later.wasm")).length;
};

browserTest("contracts and links come when they are wanted", {}, async ({ page, open }) => {
  await open(page);
  await started(page);
  assert.equal(await fetched(page), 0);
  // The panel asks the worker's desk who has what.
  await click(page, "#tab-Contracts");
  await page.waitForSelector("[data-module=counter]");
  await click(page, "[data-module=counter] [data-act=deploy]");
  await page.waitForSelector("[data-contract] [data-act=call]");
  assert.equal(await fetched(page), 1);
  // What was fetched once stays.
  await click(page, "#share");
  await page.waitForFunction(() => document.querySelector("#link").value.includes("#v1"));
  assert.equal(await fetched(page), 1);
});

browserTest("where they cannot be fetched, a sentence says so and the scenario can go on", {}, async ({ page, open, problems }) => {
  await open(page);
  await started(page);
  await page.workers()[0].evaluate(() => {
    XMLHttpRequest.prototype.send = () => { throw new Error("no net"); };
  });
  await click(page, "#share");
  assert.match(await textOf(page, "#broken-down"), /contracts and links, could not be fetched/);
  await page.keyboard.press("Escape");
  await click(page, "#broken-down button");
  await page.waitForSelector("#broken-down", { hidden: true });
  await started(page);
  // The one complaint that belongs to this test, where a browser tells it.
  const told = problems.findIndex((text) => /could not be fetched/.test(text));
  if (told >= 0) problems.splice(told, 1);
});

const panels = (page) =>
  page.evaluate(() => performance.getEntriesByType("resource").filter((entry) => /later-[0-9a-f]+[.]wasm$/.test(entry.name)).length);

browserTest("panels come when they are opened", { firefox: true }, async ({ page, open }) => {
  await open(page);
  await started(page);
  assert.equal(await panels(page), 0);
  await click(page, "#tab-Log");
  await page.waitForSelector("#side-panel .log");
  assert.equal(await panels(page), 1);
  // What was fetched once stays, for all of them.
  await click(page, "#tab-Nodes");
  await page.waitForSelector("#side-panel table");
  await click(page, "#take-path");
  await page.waitForSelector("#lesson");
  assert.equal(await panels(page), 1);
});

browserTest("a panel that cannot be fetched says so and tries again", {}, async ({ page, open }) => {
  await open(page);
  await started(page);
  await page.evaluate(() => {
    globalThis.truly = fetch;
    globalThis.fetch = () => Promise.reject(new Error("no net"));
  });
  await click(page, "#tab-Nodes");
  assert.match(await textOf(page, "#side-panel [role=alert]"), /could not be fetched [(]no net[)]/);
  // The rest of the page is as it was.
  await click(page, "#tab-Run");
  await page.waitForSelector("#side-panel .verdicts");
  await started(page);
  await click(page, "#tab-Nodes");
  await page.waitForSelector("#side-panel [role=alert] button");
  await page.evaluate(() => { globalThis.fetch = globalThis.truly; });
  await click(page, "#side-panel [role=alert] button");
  await page.waitForSelector("#side-panel table");
});

browserTest("what waits for its code is done once it is there", {}, async ({ page, open }) => {
  await open(page);
  await started(page);
  await page.evaluate(() => {
    const truly = fetch;
    globalThis.fetch = (...what) => new Promise((done) => { globalThis.go = () => done(truly(...what)); });
  });
  await click(page, "#take-path");
  await page.waitForFunction(() => globalThis.go);
  assert.equal(await page.$("#lesson"), null);
  await page.evaluate(() => globalThis.go());
  await page.waitForSelector("#lesson");
});
