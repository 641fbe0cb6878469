// The page under a person's hands, where they do what was not expected, too.
import assert from "node:assert/strict";
import { readFile, writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, drop, fastest, height, paused, set, until } from "./hands.mjs";

const root = new URL("../../", import.meta.url);
const golden = JSON.parse(await readFile(new URL("tests/golden/runs.json", root), "utf8"));
const digits = (text) => Number(text.replaceAll(/[^\d.]/g, ""));

browserTest("each slider changes what it should", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 2);
  await fastest(page);
  await set(page, "latency-number", "300");
  await textOf(page, "#m-latency", (text) => /^[789]\d\d ms|^\d+(\.\d+)? s/.test(text));
  await set(page, "loss-number", "30");
  await textOf(page, "#m-lost", (text) => digits(text) > 20);
  await set(page, "rate-number", "200");
  await textOf(page, "#m-tps", (text) => digits(text) > 20);
  await set(page, "byzantine-number", "1");
  await textOf(page, "#adversary-says", (text) => /25 % of the stake/.test(text));
  await set(page, "validators-number", "7");
  await click(page, "#tab-Nodes");
  await until("seven rows", () => page.$$eval(".nodes tbody tr", (all) => all.length === 7));
});

browserTest("above a third of the stake the coalition forks the chain", {}, async ({ page, open, screenshot }) => {
  await open(page);
  await blocks(page, 2);
  await page.select("#scenario", "fork");
  await textOf(page, "#verdict", (text) => /agreement violated/.test(text));
  await textOf(page, "[data-monitor=agreement] p", (text) => /At height/.test(text));
  await screenshot(page, "fork");
});

browserTest("scrubbing back and on again comes to the same digest", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 3);
  await page.keyboard.press("Space");
  await paused(page);
  // Where it stopped; the figures shown may still be a frame behind the clock.
  const end = await page.$eval("#scrub", (scrub) => scrub.max);
  const digestAt = async (us) => {
    await set(page, "scrub", us);
    await textOf(page, "#clock", (text) => text === `${(us / 1e6).toFixed(3)} s`);
    let last;
    return until("a digest that stays", async () => {
      const now = await page.$eval("#m-digest", (m) => m.textContent);
      await new Promise((later) => setTimeout(later, 300));
      const same = now === last && now;
      last = now;
      return same;
    });
  };
  const late = await digestAt(Number(end));
  const early = await digestAt(200_000);
  assert.notEqual(early, late);
  assert.equal(await digestAt(Number(end)), late);
  assert.equal(await digestAt(200_000), early);
});

browserTest("a module's error is told at its line, a file that is none is refused", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#tab-Contracts");
  await page.waitForSelector("#wat");
  await page.evaluate(() => document.querySelector("details.editing").setAttribute("open", ""));
  await set(page, "wat", "(module\n  (func (export \"run\")\n    i32.cons 1 drop))");
  await click(page, "#compile");
  await textOf(page, "#compile-error", (text) => /line 3/.test(text));
  await drop(page, "nonsense.wasm", "not a module");
  await textOf(page, "#refusal");
  await textOf(page, "#verdict", (text) => /holds/.test(text));
});

browserTest("what is no contract is refused with a sentence", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#tab-Contracts");
  const folder = await mkdtemp(join(tmpdir(), "consensusforge-"));
  const cases = [
    ["empty.wasm", Buffer.alloc(0), /empty/i],
    ["page.wasm", Buffer.from("<!doctype html><p>hello"), /web page/],
    ["noise.wasm", Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 9, 9, 9]), /./],
    ["huge.wasm", Buffer.alloc(3_000_000, 1), /bytes|large|big/i],
  ];
  for (const [name, bytes, sentence] of cases) {
    const file = join(folder, name);
    await writeFile(file, bytes);
    await (await page.waitForSelector("#upload")).uploadFile(file);
    await textOf(page, "#refusal", (text) => sentence.test(text));
  }
  // And the page goes on.
  await blocks(page, (await height(page)) + 1);
});

browserTest("damaged links say so, and the page goes on", {}, async ({ page, open }) => {
  const good = golden[0].link;
  const bad = ["v1.!!!!", "v1.AAAAthis-is-no-link", good.slice(0, good.length / 2), good.replace(/.$/, "A").replace("v1.", "v1.A"), "v7.abcd", "nonsense"];
  for (const fragment of bad) {
    await open(page, `#${fragment}`);
    const said = await textOf(page, ".banner.bad[data-notice]", (t) => t.length > 10);
    assert.ok(/[a-z]/.test(said) && !/undefined|null|panicked/.test(said), said);
    await blocks(page, 1);
  }
});

