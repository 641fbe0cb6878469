// Figures of the page in a real browser, for `cargo xtask bench`: printed, never asserted, since
// machines differ. The baseline is measured in the same page: a bare loop of what the machine's
// JavaScript can do, so that figures of two machines can be set against one another.

const measuring = process.env.MEASURE === "1";
// The harness starts a browser, and only tests end it: without measuring there are none.
const { browserTest, textOf } = measuring ? await import("./harness.mjs") : {};
const later = (ms) => new Promise((done) => setTimeout(done, ms));

/// Hands a scenario to the page as a person would: as a file.
async function give(page, scenario) {
  await page.evaluate((text) => {
    const files = new DataTransfer();
    files.items.add(new File([text], "scenario.json", { type: "application/json" }));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
  }, JSON.stringify({ consensusforge: 1, scenario }));
}

const clock = async (page) => {
  const [, number, unit] = /([\d.]+)\s*(ms|s|min)?/.exec(await textOf(page, "#clock"));
  return Number(number) * { ms: 0.001, s: 1, min: 60 }[unit ?? "s"];
};

if (measuring) {
  browserTest("speed", {}, async ({ page, open }) => {
    await open(page);
    await page.waitForFunction(() => document.querySelector("path.commits")?.getAttribute("d"), { polling: 20 });
    const first = await page.evaluate(() => performance.now());
    console.log(`first commit shown ${Math.round(first)} ms after the navigation began (aim: 2,000)`);

    const bare = await page.evaluate(() => {
      const start = performance.now();
      let x = 1;
      for (let i = 0; i < 50_000_000; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
      return x === 0 ? 0 : performance.now() - start;
    });
    console.log(`bare loop: 50 million steps in ${Math.round(bare)} ms`);

    for (const n of [16, 64, 128]) {
      const validators = Array.from({ length: n }, (_, i) => ({ name: `v${i + 1}`, stake: 100 }));
      await give(page, {
        validators,
        network: { latency: { constant: { us: 10_000 } } },
        protocol: { block_interval_us: 70_000 },
        workload: { tx_per_second: 0, accounts: 2 },
      });
      await page.waitForFunction((n) => Number(document.querySelector("#validators-number").value) === n, {}, n);
      await page.$eval("#speed", (speed) => {
        speed.value = speed.max;
        speed.dispatchEvent(new Event("input", { bubbles: true }));
      });
      const playing = await page.$eval("#play", (play) => play.getAttribute("aria-label") === "Pause");
      if (!playing) await page.click("#play");
      await later(2_000);
      const [from, began] = [await clock(page), Date.now()];
      await later(10_000);
      const ratio = (await clock(page)) - from;
      console.log(`${n} validators, 100 ms blocks: ${(ratio / ((Date.now() - began) / 1_000)).toFixed(2)} x simulated time (aim at 128: 1)`);
    }
  });

  browserTest("a frame of 100 validators at ten times slow motion", { width: 1920, height: 1080 }, async ({ page, open }) => {
    await open(page);
    await textOf(page, "#verdict", (text) => /height \d/.test(text));
    const validators = Array.from({ length: 100 }, (_, i) => ({ name: `v${i + 1}`, stake: 100 }));
    await give(page, { validators });
    await page.waitForFunction(() => document.querySelector("#validators-number").value === "100");
    await page.evaluate(() => {
      const play = document.querySelector("#play");
      if (play.getAttribute("aria-label") === "Play") play.click();
      const speed = document.querySelector("#speed");
      for (let k = 0; k <= Number(speed.max); k++) {
        speed.value = k;
        speed.dispatchEvent(new Event("input", { bubbles: true }));
        if (parseFloat(document.querySelector('output[for="speed"]').textContent) >= 0.1) break;
      }
    });
    // A whole height's votes on the screen, and the next one coming.
    await later(14_000);
    const shapes = await page.$eval(".chart-tools", (tools) => Number(tools.dataset.shapes));
    const folded = await page.$eval(".folding", (folding) => folding.textContent).catch(() => "");
    await page.tracing.start({ categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
    await later(8_000);
    const shapesAfter = await page.$eval(".chart-tools", (tools) => Number(tools.dataset.shapes));
    const { traceEvents } = JSON.parse(Buffer.from(await page.tracing.stop()).toString("utf8"));
    const { frame, tasks } = mainThread(traceEvents);
    const p = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
    console.log(`shapes on screen: ${shapes} to ${shapesAfter} (aim: 2,000 or more); ${folded}`);
    console.log(`main thread a frame, ${frame.length} frames: median ${p(frame, 0.5).toFixed(1)} ms, p95 ${p(frame, 0.95).toFixed(1)} ms (aim: 8)`);
    console.log(`longest task ${Math.max(...tasks).toFixed(1)} ms (aim: 50); tasks over 50 ms: ${tasks.filter((t) => t > 50).length}`);
  });
}

/// Milliseconds the page's main thread worked from one animation frame to the next, and of each task.
function mainThread(events) {
  // The thread on which animation frames are fired is the one that matters.
  const fires = events.filter((e) => e.name === "FireAnimationFrame");
  const thread = `${fires[0].pid}:${fires[0].tid}`;
  const own = (e) => `${e.pid}:${e.tid}` === thread;
  const runs = events.filter((e) => own(e) && e.ph === "X" && /RunTask$/.test(e.name) && e.dur).sort((a, b) => a.ts - b.ts);
  // Both categories may tell of one task, the one within the other.
  const tasks = [];
  for (const run of runs) {
    const last = tasks.at(-1);
    if (last && run.ts < last.ts + last.dur) last.dur = Math.max(last.dur, run.ts + run.dur - last.ts);
    else tasks.push({ ts: run.ts, dur: run.dur });
  }
  const starts = fires.filter(own).map((e) => e.ts).sort((a, b) => a - b);
  const begins = starts.filter((ts, k) => k === 0 || ts - starts[k - 1] > 4_000);
  const frame = begins.slice(1).map((end, k) => {
    const within = tasks.filter((t) => t.ts < end && t.ts + t.dur > begins[k]);
    return within.reduce((sum, t) => sum + Math.min(t.ts + t.dur, end) - Math.max(t.ts, begins[k]), 0) / 1_000;
  });
  return { frame, tasks: tasks.map((t) => t.dur / 1_000) };
}
