// What the page tells of a run: every step, what a scenario is about, and what a verdict shows.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click, paused, until } from "./hands.mjs";

const later = (ms) => new Promise((done) => setTimeout(done, ms));
const caption = (page) => page.$eval("#caption", (e) => e.innerText.replaceAll(/\s+/g, " ").trim());
const clock = (page) => page.$eval("#clock", (e) => Number.parseFloat(e.textContent));

for (const [unit, width] of [["event", 1280], ["message", 1280], ["step", 390]]) {
  browserTest(`from the start every single ${unit} is explained`, { width }, async ({ page, open, screenshot }) => {
    await open(page);
    await textOf(page, "#verdict", (t) => /height/.test(t));
    await page.click("#play");
    await paused(page);
    await click(page, '[aria-label="Back to the start"]');
    await until("the start", async () => (await clock(page)) === 0);
    await page.$eval("#unit", (e, unit) => {
      e.value = unit;
      e.dispatchEvent(new Event("change", { bubbles: true }));
    }, unit);
    const told = [];
    for (let k = 0; k < 18; k++) {
      const before = told.at(-1);
      await click(page, "#step");
      await until("another sentence", async () => {
        const now = await caption(page);
        return now !== before && !/^Nothing has happened/.test(now);
      }, 4_000).catch(() => {});
      told.push(await caption(page));
    }
    for (const said of told) {
      assert.doesNotMatch(said, /Nothing has happened yet/);
      assert.match(said, /v[1-4]/, said);
    }
    assert.ok(new Set(told).size > 14, told.join("\n"));
    assert.ok(told.some((t) => /L\d+-L\d+:/.test(t)), `no rule in ${told.join("\n")}`);
    await screenshot(page, `explained-${unit}-${width}`);
  });
}

browserTest("a stall is seen within fifteen seconds, in amber before it is told", {}, async ({ page, open, screenshot }) => {
  await open(page, "?scenario=stall");
  const start = Date.now();
  await page.waitForSelector('#verdict[data-kind="waiting"]', { timeout: 15_000 });
  await page.waitForSelector('#verdict[data-kind="stalled"]', { timeout: 15_000 });
  assert.ok(Date.now() - start < 16_000, `${Date.now() - start} ms`);
  const sentence = await textOf(page, '[data-monitor="progress"] p');
  assert.match(sentence, /Silent since then: v1 and v2\./);
  assert.match(sentence, /timer/);
  await screenshot(page, "stalled");
});

browserTest("one press goes to what a scenario is about, and a verdict shows its event", {}, async ({ page, open, screenshot }) => {
  await open(page, "?scenario=double-spend");
  await click(page, "#to-the-point");
  await paused(page);
  await until("the fork", async () => (await clock(page)) === 9.265);
  await page.waitForSelector('#verdict[data-kind="violated"]');
  await textOf(page, "#inspector", (t) => /decide|commit/i.test(t));
  await click(page, "#tab-Run");
  await click(page, "#play");
  await later(700);
  await click(page, '[data-monitor="agreement"] .show-verdict');
  await paused(page);
  await until("the fork again", async () => (await clock(page)) === 9.265);
  await screenshot(page, "verdict-shown");
});
