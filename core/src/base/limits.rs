//! Every bound in one place, each with its reason. What is over a bound is refused with a sentence
//! that names the bound; nothing here is ever exceeded silently.

use super::{Micros, SECOND};

/// Validators of a protocol that sends votes to one leader: the copies of a block grow with their number.
pub const MAX_VALIDATORS: usize = 512;
/// Validators of a protocol in which everybody sends to everybody: 256 of them send some 130,000 copies a block.
pub const MAX_VALIDATORS_ALL_TO_ALL: usize = 256;
/// Times the validators of one run may change: the set of every height stays known.
pub const MAX_VALIDATOR_CHANGES: usize = 1_000;
/// CometBFT's cap on total voting power (2^63 / 8), which keeps proposer priorities inside an i64.
pub const MAX_TOTAL_STAKE: u64 = i64::MAX as u64 / 8;
/// A delay fits the 32-bit flight time of a trace record.
pub const MAX_DELAY: Micros = 3_600 * SECOND;
/// Simulated time a scenario may name (about 31 years): sums of times stay far from u64's end.
pub const MAX_TIME: Micros = 1_000_000_000 * SECOND;
/// Bytes of a name of a validator, a contract or a block label in a scenario.
pub const MAX_NAME_BYTES: usize = 64;
/// The line for people in a scenario: it stands in a browser tab.
pub const MAX_TITLE_BYTES: usize = 200;
/// Stops a link or file may carry: a lecture has fewer.
pub const MAX_STOPS: usize = 64;
/// Bytes of the note at a stop: it stands in the line under the chart.
pub const MAX_NOTE_BYTES: usize = 400;
/// Entries of a list of proposers: enough for any schedule that is not simply a rule.
pub const MAX_PROPOSER_LIST: usize = 10_000;
/// Sigma of a log-normal delay in thousandths: at 5 one delay in twenty is already 3 600 medians.
pub const MAX_SIGMA_MILLI: u32 = 5_000;
/// Commands of a scenario: more than a person gives in a day.
pub const MAX_COMMANDS: usize = 10_000;
/// Lines of a puppet's script: more than a published attack needs by far.
pub const MAX_PUPPET_LINES: usize = 10_000;
/// Partitions of a scenario; each is checked for every message.
pub const MAX_PARTITIONS: usize = 256;
/// Contracts a scenario may carry.
pub const MAX_CONTRACTS: usize = 64;
/// Accounts of the workload generator.
pub const MAX_ACCOUNTS: usize = 10_000;
/// Denominations of a chain: an account's leaf in the state tree holds all it owns.
pub const MAX_DENOMS: usize = 256;
/// Of a denomination's name, as the Cosmos SDK allows.
pub const MAX_DENOM_BYTES: usize = 128;
/// What describes a denomination, encoded.
pub const MAX_METADATA_BYTES: usize = 8 << 10;
/// Transactions a second the workload generator may send.
pub const MAX_TX_PER_SECOND: u32 = 1_000;

/// Copies on the wire and whatever else waits for its instant. 128 validators at the default latency have
/// some 16,000; beyond this further copies are lost, and the run says so. Every checkpoint holds them again.
const MAX_WAITING: usize = 1 << 18;
/// The same for many nodes: four waves in which everybody sends to everybody, as in a change of views, up to some
/// 40 megabytes.
#[must_use]
pub const fn max_waiting(nodes: usize) -> usize {
    let waves = 4 * nodes * nodes;
    let most = 4 * MAX_WAITING;
    if waves < MAX_WAITING {
        MAX_WAITING
    } else if waves > most {
        most
    } else {
        waves
    }
}
/// The same, in all checkpoints of a session together: where much is on its way, fewer are kept.
pub const MAX_WAITING_IN_CHECKPOINTS: usize = 1 << 22;
/// Copies of one message that re-sending may put on the wire in a simulated second.
pub const MAX_RESENT_PER_SECOND: u64 = 100_000;

/// Messages of heights a node keeps ahead of its own; further ones are dropped and caught up later.
pub const MAX_HEIGHTS_AHEAD: u64 = 64;
/// Rounds of one height a node keeps votes for beyond its own.
pub const MAX_ROUNDS_AHEAD: u32 = 64;
/// Messages of one later height a node keeps from one signer: a few rounds' worth; what is dropped
/// comes again with the next re-sending.
pub const MAX_AHEAD_PER_SIGNER: usize = 24;
/// Rounds of one height a node keeps all votes for behind its own, so that a chain stalled for weeks does
/// not eat the tab. Of older ones it keeps those of its lock and its valid value, those that a proposal it
/// keeps names as its valid round, and as many again, the newest, in which a block has a quorum.
pub const MAX_ROUNDS_BEHIND: u32 = 64;
/// No node enters a round beyond this. Without it a third of the stake could name round 4 billion and
/// make everybody compute 4 billion proposers.
pub const MAX_ROUND: u32 = 1 << 20;
/// Distinct values of its own choice that one signer may have counted for one slot: two prove an
/// equivocation, the rest would only let a liar fill memory. A value that others with more than a third of
/// the stake voted for is counted beyond it.
pub const MAX_VALUES_PER_SIGNER: usize = 4;
/// Conflicting pairs one node keeps as evidence for inclusion in a block.
pub const MAX_EVIDENCE: usize = 64;

