//! What validators say to one another, and certificates.

use crate::base::limits::MAX_VALIDATORS;
use crate::consensus::simplex::{Link, View};
use crate::consensus::{self, Description, Kind, Script, ScriptError};
use crate::types::{BlockId, Height, Signable, Signature, Signed, Slot, ValidatorId};
use borsh::{BorshDeserialize, BorshSerialize};
use std::io;
use std::sync::Arc;

/// Indices into the protocol's kinds.
pub const PROPOSE: u8 = 0;
/// Index of votes for the leader's block.
pub const NOTAR: u8 = 1;
/// Index of votes for a block that others voted for.
pub const NOTAR_FALLBACK: u8 = 2;
/// Index of votes for no block at all.
pub const SKIP: u8 = 3;
/// Index of votes for no block, by those who voted for one.
pub const SKIP_FALLBACK: u8 = 4;
/// Index of the second votes, which make a notarized block final.
pub const FINAL: u8 = 5;
/// Index of certificates.
pub const CERTIFICATE: u8 = 6;

/// A signed message, shared by all who keep it.
pub type SignedMessage = Arc<Signed<Message>>;

/// What a validator signs. A paper's slot is a [`View`] here, as in the rest of the family. `height` is where the
/// signer stands, for readers; votes are counted by view alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// The leader's block; the body travels with it.
    Propose(Link),
    /// NotarVote.
    Notar(Link),
    /// NotarFallbackVote.
    NotarFallback(Link),
    /// SkipVote.
    Skip {
        /// The slot of the paper.
        view: View,
        /// Where the signer stands.
        height: Height,
    },
    /// SkipFallbackVote.
    SkipFallback {
        /// The slot of the paper.
        view: View,
        /// Where the signer stands.
        height: Height,
    },
    /// FinalVote: it names the slot alone, since only one block can be notarized there.
    Final {
        /// The slot of the paper.
        view: View,
        /// Where the signer stands.
        height: Height,
    },
    /// Enough votes of a kind.
    Certificate(Certificate),
}

/// What a certificate proves (Table 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[derive(BorshSerialize, BorshDeserialize)]
pub enum Proves {
    /// A block is final by notar votes alone.
    FastFinal(Link),
    /// A block is notarized, by notar votes.
    Notarized(Link),
    /// A block may be built upon, by notar and notar-fallback votes.
    NotarFallback(Link),
    /// A slot may be passed over, by skip and skip-fallback votes.
    Skipped(View),
    /// The notarized block of a slot is final, by final votes.
    Final(View),
}

impl Proves {
    /// The slot of the paper.
    #[must_use]
    pub fn view(&self) -> View {
        match self {
            Proves::FastFinal(link) | Proves::Notarized(link) | Proves::NotarFallback(link) => {
                link.view
            }
            Proves::Skipped(view) | Proves::Final(view) => *view,
        }
    }

    /// The block it is about, if it names one. Each such certificate lets it be built upon.
    #[must_use]
    pub fn link(&self) -> Option<&Link> {
        match self {
            Proves::FastFinal(link) | Proves::Notarized(link) | Proves::NotarFallback(link) => {
                Some(link)
            }
            Proves::Skipped(_) | Proves::Final(_) => None,
        }
    }

    /// True when a vote counts towards it.
    #[must_use]
    pub fn counts(&self, vote: &Message) -> bool {
        [false, true]
            .iter()
            .any(|fallback| self.vote(*fallback, vote.height()) == *vote)
    }

    /// A vote that counts towards it: of the fallback kind or not, by a signer that stands at `height`.
    fn vote(&self, fallback: bool, height: Height) -> Message {
        match *self {
            Proves::NotarFallback(link) if fallback => Message::NotarFallback(link),
            Proves::FastFinal(link) | Proves::Notarized(link) | Proves::NotarFallback(link) => {
                Message::Notar(link)
            }
            Proves::Skipped(view) if fallback => Message::SkipFallback { view, height },
            Proves::Skipped(view) => Message::Skip { view, height },
            Proves::Final(view) => Message::Final { view, height },
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Proves::FastFinal(_) => "the block is final at once",
            Proves::Notarized(_) => "the block is notarized",
            Proves::NotarFallback(_) => "the block may be built upon",
            Proves::Skipped(_) => "the slot is skipped",
            Proves::Final(_) => "the slot's notarized block is final",
        }
    }
}

/// Votes from enough stake, handed on by whoever first has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What for.
    pub proves: Proves,
    votes: Vec<SignedMessage>,
}

impl Certificate {
    /// Of these votes. Whether they are enough, whoever takes it checks.
    #[must_use]
    pub fn new(proves: Proves, votes: Vec<SignedMessage>) -> Self {
        Certificate { proves, votes }
    }

    /// In the order in which they were collected.
    #[must_use]
    pub fn votes(&self) -> &[SignedMessage] {
        &self.votes
    }
}

/// On the wire what is proved stands once, then each signer with what only its own vote says.
impl BorshSerialize for Certificate {
    fn serialize<W: io::Write>(&self, out: &mut W) -> io::Result<()> {
        self.proves.serialize(out)?;
        let count = u16::try_from(self.votes.len()).map_err(|_| invalid("too many votes"))?;
        count.serialize(out)?;
        for vote in &self.votes {
            let fallback = matches!(
                vote.message,
                Message::NotarFallback(_) | Message::SkipFallback { .. }
            );
            vote.signer.serialize(out)?;
            fallback.serialize(out)?;
            vote.message.height().serialize(out)?;
            vote.signature.serialize(out)?;
        }
        Ok(())
    }
}

