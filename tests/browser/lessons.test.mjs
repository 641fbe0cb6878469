// The guided path as a reader walks it, and the words of the trade.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { blocks, click, height, set, until } from "./hands.mjs";

const hint = (page, accept, timeout = 60_000) => textOf(page, "#lesson-hint", accept, timeout);
const reveal = (page) => textOf(page, "#lesson-reveal", (text) => text.length > 80, 90_000);
const atStep = (page, id) => until(`step ${id}`, () => page.$(`#lesson[data-step=${id}]`));
const predict = (page, choice) => click(page, `[data-choice="${choice}"]`);
const next = (page) => click(page, "#lesson-next");
const kept = (page) => page.evaluate(() => localStorage.getItem("consensusforge-path"));

async function take(page, open) {
  await open(page);
  await blocks(page, 1);
  await click(page, "#take-path");
  await atStep(page, "commit");
}

browserTest("the guided path, walked by hand", { firefox: true, timeout: 400_000 }, async ({ page, open, screenshot }) => {
  await take(page, open);

  // 1. It stands still until the reader plays, and tells nothing before the prediction.
  await predict(page, 1);
  await hint(page, (t) => /Press play/.test(t));
  // The answer's button is gone: what comes next has the focus.
  await until("the focus at the task", () => page.evaluate(() => document.activeElement.classList.contains("task")));
  assert.match(await page.$eval("#lesson-protocol", (e) => e.textContent), /This step runs Tendermint/);
  assert.equal(await page.$("#lesson-reveal"), null);
  await page.click("#play");
  await hint(page, (t) => t.includes("votes"));
  await set(page, "speed", 60);
  let said = await reveal(page);
  assert.match(said, /Your prediction was right/);
  assert.match(said, /267 of 400/);
  const committed = /block ([0-9a-f]{8})/.exec(said)[1];
  assert.match(said, /height 1, decided in round 0/);
  assert.match(committed, /^[0-9a-f]{8}$/);
  assert.equal((await kept(page))[0], "b");
  await screenshot(page, "lesson-1");
  await next(page);

  // 2. A wrong prediction is told so; the baseline is measured first.
  await atStep(page, "latency");
  await predict(page, 0);
  await hint(page, (t) => /Drag the latency to 200 ms/.test(t));
  await set(page, "latency-number", 200);
  said = await reveal(page);
  assert.match(said, /Not quite. The answer is about/);
  const [, before, after] = /every (\d+) ms; now one comes every (\d+) ms/.exec(said).map(Number);
  assert.ok(after > 3 * before, said);
  await next(page);

  // 3.
  await atStep(page, "silence");
  await predict(page, 2);
  await hint(page, (t) => /Silence one/.test(t));
  await blocks(page, 3);
  await set(page, "byzantine-number", 1);
  said = await reveal(page);
  const who = /It was (v\d)'s turn/.exec(said)[1];
  await click(page, "#tab-Nodes");
  // The table marks the same one.
  await textOf(page, ".nodes tbody", (text) => text.includes(`${who} ◆`));
  await next(page);

  // 4. Two parts: it must stop, and go on again.
  await atStep(page, "quorum");
  await predict(page, 2);
  await set(page, "crashed-number", 2);
  await hint(page, (t) => /stuck at height/.test(t), 90_000);
  await textOf(page, "#verdict", (t) => /stalled/.test(t));
  await set(page, "crashed-number", 1);
  said = await reveal(page);
  assert.match(said, /401 of 600/);
  await next(page);

  // 5. One liar does not do it.
  await atStep(page, "broken");
  await predict(page, 1);
  await set(page, "byzantine-number", 1);
  await hint(page, (t) => /still agree/.test(t));
  const high = await height(page);
  await blocks(page, high + 2, 60_000);
  assert.equal(await page.$("#lesson-reveal"), null);
  await set(page, "byzantine-number", 2);
  said = await reveal(page);
  await textOf(page, "#verdict", (t) => /agreement violated/.test(t));
  assert.match(said, /50 % of the stake/);
  await next(page);

  // 6. A wrong name is given back; the right ones convict.
  await atStep(page, "guilt");
  await predict(page, 2);
  await hint(page, (t) => /Who signed both/.test(t), 90_000);
  // Nothing on the page marks them before they are found.
  await click(page, "#tab-Nodes");
  await page.waitForSelector(".nodes tbody tr");
  assert.doesNotMatch(await page.$eval(".nodes tbody", (e) => e.textContent), /◆/);
  const name = (v) =>
    page.$$eval(".names button", (all, v) => all.find((b) => b.textContent === v).click(), v);
  await name("v1");
  await hint(page, (t) => /There is no evidence against v1/.test(t));
  await name("v1");
  await click(page, "#tab-Run");
  const verdict = await textOf(page, "[data-monitor=agreement] p");
  const guilty = /Signed both blocks: ([^;]*?), [\d.]+ % of/.exec(verdict)[1].match(/v\d/g);
  for (const v of guilty) await name(v);
  said = await reveal(page);
  assert.match(said, /300 of 700/);
  for (const v of guilty) assert.ok(said.includes(v));
  await screenshot(page, "lesson-6");
  assert.equal(await kept(page), "baccbc");
  await next(page);
  await page.waitForSelector("dialog.scenarios[open]");
});

