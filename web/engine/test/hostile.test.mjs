// Every method, called with what no program should send. Whatever comes back, it is a value or an error of
// this package with a sentence; the engine goes on, and no trap of WebAssembly gets out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConsensusForgeError, checkProof, open } from "../../../target/npm/node.js";

const circle = { seed: 1 };
circle.self = circle;
const list = [];
list.push(list);
let deep = {};
for (let k = 0; k < 100_000; k++) deep = { deep };
const trap = new Proxy({}, { ownKeys: () => ["seed"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: () => trap });
const detached = new Uint8Array(16);
structuredClone(detached, { transfer: [detached.buffer] });

const VALUES = [
  undefined, null, true, false, 0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 53, 1e308,
  0n, -1n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 200n), 10n ** 5000n,
  "", " ", "happy", "v1", "v1.", "v99999999999.x", "#", "{", "{}", "null", "\0", "\ud800", "🦀".repeat(1000), "x".repeat(1 << 20),
  "__proto__", "constructor", "toString", "prototype",
  [], [1], [null], new Array(1e6), new Array(4e9), [[[[]]]], list, circle, deep, trap,
  {}, { seed: {} }, { __proto__: null }, JSON.parse('{"__proto__": {"seed": 1}}'), { constructor: 1 }, { toString: 1 },
  { kind: "stopped", sentence: "mine" }, { scenario: {} }, { consensusforge: 1, scenario: { seed: 1 } }, { consensusforge: 1e9, scenario: {} },
  { validators: [] }, { validators: Array.from({ length: 5000 }, (_, k) => ({ name: `n${k}`, stake: 1 })) },
  { validators: [{ name: "\n", stake: 2n ** 64n - 1n }] }, { network: { latency: { matrix: { us: [[]] } } } },
  { crash: {} }, { crash: { validator: 1 } }, { submit: {} }, { set_loss: { ppm: -1 } }, { set_loss: { ppm: 4294967295 } },
  { heal: null }, "heal", { set_latency: { constant: { us: 2n ** 64n - 1n } } }, { set_workload: { tx_per_second: 4294967295 } },
  { contract: "forge1", msg: {} }, { contract: 1, msg: circle }, { from: -1, action: "x" }, { action: { send: { to: "user:9", coins: [] } } },
  () => 1, class {}, Symbol("s"), new Map([[1, 2]]), new Set([1]), new Date(), /x/, new Error("x"), Promise.resolve(1),
  new Uint8Array(0), new Uint8Array(64), new Uint8Array(8 << 20), detached, new ArrayBuffer(8), new DataView(new ArrayBuffer(8)),
  Object(1n), Object("text"), new Proxy([], {}), globalThis,
];

/// Calls, and holds what comes of it to the rule.
async function hostile(name, act) {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof ConsensusForgeError, `${name}: ${error?.stack ?? String(error)}`);
    assert.ok(!["stopped", "internal"].includes(error.kind), `${name}: ${error.kind}: ${error.message}`);
    assert.ok(error.message.length > 10 && error.message.length < 2000, `${name}: ${error.message.slice(0, 300)}`);
    assert.doesNotMatch(error.message, /unreachable|RuntimeError|JsValue|panicked|null pointer/, name);
  }
}

test("no value given to open, checkProof or a method of a run stops the engine", { timeout: 500_000 }, async () => {
  const first = await open("happy");
  first.advance(1_000_000n);
  // Few events a call: a run may be long, and that is not what is asked here.
  const methods = {
    advance: [(run, x) => run.advance(x, 500), (run, x) => run.advance(2_000_000, smaller(x))],
    seek: [(run, x) => run.seek(x, 500)],
    step: [(run, x) => run.step(x, 500), (run, x) => run.step("event", smaller(x))],
    replay: [(run, x) => run.replay(smaller(x))],
    apply: [(run, x) => run.apply(x)],
    decisions: [(run, x) => run.decisions(x)],
    trace: [(run, x) => run.trace(x)],
    message: [(run, x) => run.message(x)],
    export: [(run, x) => run.export(x), (run, x) => run.export("jsonl", x), (run, x) => run.export("csv", 0, x)],
    check: [(run, x) => run.contract.check(x)],
    add: [(run, x) => run.contract.add("name", x), (run, x) => run.contract.add(x, new Uint8Array(8))],
    addSample: [(run, x) => run.contract.addSample(x)],
    submit: [(run, x) => run.contract.submit(x), (run, x) => run.contract.submit({ action: x, gas_limit: x })],
    execute: [
      (run, x) => run.contract.execute(x),
      (run, x) => run.contract.execute({ contract: x, msg: x }),
      (run, x) => run.contract.execute({ contract: "forge1", msg: {}, funds: x, from: x }),
    ],
    query: [(run, x) => run.contract.query(x), (run, x) => run.contract.query({ contract: x, msg: x, validator: x, height: x })],
    storage: [(run, x) => run.contract.storage(x), (run, x) => run.contract.storage({ contract: "0".repeat(64), find: x, skip: x })],
    prove: [(run, x) => run.contract.prove(x), (run, x) => run.contract.prove({ contract: "0".repeat(64), key: x })],
  };
  for (const value of VALUES) {
    await hostile("open", async () => (await open(value)).free());
    await hostile("checkProof", () => checkProof(value));
    const run = first.fork();
    for (const [name, calls] of Object.entries(methods)) {
      for (const call of calls) {
        await hostile(name, () => call(run, value));
      }
    }
    await hostile("view", () => run.view());
    run.free();
  }
  assert.equal((await open("happy")).view().steps, 0n, "the engine still works");
});

/// So that a large number of steps is refused or tried, and not run.
function smaller(x) {
  if (typeof x === "bigint" && x > 1000n && x < 2n ** 64n) return 1000n;
  return typeof x === "number" && x > 1000 && Number.isSafeInteger(x) ? 1000 : x;
}
