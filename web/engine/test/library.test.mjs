// The library as a program uses it, in Node, from target/npm. `cargo xtask test --only library` builds it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ConsensusForgeError, Run, checkProof, open, presets } from "../../../target/npm/node.js";

const root = new URL("../../../", import.meta.url);
const golden = JSON.parse(await readFile(new URL("tests/golden/runs.json", root), "utf8"));
const SECOND = 1_000_000n;

/// Runs on until the run stands at `until`, however many calls that takes.
function reach(run, until) {
  while (!run.advance(until).reached);
}

/// The error that `act` ends with.
async function refused(act) {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof ConsensusForgeError, `not an error of this package: ${error?.stack}`);
    return error;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

test("a preset comes to the digest of the golden runs", async () => {
  const known = golden.find((run) => run.name === "happy");
  const run = await open("happy");
  const came = run.advance(2n ** 64n - 1n, known.steps);
  assert.equal(came.steps, BigInt(known.steps));
  const view = run.view();
  assert.equal(view.digest, known.digest);
  assert.equal(view.steps, BigInt(known.steps));
  assert.ok(view.verdicts.every((verdict) => verdict.kind === "holds"));
  run.free();
});

test("golden links replay to their digests, hands and contracts included", async () => {
  for (const name of ["hands_on", "fork"].filter((name) => golden.some((run) => run.name === name))) {
    const { link, digest } = golden.find((run) => run.name === name);
    const run = await open(`https://example.org/#${link}`);
    let found = null;
    while (found === null) found = run.replay();
    assert.ok(found.matches, found.sentence);
    assert.equal(run.view().digest, digest);
    run.free();
  }
});

test("a command changes the run, and its link opens the same run again", async () => {
  const run = await open("happy");
  reach(run, SECOND);
  run.apply({ crash: { validator: "v1" } });
  run.apply({ set_loss: { ppm: 50_000 } });
  reach(run, 3n * SECOND);
  assert.equal(run.view().nodes.find((node) => node.name === "v1").crashed, true);
  const { fragment, warning } = run.link();
  assert.equal(warning, null);
  const again = await open(fragment);
  assert.deepEqual(again.scenario(), run.scenario());
  let found = null;
  while (found === null) found = again.replay();
  assert.ok(found.matches, found.sentence);
  assert.equal(again.view().digest, run.view().digest);
  // As a file, and as the object a file holds.
  const file = run.file();
  assert.deepEqual((await open(file)).scenario(), run.scenario());
  assert.deepEqual((await open(JSON.parse(file))).scenario(), run.scenario());
  assert.deepEqual((await open(run.scenario())).scenario(), run.scenario());
});

test("a run goes back, and a fork has a future of its own", async () => {
  const run = await open("happy");
  reach(run, 2n * SECOND);
  const before = run.view().digest;
  reach(run, 4n * SECOND);
  while (!run.seek(2n * SECOND).reached);
  assert.equal(run.view().digest, before);
  const fork = run.fork();
  fork.apply({ crash: { validator: "v2" } });
  reach(fork, 4n * SECOND);
  reach(run, 4n * SECOND);
  assert.notEqual(fork.view().digest, run.view().digest);
  assert.equal(run.scenario().commands, undefined);
});

test("64-bit numbers leave as BigInt and come as either", async () => {
  const seed = 2n ** 64n - 1n;
  const run = await open({ seed });
  assert.equal(run.scenario().seed, seed);
  assert.equal((await open({ seed: 7 })).scenario().seed, 7n);
  const [one, other] = [run.fork(), run.fork()];
  one.advance(1_500_000, 100_000);
  other.advance(1_500_000n, 100_000n);
  assert.deepEqual(one.view(), other.view());
  const { now_us, steps, metrics, nodes } = one.view();
  for (const value of [now_us, steps, metrics.height, metrics.delivered, nodes[0].stake, nodes[0].height]) {
    assert.equal(typeof value, "bigint");
  }
  for (const value of [metrics.blocks_per_second, nodes[0].share, nodes[0].round]) {
    assert.equal(typeof value, "number");
  }
  const error = await refused(() => open({ seed: 2 ** 53 }));
  assert.match(error.message, /^scenario\.seed: 9007199254740992 is larger than a number holds exactly/);
});

