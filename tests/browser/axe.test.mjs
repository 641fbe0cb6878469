// What axe-core finds in the page's main views: nothing serious or critical, in both themes, narrow and wide.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, paused, until } from "./hands.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function examine(page, what) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map((v) => ({
      id: v.id,
      impact: v.impact,
      where: v.nodes.slice(0, 4).map((n) => `${n.target.join(" ")}: ${n.failureSummary.split("\n").slice(1, 2).join("").trim()}`),
    }));
  });
  const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(grave, [], `in ${what}`);
}

/// Each view: what leads there. On a narrow page the dock's buttons open the sheets.
const tab = (name) => async (page, narrow) => {
  if (narrow) {
    const texts = () => page.$$eval(".dock button", (all) => all.map((b) => b.textContent));
    await until("the dock", async () => (await texts()).includes(name));
    await page.evaluate((name) => [...document.querySelectorAll(".dock button")].find((b) => b.textContent === name).click(), name);
  } else {
    await click(page, `#tab-${name}`);
  }
};
const VIEWS = [
  ["the first sight", async () => {}],
  ["the run", tab("Run")],
  ["the nodes", tab("Nodes")],
  ["the rules", tab("Rules")],
  ["the contracts", tab("Contracts")],
  ["a definition", async (page) => {
    await page.focus("#verdict .term");
    await page.waitForSelector(".definition");
  }],
  ["the help", async (page) => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
  }, "dialog"],
  ["the link", async (page) => {
    await click(page, "#share");
    await until("a link", () => page.$eval("#link", (l) => l.value.includes("#v")));
  }, "dialog"],
  ["the scenarios", async (page) => click(page, "#all-scenarios"), "dialog"],
  ["a step of the path", async (page, narrow) => {
    await (narrow ? tab("Learn")(page, narrow) : click(page, "#learn"));
    await page.waitForSelector("#lesson");
    await click(page, "[data-choice='0']");
    await textOf(page, "#lesson-hint");
  }],
  ["a fork", async (page) => {
    await page.select("#scenario", "fork");
    await textOf(page, "#verdict", (t) => /violated/.test(t), 60_000);
  }],
  ["the block tree", async (page) => {
    await page.keyboard.press("Escape");
    await click(page, "#show-tree");
    await page.waitForSelector("#tree .forked");
  }],
  ["a race, its lanes being changed", async (page) => {
    await page.keyboard.press("r");
    await click(page, "#race-start");
    await until("figures", () => page.$$eval("#race-table tr[data-digest]", (all) => all.length >= 2));
    await click(page, "#race-change");
    await page.waitForSelector("#race-lane-1");
  }],
];

for (const theme of ["light", "dark"]) {
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    browserTest(`axe finds nothing serious at ${width}, ${theme}`, { width, height, timeout: 240_000 }, async ({ page, open }) => {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      await open(page);
      await blocks(page, 2);
      await click(page, "#play");
      await paused(page);
      for (const [what, lead, kind] of VIEWS) {
        await lead(page, width < 800);
        await examine(page, what);
        if (kind === "dialog") {
          await page.keyboard.press("Escape");
          await until("no dialog", async () => !(await page.$("dialog[open]")));
        }
      }
    });
  }
}

browserTest("axe finds nothing serious embedded", { width: 640, height: 420 }, async ({ page, open }) => {
  await open(page, "?embed");
  await blocks(page, 1);
  await examine(page, "the embedded page");
});

browserTest("dialogs give the focus back, sheets close with Escape", { width: 390, height: 844 }, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  for (const [opener, dialog] of [["#share", "dialog[open]"], ["#all-scenarios", "dialog.scenarios[open]"]]) {
    await page.focus(opener);
    await page.keyboard.press("Enter");
    await page.waitForSelector(dialog);
    await page.keyboard.press("Escape");
    await until("the focus back", async () => `#${await focused()}` === opener);
  }
  const dock = await page.$(".dock button:nth-child(2)");
  await dock.focus();
  await page.keyboard.press("Enter");
  await until("the sheet", () => page.$(".sheet-controls"));
  await page.keyboard.press("Escape");
  await until("no sheet", async () => !(await page.$(".sheet-controls")));
  await until("the focus back", async () => (await focused()) === "Controls");
});

browserTest("tabs by arrow keys, and no chatter while time flows", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await page.focus("#tab-Run");
  await page.keyboard.press("ArrowRight");
  await until("the next tab", () => page.$("#tab-Nodes[aria-selected=true]"));
  await page.keyboard.press("Home");
  await until("the first tab", () => page.$("#tab-Run[aria-selected=true]"));
  // What a screen reader is told while the chain runs: nothing, until a verdict turns.
  const told = () =>
    page.$$eval("[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]", (all) =>
      all.map((e) => e.textContent.trim()).filter(Boolean));
  const before = await told();
  await blocks(page, 4);
  assert.deepEqual(await told(), before);
  await page.select("#scenario", "fork");
  await textOf(page, "#announcer", (t) => /Agreement is violated/.test(t), 60_000);
});
