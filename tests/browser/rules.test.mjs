// The protocol's rules beside the run: the one that just fired is marked, others say what they wait for, coverage leads to instants.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click, until } from "./hands.mjs";

async function paused(page, open) {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [3-9]/.test(text));
  await page.click("#play");
  await page.waitForSelector('#play[aria-label="Play"]');
  await click(page, "#tab-Rules");
}

browserTest("a rule that fired is marked, one that waits says for how many votes, one that never fired says so", {}, async ({ page, open, screenshot }) => {
  await paused(page, open);
  await textOf(page, "#coverage-said", (text) => /^\d+ of 14 rules have fired in this run so far/.test(text));
  const never = await page.$$eval(".paper-rule.never", (all) => all.map((rule) => rule.dataset.rule));
  assert.ok(never.includes("L57-L60"), `no propose timer ran out: ${never}`);
  assert.match(await textOf(page, '.paper-rule[data-rule="L57-L60"] small'), /never in this run/);
  await page.select("#paper-at", "1");
  await textOf(page, "#paper-said", (text) => /^v2 last followed the marked rules at/.test(text));
  const waits = await until("a rule waits for votes", async () => {
    await page.click("#step");
    await new Promise((later) => setTimeout(later, 80));
    const all = await page.$$eval(".paper-rule .waits", (all) => all.map((w) => w.textContent));
    return all.find((text) => /waits for [12] more (prevote|precommit)s? \(\d+ % of the stake\) for [0-9a-f]{8} in round 0/.test(text));
  });
  assert.ok(waits);
  assert.match(await textOf(page, '.paper-rule[aria-current="step"]'), /fired · height \d+, round 0/);
  await screenshot(page, "rules");
});

browserTest("rule coverage goes to the first instant of a rule, and the rules to the validator selected", {}, async ({ page, open }) => {
  await paused(page, open);
  const row = '#coverage tr[data-rule="L36-L43"]';
  await textOf(page, `${row} td:nth-child(3)`, (text) => text === "all");
  const first = await textOf(page, `${row} td:nth-child(4) button`, (text) => /^\d+\.\d{3} s$/.test(text));
  await click(page, `${row} td:nth-child(4) button`);
  await textOf(page, "#paper-said", (text) => text.endsWith(`the marked rules at ${first}.`));
  assert.ok(await page.waitForSelector('.paper-rule[data-rule="L36-L43"][aria-current="step"]'));
  const chosen = await page.$eval("#paper-at", (select) => select.selectedOptions[0].textContent);
  await textOf(page, "#inspected", (text) => text === chosen);
});
