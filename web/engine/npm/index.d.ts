// The engine for JavaScript. Times are microseconds of simulated time, stakes and gas whole numbers,
// digests hex. Numbers of 64 bits are BigInt when they are given back; they may be given as either.
import type * as Input from "./input.js";
import type * as View from "./view.js";
import type { Command, File as ScenarioFile, InputSpec, Integer, Scenario, SubmitSpec } from "./input.js";
import type {
  Advance, CardView, ContractView, Decision, ExportView, Frame, LinkView, MessageView, ModuleView, Moments,
  PersonView, Preset, ProofView, ReceiptView, Replay, RunInfo, StorageView, ViewResult,
} from "./view.js";

export type { Input, View };
export type { Command, Integer, Scenario, ScenarioFile, SubmitSpec };
export type {
  Advance, CardView, ContractView, Decision, ExportView, Frame, LinkView, MessageView, ModuleView, Moments,
  PersonView, Preset, ProofView, ReceiptView, Replay, RunInfo, StorageView, ViewResult,
};

/** What an error is about. */
export type ErrorKind =
  /** An argument of the wrong type. */
  | "argument"
  /** A scenario that cannot run, or a link or file that cannot be read. */
  | "scenario"
  /** A command that makes no sense in this run. */
  | "command"
  /** A module that is not admitted, or a contract that cannot be asked. */
  | "contract"
  /** The run has been freed. */
  | "freed"
  /** A file of this package could not be loaded. */
  | "load"
  /** The engine has stopped because of an error of its own. */
  | "stopped"
  | "internal";

/** Every error of this package. Its message says what was wrong, where, which limit, and what to do. */
export class ConsensusForgeError extends Error {
  readonly kind: ErrorKind;
  private constructor();
}

/** Loads the engine ahead of time; the other functions do so themselves. */
export function load(): Promise<void>;

/** The ready-made scenarios. */
export function presets(): Promise<Preset[]>;

/**
 * Opens a run at its beginning.
 *
 * @param source a scenario or scenario file as an object, the id of a preset, a link (what stands behind
 * `#`, or the whole address), or the text of a scenario file
 */
export function open(source: string | Scenario | ScenarioFile): Promise<Run>;

/** Follows the text of a proof to its state root. */
export function checkProof(proof: string): Promise<ProofView>;

/** What one step ends with. */
export type Unit = "event" | "message" | "step" | "height";

/** A format of another tool; `csv` holds figures by height, the others hold the trace. */
export type ExportFormat = "shiviz" | "perfetto" | "mermaid" | "itf" | "jsonl" | "csv";

/** A run in progress. */
export class Run {
  private constructor();

  /** Modules, contracts and transactions of this run. */
  readonly contract: Contracts;

  /** What does not change: nodes, kinds of message, steps, quorum. */
  info(): RunInfo;
  /** The scenario with every command applied so far. */
  scenario(): View.Scenario;
  /** The run up to now as the text of a scenario file. */
  file(): string;
  /** The run up to now as a link. */
  link(): LinkView;

  /**
   * Runs to an instant, which is included. Works on at most `max_steps` events (a million unless given) and
   * stops after each slice of a long block: call again until `reached` is true.
   */
  advance(until_us: Integer, max_steps?: Integer): Advance;
  /** Moves to an instant, back or forth. As `advance`, call again until `reached` is true. */
  seek(to_us: Integer, max_steps?: Integer): Advance;
  /** Runs to the next event, delivered message, step of a validator, or decided height. */
  step(unit?: Unit, max_steps?: Integer): Advance;
  /** Runs to where the link or file says the run was, and compares; `null` before that: call again. */
  replay(max_steps?: Integer): Replay | null;

  /** Acts now. In the past this begins another future: what came later in this run is dropped. */
  apply(command: Command): void;

  /** The run as it stands: verdicts, figures, validators, liars. */
  view(): Frame;
  /** Instants worth going to: commits, commands, faults, violations. */
  moments(): Moments;
  /** Decisions in the order in which they were made, from a record of the trace on. */
  decisions(since?: Integer): Decision[];
  /** Records of the trace as lines of JSON; `next` is where the ones after these begin. */
  trace(since?: Integer): { next: bigint; lines: string[] };
  /** What is known of a message; `null` when the trace has forgotten it. */
  message(id: number): MessageView | null;
  /** The trace as a file for another tool. */
  export(format: ExportFormat, from_us?: Integer, until_us?: Integer): ExportView;

  /** A second run at the same point, whose future is its own. */
  fork(): Run;
  /** Gives the run's memory back. No method works afterwards. */
  free(): void;
}

/** A text, bytes, or an object that is sent as JSON. */
export type Message = string | Uint8Array | { readonly [field: string]: unknown };

/** Where a question is asked. */
export interface Place {
  /** The contract's address, in bech32 or hex. */
  contract: string;
  /** Name of a validator; the first honest one that is up unless given. */
  validator?: string;
  /** After which block; its newest unless given. */
  height?: Integer;
}

/** Modules, contracts and transactions of a run. */
export interface Contracts {
  /** What admission finds of a module. The run does not change. */
  check(wasm: Uint8Array): CardView;
  /** Makes a module known under a name, so that it can be stored or deployed. */
  add(name: string, wasm: Uint8Array): ModuleView;
  /** The same with a sample contract. */
  addSample(name: string): Promise<ModuleView>;
  /** The sample contracts and the modules of this run. */
  modules(): ModuleView[];
  /** Contracts on the chain, as the first honest validator sees them. */
  deployed(): ContractView[];

  /** Sends a transaction, signed with the key of a user account (0 unless given). */
  submit(transaction: { from?: number; action: SubmitSpec; gas_limit?: Integer }): void;
  /** Sends a message to a contract. What becomes of it stands in `receipts` once a block holds it. */
  execute(call: {
    from?: number;
    contract: string;
    msg: Message;
    funds?: Array<{ denom: string; amount: Integer }>;
    gas_limit?: Integer;
  }): void;
  /** Asks a contract. Nothing changes, and nobody pays. */
  query(question: Place & { msg: Message }): ViewResult;
  /** A contract's storage, 100 entries at a time. */
  storage(question: Place & { find?: string; skip?: number }): StorageView;
  /** Proves what stands under a key, in hex. */
  prove(question: Place & { key: string }): ProofView;

  /** What became of transactions sent by hand, newest first. */
  receipts(): ReceiptView[];
  /** The user accounts and what they own. */
  people(): PersonView[];
}