/// Signed messages that may travel inside one: a view change of 128 validators, each with the votes of a
/// few certificates.
pub const MAX_JUSTIFICATION: usize = 1 << 16;
/// How deep inside one another: a new view holds view changes, these certificates, these votes.
pub const MAX_JUSTIFICATION_DEPTH: usize = 4;

/// Trials of one search: at a thousand a second they take eleven days.
pub const MAX_SEARCH_TRIALS: u64 = 1_000_000_000;
/// Validators of a scenario that is looked at whole. Each has its own orders, and all combine.
pub const MAX_EXHAUST_VALIDATORS: usize = 5;
/// States that are looked at then. Each takes a hundred bytes and more.
pub const MAX_EXHAUST_STATES: u64 = 100_000_000;
/// Events of one trial of a search. Ten heights of four validators have two thousand.
pub const MAX_TRIAL_EVENTS: u64 = 5_000_000;
/// Simulated time of one trial of a search.
pub const MAX_TRIAL_TIME: Micros = 3_600 * SECOND;

/// Mempool of one node: transactions and bytes.
pub const MAX_MEMPOOL_TXS: usize = 5_000;
/// Bytes of all transactions in one mempool.
pub const MAX_MEMPOOL_BYTES: usize = 8 << 20;
/// A transaction that deploys carries its module.
pub const MAX_TX_BYTES: usize = MAX_WASM_BYTES + 4_096;
/// One transaction too large for a block rides along uncounted: a module of 3 MiB would find no block.
pub const MAX_BLOCK_BYTES: usize = 2 << 20;
/// Transactions in one block.
pub const MAX_BLOCK_TXS: usize = 2_000;
/// Gas of one block; [`SLICE_GAS`] keeps the page answering while it is executed.
pub const MAX_BLOCK_GAS: u64 = 1_000_000_000;
/// Gas after which an execution gives way: some nine milliseconds in a browser of the dearest operators.
pub const SLICE_GAS: u64 = 2_000_000;
/// Executions remembered for validators that reach the same block later; beyond it they compute again.
pub const MAX_EXECUTIONS_KEPT: usize = 256;

/// Signatures remembered for a run that goes the same way again: two million deliveries' worth at 128
/// validators, and some ten megabytes.
pub const MAX_SIGNATURES_KEPT: usize = 1 << 15;

/// An uploaded module: what chains let their governance store (wasmd's MaxProposalWasmSize).
pub const MAX_WASM_BYTES: usize = 3 << 20;
/// The same in the profile `strict`: what chains let anybody store (wasmd's MaxWasmSize).
pub const MAX_WASM_BYTES_STRICT: usize = 800 << 10;
/// What a contract is handed in one call. Gas is what limits it in practice, as on other chains: lists of an
/// airdrop have 200 kB. This is what their mempools take of one transaction.
pub const MAX_CALL_BYTES: usize = 1 << 20;
/// What a contract of the own interface hands out of one call.
pub const MAX_OUTPUT_BYTES: usize = 64 << 10;
/// A contract's line for people, and what chooses its address.
pub const MAX_LABEL_BYTES: usize = 128;
/// Bytes of the salt that chooses a contract's address.
pub const MAX_SALT_BYTES: usize = 64;
/// Bytes of a key in the storage of a contract of the project's own ABI.
pub const MAX_STORAGE_KEY: usize = 1 << 10;
/// Bytes of a value in the storage of a contract of the project's own ABI.
pub const MAX_STORAGE_VALUE: usize = 64 << 10;
/// Events one call may emit.
pub const MAX_EVENTS_PER_CALL: usize = 256;
/// Bytes of one event.
pub const MAX_EVENT_BYTES: usize = 4 << 10;

/// A link above this many bytes of text gets a warning: some chat tools cut it.
pub const LINK_WARN_BYTES: usize = 8 << 10;
/// A link above this is offered as a file instead.
pub const LINK_MAX_BYTES: usize = 32 << 10;
/// A scenario after decompression, whether from a link or a file.
pub const MAX_SCENARIO_BYTES: usize = 16 << 20;

