import puppeteer from "puppeteer-core";
import { serve } from "./server.mjs";
import { fileURLToPath } from "node:url";
const host = await serve(fileURLToPath(new URL("../../dist/", import.meta.url)), "/p/");
const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
const shots = (process.env.SHOTS ?? "4:1024:light,30:1024:light,128:1024:light").split(",");
const later = (ms) => new Promise((d) => setTimeout(d, ms));
for (const shot of shots) {
  const [n, width, theme, flow = "down", what = ""] = shot.split(":");
  const page = await browser.newPage();
  page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
  page.on("pageerror", (e) => console.log("thrown:", String(e).slice(0, 400)));
  await page.setViewport({ width: Number(width), height: width === "390" ? 844 : width === "1920" ? 1080 : 768 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  await page.goto(host.url, { waitUntil: "load" });
  await page.waitForSelector("#verdict");
  await later(1500);
  if (n !== "4") {
    const validators = Array.from({ length: Number(n) }, (_, i) => ({ name: `v${i + 1}`, stake: 100 + ((i * 37) % 50) * 4 }));
    const scenario = { validators, adversary: { who: { count: 2 }, strategy: "silent" } };
    await page.evaluate((text) => {
      const files = new DataTransfer();
      files.items.add(new File([text], "scenario.json", { type: "application/json" }));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
    }, JSON.stringify({ consensusforge: 1, scenario }));
    await later(1000);
    await page.evaluate(() => { const p = document.querySelector("#play"); if (p.getAttribute("aria-label") === "Play") p.click(); });
  }
  await later(Number(process.env.WAIT ?? 5000));
  if (flow === "right") {
    await page.click("#chart-choices");
    await page.select("#chart-flow", "right");
    if (!what) await page.click("#chart-choices");
    await later(1500);
  }
  if (what === "fold") { await page.click("#chart-choices"); await page.click("#chart-fold"); await later(1500); }
  if (what === "hover") {
    const box = await page.$eval("canvas", (c) => { const r = c.getBoundingClientRect(); return { x: r.x, y: r.y, w: r.width, h: r.height }; });
    await page.evaluate(() => document.querySelector("#play").click());
    await later(400);
    for (let k = 0; k < 60; k++) {
      await page.mouse.move(box.x + box.w * (0.3 + 0.005 * k), box.y + box.h * 0.5);
      if (await page.$(".tooltip")) break;
    }
    await later(800);
  }
  if (what === "menu") {
    await page.evaluate(() => document.querySelector("#play").click());
    await later(400);
    await page.focus("canvas");
    await page.keyboard.press("Enter");
    await later(300);
    await page.keyboard.down("Shift"); await page.keyboard.press("F10"); await page.keyboard.up("Shift");
    await later(500);
  }
  if (what === "sum") {
    await page.evaluate(() => document.querySelector("#play").click());
    const box = await page.$eval("canvas", (c) => { const r = c.getBoundingClientRect(); return { x: r.x, y: r.y, w: r.width, h: r.height }; });
    await page.keyboard.down("Shift");
    await page.mouse.move(box.x + box.w * 0.2, box.y + box.h * 0.3); await page.mouse.down();
    await page.mouse.move(box.x + box.w * 0.4, box.y + box.h * 0.5); await page.mouse.move(box.x + box.w * 0.7, box.y + box.h * 0.7); await page.mouse.up();
    await page.keyboard.up("Shift");
    await later(600);
  }
  await page.screenshot({ path: `/tmp/chart-shots/${shot.replaceAll(":", "-")}.png` });
  console.log(shot, await page.$eval(".chart-tools", (e) => `${e.dataset.shapes} shapes`), await page.$eval(".folding", (e) => e.textContent).catch(() => ""));
  await page.close();
}
await browser.close();
host.close();
