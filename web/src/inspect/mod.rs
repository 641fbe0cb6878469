//! What is selected: the way there and back, and the card that tells of it.

pub mod history;

pub use consensusforge_core::session::inspect::Thing;

use crate::chart::hit::Pick;

impl From<&Pick> for Thing {
    fn from(pick: &Pick) -> Thing {
        match pick {
            Pick::Arrow(arrow) => Thing::Message(arrow.message),
            Pick::Mark(mark) => Thing::Mark(mark.clone()),
            Pick::Node(node) => Thing::Node {
                node: u16::try_from(*node).unwrap_or(u16::MAX),
                at_us: None,
            },
        }
    }
}
