// The hostile catalogue in a real browser: the chain's own code, compiled as the page's is, judges and runs the
// same modules as natively, and must say the same to the last unit of gas. `cargo xtask browser` compiles it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { browserTest } from "./harness.mjs";

const root = new URL("../../", import.meta.url);
const MODULE = new URL("target/wasm32-unknown-unknown/page/consensusforge_catalogue.wasm", root);

// In a worker, as on the page: however slow the machine, the browser goes on answering.
const WORKER = `onmessage = async ({ data }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  // It needs nothing of the browser: no clock, no luck.
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const { length, address, memory } = instance.exports;
  const [size, at] = [length(), address()];
  postMessage(new TextDecoder().decode(new Uint8Array(memory.buffer, at, size)));
};`;

const options = { firefox: true, timeout: 600_000 };
browserTest("the hostile catalogue ends as it does natively", options, async ({ page }) => {
  const agreed = await readFile(new URL("tests/golden/hostile.txt", root), "utf8");
  const module = await readFile(MODULE).catch(() => {
    throw new Error("the catalogue is not compiled; `cargo xtask browser hostile` does that first");
  });
  await page.evaluate(
    (worker, base64) => {
      const thread = new Worker(URL.createObjectURL(new Blob([worker])));
      thread.onmessage = ({ data }) => (window.found = data);
      thread.onerror = (error) => (window.found = `failed: ${error.message}`);
      thread.postMessage(base64);
    },
    WORKER,
    module.toString("base64"),
  );
  await page.waitForFunction(() => window.found, { timeout: 590_000, polling: 100 });
  const found = await page.evaluate(() => window.found);
  assert.deepEqual(found.split("\n"), agreed.split("\n"));
});
