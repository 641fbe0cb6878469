//! What a liar needs of a protocol, apart from the protocol itself.
//!
//! Each is absent unless a protocol gives it. A strategy that needs one that is absent is refused
//! where it is chosen, with a sentence: it never does something else instead.

use super::Protocol;
use crate::types::{BlockId, Round, Slot};

/// The same message for another block, or nothing when the message names no block.
pub type Conflicting<M> = fn(&M, BlockId) -> Option<M>;
/// The votes, in the order they would be cast, that carry a proposal to a decision in its slot.
pub type VotesFor<M> = fn(&M) -> Vec<M>;
/// Turns a person's script into a message, or says in a sentence what is wrong with it.
pub type Compose<M> = fn(&Script) -> Result<M, String>;

/// A protocol that Byzantine validators may run.
pub trait Corruptible: Protocol {
    /// What a liar can say instead.
    const CONFLICTING: Option<Conflicting<Self::Message>> = None;
    /// What carries a liar's proposal to a decision.
    const VOTES_FOR: Option<VotesFor<Self::Message>> = None;
    /// Amnesia: as if the node had never locked.
    const FORGET_LOCK: Option<fn(&mut Self::State)> = None;
    /// From now on a decision of the others is followed even if its block was found invalid here, so
    /// that a liar about state keeps up with the chain it lies about.
    const ACCEPT_INVALID: Option<fn(&mut Self::State)> = None;
    /// What a puppet signs.
    const COMPOSE: Option<Compose<Self::Message>> = None;
}

/// A message written down by a person: what a puppet signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Name of one of the protocol's kinds.
    pub kind: String,
    /// The height and round it belongs to.
    pub slot: Slot,
    /// The block it speaks for; `None` is nil.
    pub value: Option<BlockId>,
    /// Protocol-specific number: Tendermint's validRound.
    pub valid_round: Option<Round>,
}

/// Which of a liar's needs a protocol answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Powers {
    /// Proposing two blocks and voting for both.
    pub equivocate: bool,
    /// Amnesia.
    pub forget_lock: bool,
    /// Following a decision of a block that was found invalid.
    pub accept_invalid: bool,
    /// Messages from a script.
    pub compose: bool,
}

impl Powers {
    /// What `P` supports.
    #[must_use]
    pub const fn of<P: Corruptible>() -> Self {
        Powers {
            equivocate: P::CONFLICTING.is_some() && P::VOTES_FOR.is_some(),
            forget_lock: P::FORGET_LOCK.is_some(),
            accept_invalid: P::ACCEPT_INVALID.is_some(),
            compose: P::COMPOSE.is_some(),
        }
    }
}
