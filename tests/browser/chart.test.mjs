// The chart as a tool for thinking: what it shows, what one can ask it, and hands on the network. What is
// on the canvas is read from the SVG export, which a second painter makes of the same shapes.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click, give, set } from "./hands.mjs";

/// Every message takes 100 ms. At 250 ms: 3 proposals and 12 prevotes have arrived, 12 precommits fly.
const SCENARIO = {
  network: { latency: { constant: { us: 100_000 } } },
  workload: { tx_per_second: 0, accounts: 2 },
  protocol: { proposer: "rotation" },
};
const [PROPOSALS, PREVOTES, PRECOMMITS] = [3, 12, 12];

/// The page, paused at 250 ms of the scenario above.
async function start(page, open, scenario = SCENARIO) {
  await open(page);
  await textOf(page, "#verdict", (text) => /height \d/.test(text));
  await give(page, scenario);
  await page.waitForFunction(() => document.querySelector("#latency-number").value === "100", { timeout: 8_000 });
  await page.$eval("#play", (play) => play.getAttribute("aria-label") === "Play" && play.click());
  await textOf(page, "#clock", (text) => parseFloat(text) > 0.3);
  await seek(page, 250_000);
}

async function seek(page, us) {
  await set(page, "scrub", us);
  await textOf(page, "#clock", (text) => text === `${(us / 1e6).toFixed(3)} s`);
  await new Promise((later) => setTimeout(later, 300));
}

/// The chart as its SVG export has it: texts, and lines by what they are.
async function picture(page) {
  if (!(await page.$("#choices"))) await click(page, "#chart-choices");
  const parsed = await page.evaluate(async () => {
    const make = URL.createObjectURL;
    let blob;
    URL.createObjectURL = (b) => ((blob = b), make.call(URL, b));
    document.querySelector("#save-svg").click();
    URL.createObjectURL = make;
    const text = await blob.text();
    const document_ = new DOMParser().parseFromString(text, "image/svg+xml");
    const broken = document_.querySelector("parsererror");
    const lines = [...document_.querySelectorAll("path[stroke]")].map((p) => ({
      width: p.getAttribute("stroke-width"),
      dash: p.getAttribute("stroke-dasharray"),
      count: p.getAttribute("d").split("M").length - 1,
      d: p.getAttribute("d"),
    }));
    return {
      type: blob.type,
      broken: broken?.textContent,
      root: document_.documentElement.tagName,
      texts: [...document_.querySelectorAll("text")].map((t) => t.textContent),
      lines,
    };
  });
  assert.equal(parsed.broken, undefined);
  assert.deepEqual([parsed.root, parsed.type], ["svg", "image/svg+xml"]);
  const of = (...widths) => parsed.lines.filter((l) => widths.includes(l.width)).reduce((n, l) => n + l.count, 0);
  return {
    ...parsed,
    messages: of("1.25", "1.9"),
    through: parsed.lines.filter((l) => l.width === "1.2" && l.dash === "12 4").reduce((n, l) => n + l.count, 0),
  };
}

const times = (p) => p.texts.filter((t) => /^\d+(\.\d+)? s$/.test(t));

async function box(page) {
  return page.$eval("#chart canvas", (canvas) => {
    const { x, y, width, height } = canvas.getBoundingClientRect();
    return { x, y, width, height };
  });
}

browserTest("every message of the run is on the chart, and what is left out by a filter is not", {}, async ({ page, open }) => {
  await start(page, open);
  const all = await picture(page);
  assert.equal(all.messages, PROPOSALS + PREVOTES + PRECOMMITS);
  for (const name of ["v1", "v2", "v3", "v4"]) assert.ok(all.texts.includes(name), name);
  await click(page, '#choices [data-kind="1"]');
  assert.equal((await picture(page)).messages, PROPOSALS + PRECOMMITS);
  await click(page, "#unfilter");
  await set(page, "chart-heights", "2-7");
  assert.equal((await picture(page)).messages, 0);
  await set(page, "chart-heights", "1");
  assert.equal((await picture(page)).messages, PROPOSALS + PREVOTES + PRECOMMITS);
  await set(page, "chart-only", "v2");
  // Half of all ends are v2's: 3 of each vote out and 3 in, and of the proposals one, or all three.
  const own = (await picture(page)).messages;
  assert.ok(own === 13 || own === 15, `${own}`);
  await click(page, "#unfilter");
});