/// Trace records kept in memory; older ones come back by replay.
pub const TRACE_WINDOW: usize = 1 << 20;
/// A trace file as it is read, packed. A browser hands over no larger file either.
pub const MAX_TRACE_BYTES: usize = 32 << 20;
/// Records and messages of a trace file: all of them are in memory while it is open.
pub const MAX_TRACE_RECORDS: usize = 2 << 20;
/// Messages of a trace file; see [`MAX_TRACE_RECORDS`].
pub const MAX_TRACE_MESSAGES: usize = 1 << 20;
/// Blocks remembered for the block tree, the newest: a thousand heights and more, and about a megabyte.
pub const MAX_TREE_BLOCKS: usize = 4_096;
/// Blocks of one height remembered for the block tree, at least; where many propose in one round, two for each. A chain
/// stalled for an hour proposes thousands at one height.
pub const MAX_TREE_RIVALS: usize = 24;
/// Heights the block tree shows at a time.
pub const TREE_HEIGHTS: u64 = 48;
/// Blocks the block tree shows at a time, unless a single height has more.
pub const MAX_TREE_BLOCKS_SHOWN: usize = 256;
/// Checkpoints kept by a session, thinned towards the past. What is large in one is shared: one
/// costs about 2 MB at 128 validators.
pub const MAX_CHECKPOINTS: usize = 96;

/// Rules for an uploaded module. Each bounds a cost that fuel doesn't see:
/// parsing, translating, instantiating.
pub const MAX_WASM_FUNCTIONS: u32 = 20_000;
/// Parameters of one function.
pub const MAX_WASM_PARAMS: usize = 100;
/// Parameters of all function types together.
pub const MAX_WASM_PARAMS_TOTAL: usize = 10_000;
/// Locals of one function. Optimised real contracts stay under 110.
pub const MAX_WASM_LOCALS: u32 = 256;
/// The same in the profile `strict`, as cosmwasm-vm has it.
pub const MAX_WASM_LOCALS_STRICT: u32 = 100;
/// Locals of all functions together.
pub const MAX_WASM_LOCALS_TOTAL: u32 = 10_000;
/// Imports of a module; the chain offers far fewer.
pub const MAX_WASM_IMPORTS: u32 = 100;
/// Every export is linked again at each call; the largest real contract has 26.
pub const MAX_WASM_EXPORTS: u32 = 100;
/// Globals of a module: each is set up again at every call.
pub const MAX_WASM_GLOBALS: u32 = 1_000;
/// Data segments of a module: each is copied at every call.
pub const MAX_WASM_DATA_SEGMENTS: u32 = 10_000;
/// Element segments of a module: each is copied at every call.
pub const MAX_WASM_ELEMENT_SEGMENTS: u32 = 1_000;
/// Entries of a module's table.
pub const MAX_WASM_TABLE: u64 = 2_500;
/// Linear memory in pages of 64 KiB: 32 MiB.
pub const MAX_WASM_PAGES: u64 = 512;
/// Guest functions nested in one call, and bytes of values they may keep on the stack.
pub const MAX_WASM_FRAMES: usize = 1_000;
/// Bytes of values that nested guest functions may keep on the stack.
pub const MAX_WASM_STACK_BYTES: usize = 1 << 20;
/// Entry point, import, and one callback from that import. Deeper nesting of host in guest would
/// recurse on the native stack, which wasmi's own limit does not see.
pub const MAX_GUEST_DEPTH: u32 = 2;
/// Translated modules one engine keeps; the one unused for longest goes first.
pub const MAX_CACHED_MODULES: usize = 128;
/// Bytes of the sentence with which a contract fails its call.
pub const MAX_FAIL_BYTES: usize = 1 << 10;

/// Messages of contracts to contracts, nested below a transaction's own call: wasmd's default. A reply is as
/// deep as the contract it goes to.
pub const MAX_MESSAGE_DEPTH: u32 = 500;
/// Calls that wait for others at one time. Replies that send messages whose replies send messages nest too,
/// without a message getting deeper, and each keeps what is left of its messages.
pub const MAX_OPEN_CALLS: usize = 1_000;
/// Questions of contracts to contracts, nested: wasmd's default.
pub const MAX_QUERY_DEPTH: u32 = 10;
/// Messages one call may ask for.
pub const MAX_MESSAGES_PER_CALL: usize = 1_024;
/// Storage of a CosmWasm contract, as cosmwasm-vm limits it.
pub const MAX_COSMWASM_KEY: usize = 64 << 10;
/// Bytes of a value in a CosmWasm contract's storage.
pub const MAX_COSMWASM_VALUE: usize = 128 << 10;
/// Iterators one call may open, and the bytes of their bounds together: they are memory of the host.
pub const MAX_ITERATORS: usize = 32_768;
/// Bytes of the bounds of all iterators of one call.
pub const MAX_ITERATOR_BYTES: usize = 8 << 20;
/// JSON a contract returns from an entry point.
pub const MAX_RESULT_BYTES: usize = 256 << 10;
/// Events of one call's response.
pub const MAX_COSMWASM_EVENTS: usize = 1_024;
/// What a contract says for its developer: the newest lines, each cut.
pub const MAX_DEBUG_LINES: usize = 64;
/// Bytes of one line that a contract writes for its developer.
pub const MAX_DEBUG_BYTES: usize = 1 << 10;
/// Pairs one `raw_range` question brings back.
pub const MAX_RANGE_PAIRS: u32 = 256;
