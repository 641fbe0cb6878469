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
    pub from: NodeId,
    pub to: Vec<NodeId>,
    pub kind: String,
    pub slot: Slot,
    pub value: Value,
    pub valid_round: Option<Round>,
}

/// What the message speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Nil,
    /// A block of the puppets' own, by label.
    Own(String),
    /// The first block proposed in that slot.
    Proposed(Slot),
}

#[derive(Clone)]
pub struct Puppet {
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
