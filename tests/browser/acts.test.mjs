// Hands on the network where nobody looks first: the inspector's cards, the form for a partition, a long
// press. Each act is seen in the trace (the chart writes what changed) and in the scenario, and is undone.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";
import { click, give, paused, set, until } from "./hands.mjs";
import { saving } from "./saving.mjs";

/// Every message takes 100 ms. At 250 ms: 3 proposals and 12 prevotes have arrived, 12 precommits fly.
const SCENARIO = {
  network: { latency: { constant: { us: 100_000 } } },
  workload: { tx_per_second: 0, accounts: 2 },
  protocol: { proposer: "rotation" },
};

/// The page, paused at 250 ms of the scenario above.
async function start(page, open) {
  await open(page);
  await textOf(page, "#verdict", (text) => /height \d/.test(text));
  await give(page, SCENARIO);
  await until("the scenario", () => page.$eval("#latency-number", (l) => l.value === "100"));
  await page.$eval("#play", (play) => play.getAttribute("aria-label") === "Play" && play.click());
  await textOf(page, "#clock", (text) => parseFloat(text) > 0.3);
  await set(page, "scrub", 250_000);
  await paused(page);
  await textOf(page, "#clock", (text) => text === "0.250 s");
}

/// Files are taken before the browser saves them.
const catching = (page) =>
  page.evaluate(() => {
    URL.createObjectURL = (blob) => ((globalThis.saved = blob), "data:,");
    HTMLAnchorElement.prototype.click = () => {};
  });

/// What the chart writes, by way of its SVG.
async function texts(page) {
  if (!(await page.$("#choices"))) await click(page, "#chart-choices");
  await page.waitForSelector("#save-svg");
  return page.evaluate(async () => {
    document.querySelector("#save-svg").click();
    const picture = new DOMParser().parseFromString(await globalThis.saved.text(), "image/svg+xml");
    return [...picture.querySelectorAll("text")].map((t) => t.textContent);
  });
}

const told = (page, what) => until(`the chart tells ${what}`, async () => (await texts(page)).some((t) => what.test(t)));
const untold = (page, what) => until(`the chart no longer tells ${what}`, async () => !(await texts(page)).some((t) => what.test(t)));

/// The acts of the scenario as its file has them.
async function acts(page) {
  await click(page, "#share");
  const link = '#link[class="mono"]';
  await until("a link", () => page.$eval(link, (l) => l.value.includes("#v")));
  await page.evaluate(() => {
    globalThis.saved = undefined;
    [...document.querySelectorAll("dialog[open] button")].find((b) => b.textContent === "Download as a file").click();
  });
  await until("a file", () => page.evaluate(() => globalThis.saved !== undefined));
  const file = JSON.parse(await page.evaluate(() => globalThis.saved.text()));
  const address = await page.$eval(link, (l) => l.value);
  await page.keyboard.press("Escape");
  await until("the dialog closed", async () => !(await page.$("dialog[open]")));
  return { commands: (file.scenario.commands ?? []).map((c) => c.command), link: new URL(address).hash };
}

const undo = async (page) => {
  await page.focus("#chart canvas");
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
};

