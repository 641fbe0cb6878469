// Time: steps both ways, jumps, exact seeking, and futures that part where one acts in the past.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { set, until } from "./hands.mjs";

const later = (ms) => new Promise((done) => setTimeout(done, ms));

const press = async (page, key) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(key);
};
const clock = (page) => page.$eval("#clock", (e) => Number.parseFloat(e.textContent));
const digest = (page) => page.evaluate(() => /run digest\s+([0-9a-f]{8})/i.exec(document.body.innerText)?.[1]);

/// Clock and digest once they have not changed for a while.
async function place(page) {
  let before = "";
  for (;;) {
    await later(350);
    const now = `${await clock(page)} ${await digest(page)}`;
    if (now === before) return now;
    before = now;
  }
}

async function seek(page, us) {
  await set(page, "scrub", us);
  await until(`${us} µs`, async () => Math.abs((await clock(page)) * 1e6 - us) < 1_000);
}

/// A run that has been to `seconds` and stands there.
async function reached(page, open, seconds) {
  await open(page);
  await textOf(page, "#verdict", (t) => /height/.test(t));
  await set(page, "speed", 60);
  await until(`${seconds} s`, async () => (await clock(page)) >= seconds);
  await page.click("#play");
  await page.waitForSelector('#play[aria-label="Play"]');
  return place(page);
}

for (const unit of ["event", "message", "step", "height"]) {
  browserTest(`a ${unit} back undoes a ${unit} on`, {}, async ({ page, open }) => {
    await reached(page, open, 2);
    await page.select("#unit", unit);
    await page.click("#step");
    const places = [];
    for (let k = 0; k < 3; k++) {
      places.push(await place(page));
      await page.click("#step");
    }
    assert.notEqual(await place(page), places[2]);
    for (const before of places.reverse()) {
      await page.click("#step-back");
      assert.equal(await place(page), before);
    }
  });
}

browserTest("jumps go from commit to commit, also ahead of now, and to what was done", {}, async ({ page, open }) => {
  await reached(page, open, 2);
  await set(page, "loss-number", 5);
  await until("the command's mark", () => page.$eval(".scrub .acts", (e) => e.getAttribute("d") !== ""));
  const acted = await clock(page);
  await page.click("#play");
  await until("more", async () => (await clock(page)) > acted + 1.5);
  await page.click("#play");
  const there = await place(page);
  await press(page, "k");
  await until("an earlier instant", async () => (await place(page)) !== there);
  const commit = await clock(page);
  assert.ok(commit < Number.parseFloat(there));
  await press(page, "k");
  await until("the one before", async () => (await clock(page)) < commit);
  await place(page);
  await press(page, "j");
  await until("and on again", async () => (await clock(page)) === commit);
  await page.select("#jump-kind", "command");
  await page.click("#jump-back");
  await until("the command", async () => Math.abs((await clock(page)) - acted) < 0.002);
  await page.select("#jump-kind", "violation");
  await page.click("#jump-on");
  assert.match(await textOf(page, "[data-notice]"), /no violation after this instant/);
});

browserTest("seeking is exact from anywhere", {}, async ({ page, open }) => {
  await reached(page, open, 3);
  await seek(page, 1_234_567);
  const there = await place(page);
  for (const other of [0, 2_900_000, 1_234_568, 40_000]) {
    await seek(page, other);
    await seek(page, 1_234_567);
    assert.equal(await place(page), there, `from ${other}`);
  }
});

