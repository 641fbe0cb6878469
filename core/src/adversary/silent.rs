//! Receives everything, says nothing.

use super::{Act, Stage, Strategy};
use crate::consensus::{Corruptible, Effect};
use crate::types::{NodeId, ValidatorId};

/// Sends nothing.
#[derive(Clone)]
pub struct Silent;

impl<P: Corruptible> Strategy<P> for Silent {
    fn name(&self) -> &'static str {
        "silent"
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

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}

/// The node's machine goes on as if it had spoken, so that it still follows the chain.
pub(super) fn say_nothing<M>(me: ValidatorId, effect: Effect<M>) -> Vec<Act<M>> {
    match effect {
        Effect::Broadcast(message) => vec![Act::KeepToSelf(message)],
        // A leader's vote for its own proposal, say.
        Effect::Send { to, message } if to == me => vec![Act::KeepToSelf(message)],
        Effect::Send { .. } => Vec::new(),
        Effect::SetTimer { .. }
        | Effect::BuildBlock { .. }
        | Effect::ValidateBlock { .. }
        | Effect::FetchBlock { .. }
        | Effect::Decide { .. }
        | Effect::Accuse(_)
        | Effect::Note(_) => vec![Act::Do(effect)],
    }
}
