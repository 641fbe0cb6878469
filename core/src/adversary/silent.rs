//! Receives everything, says nothing.

use super::{Act, Stage, Strategy};
use crate::consensus::{Effect, Protocol};
use crate::types::NodeId;

#[derive(Clone)]
pub struct Silent;

impl<P: Protocol> Strategy<P> for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn after(
        &mut self,
        _stage: &mut dyn Stage,
        _node: NodeId,
        effect: Effect<P::Message>,
    ) -> Vec<Act<P::Message>> {
        say_nothing(effect)
    }

    fn mute(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}

/// The node's machine goes on as if it had spoken, so that it still follows the chain.
pub(super) fn say_nothing<M>(effect: Effect<M>) -> Vec<Act<M>> {
    match effect {
        Effect::Broadcast(message) => vec![Act::KeepToSelf(message)],
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
