// The log: found by kind, validator, height and text, linked both ways with the chart, JSON lines out.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click } from "./hands.mjs";
import { saving } from "./saving.mjs";

const count = async (page) => Number((await textOf(page, "#log-count")).replaceAll(/\D/g, ""));
const rows = (page) => page.$$eval(".log-what", (all) => all.map((r) => r.textContent));

async function openLog(page, open) {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [3-9]/.test(text));
  await page.keyboard.press("Space");
  await page.waitForSelector("#play[aria-label=Play]");
  await click(page, "#tab-Log");
  await page.waitForFunction(() => document.querySelectorAll(".log-row").length > 5);
}

async function type(page, selector, text) {
  await page.$eval(selector, (field, text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
}

browserTest("filters and words show what fits and nothing else", {}, async ({ page, open, screenshot }) => {
  await openLog(page, open);
  const all = await count(page);
  assert.ok(all > 100, `${all}`);
  assert.ok((await page.$$(".log-row")).length < 60, "only rows one sees are drawn");
  await screenshot(page, "log");
  await page.select("#log-event", "9");
  await page.waitForFunction((all) => Number(document.getElementById("log-count").textContent.replaceAll(/\D/g, "")) < all, {}, all);
  await page.waitForFunction(() => [...document.querySelectorAll(".log-what")].every((r) => /^commits |^learns of /.test(r.textContent)));
  const commit = (await rows(page))[0];
  const block = /commits ([0-9a-f]{8})/.exec(commit)[1];
  await page.select("#log-event", "");
  await type(page, "#log-search", `prevote ${block.slice(0, 6)}`);
  await page.waitForFunction((b) => {
    const all = [...document.querySelectorAll(".log-what")];
    return all.length > 3 && all.every((r) => r.textContent.includes("prevote") && r.textContent.includes(b));
  }, {}, block);
  await page.select("#log-node", "1");
  await page.waitForFunction(() => [...document.querySelectorAll(".log-row")].every((r) => r.textContent.includes("v2")));
  await type(page, "#log-search", "no-such-thing");
  await page.waitForFunction(() => !document.querySelector(".log-none").classList.contains("hidden"));
  assert.equal(await count(page), 0);
  await type(page, "#log-search", "");
  await page.select("#log-node", "");
  await type(page, "#log-from", "2");
  await type(page, "#log-to", "2");
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll(".log-what")];
    return all.length > 3 && all.every((r) => /height 2\b/.test(r.textContent));
  });
});

browserTest("a row shows itself on the chart, and the chart finds the row", {}, async ({ page, open }) => {
  await openLog(page, open);
  await page.select("#log-event", "9");
  await page.waitForFunction(() => [...document.querySelectorAll(".log-what")].every((r) => r.textContent.startsWith("commits ")));
  await page.evaluate(() => document.querySelector(".log-row").click());
  const block = /commits ([0-9a-f]{8})/.exec((await rows(page))[0])[1];
  await page.waitForSelector(".log-row[aria-selected=true]");
  // The inspector tells of the same thing.
  await page.waitForFunction((b) => document.querySelector(".inspector")?.textContent.includes(b), {}, block);
  // By key, too: the row below, and Enter.
  await page.focus(".log-list");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.select("#log-event", "");
  await page.waitForFunction(() => document.querySelectorAll(".log-row").length > 5);
  // Something on the chart: clicked, it is the chosen row.
  const chart = await (await page.$("#chart canvas")).boundingBox();
  let found = false;
  for (let k = 0; k < 40 && !found; k++) {
    await page.mouse.click(chart.x + chart.width * (0.15 + 0.7 * ((k * 7) % 60) / 60), chart.y + chart.height * (0.3 + 0.4 * k / 60));
    found = await page.waitForSelector(".log-row[aria-selected=true]", { timeout: 400 }).then(() => true, () => false);
  }
  assert.ok(found, "a click on the chart chooses a row");
});

browserTest("the log follows a running world and leaves as JSON lines", {}, async ({ page, open }) => {
  const save = await saving(page);
  await openLog(page, open);
  const before = await count(page);
  await page.keyboard.press("Space");
  await page.waitForFunction((n) => Number(document.getElementById("log-count").textContent.replaceAll(/\D/g, "")) > n + 100, {}, before);
  await page.keyboard.press("Space");
  await page.waitForSelector("#play[aria-label=Play]");
  // The newest row is in sight, as soon as the last rows are there.
  await page.waitForFunction(() => {
    const list = document.querySelector(".log-list");
    return list.scrollHeight - list.clientHeight - list.scrollTop < 10;
  }, { timeout: 5_000 });
  await type(page, "#log-search", "commit");
  await page.waitForFunction(() => [...document.querySelectorAll(".log-what")].every((r) => /commit/.test(r.textContent)));
  const total = await count(page);
  const lines = (await save(() => click(page, "#save-log"))).toString().trim().split("\n").map((l) => JSON.parse(l));
  assert.equal(lines.length, total);
  assert.ok(lines.every((l) => l.at_us > 0));
});

browserTest("the log is left with a frame pending, and the page goes on", {}, async ({ page, open }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [3-9]/.test(text));
  await click(page, "#tab-Log");
  await page.waitForFunction(() => document.querySelectorAll(".log-row").length > 5);
  // Frames are kept back until the tab has been left: what was to scroll to the newest row then finds no list.
  const asked = await page.evaluate(async () => {
    const waiting = [];
    const real = window.requestAnimationFrame;
    window.requestAnimationFrame = (act) => waiting.push(act);
    const log = document.querySelector(".log-space");
    // The list grows with the next answer, and asks for a frame.
    await new Promise((grown) => {
      const seen = new MutationObserver(grown);
      seen.observe(log, { attributes: true, attributeFilter: ["style"] });
    });
    await Promise.resolve();
    document.querySelector("#tab-Run").click();
    await new Promise((gone) => {
      const left = () => (document.querySelector("#log") ? setTimeout(left, 10) : gone());
      left();
    });
    window.requestAnimationFrame = real;
    for (const act of waiting) act(performance.now());
    return waiting.length;
  });
  assert.ok(asked > 0, "a frame was asked for");
  const height = () => page.$eval("#verdict", (v) => Number(/height (\d+)/.exec(v.textContent)[1]));
  const before = await height();
  await page.waitForFunction((n) => Number(/height (\d+)/.exec(document.querySelector("#verdict").textContent)[1]) > n, {}, before);
  await click(page, "#tab-Log");
  await page.waitForFunction(() => document.querySelectorAll(".log-row").length > 5);
});