browserTest("from a message's card it is dropped, delivered, delayed, duplicated, and each is undone", { timeout: 240_000 }, async ({ page, newPage, open }) => {
  await start(page, open);
  await catching(page);
  const message = /precommit from v\d to v\d of height 1, round 0/.source;
  const all = [
    ["drop", "drop", new RegExp(`${message} was dropped manually`)],
    ["deliver", "deliver_now", new RegExp(`${message} was delivered at once manually`)],
    ["delay", "delay", new RegExp(`${message} was delayed manually by 0?\\.?0?40 ?m?s more`)],
    ["duplicate", "duplicate", new RegExp(`${message} was duplicated manually`)],
  ];
  for (const [button, command, sentence] of all) {
    await page.focus("#chart canvas");
    await page.keyboard.press("Enter");
    const act = `#inspector .intervention-buttons [data-act=${button}]`;
    await page.waitForSelector(act);
    if (["delay", "duplicate"].includes(button)) {
      await page.$eval("#inspector .intervention-buttons .ms", (field) => {
        field.value = "40";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
    await click(page, act);
    await told(page, sentence);
    const { commands, link } = await acts(page);
    assert.equal(commands.length, 1, JSON.stringify(commands));
    const said = commands[0][command];
    const named = said.message ?? said;
    assert.deepEqual([named.kind, named.height, named.round], ["precommit", 1, 0]);
    if (command === "delay") assert.equal(said.by_us, 40_000);
    if (command === "duplicate") assert.equal(said.after_us, 40_000);
    if (command === "deliver_now") {
      const second = await newPage();
      await open(second, link);
      await textOf(second, ".banner.good", (text) => /Replay matches/.test(text));
      await paused(second);
      await catching(second);
      await click(second, "#step");
      await told(second, sentence);
      await second.close();
    }
    await undo(page);
    await untold(page, sentence);
    assert.deepEqual((await acts(page)).commands, []);
  }
});

browserTest("a message named by a link can be acted on: its copies are chosen, gone back to and dropped", {}, async ({ page, open }) => {
  await start(page, open);
  await catching(page);
  // Height 1, from there its block, from there the proposal: nothing of it was clicked on the chart.
  await page.waitForSelector("#inspector .note button.link");
  await click(page, "#inspector .note button.link");
  await textOf(page, "#inspected", (t) => t === "Height 1");
  await click(page, "#inspector .card-body button.link");
  await textOf(page, "#inspected", (t) => /^Block [0-9a-f]{8}$/.test(t));
  await until("a link to the proposal", () =>
    page.evaluate(() => {
      const link = [...document.querySelectorAll("#inspector .fact")].find((row) => row.firstChild.textContent === "proposal")?.querySelector("button.link");
      link?.click();
      return Boolean(link);
    }));
  await textOf(page, "#inspected", (t) => /^proposal of v\d$/.test(t));
  const copy = "#inspector .intervention-buttons select";
  await page.waitForSelector(copy);
  const names = await page.$$eval(`${copy} option`, (all) => all.map((o) => o.textContent));
  assert.equal(names.length, 3, `${names}`);
  await page.select(copy, "1");
  await click(page, "#inspector .intervention-buttons [data-act=back]");
  await textOf(page, "#clock", (text) => text === "0.050 s");
  await click(page, "#inspector .intervention-buttons [data-act=drop]");
  await told(page, new RegExp(`proposal from v\\d to ${names[1]} of height 1, round 0 was dropped manually`));
});

browserTest("from a validator's card it is crashed, restarted, isolated and put back, and all is undone", {}, async ({ page, open }) => {
  await start(page, open);
  await catching(page);
  await click(page, "#tab-Nodes");
  await click(page, ".nodes tbody tr:nth-child(3) button.link");
  await textOf(page, "#inspected", (t) => t === "v3");
  const press = async (act, name) => {
    const button = `#inspector .intervention-buttons [data-act=${act}]`;
    await textOf(page, button, (t) => t === name);
    await click(page, button);
  };
  const v3 = { validator: "v3" };
  await press("crash", "Crash it");
  await until("v3 is down", () => page.$(".nodes tbody tr:nth-child(3).down"));
  await press("crash", "Restart it");
  await until("v3 is up", () => page.$(".nodes tbody tr:nth-child(3):not(.down)"));
  await press("isolate", "Isolate it");
  await told(page, /v3 is cut off from all others/);
  await press("isolate", "Reconnect it");
  await textOf(page, "#inspector .intervention-buttons [data-act=isolate]", (t) => t === "Isolate it");
  const { commands } = await acts(page);
  assert.deepEqual(commands, [{ crash: v3 }, { restart: v3 }, { isolate: v3 }, { restore: v3 }]);
  await undo(page);
  await textOf(page, "#inspector .intervention-buttons [data-act=isolate]", (t) => t === "Reconnect it");
  await undo(page);
  await untold(page, /v3 is cut off/);
  await undo(page);
  await until("v3 is down again", () => page.$(".nodes tbody tr:nth-child(3).down"));
  await undo(page);
  await until("v3 never was down", () => page.$(".nodes tbody tr:nth-child(3):not(.down)"));
  assert.deepEqual((await acts(page)).commands, []);
});

/// The menu of the network: where no message and no lifeline is.
async function menu(page) {
  const { x, y, width } = await page.$eval("#chart canvas", (canvas) => canvas.getBoundingClientRect().toJSON());
  await page.mouse.click(x + width - 4, y + 60, { button: "right" });
  await textOf(page, "#chart-menu strong", (t) => t === "The network");
}

browserTest("the form for a partition cuts both ways or one, is healed and undone", {}, async ({ page, open, screenshot }) => {
  await start(page, open);
  await catching(page);
  const cut = async (names, way) => {
    await menu(page);
    await click(page, "#chart-menu [data-act=partition]");
    // Nobody on one side, or everybody, is no partition.
    await until("the form", () => page.$eval("#cut", (c) => c.disabled));
    for (const name of names) {
      await page.evaluate((name) => [...document.querySelectorAll("#chart-menu .ticks label")].find((l) => l.textContent.trim() === name).querySelector("input").click(), name);
    }
    if (way) await page.select("#chart-menu select", way);
    await until("something to cut", () => page.$eval("#cut", (c) => !c.disabled));
    await screenshot(page, `partition-${way ?? "both"}`);
    await click(page, "#cut");
    await told(page, /the network is partitioned/);
  };
  await cut(["v1", "v2"]);
  assert.deepEqual((await acts(page)).commands, [{ partition: { groups: [["v1", "v2"]] } }]);
  await menu(page);
  await click(page, "#chart-menu [data-act=heal]");
  assert.deepEqual((await acts(page)).commands[1], "heal");
  await undo(page);
  assert.equal((await acts(page)).commands.length, 1);
  await undo(page);
  await untold(page, /the network is partitioned/);
  await cut(["v4"], "out");
  assert.deepEqual((await acts(page)).commands, [{ partition: { one_way: { from: ["v4"], to: ["v1", "v2", "v3"] } } }]);
  await undo(page);
  await untold(page, /the network is partitioned/);
  assert.deepEqual((await acts(page)).commands, []);
});

browserTest("a long press opens what a right click opens", {}, async ({ page, open }) => {
  await page.setViewport({ width: 1000, height: 900, hasTouch: true });
  await start(page, open);
  const { x, y, width, height } = await page.$eval("#chart canvas", (canvas) => canvas.getBoundingClientRect().toJSON());
  const what = () => page.evaluate(() => {
    const hands = document.querySelector("#chart-menu");
    return hands && [hands.querySelector("strong").textContent, ...[...hands.querySelectorAll("button")].map((b) => b.textContent)];
  });
  // A validator's name, and a place with nothing there.
  for (const [at, title] of [[[x + 80 + (width - 94) / 8, y + 20], "v1"], [[x + width - 4, y + 60], "The network"]]) {
    await page.mouse.click(...at, { button: "right" });
    await until("the menu", what);
    const clicked = await what();
    assert.equal(clicked[0], title);
    await page.keyboard.press("Escape");
    await until("no menu", async () => !(await what()));
    // A finger that only taps opens none.
    await page.touchscreen.tap(...at);
    assert.equal(await what(), null);
    const finger = await page.touchscreen.touchStart(...at);
    await until("the menu of a finger", what);
    await finger.end();
    assert.deepEqual(await what(), clicked);
    await page.touchscreen.tap(x + 6, y + height - 6);
    await until("no menu again", async () => !(await what()));
    // Escape puts it away wherever the finger has left the focus, and lets go of nothing else.
    const again = await page.touchscreen.touchStart(...at);
    await until("the menu once more", what);
    await again.end();
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Escape");
    await until("no menu after Escape", async () => !(await what()));
  }
});

browserTest("what is seen is saved as a PNG of its size, with the messages on it", {}, async ({ page, open }) => {
  await start(page, open);
  const save = await saving(page);
  await click(page, "#chart-choices");
  const png = await save(() => click(page, "#save-png"));
  assert.equal(png.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  assert.equal(png.subarray(12, 16).toString("latin1"), "IHDR");
  const seen = await page.$eval("#chart canvas", (c) => [c.clientWidth, c.clientHeight].map((n) => n * devicePixelRatio));
  const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
  for (const k of [0, 1]) assert.ok(Math.abs(size[k] - seen[k]) <= 1, `${size} is not ${seen}`);
  // Decoded: how many pixels have each of the three colours of messages.
  const inked = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    const probe = document.body.appendChild(document.createElement("i"));
    const colours = ["--kind-0", "--kind-1", "--kind-2"].map((name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color.match(/\d+/g).map(Number);
    });
    probe.remove();
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return colours.map((colour) => {
      let count = 0;
      for (let k = 0; k < data.length; k += 4) {
        if (colour.every((c, i) => Math.abs(c - data[k + i]) < 40)) count += 1;
      }
      return count;
    });
  }, png.toString("base64"));
  // Three proposals, twelve prevotes, twelve precommits, each some hundred pixels long.
  for (const count of inked) assert.ok(count > 50, `pixels of proposals, prevotes, precommits: ${inked}`);
});
