//! A trace as a file: what a saved run looks like to somebody who has not its scenario (docs/TRACE.md).
//!
//! What stands in a file is frozen: another schema is another version. The types here are the file's, not
//! the trace's, so that the trace may grow.

mod error;
mod events;
mod head;
mod names;
mod read;
mod write;

pub use error::TraceFileError;
pub use read::{Complaints, TraceFile, read};
pub use write::{TraceWriter, byzantine, tips, validators};

use crate::base::{Hash, Micros};
use crate::types::{BlockId, Height, PublicKey, Round, Signature};
use borsh::{BorshDeserialize, BorshSerialize};

/// The first bytes of every trace file.
pub const MAGIC: [u8; 8] = *b"CFTRACE\n";
/// What is written. Version 2 has two events more, [`FileEvent::Ordered`] and [`FileEvent::Validators`];
/// version 3 has two more, [`FileEvent::Fired`] and [`FileEvent::SentTo`], and [`FileProtocol`] behind the head.
pub const VERSION: u16 = 3;
/// The oldest version that is read.
pub const OLDEST: u16 = 1;
/// Stands where a validator's number would, and there is none.
const NOBODY: u16 = u16::MAX;
/// Bytes one packed chunk may unpack to.
const CHUNK: usize = 1 << 20;

/// The first thing in a file.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
struct FileHead {
    protocol: String,
    domain: String,
    chain: Hash,
    genesis: BlockId,
    stall_after: Micros,
    validators: Vec<FileValidator>,
    /// The validator each node runs.
    nodes: Vec<u16>,
    /// Name, and role: 0 proposal, 1 vote, 2 other.
    kinds: Vec<(String, u8)>,
    steps: Vec<String>,
    timers: Vec<String>,
    /// What it means that each timer fired; nothing for a pause.
    in_vain: Vec<Option<String>>,
    /// What a decision is proved by, in the plural.
    certificates: String,
    /// Where each node stood at the beginning; empty for a run from its start.
    tips: Vec<(Height, BlockId)>,
    /// When the first record was made, for a trace whose beginning was forgotten; else 0.
    from: Micros,
}

/// Since version 3, behind the head: what else is to be known of the protocol.
#[derive(Clone, Debug, Default, BorshSerialize, BorshDeserialize)]
struct FileProtocol {
    /// Ids of its rules. What each says stands in no file: a protocol that is known here says it.
    rules: Vec<String>,
    /// Its parameters as JSON, all of them; empty where they are not known.
    params: String,
}

#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
struct FileValidator {
    name: String,
    stake: u64,
    key: PublicKey,
}

/// What follows, in the order it happened. A message stands before the first record that speaks of it.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
enum Item {
    Message(FileMessage),
    Record { at: Micros, event: FileEvent },
    End(FileEnd),
}

#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
struct FileMessage {
    id: u32,
    from: u16,
    signer: Option<u16>,
    kind: u8,
    height: Height,
    round: Round,
    value: Option<BlockId>,
    bytes: u32,
    sent: Micros,
    fields: Vec<(String, String)>,
    /// The signed bytes and the signature.
    proof: Option<(Vec<u8>, Signature)>,
}

