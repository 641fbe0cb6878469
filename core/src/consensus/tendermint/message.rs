//! The three messages of the paper.

use crate::consensus::{self, Description};
use crate::types::{BlockId, Height, Round, Signable, Slot};
use borsh::{BorshDeserialize, BorshSerialize};

/// The paper's `<PROPOSAL, h, r, v, vr>`, `<PREVOTE, h, r, id(v)>` and `<PRECOMMIT, h, r, id(v)>`.
/// A value is named by its block's digest throughout; nil is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// The proposer's block for a round.
    Proposal {
        /// The height.
        height: Height,
        /// The round.
        round: Round,
        /// The block.
        value: BlockId,
        /// The round in which the proposer saw a quorum of prevotes for `value`; `None` is the paper's -1.
        valid_round: Option<Round>,
    },
    /// A first vote.
    Prevote {
        /// The height.
        height: Height,
        /// The round.
        round: Round,
        /// The block; `None` is nil.
        value: Option<BlockId>,
    },
    /// A second vote, cast after a quorum of prevotes.
    Precommit {
        /// The height.
        height: Height,
        /// The round.
        round: Round,
        /// The block; `None` is nil.
        value: Option<BlockId>,
    },
}

/// Indices into the kinds of `info::INFO`.
pub const PROPOSAL: u8 = 0;
/// Index of prevotes among kinds.
pub const PREVOTE: u8 = 1;
/// Index of precommits among kinds.
pub const PRECOMMIT: u8 = 2;

impl Message {
    /// The height and round it belongs to.
    #[must_use]
    pub fn slot(&self) -> Slot {
        match *self {
            Message::Proposal { height, round, .. }
            | Message::Prevote { height, round, .. }
            | Message::Precommit { height, round, .. } => Slot { height, round },
        }
    }

    /// The block it speaks for; `None` is nil.
    #[must_use]
    pub fn value(&self) -> Option<BlockId> {
        match *self {
            Message::Proposal { value, .. } => Some(value),
            Message::Prevote { value, .. } | Message::Precommit { value, .. } => value,
        }
    }

    /// Index into the protocol's kinds.
    #[must_use]
    pub fn kind(&self) -> u8 {
        match self {
            Message::Proposal { .. } => PROPOSAL,
            Message::Prevote { .. } => PREVOTE,
            Message::Precommit { .. } => PRECOMMIT,
        }
    }
}

impl Signable for Message {
    // One domain for the three kinds: the encoding begins with the kind, so none reads as another.
    const DOMAIN: &'static str = "consensusforge/tendermint/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let fields = match self {
            Message::Proposal { valid_round, .. } => vec![(
                "valid_round",
                valid_round.map_or_else(|| "-1".to_owned(), |round| round.to_string()),
            )],
            Message::Prevote { .. } | Message::Precommit { .. } => Vec::new(),
        };
        Description {
            kind: self.kind(),
            slot: self.slot(),
            value: self.value(),
            fields,
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        match *self {
            Message::Proposal { value, .. } => Some(value),
            Message::Prevote { .. } | Message::Precommit { .. } => None,
        }
    }
}
