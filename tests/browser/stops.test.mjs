// Where a playing run pauses by itself, and what is found in its past.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, fastest, paused, set } from "./hands.mjs";

browserTest("a run pauses where a validator does what was asked for, shows it, and finds it again", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#stops-toggle");
  await page.waitForSelector("#stop-add");
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
  await textOf(page, "#stop-found", (t) => /“v2 locks a block”: (once|\d+ times) so far/.test(t));
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

browserTest("notes at instants travel in the link, stand under the chart, and are walked while presenting", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 2);
  await click(page, "#play");
  await paused(page);
  await click(page, "#stops-toggle");
  const at = (us) => set(page, "scrub", us).then(() => page.waitForFunction((t) => document.querySelector("#clock").textContent === t, {}, `${(us / 1e6).toFixed(3)} s`));
  for (const [us, note] of [[140_000, "Who proposed this?"], [60_000, "Round 0 begins"]]) {
    await at(us);
    await set(page, "note-text", note);
    await click(page, "#note-add");
    await textOf(page, "#note-here", (t) => t.includes(note));
  }
  assert.deepEqual(await page.$$eval("#notes li button:first-child", (all) => all.map((e) => e.textContent)), ["0.060 s Round 0 begins", "0.140 s Who proposed this?"]);
  await click(page, "#share");
  const link = await page.waitForFunction(() => /#(v2\..+)$/.exec(document.querySelector("#link")?.value ?? "")?.[1]).then((h) => h.jsonValue());
  await open(page, `#${link}`);
  await textOf(page, "#stops-toggle", (t) => t === "Stops 2");
  await page.waitForFunction(() => /Replay matches/.test(document.body.textContent));
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("p");
  await page.waitForSelector("[data-presenting]");
  // A link leads to the last event before the instant it was made at.
  for (const [key, note] of [["PageDown", "Round 0 begins"], ["PageDown", "Who proposed this?"], ["PageUp", "Round 0 begins"], ["PageDown", "Who proposed this?"]]) {
    await page.keyboard.press(key);
    await textOf(page, "#note-here", (t) => t.includes(note));
  }
  await page.keyboard.press("PageDown");
  await page.waitForFunction(() => document.body.textContent.includes("This is the last stop of this run."));
  // A reload keeps them with the run.
  await page.reload();
  await textOf(page, "#stops-toggle", (t) => t === "Stops 2");
});
