// Where a playing run pauses by itself, and what is found in its past.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, fastest, paused, set } from "./hands.mjs";

browserTest("a run pauses where a validator does what was asked for, shows it, and finds it again", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#stops-toggle");
  await page.waitForSelector("#stop-form, .stop-form");
  await page.select("#stop-who", "v2");
  await page.select("#stop-what", "0");
  await click(page, "#stop-add");
  await textOf(page, "#stop-conditions", (t) => t.includes("v2 locks a block"));
  await fastest(page);
  await paused(page);
  const said = await textOf(page, "#caption", (t) => t.startsWith("Paused where v2 locks a block."));
  assert.match(said, /v2 receives/);
  const at = await page.$eval("#clock", (e) => e.textContent);
  await click(page, "#stop-find");
  await textOf(page, "#stop-found", (t) => /“v2 locks a block” was found (once|\d+ times)/.test(t));
  const rows = await page.$$eval("#stop-results li", (all) => all.map((e) => e.textContent));
  assert.ok(rows.length > 0 && rows.every((r) => r.includes("v2 locks")), rows.join("\n"));
  await page.$eval("#stop-results li:last-child button", (b) => b.click());
  await page.waitForFunction((at) => document.querySelector("#clock").textContent === at, {}, at);
  // What is wrong is said here, and stops nothing.
  await set(page, "stop-height", "");
  await set(page, "stop-block", "xyz");
  await click(page, "#stop-add");
  await textOf(page, "#stop-refusal", (t) => t.includes("4 to 64"));
  await page.$eval("#stop-conditions button", (b) => b.click());
  await page.waitForFunction(() => !document.querySelector("#stop-conditions"));
});
