// A refusal is shown where the act was, and so is an answer.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, drop, paused, playing, set, until } from "./hands.mjs";
import { serve } from "./server.mjs";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const notices = (page) => page.$$eval("[data-notice]", (all) => all.map((n) => n.textContent));

browserTest("a refused value is explained at its control, in words of the page", {}, async ({ page, open, screenshot }) => {
  await open(page);
  await blocks(page, 1);
  await set(page, "validators-number", 500);
  const said = await textOf(page, ".control:has(#validators-number) .complaint", (t) => /256/.test(t));
  assert.doesNotMatch(said, /validators:|[a-z]_[a-z]|commands/);
  assert.equal(await page.$eval("#validators-number", (n) => n.value), "4");
  // Nothing was done, so there is nothing to undo.
  assert.ok(await page.$eval("button[title^='Undo']", (b) => b.disabled));
  await page.$eval("details.chain", (d) => { d.open = true; });
  await set(page, "seed", "abc");
  await textOf(page, ".control:has(#seed) .complaint", (t) => /whole number/.test(t));
  assert.notEqual(await page.$eval("#seed", (n) => n.value), "abc");
  await page.$eval("details.protocol", (d) => { d.open = true; });
  const field = await page.$eval("details.protocol input[type=text]", (i) => i.id);
  await set(page, field, "-5");
  await textOf(page, `.control:has(#${field}) .complaint`, (t) => /^Enter/.test(t));
  await screenshot(page, "refused-1280");
  // What is right afterwards takes the complaint away.
  await set(page, "validators-number", 5);
  await until("five validators", async () => (await page.$eval("#validators-number", (n) => n.value)) === "5");
  assert.equal(await page.$eval(".control:has(#validators-number) .complaint", (c) => c.textContent), "");
  assert.deepEqual(await notices(page), []);
});

browserTest("what a module is refused for stands where it came from", { timeout: 240_000 }, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await drop(page, "nothing.wasm", new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  await textOf(page, ".studio #refusal");
  await page.evaluate(() => document.querySelector("details.editing").setAttribute("open", ""));
  await page.waitForSelector("#wat");
  await set(page, "wat", "(module)");
  await click(page, "#compile");
  await textOf(page, ".editing #refusal", (t) => t !== "", 60_000);
  assert.equal(await page.$(".studio #refusal"), null);
});

browserTest("the result of an export stands in its dialog", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#share");
  await page.select("#export-format", "0");
  await click(page, "#export");
  await textOf(page, "dialog[open] #export-result", (t) => /^Saved consensusforge/.test(t));
  assert.deepEqual(await notices(page), []);
});

browserTest("a sample that cannot be fetched says so, offers no form, and can be tried again", { timeout: 240_000 }, async ({ t, page, problems, screenshot }) => {
  let refuse = true;
  const host = await serve(dist, "/lab/bft/", (path) => (refuse && /[/]contracts[/]|[/]schemas[/]/.test(path) ? 404 : undefined));
  t.after(host.stop);
  await page.goto(host.url, { waitUntil: "load" });
  await blocks(page, 1);
  await click(page, "#tab-Contracts");
  await page.waitForSelector("[data-module=cw20-base]");
  await page.$eval("details.samples", (d) => { d.open = true; });
  await page.$eval("[data-module=cw20-base]", (d) => { d.open = true; });
  await textOf(page, "[data-module=cw20-base] .refusal", (text) => /could not be fetched/.test(text));
  assert.equal(await page.$("[data-module=cw20-base] .fields, [data-module=cw20-base] [data-act=deploy]"), null);
  await screenshot(page, "sample-not-fetched");
  // The same again, and then the host is back.
  refuse = false;
  await page.evaluate(() => document.querySelector("[data-module=cw20-base] [data-act=again]").click());
  await page.waitForSelector("[data-module=cw20-base] .fields [data-act=deploy]", { timeout: 60_000 });
  problems.length = 0;
});

