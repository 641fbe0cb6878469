// The studio: contracts written, uploaded, instantiated, called and looked at.
import assert from "node:assert/strict";
import { browserTest, textOf } from "./harness.mjs";

const click = (page, selector) => page.$eval(selector, (element) => element.click());
const started = (page) => textOf(page, "#verdict", (text) => /height [2-9]/.test(text));

async function contracts(page, open) {
  await open(page);
  await started(page);
  await click(page, "#tab-Contracts");
  await page.waitForSelector("[data-module=counter]");
}

async function openEditor(page) {
  await page.evaluate(() => document.querySelector("details.editing").setAttribute("open", ""));
  await page.waitForSelector(".editor.full .code");
}

/// What stands in CodeMirror; it lives in a shadow root.
const written = (page) =>
  page.$eval(".editor .code", (host) => [...host.shadowRoot.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n"));

async function write(page, text) {
  await page.$eval(".editor .code", (host) => host.shadowRoot.querySelector(".cm-content").focus());
  for (const [key, what] of [["down", "Control"], ["press", "a"], ["up", "Control"]]) await page.keyboard[key](what);
  await page.keyboard.press("Delete");
  // At once: typed letter by letter, the editor would indent by itself.
  await page.keyboard.sendCharacter(text);
}

browserTest("the editor comes with its styles, marks mistakes at their lines and loses no text", { firefox: true }, async ({ page, open, screenshot }) => {
  await contracts(page, open);
  await openEditor(page);
  // Without its style sheet the gutter would stand above the text.
  const display = await page.$eval(".editor .code", (host) => getComputedStyle(host.shadowRoot.querySelector(".cm-scroller")).display);
  assert.equal(display, "flex");
  const wrong = '(module\n  (func (export "run")\n    i32.cons 1 drop))';
  await page.evaluate((text) => {
    const field = document.getElementById("wat");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, wrong);
  await page.waitForFunction((text) => {
    const lines = document.querySelector(".editor .code").shadowRoot.querySelectorAll(".cm-line");
    return [...lines].map((l) => l.textContent).join("\n") === text;
  }, {}, wrong);
  await click(page, "#compile");
  assert.match(await textOf(page, "#compile-error"), /line 3, column 5/);
  await page.waitForFunction(() => document.querySelector(".editor .code").shadowRoot.querySelector(".cm-lint-marker-error"));
  await screenshot(page, "editor");
  // Another tab and back; then another visit.
  await click(page, "#tab-Run");
  await click(page, "#tab-Contracts");
  await openEditor(page);
  assert.equal(await written(page), wrong);
  await contracts(page, open);
  await openEditor(page);
  assert.equal(await written(page), wrong);
});

browserTest("every AssemblyScript sample compiles, deploys and runs; a mistake is told at its line", { timeout: 240_000 }, async ({ page, open, screenshot }) => {
  await contracts(page, open);
  await openEditor(page);
  await page.select("#language", "assemblyscript");
  const samples = await page.waitForFunction(() => {
    const names = [...document.querySelectorAll("#gallery option")].map((o) => o.value).filter(Boolean);
    return names.length >= 4 && names;
  });
  const inputs = { counter: "5", guestbook: "hello", "tip jar": "", poll: "red" };
  const values = { "tip jar": "3" };
  let deployed = 0;
  for (const name of await samples.jsonValue()) {
    await page.select("#gallery", name);
    await click(page, "#compile");
    await textOf(page, "#accepted", (text) => text.startsWith(`my ${name} is in`), 60_000);
    await click(page, `[data-module="my ${name}"] [data-act=deploy]`);
    deployed += 1;
    await page.waitForFunction((n) => document.querySelectorAll("[data-contract]").length === n, {}, deployed);
    const before = await page.$$eval(".receipt[data-status=ok]", (all) => all.length);
    await page.evaluate((name, input, value) => {
      const put = (field, text) => {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      };
      const card = [...document.querySelectorAll("[data-contract]")].find((c) => c.textContent.includes(`my ${name}`));
      put(card.querySelector(".input-field input"), input);
      put(card.querySelector(".coins"), value);
      card.querySelector("[data-act=call]").click();
    }, name, inputs[name] ?? "", values[name] ?? "0");
    await page.waitForFunction((n) => document.querySelectorAll(".receipt[data-status=ok] .roots[data-equal=true]").length > n, {}, before);
  }
  await screenshot(page, "assemblyscript");
  await write(page, 'import { output } from "forge";\n\nexport function call(): void {\n  outputt("x");\n}\n');
  await click(page, "#compile");
  assert.match(await textOf(page, "#compile-error", (text) => /outputt/.test(text)), /line 4, column 3/);
  // The module before stays, and so does the page.
  assert.match(await page.$eval("#verdict", (element) => element.textContent), /holds/);
});
