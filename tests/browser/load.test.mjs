import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { browserTest, textOf } from "./harness.mjs";
import { serve } from "./server.mjs";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

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

browserTest("while the page loads it says how much of the simulator has come", {}, async ({ page, open, screenshot }) => {
  const session = await page.createCDPSession();
  const limit = (bytesPerSecond) =>
    session.send("Network.emulateNetworkConditions", { offline: false, latency: 20, downloadThroughput: bytesPerSecond, uploadThroughput: -1 });
  await limit(1_000_000);
  const opening = open(page);
  const figures = () => page.evaluate(() => {
    const bar = document.querySelector("#boot-progress progress");
    return bar && { value: bar.value, max: bar.max, text: document.querySelector("#boot-progress").textContent };
  }).catch(() => null);
  let seen;
  while (!(seen = await figures()) || seen.value === 0) await new Promise((later) => setTimeout(later, 20));
  await screenshot(page, "loading");
  assert.ok(seen.value < seen.max, JSON.stringify(seen));
  assert.match(seen.text, /^\d+[.]\d of \d+[.]\d MB$/);
  await textOf(page, "#boot-says", (text) => /Loading the simulator/.test(text));
  let last = seen;
  while (last.value === seen.value) last = (await figures()) ?? { value: Infinity };
  assert.ok(last.value > seen.value, "the bar moves on");
  await limit(-1);
  await opening;
  await textOf(page, "#verdict", (text) => /height \d/.test(text));
  assert.equal(await page.$("#boot"), null);
});

// The host itself refuses. Interception in the browser would not do: whether it reaches what workers and
// preloads fetch differs between versions of Chromium.
for (const [what, refusal, sentence] of [
  ["cannot be fetched", "cut", /_bg[.]wasm could not be fetched [(].+[)]/],
  ["is missing", 404, /_bg[.]wasm could not be fetched: the host answered 404/],
]) {
  browserTest(`where the simulator ${what}, a sentence says so and the page can be tried again`, { timeout: 240_000 }, async ({ t, page, problems }) => {
    let refuse = true;
    const host = await serve(dist, "/lab/bft/", (path) => (refuse && /app[^/]*_bg[.]wasm$/.test(path) ? refusal : undefined));
    t.after(host.stop);
    await page.goto(host.url, { waitUntil: "load" });
    const told = await textOf(page, "#boot-says", (text) => /could not start/.test(text), 60_000);
    assert.match(told, sentence);
    await page.waitForSelector("#boot-progress button");
    refuse = false;
    // The page may be gone before it has answered that the button was pressed.
    const loaded = page.waitForNavigation({ waitUntil: "load", timeout: 60_000 });
    await page.$eval("#boot-progress button", (button) => button.click()).catch(() => {});
    await loaded;
    await textOf(page, "#verdict", (text) => /height \d/.test(text), 90_000);
    // The browser's own complaints about what the host refused.
    const unexpected = problems.splice(0).filter((text) => !/Failed to load resource|_bg[.]wasm/.test(text));
    assert.deepEqual(unexpected, []);
  });
}