test("what happened is told as decisions, trace lines, messages and files", async () => {
  const run = await open("happy");
  reach(run, 2n * SECOND);
  const decisions = run.decisions();
  assert.ok(decisions.length >= 4);
  assert.deepEqual(Object.keys(decisions[0]).sort(), ["at_us", "block", "height", "round", "validator"]);
  const { next, lines } = run.trace();
  assert.equal(BigInt(lines.length), next);
  const sent = lines.map((line) => JSON.parse(line)).find((record) => record.event === "sent");
  assert.equal(run.message(sent.message).kind, sent.kind);
  assert.equal(run.message(4_000_000_000), null);
  reach(run, 3n * SECOND);
  assert.ok(run.trace(next).lines.length > 0);
  assert.equal(run.trace(run.trace().next).lines.length, 0);
  assert.ok(run.decisions(next).every((decision) => decision.at_us > 2n * SECOND));
  assert.match(run.export("mermaid").text, /^sequenceDiagram/);
  assert.ok(run.moments().commits_us.length > 0);
  assert.deepEqual(run.info().nodes, ["v1", "v2", "v3", "v4"]);
});

test("a step ends with a delivered message, or with a decided height", async () => {
  const run = await open("happy");
  assert.ok(run.step("message").reached);
  assert.equal(run.decisions().length, 0);
  assert.ok(run.step("height").reached);
  assert.ok(run.decisions().length >= 1);
});

test("a contract is checked, deployed, called and asked", async () => {
  const run = await open("happy");
  const wasm = await readFile(new URL("contracts/wasm/counter.wasm", root));
  const card = run.contract.check(wasm);
  assert.equal(card.abi, "forge");
  assert.equal(run.scenario().contracts, undefined, "to check a module does not add it");
  const module = run.contract.add("mine", wasm);
  assert.equal(module.sha256, card.code);
  reach(run, SECOND);
  run.contract.submit({ action: { deploy: { contract: "mine", input: { text: "" } } } });
  reach(run, 3n * SECOND);
  const [{ address }] = run.contract.deployed();
  run.contract.submit({ action: { call: { address, input: { text: "" }, value: 0 } } });
  reach(run, 5n * SECOND);
  assert.deepEqual(run.contract.receipts().map((receipt) => receipt.status), ["ok", "ok"]);
  const answer = run.contract.query({ contract: address, msg: "" });
  assert.equal(answer.error, null);
  const stored = run.contract.storage({ contract: address, validator: "v3" });
  assert.equal(stored.rows.length, 1);
  const proof = run.contract.prove({ contract: address, key: stored.rows[0].key });
  assert.equal((await checkProof(proof.text)).value, stored.rows[0].value);
});

test("a CosmWasm contract that lies beside the module is fetched, and hears JSON", async () => {
  const run = await open("happy");
  const code = await run.contract.addSample("cw20-base");
  assert.equal(code.name, "cw20-base");
  reach(run, SECOND);
  run.contract.submit({ action: { store: { contract: "cw20-base" } } });
  reach(run, 3n * SECOND);
  const [me, friend] = run.contract.people().map((person) => person.address);
  const msg = {
    name: "Coin",
    symbol: "COIN",
    decimals: 6,
    initial_balances: [{ address: me, amount: "1000" }],
  };
  const instantiate = { code_id: 1, msg: { text: JSON.stringify(msg) }, label: "coin" };
  run.contract.submit({ action: { instantiate } });
  reach(run, 5n * SECOND);
  const [{ bech32: contract }] = run.contract.deployed();
  run.contract.execute({ contract, msg: { transfer: { recipient: friend, amount: "300" } } });
  reach(run, 7n * SECOND);
  assert.equal(run.contract.receipts()[0].status, "ok", run.contract.receipts()[0].error);
  const asked = run.contract.query({ contract, msg: { balance: { address: friend } }, validator: "v2" });
  assert.equal(Buffer.from(asked.output, "hex").toString(), '{"balance":"300"}');
  // The link names the contract by its hash, and whoever opens it has it fetched.
  const again = await open(run.link().fragment);
  assert.equal(again.scenario().contracts[0].wasm, undefined);
});

