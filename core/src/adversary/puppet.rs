//! Says exactly what a script says: signed messages, each delivered to named nodes at a given instant.
//! Any published attack can be written down this way.

use super::silent::say_nothing;
use super::{Act, Stage, Strategy};
use crate::base::Micros;
use crate::consensus::{Corruptible, Effect};
use crate::types::{NodeId, Round, Slot};

/// A line of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The instant of delivery.
    pub at: Micros,
    /// Who signs.
    pub from: NodeId,
    /// Who receives it.
    pub to: Vec<NodeId>,
    /// Name of one of the protocol's kinds.
    pub kind: String,
    /// The height and round it belongs to.
    pub slot: Slot,
    /// What it speaks for.
    pub value: Value,
    /// Tendermint's validRound, for a proposal.
    pub valid_round: Option<Round>,
    /// The signature is wrong.
    pub forged: bool,
}

/// What the message speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No block.
    Nil,
    /// A block of the puppets' own, by label.
    Own(String),
    /// An invalid one.
    Invalid(String),
    /// One of the puppets' own, on the first block proposed in that slot; height 0 is genesis.
    On(String, Slot),
    /// The first block proposed in that slot.
    Proposed(Slot),
}

/// Sends a script's messages, and nothing of its own.
#[derive(Clone)]
pub struct Puppet {
    /// In order of time.
    pub script: Vec<Line>,
}

impl<P: Corruptible> Strategy<P> for Puppet {
    fn name(&self) -> &'static str {
        "puppet"
    }

    fn after(
        &mut self,
        stage: &mut dyn Stage,
        node: NodeId,
        effect: Effect<P::Message>,
    ) -> Vec<Act<P::Message>> {
        say_nothing(stage.validator(node), effect)
    }

    fn mute(&self) -> bool {
        true
    }

    fn script(&self) -> &[Line] {
        &self.script
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