browserTest("a hidden lifeline leaves dashed edges, honest ones fold, time flows either way", {}, async ({ page, open, screenshot }) => {
  await start(page, open);
  assert.equal((await picture(page)).through, 0);
  await set(page, "chart-hide", "v2");
  const hidden = await picture(page);
  assert.ok(hidden.through > 0 && hidden.messages < 27 && !hidden.texts.includes("v2"), JSON.stringify(hidden.texts));
  await click(page, "#show-hidden");
  assert.equal((await picture(page)).messages, 27);
  await click(page, "#chart-fold");
  const folded = await picture(page);
  assert.ok(folded.texts.includes("4 honest"), folded.texts.join());
  assert.equal(folded.messages, 0);
  await click(page, "#chart-fold");
  await page.select("#chart-flow", "right");
  const right = await picture(page);
  assert.equal(right.messages, 27);
  await screenshot(page, "flowing-right");
});

browserTest("the chart zooms and pans by wheel, drag and keys, and fits", {}, async ({ page, open }) => {
  await start(page, open);
  const before = times(await picture(page));
  await click(page, "#chart-choices");
  const { x, y, width, height } = await box(page);
  await page.focus("#chart canvas");
  for (let k = 0; k < 4; k++) await page.keyboard.press("w");
  const near = times(await picture(page));
  assert.notDeepEqual(near, before);
  await page.keyboard.press("f");
  const all = await picture(page);
  assert.equal(all.messages, 27);
  await click(page, "#chart-choices");
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.wheel({ deltaY: 120 });
  const wheeled = times(await picture(page));
  assert.notDeepEqual(wheeled, times(all));
  await click(page, "#chart-choices");
  await page.keyboard.down("Control");
  await page.mouse.wheel({ deltaY: -240 });
  await page.keyboard.up("Control");
  assert.notDeepEqual(times(await picture(page)), wheeled);
  await click(page, "#chart-choices");
  await page.focus("#chart canvas");
  await page.keyboard.press("f");
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2 - 140, { steps: 3 });
  await page.mouse.up();
  assert.notDeepEqual(times(await picture(page)), times(all));
  await page.focus("#chart canvas");
  await page.keyboard.press("n");
  await page.waitForFunction(() => [...document.querySelectorAll(".chart-tools button")].some((b) => b.textContent.trim() === "following"));
});

