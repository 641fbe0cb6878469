// The engine for JavaScript: what a program imports. It copies what it is given, fetches what the engine
// needs, and turns everything that goes wrong into an error whose message is a sentence.
import init, * as engine from "./engine.js";
import { contracts } from "./contracts.js";

/** Events that one call works on unless told otherwise: a few seconds at most. */
const STEPS = 1_000_000;
/** Levels of objects in objects; a scenario needs a dozen. */
const MAX_DEPTH = 64;
/** Values in one argument; a scenario of 128 validators with a matrix of delays has 17,000. */
const MAX_VALUES = 1_000_000;
const MAX_U64 = 2n ** 64n - 1n;

export class ConsensusForgeError extends Error {
  constructor(kind, sentence) {
    super(sentence);
    this.name = "ConsensusForgeError";
    this.kind = kind;
  }
}

let readFile;
let loading;
/** Why nothing works any more: the text of a panic. */
let stopped;
/** The text of a panic that is on its way up as a trap. */
let panic;

/** Says how a file of this package is read: browsers and Node have different ways. */
export function readWith(read) {
  readFile = read;
}

/** Loads the engine; the other functions call it themselves. */
export function load() {
  loading ??= start().catch((error) => {
    // The network may be back the next time.
    loading = undefined;
    throw new ConsensusForgeError("load", `The engine could not be loaded: ${told(error)}`);
  });
  return loading;
}

async function start() {
  const wasm = await readFile(new URL("./engine_bg.wasm", import.meta.url));
  await init({ module_or_path: wasm });
  engine.prepare((text) => (panic = text));
}

/** The ready-made scenarios. */
export async function presets() {
  await load();
  return guard(() => engine.presets());
}

/** Opens a run of a scenario: an object, the id of a preset, a link, or the text of a scenario file. */
export async function open(source) {
  const scenario = typeof source === "string" ? source : plain(source, "scenario");
  await load();
  for (;;) {
    const file = guard(() => engine.contract_file(scenario));
    if (file === undefined) break;
    await takeContract(file);
  }
  return new Run(KEY, guard(() => new engine.Run(scenario)));
}

/** Follows the text of a proof to its state root. */
export async function checkProof(proof) {
  await load();
  return guard(() => engine.check_proof(proof));
}

async function takeContract(file) {
  let bytes;
  try {
    bytes = await readFile(contracts[file]);
  } catch (error) {
    throw new ConsensusForgeError("load", `The sample contract ${file} could not be loaded: ${told(error)}`);
  }
  guard(() => engine.take_contract_file(new Uint8Array(bytes)));
}

/** Runs are made by `open` alone. */
const KEY = Symbol("open");

export class Run {
  #engine;
  /** Modules, contracts and transactions of this run. */
  contract;

  constructor(key, made) {
    if (key !== KEY) throw new ConsensusForgeError("argument", "Call open() to make a run.");
    this.#engine = made;
    this.contract = new Contracts(KEY, (act) => this.#call(act));
  }

  #call(act) {
    return guard(() => {
      if (!this.#engine) throw new ConsensusForgeError("freed", "This run has been freed; open another one.");
      return act(this.#engine);
    });
  }

  info() {
    return this.#call((run) => run.info());
  }
  scenario() {
    return this.#call((run) => run.scenario());
  }
  file() {
    return this.#call((run) => run.file());
  }
  link() {
    return this.#call((run) => run.link());
  }
  advance(until_us, max_steps = STEPS) {
    return this.#call((run) => run.advance(until_us, max_steps));
  }
  seek(to_us, max_steps = STEPS) {
    return this.#call((run) => run.seek(to_us, max_steps));
  }
  step(unit = "event", max_steps = STEPS) {
    return this.#call((run) => run.step(unit, max_steps));
  }
  replay(max_steps = STEPS) {
    return this.#call((run) => run.replay(max_steps));
  }
  apply(command) {
    const copy = plain(command, "command");
    this.#call((run) => run.apply(copy));
  }
  view() {
    return this.#call((run) => run.view());
  }
  moments() {
    return this.#call((run) => run.moments());
  }
  decisions(since) {
    return this.#call((run) => run.decisions(since));
  }
  trace(since) {
    return this.#call((run) => run.trace(since));
  }
  message(id) {
    return this.#call((run) => run.message(id));
  }
  export(format, from_us, until_us) {
    return this.#call((run) => run.export_as(format, from_us, until_us));
  }
  fork() {
    return new Run(KEY, this.#call((run) => run.fork()));
  }
  free() {
    const made = this.#engine;
    this.#engine = undefined;
    // A module that has stopped must not be called, not even to give memory back.
    if (made && stopped === undefined) made.free();
  }
}
if (Symbol.dispose) Run.prototype[Symbol.dispose] = Run.prototype.free;

class Contracts {
  #call;

  constructor(key, call) {
    if (key !== KEY) throw new ConsensusForgeError("argument", "A run has these: run.contract.");
    this.#call = call;
  }

  check(wasm) {
    return this.#call((run) => run.check(wasm));
  }
  add(name, wasm) {
    return this.#call((run) => run.add(name, wasm));
  }
  async addSample(name) {
    const file = this.#call((run) => run.sample_file(name));
    if (file !== undefined) await takeContract(file);
    return this.#call((run) => run.add_sample(name));
  }
  modules() {
    return this.#call((run) => run.modules());
  }
  deployed() {
    return this.#call((run) => run.contracts());
  }
  submit(transaction) {
    const { from = 0, action, gas_limit } = fields(transaction, "transaction");
    const copy = plain({ from, action, gas_limit }, "transaction");
    this.#call((run) => {
      const stored = copy.action?.store?.contract ?? copy.action?.deploy?.contract;
      copy.gas_limit ??= run.gas_limit(stored);
      run.apply({ submit: copy });
    });
  }
  execute(call) {
    const { from = 0, contract, msg, funds = [], gas_limit } = fields(call, "call");
    this.submit({ from, action: { execute: { contract, msg: input(msg), funds } }, gas_limit });
  }
  query(question) {
    const { contract, msg, validator, height } = fields(question, "question");
    const message = msg instanceof Uint8Array ? msg : text(msg);
    return this.#call((run) => run.query(contract, message, validator, height));
  }
  storage(question) {
    const { contract, validator, height, find = "", skip = 0 } = fields(question, "question");
    return this.#call((run) => run.storage(contract, validator, height, find, skip));
  }
  prove(question) {
    const { contract, key, validator, height } = fields(question, "question");
    return this.#call((run) => run.prove(contract, key, validator, height));
  }
  receipts() {
    return this.#call((run) => run.receipts());
  }
  people() {
    return this.#call((run) => run.people());
  }
}

/** Calls into the engine. Whatever is thrown there leaves as a ConsensusForgeError. */
function guard(act) {
  if (stopped !== undefined) throw new ConsensusForgeError("stopped", stopped);
  try {
    return act();
  } catch (error) {
    if (error instanceof ConsensusForgeError) throw error;
    if (typeof error?.kind === "string" && typeof error.sentence === "string") {
      throw new ConsensusForgeError(error.kind, error.sentence);
    }
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      // The module's memory is in the midst of something: nothing in it can be trusted any more.
      stopped = `The engine has stopped because of an error of its own: ${panic ?? told(error)}. Load it anew; a link opens the run again.`;
      throw new ConsensusForgeError("stopped", stopped);
    }
    throw new ConsensusForgeError("internal", told(error));
  }
}

