//! Records for the chart.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A message on its way from one node to one other, for the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Arrow {
    /// Number of the message.
    pub message: u32,
    /// The sending node.
    pub from: u16,
    /// The receiving node.
    pub to: u16,
    /// Index into [`RunInfo::kinds`](super::RunInfo::kinds).
    pub kind: u8,
    /// Its fate.
    pub fate: Fate,
    /// The sender was Byzantine when this was recorded.
    pub byzantine: bool,
    /// When it left, microseconds.
    pub sent_us: u64,
    /// Arrival, or when it would have arrived; for a dropped one, when it was dropped.
    pub arrives_us: u64,
    /// Height of the message's slot.
    pub height: u32,
    /// Round of the message's slot.
    pub round: u32,
    /// Encoded size with what travels along.
    pub bytes: u32,
}

/// The fate of a copy of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = false)]
pub enum Fate {
    /// It is on its way.
    InFlight,
    /// It arrived.
    Delivered,
    /// The network lost it.
    Lost,
    /// A partition stopped it.
    Cut,
    /// Its receiver was down when it should have arrived.
    ReceiverDown,
    /// A command dropped it.
    Dropped,
}

/// Something that happened at one node at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Mark {
    /// The node.
    pub node: u16,
    /// When, microseconds.
    pub at_us: u64,
    /// What happened.
    pub what: MarkKind,
}

/// What happened at a node; digests are their first four bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub enum MarkKind {
    /// Index into [`RunInfo::steps`](super::RunInfo::steps).
    Step {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// Index into [`RunInfo::steps`](super::RunInfo::steps).
        step: u8,
    },
    /// Index into [`RunInfo::timers`](super::RunInfo::timers).
    Timeout {
        /// The height it was armed for.
        height: u64,
        /// The round it was armed for.
        round: u32,
        /// Index into [`RunInfo::timers`](super::RunInfo::timers).
        timer: u8,
    },
    /// It locked on a block.
    Locked {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// The block.
        block: [u8; 4],
    },
    /// It saw a quorum of votes for one value.
    Polka {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// The block; `None` is nil.
        block: Option<[u8; 4]>,
    },
    /// It decided a block.
    Commit {
        /// Height of the block.
        height: u64,
        /// The round that decided it.
        round: u32,
        /// The block.
        block: [u8; 4],
        /// It learned of the decision by catching up.
        caught_up: bool,
    },
    /// It found a proposed block invalid.
    Rejected {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// Why, in words.
        reason: String,
    },
    /// It proved that a validator signed two conflicting messages.
    Evidence {
        /// Number of that validator.
        offender: u16,
        /// Height of the messages.
        height: u64,
        /// Round of the messages.
        round: u32,
    },
    /// It stopped.
    Crashed,
    /// It started again.
    Restarted,
    /// `node` is the first one concerned; the sentence names all.
    Changed {
        /// In words.
        sentence: String,
    },
    /// A command found nothing to act on.
    CommandMissed {
        /// In words.
        sentence: String,
    },
}

/// New chart records since a cursor. Ask again with `cursor` for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct ChartBatch {
    /// Give it back to get what is new.
    pub cursor: u64,
    /// Set when the records before these are gone from memory, or the run was moved: forget and redraw.
    pub reset: bool,
    /// Copies that are new, and those whose fate is new.
    pub arrows: Vec<Arrow>,
    /// What is new at nodes.
    pub marks: Vec<Mark>,
    /// Records left out because `max` was reached since the cursor.
    pub folded: u64,
}
