// What a contract's developer meets beside forms: limits, large modules, where gas went, forks asked.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click, fastest, paused, set, until } from "./hands.mjs";
import { module } from "./large.mjs";

const contracts = async (page) => {
  await click(page, "#tab-Contracts");
  await page.waitForSelector("[data-module=counter]");
};

/// Drops a file as a hand does; it is made first, which takes the page a while.
async function drop(page, name, bytes) {
  await page.evaluate((name, text) => {
    window.held = new DataTransfer();
    window.held.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
  }, name, Buffer.from(bytes).toString("base64"));
  await page.evaluate(() => {
    window.dropped = performance.now();
    window.longest = 0;
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: window.held, bubbles: true, cancelable: true }));
  });
}

const put = (page, selector, text) =>
  page.$eval(selector, (field, text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, text);

browserTest("a module of 3 MB is judged, stored and called, and the page stays in hand", { timeout: 240_000 }, async ({ page, open, screenshot }) => {
  await open(page);
  await contracts(page);
  // Frames while it is judged: the longest gap is what a person would feel.
  await page.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    const tick = (now) => {
      window.longest = Math.max(window.longest, now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const bytes = module(3 << 20);
  await drop(page, "large.wasm", bytes);
  const seen = () => document.querySelector("#accepted")?.textContent.startsWith("large was added: 3.0 MB") && performance.now() - window.dropped;
  const took = await (await page.waitForFunction(seen, { timeout: 60_000 })).jsonValue();
  const longest = await page.evaluate(() => window.longest);
  console.log(`3 MB: accepted within ${Math.round(took)} ms (aim 1,000), longest gap between frames ${Math.round(longest)} ms`);
  // What just came in stands open. A block here has too little gas for it, and a sentence says what to do.
  const card = '[data-module="large"]';
  await page.waitForSelector(`${card}[open] [data-act=store]`);
  await click(page, `${card} [data-act=store]`);
  await textOf(page, `${card} .refusal`, (text) => /a block of this chain has 50000000/.test(text));
  await set(page, "block-gas", "200 000 000");
  await textOf(page, ".rules summary", (text) => /200.000.000 gas per block/.test(text));
  await page.waitForSelector(`${card} [data-act=store]`);
  await fastest(page);
  await click(page, `${card} [data-act=store]`);
  const well = (n) => until(`${n} receipts that went well`, () => page.$$eval(".receipt[data-status=ok] .roots[data-equal=true]", (all, n) => all.length >= n, n), 60_000);
  await well(1);
  await click(page, `${card} [data-act=deploy]`);
  await well(2);
  await page.waitForSelector("[data-contract] textarea.json");
  await click(page, "[data-contract] [data-act=call]");
  await well(3);
  await screenshot(page, "large");
});

browserTest("gas: a limit of one's own, refused above a block's; where it went, under the keyboard", {}, async ({ page, open, screenshot }) => {
  await open(page, "?scenario=factory");
  await contracts(page);
  await until("five receipts", () => page.$$eval(".receipt[data-status=ok]", (all) => all.length === 5), 60_000);
  const flames = await page.$$(".receipt .flame");
  assert.ok(flames.length >= 3);
  await page.$$eval(".receipt .gas", (all) => all.forEach((gas) => gas.setAttribute("open", "")));
  // The newest but one made a counter and heard of it in a reply.
  const items = await page.$$eval(".receipt .flame", (all) => all[1] && [...all[1].querySelectorAll("[role=treeitem]")].map((item) => item.getAttribute("aria-label")));
  assert.match(items[0], /^transaction: /);
  assert.match(items[1], /^execute cw-factory: .* its own part/);
  assert.match(items[2], /^instantiate cw-counter: /);
  assert.match(items[3], /^reply \d+ cw-factory: /);
  // Widths are the gas: what follows is no wider than what it follows from.
  const fits = await page.$$eval(".receipt .flame", (all) => {
    const width = (item) => item.getBoundingClientRect().width;
    return all.every((flame) => [...flame.querySelectorAll("[role=treeitem] [role=treeitem]")].every((item) => width(item) <= width(item.parentElement.closest("[role=treeitem]"))));
  });
  assert.ok(fits);
  await page.$eval(".receipt .flame [role=treeitem]", (item) => item.focus());
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
  const held = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(await held(), /^reply /);
  await textOf(page, ".receipt .spent", (text) => /^reply /.test(text));
  await page.keyboard.press("ArrowLeft");
  assert.match(await held(), /^execute /);
  await screenshot(page, "flame");
  // A limit: none, too much, too little.
  const contract = "[data-contract] ";
  await page.waitForSelector(`${contract}[data-act=call]`);
  const call = async (gas) => {
    await put(page, `${contract}.gas-limit`, gas);
    await click(page, `${contract}[data-act=call]`);
  };
  const complaint = (words) => until(String(words), () => page.$$eval(`[data-contract] .complaint`, (all, source) => all.some((slot) => new RegExp(source).test(slot.textContent)), words.source));
  await call("plenty");
  await complaint(/is no amount of gas/);
  await call("60 000 000");
  await complaint(/A block of this chain has 50.000.000 gas/);
  await call("100 000");
  await textOf(page, ".receipt[data-status=failed] .refusal", (text) => /ran out of gas/.test(text), 60_000);
  await textOf(page, ".receipt[data-status=failed] .gas summary", (text) => /100.000 of a limit of 100.000/.test(text));
});

browserTest("a strict chain refuses what a modern one takes, and says which rule", {}, async ({ page, open }) => {
  await open(page);
  await contracts(page);
  await page.$eval(".rules", (rules) => rules.setAttribute("open", ""));
  await page.select("#admission", "strict");
  await textOf(page, ".rules summary", (text) => /strict/.test(text));
  await drop(page, "big.wasm", module(900 << 10));
  await textOf(page, "#refusal", (text) => /819200/.test(text) && /`strict`/.test(text));
  await page.select("#admission", "modern");
  await textOf(page, ".rules summary", (text) => /modern/.test(text));
  await drop(page, "big.wasm", module(900 << 10));
  await textOf(page, "#accepted", (text) => text.startsWith("big was added"));
});

browserTest("a token is spent twice: the two sides of the fork answer differently, also later", { timeout: 180_000 }, async ({ page, open, screenshot }) => {
  await open(page, "?scenario=double-spend");
  // A scenario about contracts opens with their panel.
  await page.waitForSelector("#tab-Contracts[aria-selected=true]");
  await textOf(page, "#verdict", (text) => /agreement violated/.test(text), 60_000);
  await until("both transfers", () => page.$$eval(".receipt[data-status=ok]", (all) => all.length === 4), 60_000);
  await page.waitForSelector("[data-contract] .function option[value='query:balance']");
  await page.select("[data-contract] .function", "query:balance");
  await page.waitForSelector(".people");
  await page.$eval(".people", (details) => details.setAttribute("open", ""));
  const alice = await page.waitForSelector("[data-person=Alice]").then((e) => e.evaluate((e) => e.dataset.address));
  await put(page, '[data-contract] [data-field="address"]', alice);
  await page.select("[data-contract] [aria-label=Validator]", "all");
  const answers = async () => {
    await click(page, "[data-contract] [data-act=view]");
    await until("seven answers", () => page.$$eval("[data-contract] .answers tr", (all) => all.length === 7));
    return page.$$eval("[data-contract] .answers tr", (rows) => rows.map((row) => /"balance":"(\d+)"/.exec(row.textContent)?.[1]));
  };
  const said = await answers();
  assert.deepEqual([...new Set(said)].sort(), ["0", "1000"]);
  await screenshot(page, "double-spend");
  // Before the fork, at a height that will be long gone, all said the same.
  await fastest(page);
  const height = () => page.$eval("#verdict", (e) => Number(/height (\d+)/.exec(e.textContent)?.[1] ?? 0));
  await until("height 90", async () => (await height()) > 90, 90_000);
  await page.keyboard.press("Space");
  await paused(page);
  await put(page, "[data-contract] [aria-label=Height]", "7");
  assert.deepEqual([...new Set(await answers())], ["0"]);
});
