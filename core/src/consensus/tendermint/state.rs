//! A validator's variables, named as in the paper's lines 1-10.

use super::future_messages::Ahead;
use super::message::Message;
use super::votes::{SignedMessage, Votes};
use super::{Context, Effects};
use crate::consensus::{Certificate, Effect, Note};
use crate::types::{BlockId, Height, Round, Slot};
use std::sync::Arc;

/// The paper's step, and the pause before a height starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Waiting for the proposal.
    Propose,
    /// Waiting for prevotes.
    Prevote,
    /// Waiting for precommits.
    Precommit,
    /// The height before is decided and the block interval is running: round 0 has not started.
    NewHeight,
}

impl Step {
    /// Index into `info::STEPS`.
    #[must_use]
    pub fn index(self) -> u8 {
        match self {
            Step::Propose => 0,
            Step::Prevote => 1,
            Step::Precommit => 2,
            Step::NewHeight => 3,
        }
    }

    /// As people read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Step::Propose => "propose",
            Step::Prevote => "prevote",
            Step::Precommit => "precommit",
            Step::NewHeight => "new height",
        }
    }
}

/// What the ledger said of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has not answered yet.
    Asked,
    /// The block may be decided.
    Valid,
    /// The block breaks a rule.
    Invalid,
}

/// A quorum of precommits for `block` in `round`: decided once the block is known valid.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The block.
    pub block: BlockId,
    /// The round.
    pub round: Round,
    /// Set when the quorum came as a whole from another node; then no proposal is needed.
    pub certificate: Option<Arc<Certificate<Message>>>,
}

/// Everything one validator remembers. All of it survives a crash (a vote is durable before it
/// leaves); timers and unanswered questions do not.
#[derive(Clone, Debug)]
pub struct State {
    /// h_p
    pub(super) height: Height,
    /// round_p
    pub(super) round: Round,
    /// step_p
    pub(super) step: Step,
    /// lockedValue_p and lockedRound_p
    pub(super) locked: Option<(BlockId, Round)>,
    /// validValue_p and validRound_p
    pub(super) valid: Option<(BlockId, Round)>,
    /// decision_p[h_p - 1], or genesis.
    pub(super) decided: BlockId,

    pub(super) votes: Votes,
    /// Blocks of this height whose validity was asked for.
    pub(super) verdicts: Vec<(BlockId, Verdict)>,
    pub(super) commits: Vec<Commit>,
    /// The latest round beyond `round` that enough stake has reached (L55).
    pub(super) skip_to: Option<Round>,
    /// By validator, the latest round it sent a message of, where that is too far ahead to keep votes.
    pub(super) far: Vec<Round>,
    /// What this node signed at this height, one of a kind a round.
    pub(super) signed: Vec<Message>,
    /// The same as it came back signed, to be sent again.
    pub(super) own: Vec<SignedMessage>,
    pub(super) ahead: Ahead,
    /// A liar's: decides with the others what it called invalid itself.
    pub(super) accepts_invalid: bool,
}

impl State {
    // L1-L10
    pub(super) fn new(genesis: BlockId) -> Self {
        State {
            height: 1,
            round: 0,
            step: Step::NewHeight,
            locked: None,
            valid: None,
            decided: genesis,
            votes: Votes::default(),
            verdicts: Vec::new(),
            commits: Vec::new(),
            skip_to: None,
            far: Vec::new(),
            signed: Vec::new(),
            own: Vec::new(),
            ahead: Ahead::default(),
            accepts_invalid: false,
        }
    }

    pub(super) fn slot(&self) -> Slot {
        Slot {
            height: self.height,
            round: self.round,
        }
    }

    /// Enters `step` of the present slot, and says so in the trace.
    pub(super) fn enter(&mut self, context: &Context, step: Step, out: &mut Effects) {
        self.step = step;
        out.push(Effect::Note(Note::Step {
            slot: self.slot(),
            step: step.index(),
            leader: Some(context.proposer(self.height, self.round)),
        }));
    }

    /// The paper's valid(v), as far as the ledger has answered.
    pub(super) fn verdict(&self, block: BlockId) -> Verdict {
        self.verdicts
            .iter()
            .find(|(id, _)| *id == block)
            .map_or(Verdict::Asked, |(_, verdict)| *verdict)
    }
}
