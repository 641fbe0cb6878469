//! What validators of the Simplex family say to one another.

use crate::base::limits::MAX_VALIDATORS;
use crate::consensus::{self, Description, Kind, Script, ScriptError};
use crate::types::{BlockId, Height, Round, Signable, Signature, Signed, Slot, ValidatorId};
use borsh::{BorshDeserialize, BorshSerialize};
use std::io;
use std::sync::Arc;

/// Views count from 1 through all heights; 0 is genesis.
pub type View = Round;

/// Indices into the kinds of every protocol of the family; [`FINALIZE`] exists in Simplex alone.
pub const PROPOSE: u8 = 0;
/// Index of votes for a block: Simplex's vote, Minimmit's notarize.
pub const VOTE: u8 = 1;
/// Index of votes for giving a view up: Simplex's view-change, Minimmit's nullify.
pub const SKIP: u8 = 2;
/// Index of certificates.
pub const CERTIFICATE: u8 = 3;
/// Index of votes that make a block final.
pub const FINALIZE: u8 = 4;

/// A block in its place: what proposals and votes name. A vote repeats where the block stands, so that who
/// missed the proposal knows the chain all the same and can fetch the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Link {
    /// The view it was proposed in.
    pub view: View,
    /// Its place in its chain: one more than its parent's.
    pub height: Height,
    /// Digest of the block.
    pub block: BlockId,
    /// The view its parent was proposed in.
    pub parent_view: View,
    /// Digest of the block it stands on.
    pub parent: BlockId,
}

impl Link {
    /// Genesis, which is final and has no parent but itself.
    #[must_use]
    pub fn genesis(block: BlockId) -> Self {
        Link {
            view: 0,
            height: 0,
            block,
            parent_view: 0,
            parent: block,
        }
    }

