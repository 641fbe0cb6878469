// Figures of the page in a real browser, for `cargo xtask bench`: printed, never asserted, since
// machines differ. The baseline is measured in the same page: a bare loop of what the machine's
// JavaScript can do, so that figures of two machines can be set against one another.

import { readFile, readdir } from "node:fs/promises";

const measuring = process.env.MEASURE === "1";
// The harness starts a browser, and only tests end it: without measuring there are none.
const { browserTest, textOf } = measuring ? await import("./harness.mjs") : {};
const { click, fastest, give, paused, set } = measuring ? await import("./hands.mjs") : {};
const later = (ms) => new Promise((done) => setTimeout(done, ms));

const clock = async (page) => {
  const [, number, unit] = /([\d.]+)\s*(ms|s|min)?/.exec(await textOf(page, "#clock"));
  return Number(number) * { ms: 0.001, s: 1, min: 60 }[unit ?? "s"];
};

const share = (list, part) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
const told = (list) => `p50 ${share(list, 0.5).toFixed(1)}, p95 ${share(list, 0.95).toFixed(1)}, max ${share(list, 1).toFixed(1)} ms`;
const digits = (text) => Number(text.replaceAll(/\D/g, ""));
const events = async (page) => digits(await textOf(page, "#m-steps"));

/// A crowd of equals; `quick` ones make a block about every 100 ms.
const crowd = (n, quick) => ({
  validators: Array.from({ length: n }, (_, i) => ({ name: `v${i + 1}`, stake: 100 })),
  ...(quick && {
    network: { latency: { constant: { us: 10_000 } } },
    protocol: { block_interval_us: 70_000 },
    workload: { tx_per_second: 0, accounts: 2 },
  }),
});

/// Opens a scenario and plays it as fast as possible.
async function race(page, scenario) {
  // Before there is a run nobody takes a file.
  await textOf(page, "#verdict", (text) => /height \d/.test(text));
  await give(page, scenario);
  const n = scenario.validators.length;
  await page.waitForFunction((n) => Number(document.querySelector("#validators-number").value) === n, {}, n);
  await fastest(page);
  const playing = await page.$eval("#play", (play) => play.getAttribute("aria-label") === "Pause");
  if (!playing) await page.click("#play");
}