impl BorshDeserialize for Certificate {
    fn deserialize_reader<R: io::Read>(from: &mut R) -> io::Result<Self> {
        let proves = Proves::deserialize_reader(from)?;
        let count = usize::from(u16::deserialize_reader(from)?);
        if count > MAX_VALIDATORS {
            return Err(invalid("more votes than there can be validators"));
        }
        let mut votes = Vec::with_capacity(count);
        for _ in 0..count {
            let signer = ValidatorId::deserialize_reader(from)?;
            let fallback = bool::deserialize_reader(from)?;
            let height = Height::deserialize_reader(from)?;
            let signature = Signature::deserialize_reader(from)?;
            let message = proves.vote(fallback, height);
            votes.push(Signed::with_signature(message, signer, signature));
        }
        Ok(Certificate { proves, votes })
    }
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl Message {
    /// The slot of the paper.
    #[must_use]
    pub fn view(&self) -> View {
        match self {
            Message::Propose(link) | Message::Notar(link) | Message::NotarFallback(link) => {
                link.view
            }
            Message::Skip { view, .. }
            | Message::SkipFallback { view, .. }
            | Message::Final { view, .. } => *view,
            Message::Certificate(c) => c.proves.view(),
        }
    }

    /// The height it names; of a certificate about a slot, its first vote's.
    #[must_use]
    pub fn height(&self) -> Height {
        match self {
            Message::Propose(link) | Message::Notar(link) | Message::NotarFallback(link) => {
                link.height
            }
            Message::Skip { height, .. }
            | Message::SkipFallback { height, .. }
            | Message::Final { height, .. } => *height,
            Message::Certificate(c) => match c.proves.link() {
                Some(link) => link.height,
                None => c.votes.first().map_or(0, |v| v.message.height()),
            },
        }
    }

    fn link(&self) -> Option<&Link> {
        match self {
            Message::Propose(link) | Message::Notar(link) | Message::NotarFallback(link) => {
                Some(link)
            }
            Message::Skip { .. } | Message::SkipFallback { .. } | Message::Final { .. } => None,
            Message::Certificate(c) => c.proves.link(),
        }
    }

    /// What a puppet signs.
    ///
    /// # Errors
    /// Where the script is no message, or a certificate, which holds others' votes.
    pub fn compose(script: &Script, kinds: &[Kind]) -> Result<Message, ScriptError> {
        let kind = script.kind(kinds)?;
        script.without_valid_round()?;
        let Slot {
            height,
            round: view,
        } = script.slot;
        if kind == CERTIFICATE {
            return Err(ScriptError::OthersVotes(script.kind.clone()));
        }
        if let SKIP | SKIP_FALLBACK | FINAL = kind {
            if script.value.is_some() {
                return Err(ScriptError::NamesNoBlock(script.kind.clone()));
            }
            return Ok(match kind {
                SKIP => Message::Skip { view, height },
                SKIP_FALLBACK => Message::SkipFallback { view, height },
                _ => Message::Final { view, height },
            });
        }
        let (block, (parent, parent_view)) = (script.block()?, script.parent()?);
        let link = Link {
            view,
            height,
            block,
            parent_view,
            parent,
        };
        Ok(match kind {
            PROPOSE => Message::Propose(link),
            NOTAR_FALLBACK => Message::NotarFallback(link),
            // The others were treated above.
            _ => Message::Notar(link),
        })
    }

    /// The same about another block in the same place; `None` for what names no block of the signer's choice.
    #[must_use]
    pub fn for_block(&self, block: BlockId) -> Option<Message> {
        let moved = |link: &Link| Link { block, ..*link };
        match self {
            Message::Propose(link) => Some(Message::Propose(moved(link))),
            Message::Notar(link) => Some(Message::Notar(moved(link))),
            Message::NotarFallback(link) => Some(Message::NotarFallback(moved(link))),
            Message::Skip { .. }
            | Message::SkipFallback { .. }
            | Message::Final { .. }
            | Message::Certificate(_) => None,
        }
    }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/votor/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let mut fields = Vec::new();
        if let Some(link) = self.link() {
            fields.push(("parent", link.parent.short(8)));
            fields.push(("parent slot", link.parent_view.to_string()));
        }
        if let Message::Certificate(c) = self {
            fields.push(("proves", c.proves.words().to_owned()));
            fields.push(("votes", c.votes.len().to_string()));
        }
        Description {
            kind: match self {
                Message::Propose(_) => PROPOSE,
                Message::Notar(_) => NOTAR,
                Message::NotarFallback(_) => NOTAR_FALLBACK,
                Message::Skip { .. } => SKIP,
                Message::SkipFallback { .. } => SKIP_FALLBACK,
                Message::Final { .. } => FINAL,
                Message::Certificate(_) => CERTIFICATE,
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
            Message::Notar(_)
            | Message::NotarFallback(_)
            | Message::Skip { .. }
            | Message::SkipFallback { .. }
            | Message::Final { .. }
            | Message::Certificate(_) => None,
        }
    }

    fn justification(&self) -> &[SignedMessage] {
        match self {
            Message::Certificate(c) => &c.votes,
            Message::Propose(_)
            | Message::Notar(_)
            | Message::NotarFallback(_)
            | Message::Skip { .. }
            | Message::SkipFallback { .. }
            | Message::Final { .. } => &[],
        }
    }
}
