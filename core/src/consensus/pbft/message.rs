//! What PBFT's validators say to one another.

use crate::base::limits::MAX_JUSTIFICATION;
use crate::consensus::{self, Description, Justification};
use crate::types::{BlockId, Evidence, Height, Round, Signable, Signed, Slot};
use borsh::io::{Error, ErrorKind, Read, Result};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;

/// A message with its signature, shared by all who hold it.
pub type SignedMessage = Arc<Signed<Message>>;

/// Numbers that primaries assign to blocks, from 1 on; 0 is genesis.
pub type Sequence = u64;

/// How far the chain has come once a sequence number was executed. The block stands for the state: its header
/// commits to all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Point {
    /// The last sequence number executed.
    pub sequence: Sequence,
    /// The height of the chain then: less than the sequence number where null requests were executed.
    pub height: Height,
    /// The last block of the chain then.
    pub block: BlockId,
}

/// A primary's assignment of a block to a sequence number in a view: what pre-prepares, prepares and commits name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Assignment {
    /// The view.
    pub view: Round,
    /// The number.
    pub sequence: Sequence,
    /// The height that is next in the chain then.
    pub height: Height,
    /// The last block of the chain before.
    pub parent: BlockId,
    /// The block; `None` is the null request, which changes nothing.
    pub block: Option<BlockId>,
}

impl Point {
    /// The assignment of `block` to the sequence number after this one.
    #[must_use]
    pub fn next(&self, view: Round, block: Option<BlockId>) -> Assignment {
        Assignment {
            view,
            sequence: self.sequence + 1,
            height: self.height + 1,
            parent: self.block,
            block,
        }
    }
}

impl Assignment {
    /// Whether the sequence number before this one leads to where this one begins.
    #[must_use]
    pub fn follows(&self, before: &Point) -> bool {
        *self == before.next(self.view, self.block)
    }

    /// How far the chain is once this is executed.
    #[must_use]
    pub fn point(&self) -> Point {
        let (height, block) = match self.block {
            Some(block) => (self.height, block),
            None => (self.height.saturating_sub(1), self.parent),
        };
        Point {
            sequence: self.sequence,
            height,
            block,
        }
    }

    pub(super) fn slot(&self) -> Slot {
        Slot {
            height: self.height,
            round: self.view,
        }
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// The primary's, and its vote.
    PrePrepare(Assignment),
    /// A backup's vote.
    Prepare(Assignment),
    /// The signer has seen a quorum of the former two.
    Commit(Assignment),
    /// The signer has executed everything up to here.
    Checkpoint(Point),
    /// The signer takes part in no view before this one any more.
    ViewChange {
        /// The view it wants.
        view: Round,
        /// The height it works on, for readers.
        height: Height,
        /// Its last stable checkpoint.
        stable: Point,
        /// The paper's sets C (checkpoints that prove the stable one) and P (for each later sequence number that is
        /// prepared, in their order: the pre-prepare and the prepares that match it), one after the other.
        proof: Justification<Message>,
    },
    /// The new primary's.
    NewView {
        /// The view that begins.
        view: Round,
        /// The height its primary works on, for readers.
        height: Height,
        /// The paper's set O: what the primary pre-prepares next.
        #[borsh(deserialize_with = "few")]
        order: Vec<Assignment>,
        /// The paper's set V: view-changes of a quorum.
        proof: Justification<Message>,
    },
}

/// No more than any honest message has.
fn few<R: Read>(reader: &mut R) -> Result<Vec<Assignment>> {
    let order = Vec::<Assignment>::deserialize_reader(reader)?;
    if order.len() > MAX_JUSTIFICATION {
        let what = "a new-view assigns too many sequence numbers";
        return Err(Error::new(ErrorKind::InvalidData, what));
    }
    Ok(order)
}

/// Indices into the kinds.
pub const PRE_PREPARE: u8 = 0;
/// Index of prepares.
pub const PREPARE: u8 = 1;
/// Index of commits.
pub const COMMIT: u8 = 2;
/// Index of checkpoints.
pub const CHECKPOINT: u8 = 3;
/// Index of view-changes.
pub const VIEW_CHANGE: u8 = 4;
/// Index of new-views.
pub const NEW_VIEW: u8 = 5;

impl Message {
    /// What a pre-prepare, a prepare or a commit names.
    #[must_use]
    pub fn assignment(&self) -> Option<&Assignment> {
        match self {
            Message::PrePrepare(a) | Message::Prepare(a) | Message::Commit(a) => Some(a),
            Message::Checkpoint(_) | Message::ViewChange { .. } | Message::NewView { .. } => None,
        }
    }