browserTest("acting in the past leaves the old future one click away", {}, async ({ page, open, screenshot }) => {
  const old = await reached(page, open, 3);
  await seek(page, 1_000_000);
  const past = await place(page);
  await set(page, "loss-number", 30);
  await textOf(page, "#future-shown", (t) => /^loss 30 % at 1\.0/.test(t));
  assert.match(await textOf(page, ".future"), /first run until 3\./);
  await page.click("#play");
  await until("3.5 s", async () => (await clock(page)) > 3.5);
  await page.click("#play");
  const fork = await place(page);
  assert.notEqual(fork.split(" ")[1], old.split(" ")[1]);
  await screenshot(page, "futures");
  // Over to the old one and back: both stand where they were left.
  await page.click(".future");
  await textOf(page, "#future-shown", (t) => t === "first run");
  assert.equal(await place(page), past);
  await seek(page, Math.round(Number.parseFloat(old) * 1e6));
  assert.equal((await place(page)).split(" ")[1].length, 8);
  await page.click(".future");
  await textOf(page, "#future-shown", (t) => t.startsWith("loss 30 %"));
  assert.equal(await place(page), fork);
  // Undo and redo go the same way.
  await press(page, "Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
  await textOf(page, "#future-shown", (t) => t === "first run");
  assert.equal(await place(page), past);
  await page.keyboard.down("Control");
  await page.keyboard.press("y");
  await page.keyboard.up("Control");
  await textOf(page, "#future-shown", (t) => t.startsWith("loss 30 %"));
  assert.equal(await place(page), fork);
});

for (const [width, height] of [[390, 844], [1024, 768]]) {
  browserTest(`the transport fits at ${width}`, { width, height }, async ({ page, open }) => {
    await open(page);
    await textOf(page, "#verdict", (t) => /height/.test(t));
    const scrub = await page.$eval("#scrub", (e) => e.getBoundingClientRect().width);
    assert.ok(scrub > width / 3, `the scrub bar has ${scrub} px`);
    for (const id of ["play", "step-back", "step", "jump-back", "jump-on", "speed", "futures-toggle"]) {
      const box = await page.$eval(`#${id}`, (e) => e.getBoundingClientRect().toJSON());
      assert.ok(box.left >= 0 && box.right <= width, `#${id} lies at ${box.left} to ${box.right}`);
    }
  });
}

browserTest("two seeds side by side: in step, the first difference lit, figures in two columns", { width: 1400, height: 900 }, async ({ page, open, screenshot }) => {
  await reached(page, open, 1);
  await page.click("#futures-toggle");
  await (await page.waitForSelector("#compare-seeds")).click();
  await page.waitForSelector("#beside canvas");
  const said = await textOf(page, "#difference", (t) => /^First difference/.test(t));
  assert.match(said, /First difference at \d\.\d+ s\. (In this run: .+ In the other: .+|In this run .+ What differs: .+)\./);
  await until("figures", async () => (await page.$$("#compared tbody tr")).length >= 10);
  const cells = () => page.$$eval("#compared tbody tr", (rows) => rows.map((r) => [...r.children].map((c) => c.textContent)));
  const digests = (await cells()).find((r) => r[0] === "digest");
  assert.notEqual(digests[1], digests[2]);
  // Both go on together.
  await page.click("#play");
  await until("3 s", async () => (await clock(page)) >= 3);
  await page.click("#play");
  await place(page);
  const heights = (await cells()).find((r) => r[0] === "height").slice(1).map(Number);
  assert.ok(Math.abs(heights[0] - heights[1]) <= 2 && heights[1] > 3, `heights ${heights}`);
  await page.click("#to-difference");
  await until("the instant of the difference", async () => said.includes((await clock(page)).toFixed(3)));
  await screenshot(page, "beside-seeds");
  await page.click("#compare-no-more");
  await until("one chart", async () => !(await page.$("#beside")));
});

browserTest("two branches side by side part where one acted", { width: 390, height: 844 }, async ({ page, open, screenshot }) => {
  await reached(page, open, 2);
  await seek(page, 1_000_000);
  await set(page, "loss-number", 40);
  await textOf(page, "#future-shown", (t) => /^loss 40 %/.test(t));
  await page.click(".compare");
  await page.waitForSelector("#beside canvas");
  await page.click("#play");
  const said = await textOf(page, "#difference", (t) => /^First difference/.test(t));
  const at = Number.parseFloat(/at ([\d.]+) s/.exec(said)[1]);
  assert.ok(at >= 1 && at < 2, said);
  await page.click("#play");
  const boxes = await page.$$eval(".charts > .chart", (all) => all.map((e) => e.getBoundingClientRect().toJSON()));
  assert.equal(boxes.length, 2);
  assert.ok(boxes[1].top >= boxes[0].bottom - 2 && boxes[1].height > 80, "one under the other");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px`);
  await screenshot(page, "beside-390");
});
