// The block tree beside the chart: selection goes both ways, keys go from block to block, a fork is seen.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click } from "./hands.mjs";

async function openTree(page, open, address, ready) {
  await open(page, address);
  await textOf(page, "#verdict", ready);
  await page.click("#play");
  await page.waitForSelector('#play[aria-label="Play"]');
  await click(page, "#show-tree");
  await page.waitForSelector("#tree [data-block].final");
}

const label = (page) => page.$eval('#tree [aria-selected="true"]', (block) => block.getAttribute("aria-label"));
const chosen = (page, id) => page.waitForSelector(`#tree [data-block="${id}"][aria-selected="true"]`);

browserTest("a block selects its proposal in the chart, and a proposal selects its block", {}, async ({ page, open, screenshot }) => {
  await openTree(page, open, "", (text) => /height [4-9]/.test(text));
  const id = await page.$$eval("#tree [data-block].final", (all) => all.at(-1).dataset.block);
  await page.click(`#tree [data-block="${id}"] .tree-press`);
  await chosen(page, id);
  await textOf(page, "#inspected", (text) => text === `Block ${id.slice(0, 8)}`);
  const height = (await label(page)).match(/height (\d+)/)[1];
  await textOf(page, "#chart-said", (text) => text.startsWith("proposal, ") && text.includes(`height ${height} round`));
  await screenshot(page, "tree");
  // The proposal leads back to the block.
  await page.evaluate(() => {
    const fact = [...document.querySelectorAll(".fact")].find((f) => f.firstElementChild.textContent === "proposal");
    fact.querySelector("button.link").click();
  });
  await textOf(page, "#inspected", (text) => /^proposal of v\d$/.test(text));
  await chosen(page, id);
  await page.focus("#tree-blocks");
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(
    (before) => document.querySelector('#tree [aria-selected="true"]')?.getAttribute("aria-label").includes(`height ${before - 1},`),
    {}, Number(height),
  );
  const active = await page.$eval("#tree-blocks", (list) => document.getElementById(list.getAttribute("aria-activedescendant"))?.getAttribute("aria-label"));
  assert.equal(active, await label(page));
});

browserTest("a fork has two final blocks of one height, and one side sees the other abandoned", {}, async ({ page, open, screenshot }) => {
  await openTree(page, open, "?scenario=fork", (text) => /forked|violated|height [2-9]/i.test(text));
  const forked = await page.$$eval("#tree .forked", (all) => all.map((block) => block.getAttribute("aria-label")));
  assert.ok(forked.length >= 2 && forked.every((text) => text.includes("the chain is forked")), `${forked}`);
  await screenshot(page, "tree-fork");
  await page.select("#tree-whose", "3");
  await page.waitForSelector("#tree .abandoned");
});
