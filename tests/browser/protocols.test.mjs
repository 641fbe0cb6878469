import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";

const label = (page) => page.evaluate(() => {
  const groups = [...document.querySelectorAll("#protocol optgroup")];
  return groups.map((group) => [group.label, [...group.querySelectorAll("option")].map((option) => option.value)]);
});

/** What changing the protocol must leave as it is. */
const kept = (page) => page.evaluate(() => ({
  seed: document.querySelector("#seed").value,
  // Fields and not positions: where a slider stands for four validators depends on how many a protocol may have.
  fields: [...document.querySelectorAll("input[type=range]:not(#scrub)")].map((slider) => [slider.id, document.querySelector(`#${slider.id}-number`)?.value]),
}));

browserTest("protocols stand in families, each with what it is good at", {}, async ({ page, open, screenshot }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height \d/.test(text));
  const families = await label(page);
  const byName = Object.fromEntries(families);
  assert.ok(byName.Simplex.includes("minimmit") && byName.HotStuff.includes("jolteon"), JSON.stringify(families));
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details.protocol, details.which")) details.open = true;
  });
  const told = await page.$$eval("details.which dd", (all) => all.map((one) => one.textContent));
  assert.equal(told.length, families.flatMap(([, members]) => members).length);
  assert.ok(told.every((line) => line.length > 20 && line.endsWith(".")), told.join("\n"));
  await screenshot(page, "protocols");
});

browserTest("choosing a protocol starts the run under it and keeps everything else", {}, async ({ page, open }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height \d/.test(text));
  const before = await kept(page);
  await page.evaluate(() => { document.querySelector("details.protocol").open = true; });
  for (const [family, members] of await label(page)) {
    for (const protocol of members) {
      await page.select("#protocol", protocol);
      await page.waitForFunction((name) => document.querySelector("#protocol").value === name, {}, protocol);
      await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
      assert.deepEqual(await kept(page), before, `${family}: ${protocol}`);
    }
  }
});
