// Who draws the chart: a worker, or the page where the browser cannot. What is drawn follows size, screen
// and theme, and leaves as a PNG.
import assert from "node:assert/strict";
import { browserTest } from "./harness.mjs";
import { blocks, click, drawn, paused, until } from "./hands.mjs";
import { saving } from "./saving.mjs";

/// Opens the page after `before` has run in it, and waits for a chart.
async function charted(page, open, before) {
  if (before) await page.evaluateOnNewDocument(before);
  await open(page);
  await blocks(page, 1);
  await until("a chart", async () => (await drawn(page)).colours > 5);
}

const workers = (page) => page.workers().filter((w) => w.url().endsWith("/painter.js")).length;

/// Whether the page itself may still draw on the canvas.
const onPage = (page) =>
  page.$eval("#chart canvas", (canvas) => {
    try {
      return Boolean(canvas.getContext("2d"));
    } catch {
      return false;
    }
  });

async function follows(page, ratio) {
  const box = () => page.$eval("#chart .chart-place", (c) => [c.clientWidth, c.clientHeight]);
  const fits = async () => {
    const [wide, high] = await box();
    const { width, height, colours } = await drawn(page);
    return Math.abs(width - wide * ratio) <= 1 && Math.abs(height - high * ratio) <= 1 && colours > 5;
  };
  await until("a chart that fits", fits);
  await page.setViewport({ width: 900, height: 700, deviceScaleFactor: ratio });
  await until("a chart that fits a smaller window", fits);
  // Paused, so that nothing but the theme asks for a picture.
  await click(page, "#play");
  await paused(page);
  for (const [name, fits] of [["light", (c) => c > 0xc0c0c0], ["dark", (c) => c < 0x404040]]) {
    await until(`the ${name} theme`, async () => {
      const there = await page.$(`[aria-label="Theme: ${name}"]`);
      if (!there) await click(page, '[aria-label^="Theme: "]');
      return there;
    });
    await until(`a ${name} chart`, async () => fits((await drawn(page)).ground));
  }
}

async function leaves(page) {
  const save = await saving(page);
  await click(page, "#chart-choices");
  const png = await save(() => click(page, "#save-png"));
  assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from("PNG")]);
  const { width, height } = await drawn(page);
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [width, height]);
  const ratio = await page.evaluate(() => devicePixelRatio);
  await page.select("#png-scale", "3");
  // A folder of its own: a file of the same name takes the other's place.
  const large = await (await saving(page))(() => click(page, "#save-png"));
  assert.deepEqual([large.readUInt32BE(16), large.readUInt32BE(20)], [width, height].map((n) => (n / ratio) * 3));
}

browserTest("a worker draws the chart", { firefox: true }, async ({ page, open }) => {
  await charted(page, open);
  assert.equal(await onPage(page), false);
  await follows(page, 1);
});

browserTest("a worker's chart is sharp on a fine screen, and is saved", {}, async ({ page, open }) => {
  await page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 2 });
  await charted(page, open);
  assert.equal(workers(page), 1);
  await follows(page, 2);
  await leaves(page);
});

const without = {
  "canvases for workers": () => {
    delete HTMLCanvasElement.prototype.transferControlToOffscreen;
  },
  "a painter that starts": () => {
    const { Worker } = window;
    window.Worker = function (url, ...rest) {
      return new Worker(String(url).endsWith("painter.js") ? "no-such-worker.js" : url, ...rest);
    };
  },
};

for (const [what, before] of Object.entries(without)) {
  browserTest(`without ${what} the page draws the chart`, {}, async ({ page, open, problems }) => {
    await charted(page, open, before);
    assert.equal(await onPage(page), true);
    await follows(page, 1);
    await leaves(page);
    // The worker that is not there is missed, by the browser itself.
    for (let k = problems.length - 1; k >= 0; k--) {
      if (/no-such-worker|404/.test(problems[k])) problems.splice(k, 1);
    }
  });
}