browserTest("progress is kept, and a run opened meanwhile does not count", {}, async ({ page, open }) => {
  await take(page, open);
  await predict(page, 1);
  await page.select("#scenario", "fork");
  await textOf(page, "#lesson", (t) => /Another run is open/.test(t));
  await textOf(page, "#verdict", (text) => /violated/.test(text), 60_000);
  assert.equal(await page.$("#lesson-reveal"), null);
  await page.evaluate(() => localStorage.setItem("consensusforge-path", "bac---"));
  await open(page);
  await blocks(page, 1);
  // The welcome is for first visits.
  assert.equal(await page.$("#welcome"), null);
  await click(page, "#learn");
  await atStep(page, "quorum");
});

browserTest("storage that is forbidden or full breaks nothing", {}, async ({ page, newPage, open }) => {
  await page.evaluateOnNewDocument(() => {
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
  });
  await take(page, open);
  await predict(page, 1);
  await page.click("#play");
  await reveal(page);
  const full = await newPage();
  await full.evaluateOnNewDocument(() => {
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  });
  await take(full, open);
  await predict(full, 1);
  await full.click("#play");
  await reveal(full);
  await click(full, ".top-acts button[aria-label^=Theme]");
  await until("another theme", () => full.evaluate(() => document.documentElement.dataset.theme === "light"));
});

browserTest("terms say what they mean on focus, under a pointer and when tapped", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  const definition = (accept) => textOf(page, ".definition", accept);
  await page.focus("#look .term[data-term=proposal]");
  await definition((t) => /proposer's message/.test(t));
  await page.keyboard.press("Escape");
  await until("no definition", async () => !(await page.$(".definition")));
  await page.hover("#look .term[data-term=height]");
  await definition((t) => /A place in the chain/.test(t));
  await page.mouse.move(640, 500);
  await until("no definition", async () => !(await page.$(".definition")));
  await page.tap("#verdict .term[data-term=round]");
  await definition((t) => /One attempt to decide/.test(t));
  // What a screen reader reads beside the term is the same.
  const described = await page.$eval("#verdict .term[data-term=round]", (e) =>
    document.getElementById(e.getAttribute("aria-describedby")).textContent);
  assert.match(described, /One attempt to decide/);
});

browserTest("scenarios stand in groups, each with a line on what to look at", {}, async ({ page, open }) => {
  await open(page);
  await blocks(page, 1);
  await click(page, "#all-scenarios");
  await page.waitForSelector("dialog.scenarios[open]");
  const listed = await page.$$eval("dialog.scenarios section", (all) =>
    all.map((s) => [s.querySelector("h3").textContent, [...s.querySelectorAll("li")].map((l) => l.querySelector("span").textContent)]));
  assert.ok(listed.length >= 4 && listed.flatMap(([, l]) => l).length >= 12);
  assert.ok(listed.flatMap(([, l]) => l).every((look) => look.length > 30));
  await click(page, "[data-scenario=partition]");
  await textOf(page, "#look", (t) => /From 5 s to 15 s/.test(t));
  await until("the list closed", async () => !(await page.$("dialog[open]")));
});

browserTest("on a narrow page the path is a sheet, and its steps can be done", { width: 390, height: 844 }, async ({ page, open, screenshot }) => {
  await take(page, open);
  await predict(page, 0);
  await hint(page, (t) => /Press play/.test(t));
  await screenshot(page, "lesson-390");
  // Above the sheet, in reach of a finger.
  await page.click("#play");
  await reveal(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px`);
});