async function raced(page, scenario, least) {
  await race(page, scenario);
  while ((await events(page)) < least) await later(250);
  await page.click("#play");
  await paused(page);
  await later(500);
}

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
      await race(page, crowd(n, true));
      await later(2_000);
      const [from, began] = [await clock(page), Date.now()];
      await later(10_000);
      const ratio = (await clock(page)) - from;
      console.log(`${n} validators, 100 ms blocks: ${(ratio / ((Date.now() - began) / 1_000)).toFixed(2)} x simulated time (aim at 128: 1)`);
    }
  });

  browserTest("a frame of 100 validators at ten times slow motion", { width: 1920, height: 1080 }, async ({ page, open, screenshot }) => {
    await open(page);
    await textOf(page, "#verdict", (text) => /height \d/.test(text));
    await give(page, crowd(100));
    await page.waitForFunction(() => document.querySelector("#validators-number").value === "100");
    await set(page, "speed", 40);
    await textOf(page, 'output[for="speed"]', (text) => text === "0.10×");
    if (await page.$("#play[aria-label=Play]")) await page.click("#play");
    // A whole height's votes on the screen, and the next one coming.
    await later(14_000);
    await page.tracing.start({ categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
    const shapes = [];
    for (let k = 0; k < 16; k++) {
      await later(500);
      shapes.push(await page.$eval(".chart-tools", (tools) => Number(tools.dataset.shapes)));
    }
    const { traceEvents } = JSON.parse(Buffer.from(await page.tracing.stop()).toString("utf8"));
    const folded = await page.$eval(".folding", (folding) => folding.textContent).catch(() => "");
    await screenshot(page, "crowd");
    const { frames, tasks } = mainThread(traceEvents);
    console.log(`shapes on screen: ${Math.min(...shapes)} to ${Math.max(...shapes)} (aim: 2,000 or more); ${folded}`);
    console.log(`main thread a frame, ${frames.length} frames: ${told(frames.map((f) => f.wall))} (aim: 8)`);
    console.log(`  of that at work, not waiting for a busy machine: ${told(frames.map((f) => f.work))}`);
    const longest = (key) => Math.max(...tasks.map((t) => t[key])).toFixed(1);
    console.log(`longest task ${longest("wall")} ms, at work ${longest("work")} ms (aim: 50); over 50 ms: ${tasks.filter((t) => t.wall > 50).length}`);
  });

  browserTest("a race of four lanes with 32 validators each", {}, async ({ page, open, screenshot }) => {
    await open(page);
    await textOf(page, "#verdict", (text) => /height \d/.test(text));
    await give(page, crowd(32));
    await page.waitForFunction(() => document.querySelector("#validators-number").value === "32");
    await click(page, "#race");
    await click(page, "#race-start");
    await page.waitForFunction(() => [...document.querySelectorAll("#race-table [data-name=blocks]")].filter((c) => Number(c.dataset.value) > 1).length === 4);
    const began = await page.$eval("#race-scrub", (s) => Number(s.value));
    await page.tracing.start({ categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
    await later(8_000);
    const { traceEvents } = JSON.parse(Buffer.from(await page.tracing.stop()).toString("utf8"));
    const ended = await page.$eval("#race-scrub", (s) => Number(s.value));
    const wanted = await textOf(page, "output[for='race-speed']");
    await screenshot(page, "race-of-32");
    const { frames } = mainThread(traceEvents);
    console.log(`a race of four, 32 validators: ${((ended - began) / 8e6).toFixed(2)} x simulated time of ${wanted} wanted`);
    console.log(`main thread a frame, ${frames.length} frames: ${told(frames.map((f) => f.wall))} (aim: p95 8)`);
    console.log(`  of that at work, not waiting for a busy machine: ${told(frames.map((f) => f.work))}`);
  });

  browserTest("seeking among a million deliveries of 128 validators", { timeout: 400_000 }, async ({ page, open }) => {
    await open(page);
    await raced(page, crowd(128), 1_400_000);
    const steps = await events(page);
    const end = await page.$eval("#scrub", (scrub) => Number(scrub.max));
    const [took, work] = [[], []];
    let random = 1;
    for (let k = 0; k < 60; k++) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      // In whole milliseconds, as the clock says them.
      const target = Math.round((end - (random / 2 ** 32) * Math.min(1, 1_000_000 / steps) * end) / 1e3) * 1e3;
      const before = await worked(page);
      took.push(await page.evaluate(async (target) => {
        const scrub = document.getElementById("scrub");
        const clock = document.getElementById("clock");
        const text = `${(target / 1e6).toFixed(3)} s`;
        const start = performance.now();
        scrub.value = target;
        scrub.dispatchEvent(new Event("input", { bubbles: true }));
        // The hand lets go: from now on the clock says where the run stands.
        scrub.dispatchEvent(new Event("change", { bubbles: true }));
        while (clock.textContent !== text) {
          if (performance.now() - start > 20_000) throw new Error(`${clock.textContent} is not ${text}`);
          await new Promise(requestAnimationFrame);
        }
        return performance.now() - start;
      }, target));
      work.push((await worked(page)) - before);
      await later(250);
    }
    console.log(`seek, 128 validators, up to a million of ${steps} events back: ${told(took)} (aim: p95 150)`);
    if (work.some(Boolean)) console.log(`  worked meanwhile, all threads of the page together: ${told(work)}`);
  });

  browserTest("the log of a million records", { timeout: 400_000 }, async ({ page, open }) => {
    await open(page);
    await raced(page, crowd(16, true), 1_050_000);
    await click(page, "#tab-Log");
    const total = digits(await textOf(page, "#log-count", (text) => digits(text) > 900_000));
    // A fast machine has left the first heights behind: only late ones are there to be asked for.
    const late = digits(/height ([\d\u202f]+)/.exec(await textOf(page, "#verdict"))[1]) - 100;
    const took = await page.evaluate(async (late) => {
      const count = document.getElementById("log-count");
      const put = (id, value, event) => {
        const field = document.getElementById(id);
        field.value = value;
        field.dispatchEvent(new Event(event, { bubbles: true }));
      };
      const asks = [
        ["one kind", "log-kind", "1", "change"],
        ["every kind", "log-kind", "", "change"],
        ["one validator", "log-node", "2", "change"],
        ["every validator", "log-node", "", "change"],
        ["search: precommit v2", "log-search", "precommit v2", "input"],
        ["search: delivered prevote v1 12", "log-search", "delivered prevote v1 12", "input"],
        ["search: nothing", "log-search", "", "input"],
        [`from height ${late}`, "log-from", String(late), "input"],
      ];
      const took = [];
      for (const [name, ...ask] of asks) {
        const before = count.textContent;
        const start = performance.now();
        put(...ask);
        while (count.textContent === before) {
          if (performance.now() - start > 20_000) throw new Error(`no answer to ${name}`);
          await new Promise(requestAnimationFrame);
        }
        took.push([name, performance.now() - start, count.textContent]);
      }
      return took;
    }, late);
    console.log(`log of ${total} records, from the key to the answer on the screen (aim: 100):`);
    for (const [name, ms, count] of took) console.log(`  ${name}: ${ms.toFixed(0)} ms, ${count}`);
  });

  browserTest("ten minutes of 64 validators", { timeout: 1_800_000 }, async ({ page, open }) => {
    await open(page);
    await race(page, crowd(64));
    const began = Date.now();
    const most = { process: 0, worker: 0, page: 0 };
    let now = 0;
    while (now < 600) {
      await later(2_000);
      now = await clock(page);
      const memory = await held(page);
      for (const key of Object.keys(most)) most[key] = Math.max(most[key], memory[key]);
    }
    const real = ((Date.now() - began) / 1_000).toFixed(0);
    const mb = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
    const steps = await events(page);
    console.log(`ten minutes, 64 validators: ${steps} events in ${real} s, ${await textOf(page, "#verdict")}`);
    console.log(`memory at most: worker's WebAssembly ${mb(most.worker)}, page's JavaScript ${mb(most.page)}, all the process holds ${mb(most.process)} (aim: 400)`);
  });
}

/// Bytes held: by the simulator's WebAssembly, by the page's scripts, and, where the system tells, by the
/// whole process that runs both.
async function held(page) {
  const simulator = page.workers().find((w) => w.url().endsWith("/worker.js"));
  const worker = await simulator.evaluate("self.simulator?.memory.buffer.byteLength ?? 0");
  const { JSHeapUsedSize } = await page.metrics();
  const own = (await renderers(page)).map(async (id) => {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    return Number(/RssAnon:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
  });
  return { worker, page: JSHeapUsedSize, process: Math.max(0, ...(await Promise.all(own))) };
}

/// Process numbers of what runs pages.
async function renderers(page) {
  const session = await page.browser().target().createCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter((p) => p.type === "renderer").map((p) => p.id);
}

/// Milliseconds all threads of pages have had of a processor, where the system tells: waiting for a busy
/// machine is not in it.
async function worked(page) {
  let all = 0;
  for (const id of await renderers(page)) {
    for (const thread of await readdir(`/proc/${id}/task`).catch(() => [])) {
      const had = await readFile(`/proc/${id}/task/${thread}/schedstat`, "utf8").catch(() => "0");
      all += Number(had.split(" ")[0]) / 1e6;
    }
  }
  return all;
}

/// Of the page's main thread, in milliseconds: what it did from one animation frame to the next, and each
/// task. `wall` as a clock sees it, `work` without waiting for a processor.
function mainThread(events) {
  // The thread on which animation frames are fired is the one that matters; workers have theirs, too.
  const named = new Map(events.filter((e) => e.name === "thread_name").map((e) => [`${e.pid}:${e.tid}`, e.args.name]));
  const thread = (e) => `${e.pid}:${e.tid}`;
  const fires = events.filter((e) => e.name === "FireAnimationFrame" && named.get(thread(e)) === "CrRendererMain");
  const own = thread(fires[0]);
  const runs = events.filter((e) => thread(e) === own && e.ph === "X" && /RunTask$/.test(e.name) && e.dur).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  // Both categories may tell of one task, the one within the other.
  const tasks = [];
  for (const run of runs) {
    const last = tasks.at(-1);
    if (!last || run.ts >= last.ts + last.dur) tasks.push(run);
  }
  const starts = fires.filter((e) => thread(e) === own).map((e) => e.ts).sort((a, b) => a - b);
  const begins = starts.filter((ts, k) => k === 0 || ts - starts[k - 1] > 4_000);
  const frames = begins.slice(1).map(() => ({ wall: 0, work: 0 }));
  let k = 0;
  for (const task of tasks) {
    // A task belongs to the frame in which it ends: the one that fires the frame to that frame.
    while (k < begins.length && begins[k] <= task.ts + task.dur) k++;
    const frame = frames[k - 1];
    if (!frame) continue;
    frame.wall += task.dur / 1_000;
    frame.work += (task.tdur ?? task.dur) / 1_000;
  }
  return { frames, tasks: tasks.map((t) => ({ wall: t.dur / 1_000, work: (t.tdur ?? t.dur) / 1_000 })) };
}
