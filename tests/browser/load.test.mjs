import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";

browserTest("the page loads from a sub-path", { firefox: true }, async ({ page, open, screenshot }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /holds.*height [2-9]/.test(text));
  assert.equal(await page.title(), "ConsensusForge");
  await screenshot(page, "load");
});

browserTest("the page's policy refuses inline scripts", { firefox: true }, async ({ page, open, problems }) => {
  await open(page);
  const ran = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "globalThis.inlineRan = true";
    document.body.append(script);
    await new Promise((later) => setTimeout(later, 200));
    return globalThis.inlineRan === true;
  });
  assert.equal(ran, false);
  // The one complaint that belongs to this test.
  assert.match(problems.join(), /Content[ -]Security[ -]Policy/);
  problems.splice(problems.findIndex((text) => /Content[ -]Security[ -]Policy/.test(text)), 1);
});
