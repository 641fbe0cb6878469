// The inspector: every named thing leads to its card, there and back, by pointer and by keyboard.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";

const READY = (text) => /height [3-9]/.test(text);

/// A paused run some heights in.
async function paused(page, open) {
  await open(page);
  await textOf(page, "#verdict", READY);
  await page.click("#play");
  await page.waitForSelector('#play[aria-label="Play"]');
}

/// Presses the link that stands beside `name` in the card (the `nth` of them, from 0).
async function follow(page, name, nth = 0) {
  const pressed = await page.evaluate(
    (name, nth) => {
      const fact = [...document.querySelectorAll(".fact")].find((f) => f.firstElementChild.textContent === name);
      const link = fact?.querySelectorAll("button.link")[nth];
      link?.click();
      return link !== undefined;
    },
    name,
    nth,
  );
  assert.ok(pressed, `a link beside “${name}”`);
}

const title = (page, accept) => textOf(page, "#inspected", accept);
const body = (page, accept) => textOf(page, ".card-body", accept);

browserTest("from a validator to its block, the proposal, the height, and back", {}, async ({ page, open, screenshot }) => {
  await paused(page, open);
  assert.match(await textOf(page, "#inspector"), /Nothing selected/);
  await page.evaluate(() => [...document.querySelectorAll("#inspector button.link")].at(-1).click());
  await title(page, (t) => t === "v1");
  const node = await body(page, (t) => /state root/.test(t));
  for (const part of ["working on", "locked", "valid", "stake", "mempool", "decided", "Votes it has counted", "Timers", "Evidence"])
    assert.ok(node.includes(part), `${part} in ${node}`);
  await follow(page, "decided", 1);
  const block = await title(page, (t) => /^Block [0-9a-f]{8}$/.test(t));
  const told = await body(page, (t) => /Decided by/.test(t));
  for (const part of ["Certificate", "Who has it", "the same root everywhere", "Transactions", "of stake"])
    assert.ok(told.includes(part), `${part} in ${told}`);
  await follow(page, "proposal");
  await title(page, (t) => /^proposal of v\d$/.test(t));
  const message = await body(page, (t) => /Delivered to/.test(t));
  assert.match(message, /✔ valid by v\d/);
  assert.match(message, /size\s*\d/);
  await screenshot(page, "inspector-message");
  await follow(page, "value");
  await title(page, (t) => t === block);
  await follow(page, "height");
  await title(page, (t) => /^Height \d+$/.test(t));
  for (const back of [block, /^proposal/, block, "v1"]) {
    await page.click('[aria-label="Back to previous"]');
    await title(page, (t) => (typeof back === "string" ? t === back : back.test(t)));
  }
  await page.click('[aria-label="Forward to next"]');
  await title(page, (t) => t === block);
});

browserTest("votes fill their bar while the run is stepped", {}, async ({ page, open }) => {
  await paused(page, open);
  await page.evaluate(() => [...document.querySelectorAll("#inspector button.link")].at(-1).click());
  await title(page, (t) => t === "v1");
  // To the middle of a vote: messages until a bar without a quorum stands there.
  for (let k = 0; k < 80; k++) {
    await page.click("#step");
    await new Promise((later) => setTimeout(later, 60));
    if (await page.$('.votes[data-reached="false"]')) break;
  }
  const said = await textOf(page, '.votes[data-reached="false"] small', (t) => /required/.test(t));
  assert.match(said, /\d of 4 required|3 of 4 required/);
  assert.match(said, /% of stake/);
  for (let k = 0; k < 80; k++) {
    if (await page.$('.votes[data-reached="true"]')) break;
    await page.click("#step");
    await new Promise((later) => setTimeout(later, 60));
  }
  assert.match(await textOf(page, '.votes[data-reached="true"] small'), /quorum/);
});

browserTest("by keyboard alone: select in the table, go on, come back", {}, async ({ page, open }) => {
  await paused(page, open);
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("2");
  await page.waitForSelector(".nodes button.link");
  await page.focus(".nodes tbody tr:nth-child(3) button.link");
  await page.keyboard.press("Enter");
  await title(page, (t) => t === "v3");
  await body(page, (t) => /state root/.test(t));
  await page.focus(".card-body .fact:nth-of-type(2) button.link");
  await page.keyboard.press("Enter");
  await title(page, (t) => /^Height/.test(t));
  await page.focus(".card-body button.link");
  await page.keyboard.press("Backspace");
  await title(page, (t) => t === "v3");
  await page.focus("#inspector");
  await page.keyboard.press("Escape");
  await textOf(page, "#inspector", (t) => /Nothing selected/.test(t));
});

browserTest("a transaction from submission to receipt", {}, async ({ page, open }) => {
  await open(page);
  await textOf(page, "#verdict", (t) => /height ([6-9]|1\d)/.test(t));
  await page.click("#play");
  await page.waitForSelector('#play[aria-label="Play"]');
  // Back through the blocks to one with transactions.
  await page.evaluate(() => [...document.querySelectorAll("#inspector button.link")].at(-1).click());
  await title(page, (t) => t === "v1");
  await body(page, (t) => /decided/.test(t));
  await follow(page, "decided", 1);
  // The last block may be decided by some of the validators only: its parent is decided by all.
  let told;
  do {
    const before = await title(page);
    await follow(page, "parent");
    await title(page, (t) => t !== before);
    told = await body(page, (t) => /Transactions \(\d/.test(t));
  } while (/Transactions \(0\)/.test(told));
  await page.evaluate(() => {
    const heading = [...document.querySelectorAll(".card-body h3")].find((h) => h.textContent.startsWith("Transactions"));
    heading.nextElementSibling.querySelector("button.link").click();
  });
  await title(page, (t) => /^Transaction [0-9a-f]{8}$/.test(t));
  told = await body(page, (t) => /Receipt/.test(t));
  for (const part of ["submitted to", "passed on by", "in block", "decided by 4 of 4", "✔ ok", "gas"])
    assert.ok(told.includes(part), `${part} in ${told}`);
});

browserTest("on a narrow page the card comes up as a sheet", { width: 390, height: 844 }, async ({ page, open, screenshot }) => {
  await paused(page, open);
  await page.evaluate(() => [...document.querySelectorAll("#inspector button.link")].at(-1).click());
  await title(page, (t) => t === "v1");
  await body(page, (t) => /state root/.test(t));
  const shown = await page.$eval("#inspector", (e) => e.getBoundingClientRect().height > 100);
  assert.ok(shown, "the inspector is to be seen");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px`);
  await screenshot(page, "inspector-390");
});
