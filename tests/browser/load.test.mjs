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

const LACKS = [
  ["WebAssembly", () => { delete globalThis.WebAssembly; }, /lacks WebAssembly/],
  ["workers", () => { delete globalThis.Worker; }, /lacks background workers/],
  ["canvas", () => { HTMLCanvasElement.prototype.getContext = () => null; }, /lacks a canvas/],
  ["current WebAssembly", () => { WebAssembly.validate = () => false; }, /lacks current WebAssembly/],
];
for (const [what, without, sentence] of LACKS) {
  browserTest(`a browser without ${what} gets a sentence`, {}, async ({ page, open }) => {
    await page.evaluateOnNewDocument(without);
    await open(page);
    await textOf(page, "#boot-says", (text) => sentence.test(text));
  });
}

browserTest("a part that cannot be fetched gets a sentence", {}, async ({ page, open, problems }) => {
  await page.setRequestInterception(true);
  page.on("request", (request) => (/app-.*\.wasm/.test(request.url()) ? request.abort() : request.continue()));
  await open(page);
  await textOf(page, "#boot-says", (text) => /could not start/.test(text));
  problems.length = 0;
});
