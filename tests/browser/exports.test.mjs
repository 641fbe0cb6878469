// Exports of the page, each parsed by its own tool or rule: Mermaid's parser, ShiViz's expression and the
// rules of vector clocks, trace-event JSON, ITF; and a saved trace opened again.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { browserTest, textOf } from "./harness.mjs";
import { click } from "./hands.mjs";
import { saving } from "./saving.mjs";

async function paused(page, open) {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [4-9]/.test(text));
  await page.keyboard.press("Space");
  await page.waitForSelector("#play[aria-label=Play]");
}

async function exporter(page) {
  const save = await saving(page);
  await click(page, "#share");
  await page.waitForSelector("dialog[open] #export");
  return async (format, range = "0") => {
    const value = await page.$$eval("#export-format option", (all, name) => all.find((o) => o.textContent.includes(name)).value, format);
    await page.select("#export-format", value);
    await page.select("#export-range", range);
    return (await save(() => click(page, "#export"))).toString();
  };
}

browserTest("a Mermaid diagram is parsed and drawn by Mermaid", { timeout: 180_000 }, async ({ page, newPage, open }) => {
  await paused(page, open);
  const text = await (await exporter(page))("Mermaid", "3");
  const mermaid = join(dirname(createRequire(import.meta.url).resolve("mermaid/package.json")), "dist/mermaid.min.js");
  const other = await newPage();
  await other.goto("about:blank");
  await other.addScriptTag({ path: mermaid });
  const parsed = await other.evaluate(async (text) => {
    const { mermaid } = globalThis;
    mermaid.initialize({ startOnLoad: false });
    const kind = await mermaid.parse(text);
    const { svg } = await mermaid.render("diagram", text);
    // The parser must be able to say no.
    const wrong = await mermaid.parse(`${text}\nn0 prevote->\n`, { suppressErrors: true });
    return { kind: kind.diagramType, arrows: (svg.match(/class="messageText"/g) ?? []).length, wrong };
  }, text);
  assert.equal(parsed.kind, "sequence");
  assert.equal(parsed.wrong, false);
  assert.equal(parsed.arrows, (text.match(/->>|--x/g) ?? []).length);
  assert.ok(parsed.arrows > 10);
});

browserTest("a ShiViz log is read by its own expression and keeps the rules of vector clocks", {}, async ({ page, open }) => {
  await paused(page, open);
  const log = await (await exporter(page))("ShiViz");
  const [expression] = log.split("\n", 1);
  assert.equal(expression, "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})");
  const now = new Map();
  let events = 0;
  for (const { groups } of log.slice(expression.length).matchAll(new RegExp(expression, "g"))) {
    const { host } = groups;
    const clock = JSON.parse(groups.clock);
    const before = now.get(host) ?? {};
    assert.equal(clock[host], (before[host] ?? 0) + 1, groups.event);
    for (const [other, count] of Object.entries(clock)) {
      assert.ok(count >= (before[other] ?? 0), groups.event);
      if (other === host) continue;
      assert.ok((now.get(other)?.[other] ?? 0) >= count, groups.event);
    }
    now.set(host, clock);
    events++;
  }
  assert.ok(events > 100 && now.size === 4, `${events} events`);
  assert.equal(events * 2, log.trimEnd().split("\n").length - 2, "every line belongs to an event");
});

