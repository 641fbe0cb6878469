//! Figures by height and by validator.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Median, 95th and 99th percentile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Percentiles {
    /// Microseconds.
    pub p50_us: u64,
    /// Microseconds.
    pub p95_us: u64,
    /// Microseconds.
    pub p99_us: u64,
}

/// One height in figures; lists are by index into [`RunInfo::kinds`](super::RunInfo::kinds).
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct HeightPoint {
    /// The height.
    pub height: u64,
    /// First honest decision.
    pub at_us: u64,
    /// The round that decided; a height took one more than this.
    pub round: u32,
    /// Since the height before; `None` for the first one seen.
    pub interval_us: Option<u64>,
    /// Of the newest 32 intervals up to this one.
    pub intervals: Percentiles,
    /// From the proposal leaving to each honest decision.
    pub latency: Percentiles,
    /// Transactions in the block.
    pub transactions: u32,
    /// Gas they used; `None` while nobody has executed the block.
    pub gas: Option<u64>,
    /// The fullest mempool at the decision.
    pub mempool: u32,
    /// Copies sent, by kind.
    pub copies: Vec<u64>,
    /// Bytes sent, by kind.
    pub bytes: Vec<u64>,
}

/// What a validator did of what was its to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct ValidatorFigures {
    /// Its name.
    pub name: String,
    /// Its stake.
    pub stake: u64,
    /// Blocks it proposed when it was its turn.
    pub proposed: u64,
    /// Turns without a proposal.
    pub missed: u64,
    /// Votes for decided blocks that left before the first honest decision; one a kind of vote.
    pub in_time: u64,
    /// Votes for decided blocks that left after the first honest decision.
    pub late: u64,
    /// Votes that never left.
    pub missing: u64,
    /// From a proposal leaving to a quorum for it seen here; the newest 32.
    pub to_quorum_p50_us: Option<u64>,
    /// 95th percentile of the same, microseconds.
    pub to_quorum_p95_us: Option<u64>,
}

/// Figures since a cursor. Ask again with `cursor` for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct SeriesBatch {
    /// Give it back to get what is new.
    pub cursor: u64,
    /// Set when the run was moved or heights were forgotten: start over.
    pub reset: bool,
    /// Heights whose figures will not change again, oldest first.
    pub closed: Vec<HeightPoint>,
    /// The newest heights, which come again.
    pub open: Vec<HeightPoint>,
    /// Every validator, in order.
    pub validators: Vec<ValidatorFigures>,
}
