// The race: lanes at one instant, the table of the command line, a link that opens it again.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { browserTest, textOf } from "./harness.mjs";
import { click, give, set, until } from "./hands.mjs";

const golden = JSON.parse(await readFile(new URL("../golden/race.json", import.meta.url), "utf8"));
const COLUMNS = [
  "blocks", "commit_latency_delays", "commit_latency_us", "block_interval_us", "longest_pause_us",
  "messages_per_block", "bytes_per_block", "signatures_per_block", "verifications_per_block",
];

/// The table: a row a lane, with the figures as numbers.
const rows = (page) => page.$$eval("#race-table tbody tr", (all) => all.map((row) => ({
  lane: row.dataset.lane,
  digest: row.dataset.digest,
  kind: row.querySelector(".race-outcome").dataset.kind,
  outcome: row.querySelector(".race-outcome strong").textContent,
  figures: Object.fromEntries([...row.querySelectorAll("[data-name]")].map((c) => [c.dataset.name, c.dataset.value === undefined ? null : Number(c.dataset.value)])),
})));

/// What the command line printed of a lane, as the table has it.
const printed = (row) => ({
  lane: row.lane,
  digest: row.digest,
  figures: Object.fromEntries(COLUMNS.map((name) => [name, row[name] ?? null])),
});

/// The same figures; a parser may read the last digit of a fraction otherwise.
function assertSame(found, expected) {
  assert.deepEqual(found.map(({ lane, digest }) => ({ lane, digest })), expected.map(({ lane, digest }) => ({ lane, digest })));
  for (const [k, { lane, figures }] of expected.entries()) {
    for (const [name, value] of Object.entries(figures)) {
      const got = found[k].figures[name];
      const same = value === null ? got === null : Math.abs(got - value) <= Math.abs(value) * 1e-12;
      assert.ok(same, `${lane}, ${name}: ${got} instead of ${value}`);
    }
  }
}

/// Time of all lanes, as a hand moves it.
const move = (page, to) => page.$eval("#race-scrub", (s, to) => {
  s.value = to;
  s.dispatchEvent(new Event("input", { bubbles: true }));
}, to);

/// All lanes have a row, and time stands.
const settled = async (page, lanes) => {
  let before = "";
  return until("rows that stand", async () => {
    const now = await rows(page).catch(() => []);
    const text = JSON.stringify(now);
    const same = text === before && now.length === lanes && now.every((row) => row.digest || row.kind === "refused");
    before = text;
    // Longer than a frame of figures takes to come.
    await new Promise((later) => setTimeout(later, 400));
    return same && now;
  });
};

const clock = (page) => page.$eval("#race-scrub", (s) => Number(s.value));

const shown = async (page, open) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
};

browserTest("a race of four starts with three keys, and all lanes keep step", {}, async ({ page, open, screenshot }) => {
  await shown(page, open);
  await page.keyboard.press("r");
  await page.waitForSelector("#race-start");
  const proposed = await page.$$eval(".race-choice select", (all) => all.map((s) => s.value));
  assert.equal(proposed[0], "tendermint");
  assert.equal(new Set(proposed).size, 4);
  await until("the focus on the start", () => page.evaluate(() => document.activeElement?.id === "race-start"));
  await page.keyboard.press("Enter");
  await set(page, "race-speed", await page.$eval("#race-speed", (s) => s.max));
  await until("blocks in every lane", async () => {
    const all = await rows(page);
    return all.length === 4 && all.every((row) => row.figures.blocks >= 1);
  });
  // The page's own run stands still meanwhile.
  assert.equal(await page.$eval("#play", (p) => p.getAttribute("aria-label")), "Play");
  await page.keyboard.press("Space");
  await page.waitForSelector("#race-play[aria-label='Play all lanes']");
  const at = await clock(page);
  const first = await settled(page, 4);
  assert.equal(await clock(page), at, "a pause holds");
  await textOf(page, "#race-said", (text) => text.includes("blocks") && text.includes("Tendermint"));
  await screenshot(page, "race");

  // There and back: the same instant is the same state in every lane.
  await move(page, Math.round(at / 2));
  const half = await settled(page, 4);
  assert.ok(half.every((row, k) => row.digest !== first[k].digest && row.figures.blocks <= first[k].figures.blocks));
  await move(page, at);
  await until("the same digests", async () => {
    const now = await rows(page);
    return now.every((row, k) => row.digest === first[k].digest);
  });
  assert.deepEqual(await settled(page, 4), first);

  // One network delay forward by key.
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press(".");
  await until("a step", async () => (await clock(page)) > at);
  await page.keyboard.press("Escape");
  await until("no race", async () => (await page.$("#race-view")) === null);
  assert.ok(await page.$eval("#chart", (chart) => chart.getBoundingClientRect().width > 100), "the run is back");
});

