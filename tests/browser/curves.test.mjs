// Signatures and pairings: the page computes what the tools compute, to the last unit of gas.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { browserTest, textOf } from "./harness.mjs";
import { click } from "./hands.mjs";

const golden = JSON.parse(await readFile(new URL("../../tests/golden/curves.json", import.meta.url), "utf8"));

browserTest("a contract on every curve: answers, gas and state root are the native ones", { firefox: true, timeout: 240_000 }, async ({ page, open }) => {
  await open(page, `#${golden.link}`);
  const said = await textOf(page, "[data-notice]", (text) => /Replay (matches|diverges)/.test(text), 180_000);
  assert.match(said, /Replay matches/);
  assert.ok(said.includes(golden.digest.slice(0, 16)) && said.includes(String(golden.steps)), said);
  await click(page, "#tab-Contracts");
  // The newest receipt is the call's.
  const gas = await textOf(page, ".receipt[data-status=ok] .gas summary");
  assert.equal(gas.split(" of ")[0].replaceAll(/\D/g, ""), String(golden.gas));
  const roots = await textOf(page, ".receipt[data-status=ok] .roots[data-equal=true]");
  assert.ok(roots.includes(golden.root.slice(0, 8)), roots);
  const written = await page.$$eval(".receipt[data-status=ok] .table tr", (rows) => rows.map((row) => row.textContent));
  assert.ok(written.some((row) => row.includes("answers") && row.includes("00010100000000")), written.join("\n"));
});
