// Opening something over a run never loses it: the browser's Back and Forward, a button, a list, a reload.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, drop, give, paused, playing, set, until } from "./hands.mjs";

const FORK = "Liars above a third: 3 of 7";
const shown = (page) => page.$eval("#scenario", (s) => s.selectedOptions[0]?.textContent ?? "").catch(() => "");
const title = (page, text) => until(`the title ${text}`, async () => (await shown(page)) === text);
const look = (page) => page.$eval("#look", (l) => l.textContent).catch(() => "");
const pick = (page, id) => page.select("#scenario", id);

/// Stops and notes where the run stands.
async function pause(page) {
  await page.click("#play");
  await paused(page);
  let at;
  await until("time stands", async () => {
    const before = await page.$eval("#m-steps", (e) => e.textContent);
    await new Promise((later) => setTimeout(later, 400));
    at = await page.$eval("#m-steps", (e) => e.textContent);
    return at === before;
  });
  return at;
}
const stands = (page, events) => until(`${events} events`, async () => (await page.$eval("#m-steps", (e) => e.textContent).catch(() => "")) === events);

browserTest("Back and Forward move between runs, each as it was left", { timeout: 240_000 }, async ({ page, open, screenshot }) => {
  await open(page);
  await blocks(page, 2);
  const first = await shown(page);
  const firstLook = await look(page);
  await set(page, "loss-number", 7);
  const events = await pause(page);
  await pick(page, "fork");
  await title(page, FORK);
  await playing(page);
  await until("the fork's own line", async () => (await look(page)) !== firstLook && (await look(page)) !== "");
  await give(page, { seed: 77 });
  await title(page, "scenario.json");
  assert.equal(await look(page), "", "no line of another scenario");
  await screenshot(page, "history-1280");
  await page.goBack();
  await title(page, FORK);
  await page.goBack();
  await title(page, first);
  await paused(page);
  await stands(page, events);
  assert.equal(await look(page), firstLook);
  assert.equal(await page.$eval("#loss-number", (n) => n.value), "7");
  await page.goForward();
  await title(page, FORK);
  // One click, too.
  await click(page, "#previous-run");
  await title(page, first);
  await stands(page, events);
  assert.equal(await page.$("#previous-run"), null);
});

browserTest("a reload shows the run again as it was left, and the list keeps it for later visits", { timeout: 240_000 }, async ({ page, newPage, open, screenshot }) => {
  await open(page);
  await blocks(page, 1);
  await pick(page, "fork");
  await title(page, FORK);
  await blocks(page, 1);
  await set(page, "loss-number", 9);
  const events = await pause(page);
  await page.reload({ waitUntil: "load" });
  await title(page, FORK);
  await paused(page);
  await stands(page, events);
  assert.equal(await page.$eval("#loss-number", (n) => n.value), "9");
  // Another visit begins with the first scenario, and has this one in its list.
  await page.goto("about:blank");
  const other = await newPage();
  await open(other);
  await blocks(other, 1);
  await click(other, "#all-scenarios");
  const said = await textOf(other, "#earlier-runs button", (t) => /Liars above a third/.test(t));
  assert.match(said, /Left at .+, with one change\./);
  await screenshot(other, "earlier-runs");
  await click(other, "#earlier-runs button");
  await title(other, FORK);
  await stands(other, events);
});

browserTest("a broken file, link or trace replaces nothing, and says which it was", { timeout: 240_000 }, async ({ page, open, problems }) => {
  await open(page);
  await blocks(page, 1);
  await set(page, "loss-number", 7);
  const events = await pause(page);
  const entries = await page.evaluate(() => history.length);
  const speed = await page.$eval("#speed", (s) => s.value);
  await drop(page, "broken.json", '{"consensusforge":1,"scenario":{"validators":[]}}');
  await textOf(page, "[data-notice]:last-of-type", (t) => /^broken\.json cannot be opened: /.test(t));
  await drop(page, "broken.cftrace", "CFTRACE and then nothing");
  await textOf(page, "[data-notice]:last-of-type", (t) => /^broken\.cftrace cannot be opened: /.test(t));
  await page.evaluate(() => { location.hash = "v1.mangled"; });
  await textOf(page, "[data-notice]:last-of-type", (t) => /^This link cannot be opened: /.test(t));
  await stands(page, events);
  assert.equal(await page.$eval("#loss-number", (n) => n.value), "7");
  assert.equal(await page.$eval("#speed", (s) => s.value), speed);
  assert.ok((await page.evaluate(() => history.length)) <= entries + 1);
  assert.equal(await page.evaluate(() => location.hash), "");
  // And a reload still shows the run.
  await page.reload({ waitUntil: "load" });
  await stands(page, events);
  problems.length = 0;
});

browserTest("a link whose scenario is refused leaves a page to work with", {}, async ({ page, open }) => {
  // Written as the tool writes links, with a validator that has no name.
  await open(page, "#v1.bm90LW91cnM");
  await textOf(page, "[data-notice]", (t) => /^This link cannot be opened: /.test(t));
  await blocks(page, 1);
});

browserTest("undo goes back to the run before, as Back does, and redo goes on to it again", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  const first = await shown(page);
  assert.equal(await page.$eval("#undo", (b) => b.disabled), true);
  await pick(page, "fork");
  await title(page, FORK);
  await click(page, "#undo");
  await title(page, first);
  await click(page, "#redo");
  await title(page, FORK);
  // An act of this run comes first.
  await set(page, "loss-number", 20);
  await until("the loss in force", () => page.evaluate(() => document.querySelector("#loss-number").value.startsWith("20")));
  await click(page, "#undo");
  await new Promise((later) => setTimeout(later, 500));
  assert.equal(await shown(page), FORK);
});
