// The hostile catalogue in a real browser: the chain's own code, compiled as the page's is, judges and runs the
// same modules as natively, and must say the same to the last unit of gas. `cargo xtask browser` compiles it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { browserTest } from "./harness.mjs";

const root = new URL("../../", import.meta.url);
const MODULE = new URL("target/wasm32-unknown-unknown/page/consensusforge_catalogue.wasm", root);

browserTest("the hostile catalogue ends as it does natively", { firefox: true }, async ({ page }) => {
  const agreed = await readFile(new URL("tests/golden/hostile.txt", root), "utf8");
  const module = await readFile(MODULE).catch(() => {
    throw new Error("the catalogue is not compiled; `cargo xtask browser hostile` does that first");
  });
  const found = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    // It needs nothing of the browser: no clock, no luck.
    const { instance } = await WebAssembly.instantiate(bytes, {});
    const { length, address, memory } = instance.exports;
    const [size, at] = [length(), address()];
    return new TextDecoder().decode(new Uint8Array(memory.buffer, at, size));
  }, module.toString("base64"));
  assert.deepEqual(found.split("\n"), agreed.split("\n"));
});
