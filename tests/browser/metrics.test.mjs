// Figures over the run: charts, their values under the pointer and by key, the table, validators' records.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click } from "./hands.mjs";
import { saving } from "./saving.mjs";

async function openMetrics(page, open, heights = 8) {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
  await metricsAtFullSpeed(page);
  await page.waitForFunction(
    (n) => Number(document.querySelector("#verdict")?.textContent.match(/height ([\d\u202f]+)/)?.[1].replaceAll("\u202f", "") ?? 0) > n,
    {}, heights,
  );
}

browserTest("eight charts are drawn, and tell their values under the pointer and by key", {}, async ({ page, open, screenshot }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
  const before = await page.evaluate(() => performance.getEntriesByType("resource").some((r) => r.name.includes("plots.js")));
  assert.equal(before, false, "the charts' code is fetched when the panel is opened");
  await openMetrics(page, open, 30);
  await page.keyboard.press("Space");
  const titles = await page.$$eval(".plot b", (all) => all.map((b) => b.textContent));
  assert.deepEqual(titles, [
    "Block interval", "Commit latency", "Rounds a height", "Messages a block", "Bytes a block", "Throughput", "Mempool", "Gas a block",
  ]);
  const inked = await page.$$eval(".plot canvas", (all) => all.map((c) => {
    const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
    let n = 0;
    for (let k = 3; k < data.length; k += 4) n += data[k] > 0;
    return n;
  }));
  assert.ok(inked.every((n) => n > 300), `${inked}`);
  const box = await (await page.$(".plot[data-plot='1'] .u-over")).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  const values = () => page.$$eval(".plot[data-plot='1'] .u-value", (all) => all.map((v) => v.textContent));
  await page.waitForFunction(() => /ms|s$/.test(document.querySelectorAll(".plot[data-plot='1'] .u-value")[1]?.textContent));
  // What had happened before the pause may still come in and move the heights under the pointer.
  for (let last; last !== (last = (await values())[0]); ) await new Promise((later) => setTimeout(later, 500));
  const [height, median, p95, p99] = await values();
  assert.match(height, /^\d+$/);
  for (const value of [median, p95, p99]) assert.match(value, /^[\d.]+ m?s$/);
  // One cursor for all charts.
  const others = await page.$$eval(".plot .u-legend .u-series:first-child .u-value", (all) => all.map((v) => v.textContent));
  assert.ok(others.every((v) => v === height), `${others}`);
  await page.focus(".plot[data-plot='1']");
  await page.keyboard.press("ArrowRight");
  // All of them are moved, as by a pointer.
  await page.waitForFunction(
    (was) => [...document.querySelectorAll(".plot .u-legend .u-series:first-child .u-value")].every((v) => v.textContent === String(Number(was) + 1)),
    {}, height,
  );
  await screenshot(page, "metrics");
});

browserTest("the same figures stand in a table, and go out as CSV", {}, async ({ page, open }) => {
  const save = await saving(page);
  await openMetrics(page, open, 12);
  await page.keyboard.press("Space");
  await click(page, ".figures-table summary");
  await page.waitForFunction(() => document.querySelectorAll(".figures-table tbody tr").length > 10);
  const first = await page.$$eval(".figures-table tbody tr:nth-child(4) > *", (all) => all.map((c) => c.textContent));
  assert.match(first[0], /^\d+$/);
  assert.match(first[1], /^[\d.]+ s$/);
  const csv = (await save(() => click(page, "#save-heights"))).toString();
  const [head, ...rows] = csv.trim().split("\r\n");
  assert.match(head, /^height,decided_at_us,.*proposal copies,proposal bytes/);
  assert.ok(rows.length > 10);
  const row = rows.find((r) => r.startsWith(`${first[0]},`));
  assert.equal(`${(Number(row.split(",")[1]) / 1e6).toFixed(3)} s`, first[1]);
  const validators = (await save(() => click(page, "#save-validators"))).toString();
  assert.equal(validators.trim().split("\r\n").length, 5);
});

browserTest("validators' records are sorted as asked", {}, async ({ page, open }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
  await page.select("#scenario", "silent");
  await textOf(page, "#verdict", (text) => /height 0|waiting/i.test(text), 2_000).catch(() => {});
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text), 60_000);
  await metricsAtFullSpeed(page);
  const column = (n) => page.$$eval(`#duties tbody tr > :nth-child(${n})`, (all) => all.map((c) => Number(c.textContent.replaceAll(/\D/g, ""))));
  await page.waitForFunction(() => [...document.querySelectorAll("#duties tbody td:nth-child(4)")].some((c) => c.textContent !== "0"));
  await page.keyboard.press("Space");
  await click(page, "#duties th:nth-child(4) button");
  await page.waitForSelector("#duties th:nth-child(4)[aria-sort=descending]");
  const missed = await column(4);
  assert.deepEqual(missed, [...missed].sort((a, b) => b - a));
  assert.ok(missed[0] > 0 && missed.at(-1) === 0, `${missed}`);
  await click(page, "#duties th:nth-child(4) button");
  await page.waitForSelector("#duties th:nth-child(4)[aria-sort=ascending]");
});

async function metricsAtFullSpeed(page) {
  await click(page, "#tab-Metrics");
  await page.waitForFunction(() => document.querySelectorAll(".plot canvas").length === 8);
  await page.evaluate(() => {
    const speed = document.getElementById("speed");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(speed, "101");
    speed.dispatchEvent(new Event("input", { bubbles: true }));
    speed.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
