//! What is selected: the history of selections, and the card that describes it.

mod block;
pub mod card;
pub mod card_context;
mod height;
pub mod history;
mod mark;
mod message;
mod node;
mod transaction;

pub use consensusforge_core::session::inspect::Thing;

use crate::chart::hit::Pick;
use card::Card;
use card_context::CardContext;
use consensusforge_core::session::Session;

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

/// The card of a thing, as `session` stands.
#[must_use]
pub fn card_of(session: &Session, thing: &Thing) -> Card {
    let world = session.world();
    let cx = CardContext {
        world: &world,
        now_us: session.now_us(),
    };
    let asked = thing.clone();
    match thing {
        Thing::Message(id) => message::card(&cx, asked, session.message_inside(*id)),
        Thing::Node { node, .. } => node::card(&cx, asked, session.node_inside(*node)),
        Thing::Block(hex) => block::card(&cx, asked, session.block_inside(hex)),
        Thing::Height(height) => height::card(&cx, asked, &session.height_inside(*height)),
        Thing::Transaction(hex) => transaction::card(&cx, asked, session.transaction_inside(hex)),
        Thing::Mark(mark) => mark::card(&cx, mark, session.node_inside(mark.node).as_ref()),
    }
}
