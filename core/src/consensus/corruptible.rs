//! What a liar needs of a protocol, apart from the protocol itself.
//!
//! Each is absent unless a protocol gives it. A strategy that needs one that is absent is refused
//! where it is chosen, with a sentence: it never does something else instead.

use super::{Kind, Protocol};
use crate::types::{BlockId, Round, Slot};

/// The same message for another block, or nothing when the message names no block.
pub type Conflicting<M> = fn(&M, BlockId) -> Option<M>;
/// The votes, in the order they would be cast, that carry a proposal to a decision in its slot.
pub type VotesFor<M> = fn(&M) -> Vec<M>;
/// Turns a person's script into a message.
pub type Compose<M> = fn(&Script) -> Result<M, ScriptError>;
/// Turns a person's script into a message that carries what the puppet's node has been sent.
pub type ComposeWith<M, S> = fn(&S, &Script) -> Result<M, ScriptError>;
/// The block on which an honest validator in this state would build if it were to propose in a slot now.
pub type Extends<S> = fn(&S, Slot) -> Option<BlockId>;

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
    /// What a puppet signs, where a message carries certificates: those that its node has been sent.
    const COMPOSE_WITH: Option<ComposeWith<Self::Message, Self::State>> = None;
    /// What a puppet's own block stands on, where that is not the last block that was decided.
    const EXTENDS: Option<Extends<Self::State>> = None;
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
    /// The block before it, and the round that one was proposed in. `None` is nil, or nobody knows it any more.
    pub parent: Option<(BlockId, Round)>,
    /// Protocol-specific number: Tendermint's validRound.
    pub valid_round: Option<Round>,
}

impl Script {
    /// The index of its kind among `kinds`.
    ///
    /// # Errors
    /// [`ScriptError::NoSuchKind`].
    pub fn kind(&self, kinds: &[Kind]) -> Result<u8, ScriptError> {
        let at = kinds.iter().position(|k| k.name == self.kind);
        let number = at.and_then(|at| u8::try_from(at).ok());
        number.ok_or_else(|| ScriptError::NoSuchKind {
            name: self.kind.clone(),
            known: kinds.iter().map(|k| k.name).collect(),
        })
    }

    /// The block it names.
    ///
    /// # Errors
    /// [`ScriptError::NeedsBlock`].
    pub fn block(&self) -> Result<BlockId, ScriptError> {
        self.value
            .ok_or_else(|| ScriptError::NeedsBlock(self.kind.clone()))
    }

    /// The parent of the block it names.
    ///
    /// # Errors
    /// [`ScriptError::NoParent`].
    pub fn parent(&self) -> Result<(BlockId, Round), ScriptError> {
        self.parent
            .ok_or_else(|| ScriptError::NoParent(self.kind.clone()))
    }

    /// For a protocol without valid rounds.
    ///
    /// # Errors
    /// [`ScriptError::NoValidRound`].
    pub fn without_valid_round(&self) -> Result<(), ScriptError> {
        match self.valid_round {
            Some(_) => Err(ScriptError::NoValidRound(self.kind.clone())),
            None => Ok(()),
        }
    }
}

/// Why a script is no message. Each starts in the middle of a sentence and ends without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// The protocol has no such kind.
    #[error("\"{name}\" is no kind of message: there are {}", listed(known))]
    NoSuchKind {
        /// As the script has it.
        name: String,
        /// Those there are.
        known: Vec<&'static str>,
    },
    /// Nil, where the message must name a block.
    #[error("a {0} needs a value: nil cannot be proposed")]
    NilProposed(String),
    /// Nil, where the message must name a block.
    #[error("a {0} needs a value: it always names a block")]
    NeedsBlock(String),
    /// A block, where the message can name none.
    #[error("a {0} is about a round and names no block: its value is nil")]
    NamesNoBlock(String),
    /// A valid round, which only a proposal of Tendermint has.
    #[error("a {0} has no valid_round here: leave it out")]
    NoValidRound(String),
    /// A message made of others' signatures.
    #[error("a {0} consists of others' signed votes, which a puppet cannot make")]
    OthersVotes(String),
    /// A message carries certificates, without which nobody would believe it.
    #[error("a {0} carries certificates that the puppet has not been sent")]
    LacksCertificate(String),
    /// A message names its block's parent, and nobody keeps that any more.
    #[error("a {0} names its block's parent, which nobody knows any more")]
    NoParent(String),
}

/// "proposal, prevote and precommit".
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => "none".to_owned(),
    }
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
            compose: P::COMPOSE.is_some() || P::COMPOSE_WITH.is_some(),
        }
    }
}
