// Figures of contracts in a real browser, for `cargo xtask bench`: printed, never asserted. The module is the
// hostile catalogue's, which holds the same work as the native bench; all in one page and turn by turn.
import { readFile } from "node:fs/promises";

const measuring = process.env.MEASURE === "1";
// The harness starts a browser, and only tests end it: without measuring there are none.
const { browserTest } = measuring ? await import("./harness.mjs") : {};
const MODULE = new URL("../../target/wasm32-unknown-unknown/page/consensusforge_catalogue.wasm", import.meta.url);

if (measuring) {
  browserTest("speed of contracts", {}, async ({ page }) => {
    const module = (await readFile(MODULE)).toString("base64");
    const lines = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const { instance } = await WebAssembly.instantiate(bytes, {});
      const { transfers, block, judged, burnt } = instance.exports;
      const once = (work) => {
        const start = performance.now();
        work();
        return performance.now() - start;
      };
      const fastest = (turns, work) => Math.min(...Array.from({ length: turns }, () => once(work)));
      transfers(0, 0);
      block(0, 0);
      let [engine, bare, one, twenty] = [Infinity, Infinity, Infinity, Infinity];
      for (let turn = 0; turn < 10; turn++) {
        engine = Math.min(engine, once(() => transfers(20, 0)) / 20);
        bare = Math.min(bare, once(() => transfers(20, 1)) / 20);
        one = Math.min(one, once(() => block(1, 0)));
        twenty = Math.min(twenty, once(() => block(20, 0)));
      }
      const ms = (time) => `${time.toFixed(time < 10 ? 2 : 0)} ms`;
      return [
        `cw20 transfer: ${ms(engine)}, by the interpreter alone ${ms(bare)}, ratio ${(engine / bare).toFixed(2)} (aim 1.3)`,
        `block of 50 transfers: 1 validator ${ms(one)}, 20 sharing ${ms(twenty)}, ratio ${(twenty / one).toFixed(2)} (aim 1.1)`,
        `verdict: 300 kB ${ms(fastest(3, () => judged(0)))} (aim 150), 3 MB ${ms(fastest(3, () => judged(1)))} (aim 1,000)`,
        `a full block of operators that cost one: ${ms(fastest(2, () => burnt(50e6, 0)))}, of CosmWasm's: ${ms(fastest(2, () => burnt(50e6, 1)))}`,
      ];
    }, module);
    for (const line of lines) console.log(line);
  });
}