    #[must_use]
    /// Where charts and tables show it: the height, with the view as round.
    pub fn slot(&self) -> Slot {
        Slot {
            height: self.height,
            round: self.view,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
/// What a validator signs.
pub enum Message {
    /// The leader's block for its view; the body travels with it. In Minimmit also its leader's vote.
    Propose(Link),
    /// Simplex's vote, Minimmit's notarize.
    Vote(Link),
    /// Simplex's view-change, Minimmit's nullify: the signer gives this view up. `height` is the one it
    /// stands at, for readers; votes are counted by view alone.
    Skip {
        /// The view given up.
        view: View,
        /// Where the signer stands.
        height: Height,
    },
    /// What ended a view, for those who have not seen the votes.
    Certificate(Certificate),
    /// In Simplex alone: the signer saw this block notarized and never gives its view up.
    Finalize(Link),
}

/// Votes of one kind for one thing, from enough stake, handed on by whoever collected them first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    votes: Vec<Arc<Signed<Message>>>,
}

impl Certificate {
    #[must_use]
    /// Of these votes. Whether they are enough, and for one thing, whoever takes it checks.
    pub fn new(votes: Vec<Arc<Signed<Message>>>) -> Self {
        Certificate { votes }
    }

    #[must_use]
    /// In the order in which they were collected.
    pub fn votes(&self) -> &[Arc<Signed<Message>>] {
        &self.votes
    }
}

/// On the wire what was voted for stands once, then each signer with what only its own vote says: of 64 votes
/// that is half of the bytes.
impl BorshSerialize for Certificate {
    fn serialize<W: io::Write>(&self, out: &mut W) -> io::Result<()> {
        let count = u16::try_from(self.votes.len()).map_err(|_| invalid("too many votes"))?;
        count.serialize(out)?;
        let Some(first) = self.votes.first() else {
            return Ok(());
        };
        first.message.serialize(out)?;
        for vote in &self.votes {
            vote.signer.serialize(out)?;
            matches!(vote.message, Message::Propose(_)).serialize(out)?;
            vote.message.height().serialize(out)?;
            vote.signature.serialize(out)?;
        }
        Ok(())
    }
}

impl BorshDeserialize for Certificate {
    fn deserialize_reader<R: io::Read>(from: &mut R) -> io::Result<Self> {
        let count = usize::from(u16::deserialize_reader(from)?);
        if count > MAX_VALIDATORS {
            return Err(invalid("more votes than there can be validators"));
        }
        if count == 0 {
            return Ok(Certificate { votes: Vec::new() });
        }
        // The kind first: a certificate within a certificate would nest without end.
        let kind = u8::deserialize_reader(from)?;
        let said = match kind {
            // A leader's proposal may be its vote.
            0 | 1 => Message::Vote(Link::deserialize_reader(from)?),
            2 => Message::Skip {
                view: View::deserialize_reader(from)?,
                height: Height::deserialize_reader(from)?,
            },
            4 => Message::Finalize(Link::deserialize_reader(from)?),
            _ => return Err(invalid("a certificate holds votes of one kind")),
        };
        let mut votes = Vec::with_capacity(count);
        for _ in 0..count {
            let signer = ValidatorId::deserialize_reader(from)?;
            let proposed = bool::deserialize_reader(from)?;
            let height = Height::deserialize_reader(from)?;
            let signature = Signature::deserialize_reader(from)?;
            let message = said.as_said(proposed, height);
            votes.push(Signed::with_signature(message, signer, signature));
        }
        Ok(Certificate { votes })
    }
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl Message {
    #[must_use]
    /// The view it belongs to; of a certificate, its votes'. 0 for an empty certificate.
    pub fn view(&self) -> View {
        match self {
            Message::Propose(link) | Message::Vote(link) | Message::Finalize(link) => link.view,
            Message::Skip { view, .. } => *view,
            Message::Certificate(c) => c.votes.first().map_or(0, |v| v.message.view()),
        }
    }

    #[must_use]
    /// The height it names; of a certificate, its first vote's. 0 for an empty certificate.
    pub fn height(&self) -> Height {
        match self {
            Message::Propose(link) | Message::Vote(link) | Message::Finalize(link) => link.height,
            Message::Skip { height, .. } => *height,
            Message::Certificate(c) => c.votes.first().map_or(0, |v| v.message.height()),
        }
    }

    /// What one signer of a certificate said: it stands at a height of its own, and its proposal may be its
    /// vote.
    fn as_said(&self, proposed: bool, height: Height) -> Message {
        match self {
            Message::Vote(link) if proposed => Message::Propose(*link),
            Message::Skip { view, .. } => Message::Skip {
                view: *view,
                height,
            },
            Message::Propose(_)
            | Message::Vote(_)
            | Message::Certificate(_)
            | Message::Finalize(_) => self.clone(),
        }
    }

    fn link(&self) -> Option<&Link> {
        match self {
            Message::Propose(link) | Message::Vote(link) | Message::Finalize(link) => Some(link),
            Message::Skip { .. } => None,
            Message::Certificate(c) => c.votes.first().and_then(|v| v.message.link()),
        }
    }

    /// What a puppet of a protocol with these kinds of message signs.
    ///
    /// # Errors
    /// Where the script is no message, or a certificate, which holds others' votes.
    pub fn compose(script: &Script, kinds: &[Kind]) -> Result<Message, ScriptError> {
        let kind = script.kind(kinds)?;
        script.without_valid_round()?;
        let Slot { height, round } = script.slot;
        if kind == SKIP {
            return match script.value {
                Some(_) => Err(ScriptError::NamesNoBlock(script.kind.clone())),
                None => Ok(Message::Skip {
                    view: round,
                    height,
                }),
            };
        }
        if kind == CERTIFICATE {
            return Err(ScriptError::OthersVotes(script.kind.clone()));
        }
        let (block, (parent, parent_view)) = (script.block()?, script.parent()?);
        let link = Link {
            view: round,
            height,
            block,
            parent_view,
            parent,
        };
        Ok(match kind {
            PROPOSE => Message::Propose(link),
            FINALIZE => Message::Finalize(link),
            // The others were treated above.
            _ => Message::Vote(link),
        })
    }

    /// The same about another block in the same place; `None` for what names no block of the signer's
    /// choice.
    #[must_use]
    pub fn for_block(&self, block: BlockId) -> Option<Message> {
        let moved = |link: &Link| Link { block, ..*link };
        match self {
            Message::Propose(link) => Some(Message::Propose(moved(link))),
            Message::Vote(link) => Some(Message::Vote(moved(link))),
            Message::Finalize(link) => Some(Message::Finalize(moved(link))),
            Message::Skip { .. } | Message::Certificate(_) => None,
        }
    }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/simplex/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let mut fields = Vec::new();
        if let Some(link) = self.link() {
            fields.push(("parent", link.parent.short(8)));
            fields.push(("parent view", link.parent_view.to_string()));
        }
        if let Message::Certificate(c) = self {
            let of = match c.votes.first().map(|v| &v.message) {
                Some(Message::Skip { .. }) => "the view is skipped",
                Some(_) => "the block is notarized",
                None => "nothing",
            };
            fields.push(("proves", of.to_owned()));
            fields.push(("votes", c.votes.len().to_string()));
        }
        Description {
            kind: match self {
                Message::Propose(_) => PROPOSE,
                Message::Vote(_) => VOTE,
                Message::Skip { .. } => SKIP,
                Message::Certificate(_) => CERTIFICATE,
                Message::Finalize(_) => FINALIZE,
            },
            slot: Slot {
                height: self.height(),
                round: self.view(),
            },
            value: self.link().map(|link| link.block),
            fields,
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        match self {
            Message::Propose(link) => Some(link.block),
            Message::Vote(_)
            | Message::Skip { .. }
            | Message::Certificate(_)
            | Message::Finalize(_) => None,
        }
    }

    fn justification(&self) -> &[Arc<Signed<Self>>] {
        match self {
            Message::Certificate(c) => &c.votes,
            Message::Propose(_)
            | Message::Vote(_)
            | Message::Skip { .. }
            | Message::Finalize(_) => &[],
        }
    }
}