browserTest("by keyboard: select, walk to neighbours, act, deselect", {}, async ({ page, open }) => {
  await start(page, open);
  await page.focus("#chart canvas");
  await page.keyboard.press("Enter");
  const first = await textOf(page, "#chart-said", (text) => /^precommit, v\d to v\d, height 1 round 0.*in flight/.test(text));
  await page.keyboard.press(",");
  const second = await textOf(page, "#chart-said", (text) => text !== first);
  await page.keyboard.press(".");
  await textOf(page, "#chart-said", (text) => text !== second);
  assert.ok(await page.$(".inspector"), "the inspector tells of it");
  // The menu is a dialog with the first choice focused; Escape puts it away and gives the focus back.
  await page.keyboard.down("Shift");
  await page.keyboard.press("F10");
  await page.keyboard.up("Shift");
  await page.waitForSelector("#chart-menu");
  await page.waitForFunction(() => document.activeElement.closest("#chart-menu"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("#chart-menu") && document.activeElement.tagName === "CANVAS");
  await page.keyboard.press("Escape");
  await textOf(page, "#chart-said", (text) => text === "Nothing selected.");
});

browserTest("a marked area is summed, and can be cut off from the rest", {}, async ({ page, open, screenshot }) => {
  await start(page, open);
  const { x, y, width, height } = await box(page);
  await page.keyboard.down("Shift");
  await page.mouse.move(x + 20, y + 50);
  await page.mouse.down();
  await page.mouse.move(x + width - 10, y + height - 60, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await page.waitForSelector("#area-sum");
  const rows = await page.$$eval("#area-sum tbody tr", (rows) => rows.map((r) => [...r.cells].slice(0, 4).map((c) => c.textContent)));
  assert.deepEqual(rows, [
    ["proposal", "3", "3", "0"],
    ["prevote", "12", "12", "0"],
    ["precommit", "12", "0", "0"],
  ]);
  assert.match(await textOf(page, "#chart-said"), /27 messages sent, 15 received/);
  await screenshot(page, "area");
  // Only v1's and v2's side.
  await click(page, '#area-sum button[aria-label="Close"]');
  await page.keyboard.down("Shift");
  await page.mouse.move(x + 20, y + 60);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + 200, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await page.waitForSelector("#area-sum .buttons button");
  await click(page, "#area-sum .buttons button");
  await page.waitForFunction(() => document.querySelector("path.acts").getAttribute("d"));
  await page.waitForFunction(() => !document.querySelector("#area-sum"));
  const cut = await picture(page);
  assert.ok(cut.texts.includes("the network is partitioned"), cut.texts.join("; "));
});

browserTest("a message in flight is dropped manually; undo, redo and the link know it", {}, async ({ page, newPage, open, screenshot }) => {
  await start(page, open);
  await page.focus("#chart canvas");
  await page.keyboard.press("Enter");
  await textOf(page, "#chart-said", (text) => /in flight/.test(text));
  await page.keyboard.press("ContextMenu");
  await page.waitForSelector('#chart-menu [data-act="drop"]');
  await screenshot(page, "hands");
  await page.waitForFunction(() => document.activeElement.dataset.act === "drop");
  await page.keyboard.press("Enter");
  const dropped = (p) => p.texts.some((t) => /the precommit from v\d to v\d of height 1, round 0 was dropped manually/.test(t));
  await page.waitForFunction(() => document.querySelector("path.acts").getAttribute("d"));
  const until = async (what, wanted) => {
    for (let k = 0; k < 60; k++) {
      if (dropped(await picture(page)) === wanted) return;
      await new Promise((later) => setTimeout(later, 100));
    }
    assert.fail(`${what}: ${(await picture(page)).texts.join("; ")}`);
  };
  await until("dropped", true);
  await page.focus("#chart canvas");
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
  await until("undone", false);
  await page.focus("#chart canvas");
  await page.keyboard.down("Control");
  await page.keyboard.press("y");
  await page.keyboard.up("Control");
  await until("redone", true);
  await click(page, "#share");
  const link = await page.waitForFunction(() => {
    const link = document.querySelector("#link").value;
    return link.includes("#v") && link;
  });
  const second = await newPage();
  await open(second, new URL(await link.jsonValue()).hash);
  await textOf(second, ".banner.good", (text) => /Replay matches/.test(text));
  // A replay ends with the last event before the link was made; the act comes with the next one.
  await click(second, "#step");
  await textOf(second, "#clock", (text) => parseFloat(text) > 0.25);
  assert.ok(dropped(await picture(second)));
});

browserTest("from the chart a validator is isolated and put back; a command without effect says so", {}, async ({ page, open }) => {
  await start(page, open);
  const { x, y, width } = await box(page);
  // v1's name: the first of four lanes behind the gutter.
  await page.mouse.click(x + 80 + (width - 94) / 8, y + 20, { button: "right" });
  await page.waitForSelector('#chart-menu [data-act="isolate"]');
  assert.match(await textOf(page, "#chart-menu strong"), /^v1$/);
  await click(page, '#chart-menu [data-act="isolate"]');
  await page.waitForFunction(() => document.querySelector("path.acts").getAttribute("d"));
  await page.mouse.click(x + 80 + (width - 94) / 8, y + 20, { button: "right" });
  await textOf(page, '#chart-menu [data-act="isolate"]', (text) => /Reconnect/.test(text));
  await page.keyboard.press("Escape");
  const vain = { drop: { from: "v1", to: "v2", kind: "prevote", height: 99, round: 0 } };
  await give(page, { ...SCENARIO, commands: [{ at_us: 100_000, command: vain }] });
  await page.$eval("#play", (play) => play.getAttribute("aria-label") === "Play" && play.click());
  const vainly = () => [...document.querySelectorAll(".banner")].some((b) => /No effect at 0\.100 s.*height 99.*in flight/.test(b.textContent));
  await page.waitForFunction(vainly);
});
