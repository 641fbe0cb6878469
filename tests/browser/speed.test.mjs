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
}