browserTest("a race's link opens with the command line's figures, and gives the same link again", {}, async ({ page, open }) => {
  await open(page, `#${golden.link}`);
  const opened = await settled(page, 4);
  assertSame(opened, golden.report.rows.map(printed));
  for (const [k, row] of golden.report.rows.entries()) assert.equal(opened[k].outcome, row.outcome);
  assert.equal(await clock(page), golden.report.until_us);

  await click(page, "#race-link");
  const again = await until("a link in the address", async () => {
    const hash = await page.evaluate(() => location.hash);
    return hash.includes("&lane=") && hash;
  });
  assert.equal(again.slice(again.indexOf("&")), golden.link.slice(golden.link.indexOf("&")));
  await open(page, again);
  assert.deepEqual(await settled(page, 4), opened);

  // A lane by itself is a run of the page.
  await click(page, "[data-lane='jolteon'] .lane-open");
  await until("no race", async () => (await page.$("#race-view")) === null);
  await page.waitForFunction(() => document.querySelector("#protocol").value === "jolteon");
  assert.equal(await page.evaluate(() => location.hash), "", "the address no longer promises the race");
  await textOf(page, "#clock", (text) => text === "6.000 s");
});

browserTest("a lane that cannot run says why and the others race; lanes change and everything else stays", {}, async ({ page, open, screenshot }) => {
  await shown(page, open);
  await give(page, {
    validators: ["v1", "v2", "v3", "v4"].map((name) => ({ name, stake: 100 })),
    adversary: { who: { names: ["v4"] }, strategy: "amnesia" },
    seed: 11,
  });
  await page.waitForFunction(() => document.querySelector("#seed").value === "11");
  await click(page, "#race");
  await page.waitForSelector("#race-start");
  const lanes = ["tendermint", "streamlet", "chained-hotstuff", "tendermint"];
  for (const [k, protocol] of lanes.entries()) await page.select(`#race-lane-${k + 1}`, protocol);
  await textOf(page, ".race-choose .note", (text) => text.startsWith("Lanes 1 and 4 are the same"));
  await page.$eval("#race-4-propose_timeout_us", (field) => {
    field.closest("details").open = true;
    field.value = "250";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await until("no note", async () => (await page.$eval(".race-choose .note", (n) => n.textContent)) === "");
  await click(page, "#race-start");
  await set(page, "race-speed", await page.$eval("#race-speed", (s) => s.max));
  const says = await textOf(page, "[data-lane='streamlet'] .lane-says", (text) => text.includes("Streamlet"));
  assert.ok(says.startsWith("This lane cannot run."), says);
  await until("blocks in the others", async () => {
    const all = await rows(page);
    return all.length === 4 && all.filter((row) => row.figures.blocks >= 1).length === 3;
  });
  await page.keyboard.press("Space");
  const before = await settled(page, 4);
  assert.deepEqual(before.map((row) => row.lane), ["tendermint", "streamlet", "chained-hotstuff", "tendermint:propose_timeout_us=250000"]);
  assert.equal(before[1].kind, "refused");
  await screenshot(page, "race-refused");

  // Another protocol in the refused lane: it joins at the instant the others stand at, and they stay.
  const at = await clock(page);
  await click(page, "#race-change");
  await page.waitForSelector("#race-lane-2");
  await page.select("#race-lane-2", "basic-hotstuff");
  await click(page, "#race-start");
  await until("the new lane", async () => (await rows(page))[1]?.lane === "basic-hotstuff");
  const after = await settled(page, 4);
  assert.equal(await clock(page), at);
  assert.deepEqual([after[0], after[2], after[3]], [before[0], before[2], before[3]]);
  assert.ok(after[1].figures.blocks >= 1 || after[1].figures.longest_pause_us > 0);
  assert.match(await textOf(page, ".race-head .note"), /seed 11/);
});

browserTest("a lane whose simulator dies says so, the others go on, and it can be started again", {}, async ({ page, open, problems }) => {
  await open(page, `#${golden.link}`);
  const before = await settled(page, 4);
  // The first worker is the page's own run; the next is the first lane.
  const workers = page.workers().filter((w) => w.url().endsWith("/worker.js"));
  assert.equal(workers.length, 5);
  await workers[1].evaluate(() => { setTimeout(() => { throw new Error("broken on purpose"); }); });
  await textOf(page, ".lane-says", (text) => text.includes("stopped unexpectedly"));
  problems.length = 0;
  await move(page, 3_000_000);
  await until("the others go on", async () => {
    const now = await rows(page);
    return now.filter((row, k) => row.digest !== before[k].digest).length === 3 && now[0].digest === before[0].digest;
  });
  await move(page, golden.report.until_us);
  await page.evaluate(() => [...document.querySelectorAll(".lane-says button")].at(0).click());
  await until("the lane is back", async () => (await page.$(".lane-says")) === null);
  await until("the same digests", async () => {
    const now = await rows(page);
    return now.every((row, k) => row.digest === before[k].digest);
  });
});

browserTest("a race fits a narrow page", { width: 390, height: 844 }, async ({ page, open, screenshot }) => {
  await open(page, `#${golden.link}`);
  await settled(page, 4);
  const wide = await page.evaluate(() => {
    const over = [...document.querySelectorAll(".race :is(button, input, h2, h3, .lane, .race-rows)")]
      .filter((e) => !e.closest(".scroll") && e.getBoundingClientRect().right > innerWidth + 0.5);
    return { over: over.map((e) => e.outerHTML.slice(0, 80)), page: document.documentElement.scrollWidth };
  });
  assert.deepEqual(wide.over, []);
  assert.ok(wide.page <= 390, `${wide.page} px`);
  await screenshot(page, "race-narrow");
});