    /// The same for another block; `None` for what names no block of the signer's choice.
    #[must_use]
    pub fn for_block(&self, block: BlockId) -> Option<Message> {
        let moved = |a: &Assignment| Assignment {
            block: Some(block),
            ..*a
        };
        match self {
            Message::PrePrepare(a) => Some(Message::PrePrepare(moved(a))),
            Message::Prepare(a) => Some(Message::Prepare(moved(a))),
            Message::Commit(a) => Some(Message::Commit(moved(a))),
            Message::Checkpoint(_) | Message::ViewChange { .. } | Message::NewView { .. } => None,
        }
    }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/pbft/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let of = |kind, height, round, value, fields| Description {
            kind,
            slot: Slot { height, round },
            value,
            fields,
        };
        let number = |sequence: &Sequence| vec![("sequence number", sequence.to_string())];
        let vote = |kind, a: &Assignment| {
            let mut fields = number(&a.sequence);
            fields.push(("parent", a.parent.short(8)));
            of(kind, a.height, a.view, a.block, fields)
        };
        match self {
            Message::PrePrepare(a) => vote(PRE_PREPARE, a),
            Message::Prepare(a) => vote(PREPARE, a),
            Message::Commit(a) => vote(COMMIT, a),
            Message::Checkpoint(p) => {
                of(CHECKPOINT, p.height, 0, Some(p.block), number(&p.sequence))
            }
            Message::ViewChange {
                view,
                height,
                stable,
                proof,
            } => {
                let prepared = |s: &&SignedMessage| matches!(s.message, Message::PrePrepare(_));
                let prepared = proof.iter().filter(prepared).count();
                let fields = vec![
                    ("stable checkpoint", stable.sequence.to_string()),
                    ("prepared", prepared.to_string()),
                ];
                of(VIEW_CHANGE, *height, *view, None, fields)
            }
            Message::NewView {
                view,
                height,
                order,
                ..
            } => {
                let nulls = order.iter().filter(|a| a.block.is_none()).count();
                let fields = vec![
                    ("assigned again", order.len().to_string()),
                    ("null requests", nulls.to_string()),
                ];
                of(NEW_VIEW, *height, *view, None, fields)
            }
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        match self {
            Message::PrePrepare(a) => a.block,
            Message::Prepare(_)
            | Message::Commit(_)
            | Message::Checkpoint(_)
            | Message::ViewChange { .. }
            | Message::NewView { .. } => None,
        }
    }

    fn justification(&self) -> &[SignedMessage] {
        match self {
            Message::ViewChange { proof, .. } | Message::NewView { proof, .. } => proof,
            Message::PrePrepare(_)
            | Message::Prepare(_)
            | Message::Commit(_)
            | Message::Checkpoint(_) => &[],
        }
    }
}

/// Two messages of one signer that say different things in one slot.
#[must_use]
pub fn contradiction(first: &SignedMessage, second: &SignedMessage) -> Evidence<Message> {
    use consensus::Message as _;
    let slot = second.message.describe().slot;
    Evidence {
        offender: second.signer,
        height: slot.height,
        round: slot.round,
        first: first.clone(),
        second: second.clone(),
    }
}