#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
enum FileEvent {
    Sent {
        message: u32,
        from: u16,
        copies: u16,
        again: bool,
    },
    Delivered {
        message: u32,
        flight: u32,
        from: u16,
        to: u16,
    },
    /// `why`: 0 network, 1 partition, 2 receiver down, 3 a command.
    Lost {
        message: u32,
        flight: u32,
        from: u16,
        to: u16,
        why: u8,
    },
    BadSignature {
        message: u32,
        to: u16,
    },
    Step {
        node: u16,
        step: u8,
        round: Round,
        height: u32,
        /// [`NOBODY`] where it is not one validator's turn.
        proposer: u16,
    },
    TimerFired {
        node: u16,
        timer: u8,
        round: Round,
        height: u32,
    },
    Locked {
        node: u16,
        height: Height,
        round: Round,
        block: BlockId,
    },
    Polka {
        node: u16,
        height: Height,
        round: Round,
        block: Option<BlockId>,
    },
    Skipped {
        node: u16,
        height: Height,
        round: Round,
    },
    Committed {
        node: u16,
        height: Height,
        round: Round,
        block: BlockId,
        parent: BlockId,
        proposer: u16,
        built: Micros,
        transactions: u32,
        mempool: u32,
        signers: Vec<u16>,
        caught_up: bool,
        valid: bool,
    },
    Executed {
        node: u16,
        height: Height,
        block: BlockId,
        root: Hash,
        gas: u64,
    },
    Rejected {
        node: u16,
        height: Height,
        round: Round,
        block: BlockId,
        reason: String,
    },
    Evidence {
        reporter: u16,
        offender: u16,
        height: Height,
        round: Round,
        kind: u8,
        first: Option<BlockId>,
        second: Option<BlockId>,
    },
    Crashed {
        node: u16,
    },
    Restarted {
        node: u16,
    },
    Byzantine {
        nodes: Vec<u16>,
        strategy: String,
    },
    Changed {
        sentence: String,
    },
    Submitted {
        node: u16,
        transaction: Hash,
    },
    Vanished {
        sentence: String,
    },
    /// Since version 2: a commit in a DAG, or along with a later block.
    Ordered {
        node: u16,
        height: Height,
        round: Round,
        block: BlockId,
        parent: BlockId,
        further_parents: Option<Vec<BlockId>>,
        with: BlockId,
        proposer: u16,
        built: Micros,
        transactions: u32,
        mempool: u32,
        signers: Vec<u16>,
        caught_up: bool,
        valid: bool,
    },
    /// Since version 2. Each validator's number, stake and key.
    Validators {
        height: Height,
        block: BlockId,
        set: Vec<(u16, u64, PublicKey)>,
    },
    /// Since version 3: a rule of the protocol took effect.
    Fired {
        node: u16,
        rule: u8,
        round: Round,
        height: u32,
    },
    /// Since version 3: a message that is not sent to all other nodes, with those it is sent to.
    SentTo {
        message: u32,
        from: u16,
        to: Vec<u16>,
        again: bool,
    },
}

/// The last thing in a file: a file without it was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct FileEnd {
    /// Records in the file.
    pub records: u64,
    /// Messages in the file.
    pub messages: u64,
    /// Simulated time when it was saved.
    pub now: Micros,
    /// Simulator events and digest of the run it was saved from, as its maker says.
    pub steps: u64,
    /// The run's digest at the end.
    pub digest: Hash,
}

impl FileEvent {
    /// The height and round it speaks of, if any.
    fn slot(&self) -> Option<(Height, Round)> {
        match self {
            FileEvent::Step { height, round, .. }
            | FileEvent::TimerFired { height, round, .. }
            | FileEvent::Fired { height, round, .. } => Some((u64::from(*height), *round)),
            FileEvent::Locked { height, round, .. }
            | FileEvent::Polka { height, round, .. }
            | FileEvent::Skipped { height, round, .. }
            | FileEvent::Committed { height, round, .. }
            | FileEvent::Ordered { height, round, .. }
            | FileEvent::Rejected { height, round, .. }
            | FileEvent::Evidence { height, round, .. } => Some((*height, *round)),
            FileEvent::Executed { height, .. } | FileEvent::Validators { height, .. } => {
                Some((*height, 0))
            }
            FileEvent::Sent { .. }
            | FileEvent::SentTo { .. }
            | FileEvent::Delivered { .. }
            | FileEvent::Lost { .. }
            | FileEvent::BadSignature { .. }
            | FileEvent::Crashed { .. }
            | FileEvent::Restarted { .. }
            | FileEvent::Byzantine { .. }
            | FileEvent::Changed { .. }
            | FileEvent::Submitted { .. }
            | FileEvent::Vanished { .. } => None,
        }
    }
}
