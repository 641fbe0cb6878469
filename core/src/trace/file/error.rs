//! What can be wrong with a trace file.

use crate::base::Micros;
use crate::base::limits::{
    MAX_NAME_BYTES, MAX_ROUND, MAX_TIME, MAX_TOTAL_STAKE, MAX_TRACE_BYTES, MAX_VALIDATOR_CHANGES,
    MAX_VALIDATORS,
};
use crate::types::{Height, Round, ValidatorSetError};

/// Above this no chain comes in the time there is.
pub(super) const MAX_HEIGHT: Height = 1 << 40;
/// Kinds, steps, timers and rules a protocol may have.
pub(super) const MAX_WORDS: usize = 64;

/// Why a trace file is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum TraceFileError {
    /// More than [`MAX_TRACE_BYTES`].
    #[error(
        "the trace file has {bytes} bytes: at most {MAX_TRACE_BYTES} are read. Save a shorter part of the run."
    )]
    TooLarge {
        /// Bytes of the file.
        bytes: usize,
    },
    /// The first bytes are not [`MAGIC`](super::MAGIC).
    #[error("this is not a trace file: trace files begin with CFTRACE.")]
    NotATrace,
    /// Another version than those that are read.
    #[error(
        "this trace file has version {0}; this program reads versions {oldest} to {newest}.",
        oldest = super::OLDEST,
        newest = super::VERSION
    )]
    Version(u16),
    /// The file ends before its first chunk.
    #[error("the trace file ends before its head.")]
    NoHead,
    /// The first chunk is not an encoded head.
    #[error("the head of the trace file cannot be read: {0}.")]
    Head(#[source] std::io::Error),
    /// A chunk names a size above its limit, packed or unpacked.
    #[error("a chunk of the trace file claims {bytes} {what} bytes: at most {most} are allowed.")]
    ChunkSize {
        /// As the file says.
        bytes: usize,
        /// `packed` or `unpacked`.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// A chunk that ends early or does not unpack. Only in front of the head: further in, what came before is kept.
    #[error("the trace file is damaged: {0}")]
    Damaged(&'static str),
    /// No validators, or more than a run may have.
    #[error("the trace file has {0} validators: from 1 to {MAX_VALIDATORS} are shown.")]
    Validators(usize),
    /// Fewer nodes than validators, or more than two for each.
    #[error("the trace file has {nodes} nodes for {validators} validators: one or two for each.")]
    Nodes {
        /// Nodes the head lists.
        nodes: usize,
        /// Validators the head lists.
        validators: usize,
    },
    /// A node runs a validator that the head does not list.
    #[error("a node of the trace file runs validator {number}, but there are {count}.")]
    NodeWithoutValidator {
        /// Counted from 1.
        number: u32,
        /// Validators the head lists.
        count: usize,
    },
    /// A validator's name that is empty or too long.
    #[error(
        "a validator's name in the trace file has {0} bytes: from 1 to {MAX_NAME_BYTES} are allowed."
    )]
    Name(usize),
    /// No stake at all, or more than a chain may have.
    #[error(
        "the validators of the trace file hold a stake of {0}: from 1 to {MAX_TOTAL_STAKE} is allowed."
    )]
    Stake(u64),
    /// The list of where nodes began is not one entry for each node.
    #[error("the head of the trace file does not say where each node began.")]
    Tips,
    /// Longer lists of names than any protocol has.
    #[error(
        "the protocol of the trace file has {kinds} kinds of message, {steps} steps, {timers} timers and {rules} rules: at most {MAX_WORDS} each."
    )]
    Words {
        /// Kinds of message.
        kinds: usize,
        /// Steps.
        steps: usize,
        /// Timers.
        timers: usize,
        /// Rules.
        rules: usize,
    },
    /// A name that is too long to keep, or one too many.
    #[error("a name in the trace file is too long, or there are too many of them: {0}.")]
    Word(String),
    /// A role other than 0, 1 and 2.
    #[error("a kind of message has the role {0}: roles are 0 (proposal), 1 (vote) and 2 (other).")]
    Role(u8),
}

/// Why an item of a trace file is left out. Sentences continue "Item 7 is left out:".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ItemError {
    #[error(
        "the validators have changed {MAX_VALIDATOR_CHANGES} times before, the most that is read"
    )]
    TooManyChanges,
    #[error("it names node {number}, but there are {count}")]
    NoNode { number: u32, count: usize },
    #[error("it names validator {number}, but there are {count}")]
    NoValidator { number: u32, count: usize },
    #[error("it names message {0}, which the file does not contain")]
    NoMessage(u32),
    #[error("it is sent to {found} nodes, but there are {nodes}")]
    TooManyReceivers { found: usize, nodes: usize },
    #[error("a copy arrives that was not sent before")]
    NotSent,
    #[error("its copy left before time 0")]
    BeforeStart,
    #[error("a copy is lost for the unknown reason {0}")]
    NoReason(u8),
    #[error("message {0} appears twice")]
    Twice(u32),
    #[error("message {id} is from node {number}, but there are {count}")]
    SenderMissing { id: u32, number: u32, count: usize },
    #[error("message {0} is signed by a validator that does not exist")]
    SignerMissing(u32),
    #[error("message {0} is of a kind that does not exist")]
    KindMissing(u32),
    #[error(
        "it names height {height}, round {round}: at most {MAX_HEIGHT} and {MAX_ROUND} are read"
    )]
    Impossible { height: Height, round: Round },
    #[error("its time is {at} µs, before that of the item in front of it, {now} µs")]
    Backwards { at: Micros, now: Micros },
    #[error("its time is {0} µs: runs end at {MAX_TIME} µs")]
    TooLate(Micros),
    #[error(transparent)]
    Set(#[from] ValidatorSetError),
}