browserTest("a receipt names its sender and shows the message, and a field for an address takes a name", { timeout: 240_000 }, async ({ page, open, screenshot }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#tab-Contracts");
  await page.waitForSelector("[data-module=cw20-base]");
  await page.$eval("details.samples", (d) => { d.open = true; });
  await page.$eval("[data-module=cw20-base]", (d) => { d.open = true; });
  const field = (place, name) => `${place} [data-field="${name}"]`;
  const card = "[data-module=cw20-base]";
  const fill = (selector, value) => page.$eval(selector, (f, v) => {
    f.value = v;
    f.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
  await page.waitForSelector(field(card, "symbol"), { timeout: 60_000 });
  for (const [name, value] of [["name", "Token"], ["symbol", "TOK"], ["decimals", "6"], ["initial_balances", "[]"]]) await fill(field(card, name), value);
  await page.$eval(`${card} select[title=From]`, (s) => { s.value = "1"; });
  await click(page, `${card} [data-act=deploy]`);
  await textOf(page, ".receipt .sender", (t) => /^sent by Alice/.test(t), 60_000);
  await textOf(page, ".receipt .message", (t) => /"symbol":"TOK"/.test(t));
  const contract = "[data-contract]";
  await page.waitForSelector(`${contract} .function`, { timeout: 60_000 });
  await page.select(`${contract} .function`, "execute:transfer");
  await fill(field(contract, "recipient"), "bob");
  await fill(field(contract, "amount"), "10");
  await click(page, `${contract} [data-act=call]`);
  await textOf(page, ".receipt .message", (t) => /"recipient":"Bob"/.test(t), 60_000);
  await screenshot(page, "receipt-1280");
});

browserTest("with reduced motion the page waits for Play", {}, async ({ page, open }) => {
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await open(page);
  await paused(page);
  await textOf(page, "#verdict", (t) => /holds/.test(t));
  await new Promise((later) => setTimeout(later, 1_000));
  assert.match(await page.$eval("#clock", (c) => c.textContent), /^0\.0/);
  await click(page, "#play");
  await playing(page);
  await blocks(page, 1);
});

browserTest("Escape and a press beside it close whatever is open", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  const closed = (selector) => until(`${selector} closed`, async () => !(await page.$(selector)));
  await page.click("#chart-choices");
  await page.waitForSelector("#choices");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Escape");
  await closed("#choices");
  await page.click("#chart-choices");
  await page.waitForSelector("#choices");
  await page.mouse.click(640, 760);
  await closed("#choices");
  for (const button of ["#all-scenarios", "#share"]) {
    await click(page, button);
    await page.waitForSelector("dialog[open]");
    await page.mouse.click(4, 400);
    await closed("dialog[open]");
  }
});

browserTest("rows of the tables stay while their figures change", { timeout: 240_000 }, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  for (const [tab, row] of [["Nodes", "table.nodes tbody tr"], ["Metrics", "#duties tbody tr"], ["Log", ".log-row"]]) {
    await click(page, `#tab-${tab}`);
    await until(`rows in ${tab}`, async () => (await page.$$(row)).length >= 4);
    await page.$$eval(row, (all) => all.forEach((r) => { r.mine = r.textContent; }));
    await until(`${tab} goes on in the same rows`, () =>
      page.$$eval(row, (all) => all.slice(0, 4).every((r) => r.mine !== undefined) && all.some((r) => r.mine !== r.textContent)));
  }
});

browserTest("the chart's fields and the gas of a block refuse beside the field what they cannot read", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#chart-choices");
  for (const [id, wrong, says, right] of [["chart-only", "v1 v9", "“v9”", "v1"], ["chart-hide", "nobody", "“nobody”", ""], ["chart-heights", "3-x", "“3-x”", "3-5"]]) {
    await set(page, id, wrong);
    await textOf(page, `#${id}-wrong`, (t) => t.includes(says));
    await set(page, id, right);
    await page.waitForFunction((id) => document.querySelector(`#${id}-wrong`).textContent === "", {}, id);
  }
  await click(page, "#tab-Contracts");
  await page.waitForSelector("#block-gas");
  await set(page, "block-gas", "much");
  await textOf(page, "#block-gas-wrong", (t) => t.includes("“much”"));
});
