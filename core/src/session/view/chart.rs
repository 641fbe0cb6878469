//! Records for the chart.

use borsh::{BorshDeserialize, BorshSerialize};

/// A message on its way from one node to one other, for the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Arrow {
    pub message: u32,
    pub from: u16,
    pub to: u16,
    /// Index into [`RunInfo::kinds`].
    pub kind: u8,
    pub fate: Fate,
    /// The sender was Byzantine when this was recorded.
    pub byzantine: bool,
    pub sent_us: u64,
    /// Arrival, or when it would have arrived; for a dropped one, when it was dropped.
    pub arrives_us: u64,
    pub height: u32,
    pub round: u32,
    pub bytes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = false)]
pub enum Fate {
    InFlight,
    Delivered,
    Lost,
    Cut,
    ReceiverDown,
    /// A hand took it off the wire.
    Dropped,
}

/// Something that happened at one node at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Mark {
    pub node: u16,
    pub at_us: u64,
    pub what: MarkKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub enum MarkKind {
    /// Index into [`RunInfo::steps`].
    Step {
        height: u64,
        round: u32,
        step: u8,
    },
    /// Index into [`RunInfo::timers`].
    Timeout {
        height: u64,
        round: u32,
        timer: u8,
    },
    Locked {
        height: u64,
        round: u32,
        block: [u8; 4],
    },
    Polka {
        height: u64,
        round: u32,
        block: Option<[u8; 4]>,
    },
    Commit {
        height: u64,
        round: u32,
        block: [u8; 4],
        caught_up: bool,
    },
    Rejected {
        height: u64,
        round: u32,
        reason: String,
    },
    Evidence {
        offender: u16,
        height: u64,
        round: u32,
    },
    Crashed,
    Restarted,
    /// `node` is the first one concerned; the sentence names all.
    Changed {
        sentence: String,
    },
    /// A command found nothing to act on.
    CommandMissed {
        sentence: String,
    },
}

/// New chart records since a cursor. Ask again with `cursor` for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct ChartBatch {
    pub cursor: u64,
    /// Set when the records before these are gone from memory, or the run was moved: forget and redraw.
    pub reset: bool,
    pub arrows: Vec<Arrow>,
    pub marks: Vec<Mark>,
    /// Records left out because `max` was reached since the cursor.
    pub folded: u64,
}
