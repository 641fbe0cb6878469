//! Follows the protocol, late: everything it says leaves after a pause.

use super::{Act, Stage, Strategy};
use crate::base::Micros;
use crate::consensus::{Corruptible, Effect};
use crate::types::NodeId;

/// Sends everything late.
#[derive(Clone)]
pub struct Delay {
    /// Microseconds.
    pub by: Micros,
}

impl<P: Corruptible> Strategy<P> for Delay {
    fn name(&self) -> &'static str {
        "delay"
    }

    fn after(
        &mut self,
        _stage: &mut dyn Stage,
        _node: NodeId,
        effect: Effect<P::Message>,
    ) -> Vec<Act<P::Message>> {
        match effect {
            Effect::Broadcast(_) | Effect::Send { .. } => vec![Act::Later {
                by: self.by,
                effect,
            }],
            Effect::SetTimer { .. }
            | Effect::BuildBlock { .. }
            | Effect::ValidateBlock { .. }
            | Effect::FetchBlock { .. }
            | Effect::Decide { .. }
            | Effect::Accuse(_)
            | Effect::Note(_) => vec![Act::Do(effect)],
        }
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
