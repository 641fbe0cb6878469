// What the types say is what the library does: values it gives are given to the TypeScript compiler as
// literals of their types, the methods of a run are those that the types name, and the package installs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as library from "../../../target/npm/node.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = fileURLToPath(new URL("../../../target/npm/", import.meta.url));

/// Type errors that the compiler finds, one a line; none when all is well.
function complaints(project) {
  try {
    execFileSync(join(here, "node_modules/.bin/tsc"), ["--project", project], { cwd: here, encoding: "utf8" });
    return "";
  } catch (error) {
    return `${error.stdout}${error.stderr}`;
  }
}

/// A value as TypeScript writes it.
function literal(value) {
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  return `{${Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${literal(field)}`).join(", ")}}`;
}

test("a program in TypeScript fits, and one that is wrong does not", () => {
  assert.equal(complaints("tsconfig.json"), "");
});

test("values have the types that the declarations give them", async () => {
  const run = await library.open("fork");
  while (!run.advance(20_000_000n).reached);
  const wasm = readFileSync(new URL("../../../contracts/wasm/counter.wasm", import.meta.url));
  const module = run.contract.add("mine", wasm);
  run.contract.submit({ action: { deploy: { contract: "mine", input: { text: "" } } } });
  while (!run.advance(40_000_000n).reached);
  const calm = await library.open("happy");
  calm.contract.add("mine", wasm);
  calm.contract.submit({ action: { deploy: { contract: "mine", input: { text: "" } } } });
  while (!calm.advance(3_000_000n).reached);
  const [deployed] = calm.contract.deployed();
  const contract = deployed.address;
  calm.contract.submit({ action: { call: { address: contract, input: { text: "" }, value: 0 } } });
  while (!calm.advance(5_000_000n).reached);
  const stored = calm.contract.storage({ contract });
  const again = await library.open(calm.link().fragment);
  let replay = null;
  while (replay === null) replay = again.replay();
  const values = {
    RunInfo: [run.info()],
    Frame: [run.view(), calm.view()],
    Moments: [run.moments()],
    Advance: [run.advance(0)],
    Decision: run.decisions().slice(0, 3),
    MessageView: [run.message(1), run.message(2)],
    LinkView: [run.link()],
    Replay: [replay],
    ExportView: [calm.export("mermaid", 0, 100_000)],
    Preset: await library.presets(),
    Scenario: [run.scenario(), calm.scenario()],
    ModuleView: [module, ...run.contract.modules()],
    CardView: [run.contract.check(wasm)],
    ContractView: [deployed],
    ReceiptView: calm.contract.receipts(),
    PersonView: calm.contract.people(),
    ViewResult: [calm.contract.query({ contract, msg: "" })],
    StorageView: [stored],
    ProofView: [calm.contract.prove({ contract, key: stored.rows[0].key })],
  };
  const temporary = mkdtempSync(join(here, "values-"));
  try {
    let text = `import type { View } from "consensusforge";\n`;
    for (const [type, list] of Object.entries(values)) {
      assert.ok(list.length > 0, `there is a value of the type ${type}`);
      text += `export const a${type}: View.${type}[] = ${literal(list)};\n`;
    }
    // The compiler is awake: a field too many and a number for a BigInt are seen.
    text += `// @ts-expect-error\nexport const wrong: View.Advance = ${literal({ ...values.Advance[0], more: 1 })};\n`;
    text += `// @ts-expect-error\nexport const small: View.Advance = ${literal({ ...values.Advance[0], steps: 1 })};\n`;
    writeFileSync(join(temporary, "values.ts"), text);
    const project = JSON.parse(readFileSync(join(here, "tsconfig.json"), "utf8"));
    const paths = { consensusforge: ["../../../../target/npm/index.d.ts"] };
    const options = { ...project.compilerOptions, paths };
    writeFileSync(join(temporary, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["values.ts"] }));
    assert.equal(complaints(join(temporary, "tsconfig.json")), "");
  } finally {
    rmSync(temporary, { recursive: true });
  }
});

test("the declarations name every method there is, and no other", () => {
  const text = readFileSync(join(folder, "index.d.ts"), "utf8");
  const body = (kind, name) => text.split(`export ${kind} ${name} {`)[1].split("\n}\n")[0];
  const named = (text) => [...text.matchAll(/^ {2}(\w+)\(/gm)].map((found) => found[1]);
  const methods = (made) => Object.getOwnPropertyNames(made).filter((name) => name !== "constructor");
  assert.deepEqual(named(body("class", "Run")).sort(), methods(library.Run.prototype).sort());
  return library.open("happy").then((run) => {
    const contracts = Object.getPrototypeOf(run.contract);
    assert.deepEqual(named(body("interface", "Contracts")).sort(), methods(contracts).sort());
    const functions = [...text.matchAll(/^export (?:function|class) (\w+)/gm)].map((found) => found[1]);
    assert.deepEqual(functions.sort(), Object.keys(library).sort());
  });
});

test("the package packs, installs and is found by its name", { timeout: 120_000 }, () => {
  const temporary = mkdtempSync(join(tmpdir(), "library-"));
  const npm = (...words) => execFileSync("npm", words, { cwd: temporary, encoding: "utf8", shell: process.platform === "win32" });
  try {
    const [{ filename, files }] = JSON.parse(npm("pack", folder, "--json"));
    const names = files.map((file) => file.path);
    for (const name of ["LICENSE", "README.md", "api.js", "contracts/cw20-base.wasm", "engine_bg.wasm", "index.d.ts", "view.d.ts"]) {
      assert.ok(names.includes(name), `${name} is packed`);
    }
    writeFileSync(join(temporary, "package.json"), `{"type": "module", "private": true}`);
    npm("install", `./${filename}`, "--no-audit", "--no-fund", "--offline");
    writeFileSync(
      join(temporary, "run.js"),
      `import { open } from "consensusforge";
       const run = await open("happy");
       run.advance(1_000_000n);
       console.log(run.view().verdicts.length);`,
    );
    const printed = execFileSync(process.execPath, ["run.js"], { cwd: temporary, encoding: "utf8" });
    assert.match(printed, /^[1-9]\d*\n$/);
  } finally {
    rmSync(temporary, { recursive: true });
  }
});
