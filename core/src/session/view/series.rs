//! Figures by height and by validator.

use borsh::{BorshDeserialize, BorshSerialize};

/// Median, 95th and 99th percentile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Percentiles {
    pub p50_us: u64,
    pub p95_us: u64,
    pub p99_us: u64,
}

/// One height in figures; lists are by index into [`RunInfo::kinds`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct HeightPoint {
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
    pub transactions: u32,
    pub gas: Option<u64>,
    /// The fullest mempool at the decision.
    pub mempool: u32,
    pub copies: Vec<u64>,
    pub bytes: Vec<u64>,
}

/// What a validator did of what was its to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct ValidatorFigures {
    pub name: String,
    pub stake: u64,
    pub proposed: u64,
    pub missed: u64,
    /// Votes for decided blocks that left before the first honest decision; one a kind of vote.
    pub in_time: u64,
    pub late: u64,
    pub missing: u64,
    /// From a proposal leaving to a quorum for it seen here; the newest 32.
    pub to_quorum_p50_us: Option<u64>,
    pub to_quorum_p95_us: Option<u64>,
}

/// Figures since a cursor. Ask again with `cursor` for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct SeriesBatch {
    pub cursor: u64,
    /// Set when the run was moved or heights were forgotten: begin afresh.
    pub reset: bool,
    /// Heights whose figures will not change again, oldest first.
    pub closed: Vec<HeightPoint>,
    /// The newest heights, which come again.
    pub open: Vec<HeightPoint>,
    pub validators: Vec<ValidatorFigures>,
}
