// The page inside another page, and in front of a hall.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, height, paused, playing, until } from "./hands.mjs";

const root = new URL("../../", import.meta.url);
const golden = JSON.parse(await readFile(new URL("tests/golden/runs.json", root), "utf8"));
const linkOf = (name) => golden.find((g) => g.name === name).link;

/// What stands on the page, for what must not.
const parts = (page) =>
  page.evaluate(() => ({
    chart: !!document.querySelector("#chart canvas"),
    verdict: document.querySelector("#verdict")?.textContent ?? "",
    rest: [".controls", ".side", ".transport", ".dock", "#share", "#scenario", "#welcome", "#look"].filter((s) => document.querySelector(s)),
  }));

browserTest("embedded there is chart, verdict and play, and a way to the whole page", { width: 640, height: 400, firefox: true }, async ({ page, open, screenshot }) => {
  await open(page, "?embed");
  await blocks(page, 1);
  const seen = await parts(page);
  assert.ok(seen.chart);
  assert.deepEqual(seen.rest, []);
  await click(page, "#play");
  await paused(page);
  const at = await height(page);
  await page.keyboard.press(" ");
  await playing(page);
  await blocks(page, at + 1);
  const whole = await page.$eval("#whole", (a) => [a.href, a.target, a.rel]);
  assert.equal(whole[0], page.url().replace("?embed", ""));
  assert.deepEqual(whole.slice(1), ["_blank", "noopener"]);
  await screenshot(page, "embed");
});

browserTest("embedded by name and by link", {}, async ({ page, open }) => {
  await open(page, "?embed&scenario=fork");
  await textOf(page, "#verdict", (t) => /agreement violated/.test(t), 60_000);
  assert.match(await textOf(page, ".embed-title"), /Liars above a third/);
  assert.match(await page.$eval("#whole", (a) => a.href), /\?scenario=fork$/);

  await open(page, `?embed#${linkOf("fork")}`);
  await textOf(page, ".banner.good", (t) => /Replay matches/.test(t), 60_000);
  await paused(page);
  const href = await page.$eval("#whole", (a) => a.href);
  assert.ok(href.endsWith(`#${linkOf("fork")}`) && !href.includes("embed"), href);

  await open(page, "?embed&scenario=nonsense");
  await textOf(page, ".banner.bad", (t) => /no|none of that name/.test(t));
  await blocks(page, 1);
});

browserTest("it runs in a frame of a page that is not ours", { width: 900, height: 700 }, async ({ page, open }) => {
  await open(page);
  const frame = `<iframe title="ConsensusForge" width="720" height="420" src="${page.url()}?embed&amp;scenario=partition"></iframe>`;
  // Another port is another origin, as a lecture's host would be.
  const host = createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><link rel="icon" href="data:,"><p>A lecture.</p>${frame}`));
  await new Promise((listening) => host.listen(0, "127.0.0.1", listening));
  try {
    await page.goto(`http://127.0.0.1:${host.address().port}/`, { waitUntil: "load" });
    const inside = await (await page.waitForSelector("iframe")).contentFrame();
    await until("a block in the frame", () =>
      inside.$eval("#verdict", (v) => /height [2-9]/.test(v.textContent)).catch(() => false));
    const wide = await inside.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 720, `${wide} px`);
  } finally {
    host.close();
  }
});

browserTest("the presenter's keys: big type, scenarios, heights, a blank screen", {}, async ({ page, open, screenshot }) => {
  await open(page);
  await blocks(page, 1);
  const chosen = () => page.$eval("#scenario", (s) => s.value);
  // Before, a page key changes nothing.
  await page.keyboard.press("PageDown");
  await page.keyboard.press("KeyP");
  await until("big type", () => page.evaluate(() => document.documentElement.hasAttribute("data-presenting")));
  assert.equal(await chosen(), "happy");
  // Also from the chart, which scrolls by these keys otherwise.
  await page.focus("#chart canvas");
  await page.keyboard.press("PageDown");
  await until("the next scenario", async () => (await chosen()) === "unequal");
  await page.keyboard.press("PageUp");
  await until("the one before", async () => (await chosen()) === "happy");
  await blocks(page, 1);
  await screenshot(page, "presenting");
  await page.keyboard.down("Shift");
  await page.keyboard.press("PageDown");
  await page.keyboard.up("Shift");
  await paused(page);
  await click(page, "#play");
  await playing(page);
  await page.keyboard.press("KeyB");
  await page.waitForSelector(".blank");
  await paused(page);
  // Nothing acts unseen.
  await page.keyboard.press("PageDown");
  await page.keyboard.press("KeyB");
  await until("the screen again", async () => !(await page.$(".blank")));
  await playing(page);
  assert.equal(await chosen(), "happy");
  await page.keyboard.press("KeyP");
  await until("usual type", () => page.evaluate(() => !document.documentElement.hasAttribute("data-presenting")));
  await page.keyboard.press("?");
  await textOf(page, "dialog[open]", (t) => /For presenting/.test(t) && /PageDown/.test(t));
});
