// The studio: contracts written, uploaded, instantiated, called and looked at.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { again } from "./again.mjs";
import { browserTest, textOf } from "./harness.mjs";
import { click, drop } from "./hands.mjs";

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

browserTest("what is typed into the editor goes nowhere else", { firefox: true }, async ({ page, open }) => {
  await contracts(page, open);
  await openEditor(page);
  await write(page, " ");
  // Every one of these means something to the page where nobody writes.
  const typed = "psalm 12345 bad jk ln fw ? > < [ ] , . + - = P";
  await page.keyboard.type(typed);
  await page.waitForFunction((text) => {
    const line = document.querySelector(".editor .code").shadowRoot.querySelector(".cm-line");
    return line.textContent.includes(text);
  }, {}, typed);
  assert.equal(await page.$("[data-presenting]"), null);
  assert.equal(await page.$("dialog[open]"), null);
  assert.equal(await page.$eval("#play", (play) => play.getAttribute("aria-label")), "Pause");
  assert.equal(await page.$eval("#tab-Contracts", (tab) => tab.getAttribute("aria-selected")), "true");
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
    await textOf(page, "#accepted", (text) => text.startsWith(`my ${name} was added`), 60_000);
    // The list of modules comes with the next news of the ledger.
    await page.waitForSelector(`[data-module="my ${name}"] [data-act=deploy]`);
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

browserTest("storage is shown, compared between heights and proved; every validator answers the same", { firefox: true }, async ({ page, open, screenshot }) => {
  await contracts(page, open);
  await click(page, "[data-module=counter] [data-act=deploy]");
  await page.waitForSelector("[data-contract] [data-act=call]");
  await click(page, "[data-contract] [data-act=call]");
  await page.waitForFunction(() => document.querySelectorAll(".receipt[data-status=ok]").length === 2);
  const called = await page.$eval(".receipt h3 small", (e) => Number(/in block (\d+)/.exec(e.textContent)[1]));
  const before = called - 1;
  await page.$eval(".storage", (details) => details.setAttribute("open", ""));
  await page.waitForSelector(".entries tbody tr");
  const fill = (label, text) =>
    page.evaluate((label, text) => {
      const field = document.querySelector(`.storage [aria-label="${label}"]`);
      field.value = text;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, label, text);
  await fill("Changed since height", String(before));
  await textOf(page, ".storage .note", (text) => /^1 entry differs between/.test(text));
  await fill("Changed since height", "soon");
  await textOf(page, ".storage .refusal", (text) => /whole number/.test(text));
  await fill("Changed since height", "");
  await page.waitForSelector(".entries tbody tr button");
  await click(page, ".entries tbody tr button");
  await textOf(page, ".proof", (text) => /^Checked: \d+ hashes lead from key/.test(text));
  const area = ".storage textarea";
  await page.$eval(area, (field) => {
    field.value = "consensusforge-proof-1:00:00";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await textOf(page, ".storage .refusal[role=alert]", (text) => /this is no proof/.test(text));
  // All validators, asked the same.
  await page.select("[data-contract] [aria-label=Validator]", "all");
  await click(page, "[data-contract] [data-act=view]");
  await page.waitForFunction(() => document.querySelectorAll(".answers .viewed").length === 4);
  const said = await page.$$eval(".answers .viewed", (all) => new Set(all.map((a) => a.textContent)).size);
  assert.equal(said, 1);
  await screenshot(page, "storage");
});

browserTest("a wrong form is told at its field and its text stays; the faucet gives", {}, async ({ page, open }) => {
  await contracts(page, open);
  await click(page, "[data-module=counter] [data-act=deploy]");
  await page.waitForSelector("[data-contract] [data-act=call]");
  const complaint = async (funds, words) => {
    await page.$eval("[data-contract] .coins", (field, funds) => (field.value = funds), funds);
    await click(page, "[data-contract] [data-act=call]");
    await textOf(page, "[data-contract] .coins ~ .complaint", (text) => words.test(text));
    assert.equal(await page.$eval("[data-contract] .coins", (field) => field.value), funds);
    assert.equal(await page.$eval("[data-contract] .coins", (field) => field.getAttribute("aria-invalid")), "true");
  };
  await complaint("5 silver", /Nobody here has “silver”/);
  await complaint("many", /does not begin with an amount/);
  await complaint("5 gold, 6 gold", /twice/);
  await complaint("9999999999999999999 forge", /The sender has/);
  await page.$eval(".people", (details) => details.setAttribute("open", ""));
  await page.waitForSelector("[data-person=Alice] button");
  const coins = () => page.$eval("[data-person=Alice] .coins-owned", (e) => e.textContent);
  const before = await coins();
  await click(page, "[data-person=Alice] button");
  await page.waitForFunction((old) => document.querySelector("[data-person=Alice] .coins-owned").textContent !== old, {}, before);
});

browserTest("a file of 100 MB is refused by name, unread; one of 3 MB leaves the page responsive", {}, async ({ page, open }) => {
  await contracts(page, open);
  await page.evaluate(() => {
    const drop = (file) => {
      const files = new DataTransfer();
      files.items.add(file);
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
    };
    const huge = new File([new Blob([new Uint8Array(100 << 20)])], "huge.wasm");
    huge.arrayBuffer = () => { throw new Error("it was read"); };
    drop(huge);
    // Frames while 3 MB are judged: the longest gap is what a person would feel.
    window.longest = 0;
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      window.longest = Math.max(window.longest, now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    const bytes = new Uint8Array(3 << 20);
    bytes.set([0, 97, 115, 109, 1, 0, 0, 0, 0, 0xfb, 0xff, 0xbf, 0x01, 1, 120]);
    setTimeout(() => {
      window.began = performance.now();
      drop(new File([bytes], "large.wasm"));
    }, 300);
  });
  await textOf(page, ".banner.bad", (text) => /huge\.wasm has 100/.test(text));
  await textOf(page, "#refusal, #accepted", (text) => text !== "");
  const [took, longest] = await page.evaluate(() => [performance.now() - window.began, window.longest]);
  console.log(`3 MB: verdict within ${Math.round(took)} ms, longest gap between frames ${Math.round(longest)} ms`);
  assert.ok(longest < 1_500, `${longest} ms without a frame`);
});

browserTest("cw20_base.wasm is dropped, instantiated, transferred and asked; all roots are equal", { firefox: true, timeout: 240_000 }, async ({ page, open, screenshot }) => {
  const root = new URL("../../", import.meta.url);
  const wasm = await readFile(new URL("contracts/wasm/cw20-base.wasm", root));
  const schema = await readFile(new URL("web/assets/schemas/cw20-base.json", root), "utf8");
  await contracts(page, open);
  // Another name and one byte more in a custom section, so that it is a stranger's and not the built-in one.
  await drop(page, "cw20_base.wasm", [...wasm, 0, 2, 1, 120]);
  await textOf(page, "#accepted", (text) => text.startsWith("cw20_base was added"));
  const card = '[data-module="cw20_base"]';
  // What just came in stands open.
  await page.waitForSelector(`${card}[open]`);
  await textOf(page, `${card} .facts`, (text) => /cosmwasm/.test(text) && /instantiate/.test(text) && /modern|strict/.test(text));
  // Without a schema it is JSON; a mistake is told at the message.
  await page.waitForSelector(`${card} textarea.json`);
  const json = (text) => page.$eval(`${card} textarea.json`, (area, text) => (area.value = text), text);
  await json('{"name": "A", "name": "B"}');
  await click(page, `${card} [data-act=deploy]`);
  await textOf(page, `${card} .field .complaint`, (text) => /Line 1, column .*twice/.test(text));
  // What the contract itself refuses is told at the form, too, once it is in a block; the text stays.
  await json("{}");
  await click(page, `${card} [data-act=deploy]`);
  await textOf(page, `${card} .refusal.sent`, (text) => /^Failed in block \d+: .*missing field `name`.*Nothing changed/.test(text));
  assert.equal(await page.$eval(`${card} textarea.json`, (area) => area.value), "{}");
  // With its schema it is a form.
  await page.$eval(`${card} .schema textarea`, (area, text) => {
    area.value = text;
    area.dispatchEvent(new Event("change", { bubbles: true }));
  }, schema);
  const field = (place, name) => `${place} [data-field="${name}"]`;
  await page.waitForSelector(field(card, "symbol"));
  const you = await (async () => {
    await page.$eval(".people", (details) => details.setAttribute("open", ""));
    await page.waitForSelector("[data-person=You]");
    return page.$eval("[data-person=You]", (e) => e.dataset.address);
  })();
  const put = (selector, text) =>
    page.$eval(selector, (input, text) => {
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
  await put(field(card, "name"), "Play");
  await put(field(card, "symbol"), "PLAY");
  await put(field(card, "initial_balances"), JSON.stringify([{ address: you, amount: "1000" }]));
  await click(page, `${card} [data-act=deploy]`);
  await textOf(page, `${card} label:has([data-field=decimals]) .complaint`, (text) => /missing/.test(text));
  assert.equal(await page.$eval(field(card, "name"), (input) => input.value), "Play");
  await put(field(card, "decimals"), "6");
  await click(page, `${card} [data-act=deploy]`);
  const contract = "[data-contract]";
  await page.waitForSelector(contract, { timeout: 60_000 });
  await page.waitForSelector(`${contract} .function`);
  await page.select(`${contract} .function`, "execute:transfer");
  const alice = await page.$eval("[data-person=Alice]", (e) => e.dataset.address);
  await put(field(contract, "recipient"), alice);
  await put(field(contract, "amount"), "10");
  await click(page, `${contract} [data-act=call]`);
  await page.waitForFunction(() => document.querySelectorAll(".receipt[data-status=ok] .roots[data-equal=true]").length === 2, { timeout: 60_000 });
  await textOf(page, `${contract} .accepted.sent`, (text) => /^Done in block \d+/.test(text));
  // Accounts and contracts go by their names, keys are read as the libraries wrote them.
  await textOf(page, ".receipt", (text) => /^ok call of cw20_base .*from=You, to=Alice, amount=10.*balance \/ Alice/.test(text));
  await page.select(`${contract} .function`, "query:balance");
  await put(field(contract, "address"), alice);
  await page.select(`${contract} [aria-label=Validator]`, "all");
  await click(page, `${contract} [data-act=view]`);
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll(".answers .viewed")];
    return all.length === 4 && all.every((a) => a.textContent.includes('{"balance":"10"}'));
  });
  await screenshot(page, "cw20");
});

browserTest("one executor lies: its root differs, and the microscope shows where", { timeout: 180_000 }, async ({ page, open, screenshot }) => {
  await contracts(page, open);
  await page.evaluate(() => {
    const field = document.getElementById("byzantine-number");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "1");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await textOf(page, "#adversary-says", (text) => /25 % of the stake/.test(text));
  await page.select("#strategy", "wrong_root");
  await click(page, "[data-module=counter] [data-act=deploy]");
  await page.waitForSelector("[data-contract]", { timeout: 60_000 });
  await click(page, "[data-contract] [data-act=call]");
  await page.waitForSelector(".receipt [data-act=microscope]", { timeout: 60_000 });
  await click(page, ".receipt [data-act=microscope]");
  await textOf(page, ".receipt .seen", (text) => /differ|diverge/.test(text) && /state root/.test(text));
  await screenshot(page, "microscope");
});

browserTest("a hostile module is stopped by its gas and leaves the page usable", {}, async ({ page, open }) => {
  await contracts(page, open);
  await click(page, "[data-module=loop] [data-act=deploy]");
  await page.waitForSelector("[data-contract] [data-act=call]", { timeout: 60_000 });
  await click(page, "[data-contract] [data-act=call]");
  await textOf(page, ".receipt[data-status=failed] .refusal", (text) => /ran out of gas/.test(text), 60_000);
  const height = () => page.$eval("#verdict", (e) => Number(/height (\d+)/.exec(e.textContent)[1]));
  const before = await height();
  await textOf(page, "#verdict", (text) => Number(/height (\d+)/.exec(text)?.[1]) > before);
});

browserTest("a contract nobody knows names its functions; one that calls itself or talks gibberish is told in a sentence", { timeout: 180_000 }, async ({ page, open }) => {
  const root = new URL("../../", import.meta.url);
  const wasm = await readFile(new URL("contracts/wasm/cw20-base.wasm", root));
  await contracts(page, open);
  const drop = (name, bytes) =>
    page.evaluate((name, text) => {
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
    }, name, Buffer.from(bytes).toString("base64"));
  const json = '[data-contract] textarea.json';
  const make = async (name, message) => {
    await page.waitForSelector(`[data-module="${name}"] textarea.json`);
    await page.$eval(`[data-module="${name}"] textarea.json`, (area, text) => (area.value = text), message);
    await click(page, `[data-module="${name}"] [data-act=deploy]`);
  };
  // Its address is that of a run's first contract: it is made first.
  await drop("again.wat", Buffer.from(again()));
  await make("again", "{}");
  await page.waitForSelector(json);
  await click(page, "[data-contract] [data-act=call]");
  await textOf(page, "[data-contract] .refusal.sent", (text) => /contracts call one another more than 500 deep.*Nothing changed/.test(text));
  await page.select("[data-contract] .function", "query json");
  await page.waitForSelector("[data-contract] [data-act=view]");
  await click(page, "[data-contract] [data-act=view]");
  await textOf(page, "[data-contract] .fields .refusal[role=alert]:not([hidden])", (text) => /not valid UTF-8/.test(text));
  // A token that comes without its schema.
  await drop("stranger.wasm", [...wasm, 0, 2, 1, 120]);
  await make("stranger", '{"name":"Play","symbol":"PLAY","decimals":0,"initial_balances":[]}');
  await page.waitForFunction(() => document.querySelectorAll("[data-contract]").length === 2);
  const card = await page.waitForFunction(() => [...document.querySelectorAll("[data-contract]")].find((c) => c.textContent.includes("stranger") && c.querySelector(".function")));
  const it = await card.evaluate((c) => `[data-contract="${c.dataset.contract}"]`);
  await page.select(`${it} .function`, "query json");
  await page.waitForSelector(`${it} [data-act=view]`);
  assert.equal(await page.$eval(`${it} textarea.json`, (area) => area.value), '{"help":{}}');
  await click(page, `${it} [data-act=view]`);
  await page.waitForSelector(`${it} .offers button`);
  const names = await page.$$eval(`${it} .offers button`, (all) => all.map((b) => b.textContent));
  assert.ok(names.includes("token_info") && names.includes("balance"), `${names}`);
  await page.evaluate((it) => [...document.querySelectorAll(`${it} .offers button`)].find((b) => b.textContent === "token_info").click(), it);
  assert.equal(await page.$eval(`${it} textarea.json`, (area) => area.value), '{"token_info":{}}');
  await click(page, `${it} [data-act=view]`);
  await textOf(page, `${it} .viewed`, (text) => /"symbol":"PLAY"/.test(text));
});

browserTest("the contracts are one key and one Tab away, and a file that comes in takes nobody's place", { firefox: true }, async ({ page, open }) => {
  await open(page);
  await started(page);
  await page.keyboard.press("3");
  await page.waitForSelector("#upload");
  await page.keyboard.press("Tab");
  const held = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await held(), "upload");
  await page.$eval(".rules", (rules) => rules.setAttribute("open", ""));
  await page.evaluate((text) => {
    const files = new DataTransfer();
    files.items.add(new File([text], "mine.wat"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
  }, '(module (func (export "run")))');
  await textOf(page, "#refusal, #accepted", (text) => text !== "");
  assert.equal(await held(), "upload");
  assert.ok(await page.$(".rules[open]"));
});
