//! A validator's state in plain words, for inspectors and tools.

use super::Awaited;
use crate::types::{BlockId, Height, Round, ValidatorId};

/// What a protocol's validators keep in mind beside votes, so that readers know what can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// How they lock, where they do.
    pub lock: Option<Locking>,
    /// Names of their [`Mark`]s.
    pub marks: &'static [&'static str],
}

/// How validators lock on a block: who has seen enough votes for it tells so by another vote, and then votes for
/// another block only when enough have voted for that one since. Both kinds are of one slot each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locking {
    /// Index of the kind that is counted: Tendermint's prevote. A quorum of it locks, and a later one unlocks.
    pub counted: u8,
    /// Index of the kind by which a validator tells that it is locked: Tendermint's precommit.
    pub told: u8,
}

/// Where a validator stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The height it works on.
    pub height: Height,
    /// The round it is in.
    pub round: Round,
    /// Name of one of the protocol's steps.
    pub step: &'static str,
    /// What would end this step; of the tallies, those that are awaited.
    pub awaits: &'static [Awaited],
    /// The block it may not vote against, and since which round.
    pub locked: Option<(BlockId, Round)>,
    /// Other blocks it keeps in mind, by name: "valid", "highest certified", "prepared".
    pub marks: Vec<Mark>,
    /// Votes it has counted towards something.
    pub tallies: Vec<Tally>,
}

impl Status {
    /// The block kept in mind under that name.
    #[must_use]
    pub fn mark(&self, name: &str) -> Option<(BlockId, Round)> {
        let mark = self.marks.iter().find(|m| m.name == name);
        mark.map(|m| (m.block, m.round))
    }
}

/// A block that a validator keeps in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What for: "valid", "highest certified".
    pub name: &'static str,
    /// The block.
    pub block: BlockId,
    /// Since which round.
    pub round: Round,
}

/// Votes of one kind for one value in one round, as one validator has counted them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Index into the protocol's kinds.
    pub kind: u8,
    /// The round voted in.
    pub round: Round,
    /// `None` is nil.
    pub value: Option<BlockId>,
    /// Stake counted so far.
    pub have: u64,
    /// The least stake with which something happens.
    pub needed: u64,
    /// All stake there is.
    pub of: u64,
    /// What happens then, after "to": "lock and precommit".
    pub purpose: &'static str,
    /// Who they are, for the newest rounds; empty for older ones.
    pub voters: Vec<ValidatorId>,
}