test("every preset opens by its id", async () => {
  const list = await presets();
  assert.ok(list.length > 10);
  for (const { id, scenario } of list) {
    const run = await open(id);
    assert.equal(run.scenario().seed, scenario.seed);
    run.free();
  }
});

test("bad input is refused with a sentence that says what and where", async () => {
  const run = await open("happy");
  reach(run, SECOND);
  const circle = {};
  circle.network = circle;
  for (const [act, kind, sentence] of [
    [() => open("nowhere"), "scenario", /there is no preset "nowhere".*There are: happy, /],
    [() => open("v1.AAAA"), "scenario", /link/],
    [() => open({ seeds: 1 }), "scenario", /seeds/],
    [() => open({ seed: -1 }), "scenario", /seed/],
    [() => open({ seed: 0.5 }), "scenario", /seed/],
    [() => open({ validators: [{ name: "a", stake: 0n }] }), "scenario", /stake/],
    [() => open({ network: [] }), "scenario", /network: this section must be an object/],
    [() => open({ seed: 2n ** 64n }), "argument", /seed: 18446744073709551616 is not between 0 and/],
    [() => open({ seed: () => 1 }), "argument", /seed: a function cannot stand here/],
    [() => open(circle), "argument", /network: an object must not hold itself/],
    [() => open(new Map()), "argument", /an object of the class Map is not a plain object/],
    [() => open(7), "argument", /give an object, the id of a preset/],
    [() => open(undefined), "argument", /scenario: undefined cannot stand here/],
    [() => run.apply({ crash: { validator: "v9" } }), "command", /v9/],
    [() => run.apply({ explode: {} }), "command", /command.*explode/],
    [() => run.apply("heel"), "command", /heel/],
    [() => run.advance(-1), "argument", /^until_us: -1 is not a whole number from 0 to 18446744073709551615/],
    [() => run.advance("soon"), "argument", /^until_us: the text "soon" is not a whole number/],
    [() => run.advance(-1n), "argument", /^until_us: -1n is not a whole number/],
    [() => run.seek(NaN), "argument", /^to_us: NaN/],
    [() => run.step("day"), "argument", /there is no "day"; there are event, message, step and height/],
    [() => run.message(2 ** 32), "argument", /4294967296 is too large; at most 4294967295/],
    [() => run.export("pdf"), "argument", /pdf/],
    [() => run.replay(), "argument", /nothing to compare with/],
    [() => run.contract.check(new Uint8Array(8)), "contract", /./],
    [() => run.contract.check("wasm"), "argument", /wasm: the text "wasm" is not a Uint8Array/],
    [() => run.contract.addSample("nothing"), "contract", /nothing/],
    [() => run.contract.execute(), "argument", /call: undefined is not an object of named fields/],
    [() => run.contract.query({ contract: "x", msg: "", validator: "v9" }), "argument", /nobody here is called "v9"/],
    [() => run.contract.storage({ contract: "x" }), "contract", /x is no address|not.*address/],
    [() => checkProof("proof"), "contract", /proof/],
    [() => new Run(), "argument", /Call open\(\)/],
  ]) {
    const error = await refused(act);
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, sentence);
  }
  reach(run, 2n * SECOND);
});

test("a freed run says so", async () => {
  const run = await open("happy");
  const contract = run.contract;
  run.free();
  run.free();
  for (const act of [() => run.view(), () => run.apply("heal"), () => contract.deployed(), () => run.fork()]) {
    const error = await refused(act);
    assert.equal(error.kind, "freed");
    assert.equal(error.message, "This run has been freed; open another one.");
  }
});