browserTest("impossible parameters are refused and nothing is lost", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 2);
  await set(page, "validators-number", "1000000000");
  await textOf(page, ".control:has(#validators-number) .complaint", (text) => /512/.test(text));
  await until("four again", () => page.$eval("#validators-number", (field) => field.value === "4"));
});

browserTest("a number that a control cannot take is refused at its field", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  for (const typed of ["-5", "abc"]) {
    await set(page, "crashed-number", typed);
    await textOf(page, ".control:has(#crashed-number) .complaint", (text) => /at least 0/.test(text));
    await until("the value in force", () => page.$eval("#crashed-number", (field) => field.value === "0"));
    await set(page, "crashed-number", "1");
    await textOf(page, ".control:has(#crashed-number) .complaint", (text) => text === "");
    await set(page, "crashed-number", "0");
  }
});

browserTest("after a panic the text is kept and the scenario can be restarted", {}, async ({ page, open, problems }) => {
  await open(page);
  await blocks(page, 2);
  await set(page, "loss-number", "10");
  // Once it stands on the scrub bar, it stands in the scenario.
  await until("the act on the bar", () => page.$eval("path.acts", (path) => path.getAttribute("d")));
  // Not the one that paints: what dies there is painted on the page from then on, without a word.
  const worker = await until("the worker", () => page.workers().find((w) => w.url().endsWith("/worker.js")));
  // What the page hears of a worker that dies.
  await worker.evaluate(() => setTimeout(() => { throw new Error("panicked at the test's wish"); }));
  await textOf(page, "#broken-down", (text) => /test's wish/.test(text));
  await click(page, "#broken-down button");
  await until("no banner", async () => !(await page.$("#broken-down")));
  await blocks(page, 2);
  await until("the loss kept", () => page.$eval("#loss-number", (field) => field.value === "10"));
  // The one complaint that belongs to this test.
  problems.splice(problems.findIndex((text) => text.includes("the test's wish")), 1);
});

browserTest("what the machine cannot keep up with is said calmly", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await set(page, "validators-number", "128");
  await until("128 of them", () => page.$eval("#validators-number", (field) => field.value === "128"));
  // A hundred times real time with 128 validators is five million messages a second: no machine does that.
  await set(page, "speed", "100");
  await textOf(page, "#overloaded", (text) => /instead of 9\d×|instead of 100×/.test(text), 60_000);
  // And a hundredth of real time every machine does.
  await set(page, "speed", "20");
  await until("no word of it", async () => !(await page.$("#overloaded")), 60_000);
});

for (const [width, tall] of [[390, 844], [1024, 768], [1920, 1080]]) {
  browserTest(`nothing overflows at ${width}`, { width, height: tall }, async ({ page, open, screenshot }) => {
    await open(page);
    await blocks(page, 1);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px at ${width}`);
    await screenshot(page, `width-${width}`);
  });
}

browserTest("the page itself never scrolls: what comes into view does so in its panel", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#tab-Contracts");
  await click(page, "[data-module=cw20-base] summary");
  await click(page, "details.editing summary");
  await page.waitForSelector("details.editing[open]");
  const far = await page.evaluate(() => {
    document.querySelector("details.people").scrollIntoView();
    return [document.scrollingElement.scrollTop, document.body.scrollTop, document.scrollingElement.scrollHeight - innerHeight];
  });
  assert.deepEqual(far, [0, 0, 0]);
});

browserTest("at 400 % zoom the page scrolls to everything and nothing is cut off", { width: 320, height: 200 }, async ({ page, open, screenshot }) => {
  await open(page);
  await blocks(page, 1);
  const { tall, wide } = await page.evaluate(() => ({ tall: document.documentElement.scrollHeight, wide: document.documentElement.scrollWidth }));
  assert.ok(tall > 500 && wide <= 320, `${wide} x ${tall}`);
  for (const selector of ["#all-scenarios", "#play", "#scrub", "#caption"]) {
    const box = await page.$eval(selector, (e) => {
      e.scrollIntoView({ block: "center" });
      return e.getBoundingClientRect().toJSON();
    });
    assert.ok(box.width > 20 && box.height > 5 && box.top >= 0 && box.bottom <= 200 && box.right <= 320, `${selector}: ${JSON.stringify(box)}`);
  }
  const chart = await page.$eval("#chart canvas", (c) => c.getBoundingClientRect().height);
  assert.ok(chart > 100, `the chart is ${chart} px high`);
  await screenshot(page, "zoom-400");
});
