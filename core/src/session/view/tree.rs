//! The blocks of a stretch of heights, as a tree.

use borsh::{BorshDeserialize, BorshSerialize};

/// Blocks of some heights, as one validator knows them or as all together do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct TreeView {
    /// The node whose view it is; `None`: of all honest nodes together.
    pub node: Option<u16>,
    /// The lowest and the highest height shown.
    pub from: u64,
    /// The highest height shown.
    pub to: u64,
    /// The lowest height that is still remembered.
    pub lowest: u64,
    /// The highest height of which there is a block.
    pub top: u64,
    /// Ascending by height; those of one height in the order they were heard of.
    pub blocks: Vec<TreeBlockView>,
    /// Heights shown of which blocks were forgotten because there were too many, each with how many.
    pub left_out: Vec<(u64, u32)>,
}

/// A block of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct TreeBlockView {
    /// Its digest in hex.
    pub id: String,
    /// Its height; in a DAG its round.
    pub height: u64,
    /// The round it was first proposed in.
    pub round: u32,
    /// Number of the validator that proposed it; `None` for genesis, and where nobody saw its proposal.
    pub proposer: Option<u16>,
    /// When it was first heard of, microseconds.
    pub at_us: u64,
    /// Number of the message that proposed it first, and the node that sent it.
    pub proposal: Option<(u32, u16)>,
    /// What it stands on, as places in [`TreeView::blocks`]: all of them before this one.
    pub parents: Vec<u16>,
    /// It stands on a block that is not shown.
    pub further_below: bool,
    /// How far it has come.
    pub state: BlockState,
    /// It can no longer be decided: another block of its height is, or it stands on such a block.
    pub abandoned: bool,
    /// Another block of its height was decided too.
    pub forked: bool,
    /// Nodes that saw a quorum of votes for it.
    pub certified: u16,
    /// Nodes that are locked on it now.
    pub locked: Vec<u16>,
    /// Nodes that decided it.
    pub decided: Vec<u16>,
    /// Rounds between its parent's and its own in which no block it stands on was proposed, first and last; only where
    /// rounds count on through all heights.
    pub skipped: Option<(u32, u32)>,
}

/// How far a block has come, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[derive(BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = false)]
pub enum BlockState {
    /// It was proposed.
    Proposed,
    /// A quorum of votes for it was seen: certified, notarized.
    Certified,
    /// A validator is locked on it.
    Locked,
    /// It is decided.
    Final,
}
