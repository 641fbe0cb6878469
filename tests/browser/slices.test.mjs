// A block with more gas than a page could stand still for: executed in slices, and the page answers.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click, drop, paused, playing, set, until } from "./hands.mjs";

/// Of the own interface: memory, the marker, and a `call` that never ends.
const SPINNER = [
  [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  [0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  [0x03, 0x03, 0x02, 0x00, 0x00],
  [0x05, 0x03, 0x01, 0x00, 0x01],
  [0x07, 0x23, 0x03],
  [0x06, ...Buffer.from("memory"), 0x02, 0x00],
  [0x0f, ...Buffer.from("forge_version_1"), 0x00, 0x00],
  [0x04, ...Buffer.from("call"), 0x00, 0x01],
  [0x0a, 0x0c, 0x02, 0x02, 0x00, 0x0b, 0x07, 0x00, 0x03, 0x40, 0x0c, 0x00, 0x0b, 0x0b],
].flat();

const receipts = (page, status) => page.$$eval(`.receipt[data-status=${status}]`, (all) => all.length);

const card = async (page, name) => {
  const found = await until(`a contract of ${name}`, () =>
    page.$$eval("[data-contract]", (all, name) => all.find((c) => c.textContent.includes(name))?.dataset.contract, name));
  return `[data-contract="${found}"]`;
};

browserTest("while a block of a billion gas is executed the page answers, pauses and goes on", { timeout: 300_000 }, async ({ page, open, screenshot }) => {
  await open(page);
  await click(page, "#tab-Contracts");
  await page.waitForSelector("[data-module=counter]");
  await set(page, "block-gas", "1 000 000 000");
  await textOf(page, ".rules summary", (text) => /1.000.000.000 gas per block/.test(text));
  await drop(page, "spinner.wasm", SPINNER);
  await textOf(page, "#accepted", (text) => text.startsWith("spinner was added"));
  await click(page, "[data-module=spinner] [data-act=deploy]");
  await until("the first receipt", async () => (await receipts(page, "ok")) === 1);
  await click(page, "[data-module=counter] [data-act=deploy]");
  await until("the second receipt", async () => (await receipts(page, "ok")) === 2);
  const [spinner, counter] = [await card(page, "spinner"), await card(page, "counter")];
  await playing(page);
  await page.$eval(`${spinner} .gas-limit`, (field) => {
    field.value = "1 000 000 000";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await click(page, `${spinner} [data-act=call]`);
  await textOf(page, "#overloaded", (text) => /A long block is being executed/.test(text), 60_000);
  await screenshot(page, "long-block");
  // Asked in its midst; the longest of some answers is what a person would feel.
  const asked = await page.evaluate(async (counter) => {
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    const took = [];
    for (let turn = 0; turn < 5; turn++) {
      document.querySelector(`${counter} .viewed`)?.remove();
      const start = performance.now();
      document.querySelector(`${counter} [data-act=view]`).click();
      while (!document.querySelector(`${counter} .viewed`)) await frame();
      took.push(performance.now() - start);
    }
    return { longest: Math.max(...took), over: document.querySelectorAll(".receipt[data-status=failed]").length };
  }, counter);
  assert.equal(asked.over, 0, "the answers came before the block was done");
  // A pause is heard in the midst of it, and so is going on.
  await click(page, "#play");
  await paused(page);
  assert.equal(await receipts(page, "failed"), 0, "it was paused before the block was done");
  await click(page, "#play");
  await playing(page);
  console.log(`answers while a block is executed: at most ${Math.round(asked.longest)} ms (aim 200)`);
  await until("the receipt", async () => (await receipts(page, "failed")) === 1, 240_000);
  await textOf(page, ".receipt[data-status=failed] .gas summary", (text) => /1.000.000.000 of a limit of 1.000.000.000/.test(text));
  await until("equal roots", () => page.$(".receipt[data-status=failed] .roots[data-equal=true]"));
  const word = () => page.$$eval("#overloaded", (all) => all.map((e) => e.textContent).join());
  await until("no word of it any more", async () => !/long block/.test(await word()), 60_000);
});