function told(error) {
  return String(error?.message ?? error);
}

/** A message for a contract, as a scenario holds it. */
function input(msg) {
  if (!(msg instanceof Uint8Array)) return { text: text(msg) };
  // An array whose buffer was sent to a worker is empty, and has no entries to ask for.
  const bytes = msg.length === 0 ? [] : Array.from(msg);
  return { hex: bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

/** A message for a contract as text: an object becomes JSON. */
function text(msg) {
  return typeof msg === "string" ? msg : json(plain(msg, "msg"));
}

/** JSON of a copied value; a BigInt becomes a number, which JSON.stringify refuses. */
function json(value) {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}:${json(field)}`);
  return `{${fields.join(",")}}`;
}

/** An argument of named fields. */
function fields(value, name) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ConsensusForgeError("argument", `${name}: ${shown(value)} is not an object of named fields.`);
}

/**
 * A copy of what JSON could hold, so that the engine never meets a getter, a proxy or an object that holds
 * itself. Fields that are undefined are left out.
 */
function plain(value, name) {
  let left = MAX_VALUES;
  const above = [];
  const refuse = (path, why) => {
    throw new ConsensusForgeError("argument", `${path}: ${why}`);
  };
  const copy = (value, path) => {
    if ((left -= 1) < 0) refuse(name, `more than ${MAX_VALUES} values; no scenario needs as many.`);
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (!Number.isFinite(value)) refuse(path, `${value} is not a number that can be written down.`);
        if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
          refuse(path, `${value} is larger than a number holds exactly; write it as a BigInt, like 10n.`);
        }
        return value;
      case "bigint":
        if (value < 0n || value > MAX_U64) refuse(path, `${shown(value)} is not between 0 and ${MAX_U64}.`);
        return value;
      case "object":
        if (value === null) return null;
        break;
      default:
        refuse(path, `${shown(value)} cannot stand here.`);
    }
    if (above.includes(value)) refuse(path, "an object must not hold itself.");
    if (above.length >= MAX_DEPTH) refuse(path, `objects stand more than ${MAX_DEPTH} deep in one another.`);
    above.push(value);
    let made;
    if (Array.isArray(value)) {
      made = Array.from(value, (entry, k) => copy(entry, `${path}[${k}]`));
    } else {
      const kind = Object.getPrototypeOf(value);
      if (kind !== null && Object.getPrototypeOf(kind) !== null) {
        refuse(path, `${shown(value)} is not a plain object.`);
      }
      made = Object.create(null);
      for (const [key, field] of Object.entries(value)) {
        if (field !== undefined) made[key] = copy(field, `${path}.${short(key)}`);
      }
    }
    above.pop();
    return made;
  };
  return copy(value, name);
}

function short(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** A value in a sentence. */
function shown(value) {
  switch (typeof value) {
    case "string":
      return `the text "${short(value)}"`;
    case "bigint":
      return `${short(value.toString(16).length > 40 ? "a number of many digits" : value.toString())}`;
    case "function":
    case "symbol":
      return `a ${typeof value}`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "a list";
      return `an object of the class ${short(String(value.constructor?.name ?? "?"))}`;
    default:
      return String(value);
  }
}
