//! The protocol's rules beside the run.

use borsh::{BorshDeserialize, BorshSerialize};

/// How often rules took effect up to now, and how they stand at one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct RulesView {
    /// By the number of the rule, as in [`RunInfo::rules`](super::RunInfo::rules).
    pub counts: Vec<RuleCount>,
    /// The node that the rest is about; `None` while no rule has taken effect anywhere, or where there is no such node.
    pub node: Option<u16>,
    /// The newest instant at which a rule took effect there, microseconds.
    pub at_us: Option<u64>,
    /// What took effect there at that instant, in order.
    pub fired: Vec<RuleAt>,
    /// What rules wait for there, each with its number: "1 more vote (25 % of the stake) for 1f2e3d4c in view 3".
    pub waiting: Vec<(u8, String)>,
}

/// How often one rule took effect in the whole run so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct RuleCount {
    /// At all nodes together.
    pub fired: u64,
    /// The nodes at which it did, in their order, each with how often.
    pub nodes: Vec<(u16, u32)>,
    /// When it did for the first time, microseconds, and at which node.
    pub first: Option<(u64, u16)>,
    /// When it did last, microseconds, and at which node.
    pub last: Option<(u64, u16)>,
}

/// A rule that took effect, and what it was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct RuleAt {
    /// Its number.
    pub rule: u8,
    /// The height it was about.
    pub height: u64,
    /// The round it was about.
    pub round: u32,
}