browserTest("Perfetto, ITF, JSON lines and CSV are what they say", {}, async ({ page, open }) => {
  await paused(page, open);
  const take = await exporter(page);
  const { traceEvents, otherData } = JSON.parse(await take("Perfetto"));
  assert.match(otherData.range, /records, from/);
  const phases = {};
  for (const e of traceEvents) (phases[e.ph] ??= []).push(e);
  assert.deepEqual(Object.keys(phases).sort(), ["M", "X", "i"]);
  // An arrow goes from the slice that sent a message to each slice that received it.
  const starts = new Map(phases.X.filter((e) => e.flow_out).map((e) => [e.bind_id, e]));
  const ends = phases.X.filter((e) => e.flow_in);
  assert.ok(ends.length > 10, `${ends.length} arrows`);
  for (const end of ends) assert.ok(starts.get(end.bind_id).ts <= end.ts, JSON.stringify(end));
  for (const e of traceEvents) assert.ok(typeof e.ts === "number" && typeof e.pid === "number" && typeof e.tid === "number");
  for (const slice of phases.X) assert.ok(slice.dur >= 0);
  const itf = JSON.parse(await take("ITF"));
  assert.equal(itf["#meta"].format, "ITF");
  for (const [index, state] of itf.states.entries()) {
    assert.equal(state["#meta"].index, index);
    assert.deepEqual(Object.keys(state).filter((k) => k !== "#meta").sort(), [...itf.vars].sort());
    assert.match(state.now_us["#bigint"], /^\d+$/);
  }
  const lines = (await take("JSON lines")).trim().split("\n");
  for (const line of lines) JSON.parse(line);
  assert.match(await take("CSV"), /^height,decided_at_us,/);
});

browserTest("a saved trace opens again, judged and charted, and cannot be changed", {}, async ({ page, open, screenshot, problems }) => {
  await open(page);
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
  await page.select("#scenario", "fork");
  await textOf(page, "#verdict", (text) => /agreement violated/.test(text));
  await page.keyboard.press("Space");
  await page.waitForSelector("#play[aria-label=Play]");
  // The part around the violation is offered now that there is one, and holds the conflicting decisions.
  const take = await exporter(page);
  const part = (await take("JSON lines", "4")).trim().split("\n").map((line) => JSON.parse(line));
  const decisions = part.filter((line) => line.event === "committed");
  assert.ok(decisions.some((a) => decisions.some((b) => a.height === b.height && a.block !== b.block)), JSON.stringify(decisions));
  const save = await saving(page);
  await page.waitForSelector("dialog[open] #save-trace");
  const bytes = await save(() => click(page, "#save-trace"));
  // Read only now: a frame of before the pause may have been under way until the worker answered.
  const sentence = await textOf(page, "[data-monitor=agreement] p");
  assert.equal(bytes.subarray(0, 8).toString(), "CFTRACE\n");
  const folder = await mkdtemp(join(tmpdir(), "consensusforge-"));
  const file = join(folder, "fork.cftrace");
  await writeFile(file, bytes);
  await open(page);
  await textOf(page, "#verdict", (text) => /height [1-9]/.test(text));
  const choose = async (file) => {
    if (!(await page.$("dialog[open]"))) await click(page, "#share");
    await page.waitForSelector("dialog[open]");
    await (await page.$("#open-file")).uploadFile(file);
  };
  await choose(file);
  await textOf(page, "#recorded", (text) => /A saved trace/.test(text));
  assert.equal(await textOf(page, "[data-monitor=agreement] p", (text) => /At height/.test(text)), sentence);
  assert.equal(await page.$("#recorded details"), null, "nothing in it is wrong");
  await screenshot(page, "recorded");
  // One that lies: the last bytes are gone, and one item is another.
  const lie = join(folder, "lie.cftrace");
  await writeFile(lie, bytes.subarray(0, bytes.length - 30));
  await choose(lie);
  await textOf(page, "#recorded details li", (text) => /damaged|cut off/.test(text));
  await choose(await absurd(folder));
  await textOf(page, ".banner.bad", (text) => /claims 4294967295 unpacked bytes: at most/.test(text));
  assert.deepEqual(problems, []);
});

async function absurd(folder) {
  const file = join(folder, "absurd.cftrace");
  await writeFile(file, Buffer.concat([Buffer.from("CFTRACE\n"), Buffer.from([1, 0, 8, 0, 0, 0, 255, 255, 255, 255]), Buffer.alloc(8)]));
  return file;
}
