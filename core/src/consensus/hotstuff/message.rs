//! What validators of the HotStuff family say to one another. The certificates that travel along are in [`proof`](super::proof).

pub use super::proof::Proof;
use crate::base::{Hash, hash_of};
use crate::consensus::{self, Description};
use crate::types::{BlockId, Evidence, Height, Round, Signable, Signed, Slot};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;

pub use crate::consensus::simplex::Link;

/// A message with its signature, shared by all who hold it.
pub type SignedMessage = Arc<Signed<Message>>;

/// Views count from 1 through all heights; 0 is genesis.
pub type View = Round;

/// Indices into the kinds of every protocol of the family; [`NEW_VIEW`] and later ones exist in some of them
/// only.
pub const PROPOSE: u8 = 0;
/// Index of votes for a block.
pub const VOTE: u8 = 1;
/// Index of timeouts.
pub const TIMEOUT: u8 = 2;
/// Index of new-views.
pub const NEW_VIEW: u8 = 3;
/// Index of certificates that a leader sends on their own.
pub const CERTIFICATE: u8 = 4;
/// Index of votes of the second phase.
pub const PRE_COMMIT: u8 = 5;
/// Index of votes of the third phase.
pub const COMMIT: u8 = 6;
/// Index of no-endorsements, where there are no certificates on their own.
pub const NO_ENDORSEMENT: u8 = 4;
/// What a no-endorsement's signature covers begins with this, which no other message's does.
const SIGNED_NO_ENDORSEMENT: u8 = 7;

/// A message of the family. Its signature covers what the signer says and not the proof that travels along,
/// which consists of signed messages itself: so a timeout certificate can hold timeouts without the
/// certificates that each of them carried.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// A leader's block, with the certificate of its parent, and one of timeouts where the view before
    /// brought none.
    Propose {
        /// The block in its place.
        link: Link,
        /// See above.
        proof: Proof,
    },
    /// For a block, to the leader of the next view.
    Vote(Link),
    /// The signer's time for a view is up.
    Timeout {
        /// What it says.
        report: Report,
        /// The certificate it names, and what let it enter the view.
        proof: Proof,
    },
    /// The signer entered a view without a block certified in the one before.
    NewView {
        /// What it says; the view is the one it entered.
        report: Report,
        /// As of a timeout.
        proof: Proof,
    },
    /// Where a view has several phases: for a block, to the leader of the view, in a phase after the first.
    PhaseVote {
        /// Which phase.
        phase: Phase,
        /// The block in its place.
        link: Link,
    },
    /// Where a view has several phases: its leader begins one with the votes of the phase before.
    Certificate {
        /// The phase that begins.
        phase: Phase,
        /// The block in its place.
        link: Link,
        /// The votes.
        proof: Proof,
    },
    /// As [`Timeout`](Self::Timeout), of a signer that voted for a block later than all that it knows to be
    /// certified.
    TimeoutOn {
        /// What it says; its certificate is that of the block's parent.
        report: Report,
        /// The block in the place that it was first proposed in.
        tip: Link,
        /// As of a timeout, with the proposal of the block and the grounds that it was made on.
        proof: Proof,
    },
    /// Where a view was given up and its leader is to propose a block again: the signer cannot vouch for that
    /// block.
    NoEndorsement {
        /// The view it entered.
        view: View,
        /// The block in the place that it was first proposed in.
        tip: Link,
    },
}

/// The phases of a view. In all but the last each validator votes; where blocks are chained there is only the
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[derive(BorshSerialize, BorshDeserialize)]
pub enum Phase {
    /// The leader proposes.
    Prepare,
    /// The block is certified.
    PreCommit,
    /// A quorum knows that.
    Commit,
    /// A quorum is locked on it.
    Decide,
}

/// Where a validator stands that saw no progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Report {
    /// The view it is in.
    pub view: View,
    /// The height it stands at, for readers.
    pub height: Height,
    /// The view of the highest certificate it knows.
    pub high: View,
}

impl Message {
    /// The view it belongs to.
    #[must_use]
    pub fn view(&self) -> View {
        match self {
            Message::Propose { link, .. }
            | Message::Vote(link)
            | Message::PhaseVote { link, .. }
            | Message::Certificate { link, .. } => link.view,
            Message::Timeout { report, .. }
            | Message::TimeoutOn { report, .. }
            | Message::NewView { report, .. } => report.view,
            Message::NoEndorsement { view, .. } => *view,
        }
    }

    /// The certificates that travel along.
    #[must_use]
    pub fn proof(&self) -> Option<&Proof> {
        match self {
            Message::Propose { proof, .. }
            | Message::Timeout { proof, .. }
            | Message::NewView { proof, .. }
            | Message::TimeoutOn { proof, .. }
            | Message::Certificate { proof, .. } => Some(proof),
            Message::Vote(_) | Message::PhaseVote { .. } | Message::NoEndorsement { .. } => None,
        }
    }

    /// The block a vote is for, and the phase it is cast in.
    #[must_use]
    pub fn ballot(&self) -> Option<(Phase, &Link)> {
        match self {
            Message::Vote(link) => Some((Phase::Prepare, link)),
            Message::PhaseVote { phase, link } => Some((*phase, link)),
            Message::Propose { .. }
            | Message::Timeout { .. }
            | Message::TimeoutOn { .. }
            | Message::NoEndorsement { .. }
            | Message::NewView { .. }
            | Message::Certificate { .. } => None,
        }
    }

    /// A vote in that phase.
    #[must_use]
    pub fn vote(phase: Phase, link: Link) -> Self {
        match phase {
            Phase::Prepare => Message::Vote(link),
            Phase::PreCommit | Phase::Commit | Phase::Decide => Message::PhaseVote { phase, link },
        }
    }

    /// The block a proposal is of.
    #[must_use]
    pub fn proposed(&self) -> Option<&Link> {
        match self {
            Message::Propose { link, .. } => Some(link),
            Message::Vote(_)
            | Message::Timeout { .. }
            | Message::TimeoutOn { .. }
            | Message::NoEndorsement { .. }
            | Message::NewView { .. }
            | Message::PhaseVote { .. }
            | Message::Certificate { .. } => None,
        }
    }

    /// What a timeout says.
    #[must_use]
    pub fn timeout(&self) -> Option<&Report> {
        match self {
            Message::Timeout { report, .. } | Message::TimeoutOn { report, .. } => Some(report),
            Message::Propose { .. }
            | Message::Vote(_)
            | Message::NoEndorsement { .. }
            | Message::NewView { .. }
            | Message::PhaseVote { .. }
            | Message::Certificate { .. } => None,
        }
    }

    /// The block that a timeout names beyond its certificate.
    #[must_use]
    pub fn tip(&self) -> Option<&Link> {
        match self {
            Message::TimeoutOn { tip, .. } => Some(tip),
            Message::Propose { .. }
            | Message::Vote(_)
            | Message::Timeout { .. }
            | Message::NoEndorsement { .. }
            | Message::NewView { .. }
            | Message::PhaseVote { .. }
            | Message::Certificate { .. } => None,
        }
    }

    /// The same without the proof it carries, which its signature does not cover.
    #[must_use]
    pub fn bare(&self) -> Message {
        let proof = Proof::default();
        match self {
            Message::Propose { link, .. } => Message::Propose { link: *link, proof },
            Message::Timeout { report, .. } => Message::Timeout {
                report: *report,
                proof,
            },
            Message::TimeoutOn { report, tip, .. } => Message::TimeoutOn {
                report: *report,
                tip: *tip,
                proof,
            },
            Message::NewView { report, .. } => Message::NewView {
                report: *report,
                proof,
            },
            Message::Certificate { phase, link, .. } => Message::Certificate {
                phase: *phase,
                link: *link,
                proof,
            },
            Message::Vote(_) | Message::PhaseVote { .. } | Message::NoEndorsement { .. } => {
                self.clone()
            }
        }
    }

    /// The same about another block in the same place; `None` for what names no block of the signer's
    /// choice.
    #[must_use]
    pub fn for_block(&self, block: BlockId) -> Option<Message> {
        let moved = |link: &Link| Link { block, ..*link };
        match self {
            Message::Propose { link, proof } => Some(Message::Propose {
                link: moved(link),
                proof: proof.clone(),
            }),
            Message::Vote(link) => Some(Message::Vote(moved(link))),
            Message::PhaseVote { phase, link } => Some(Message::PhaseVote {
                phase: *phase,
                link: moved(link),
            }),
            Message::Timeout { .. }
            | Message::TimeoutOn { .. }
            | Message::NoEndorsement { .. }
            | Message::NewView { .. }
            | Message::Certificate { .. } => None,
        }
    }

    /// What carries a liar's proposal on: a vote for it.
    #[must_use]
    pub fn votes_for(&self) -> Vec<Message> {
        let vote = |link: &Link| vec![Message::Vote(*link)];
        self.proposed().map(vote).unwrap_or_default()
    }
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/hotstuff/message";

    fn digest(&self, chain: &Hash) -> Hash {
        match self {
            Message::Propose { link, .. } => hash_of(Self::DOMAIN, &(chain, PROPOSE, link)),
            Message::Vote(link) => hash_of(Self::DOMAIN, &(chain, VOTE, link)),
            Message::Timeout { report, .. } => hash_of(Self::DOMAIN, &(chain, TIMEOUT, report)),
            Message::TimeoutOn { report, tip, .. } => {
                hash_of(Self::DOMAIN, &(chain, TIMEOUT, report, tip))
            }
            Message::NoEndorsement { view, tip } => {
                hash_of(Self::DOMAIN, &(chain, SIGNED_NO_ENDORSEMENT, view, tip))
            }
            Message::NewView { report, .. } => hash_of(Self::DOMAIN, &(chain, NEW_VIEW, report)),
            Message::PhaseVote { phase, link } => {
                hash_of(Self::DOMAIN, &(chain, PRE_COMMIT, phase, link))
            }
            Message::Certificate { phase, link, .. } => {
                hash_of(Self::DOMAIN, &(chain, CERTIFICATE, phase, link))
            }
        }
    }
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let of_link = |kind, link: &Link| Description {
            kind,
            slot: link.slot(),
            value: Some(link.block),
            fields: vec![
                ("parent", link.parent.short(8)),
                ("parent view", link.parent_view.to_string()),
            ],
        };
        let of_report = |kind, report: &Report| Description {
            kind,
            slot: Slot {
                height: report.height,
                round: report.view,
            },
            value: None,
            fields: vec![("highest certified view", report.high.to_string())],
        };
        match self {
            Message::Propose { link, proof } => {
                let mut description = of_link(PROPOSE, link);
                if let Some(timeouts) = proof.timeouts() {
                    let view = timeouts.view.to_string();
                    description.fields.push(("timeouts of view", view));
                }
                description
            }
            Message::Vote(link) => of_link(VOTE, link),
            Message::Timeout { report, .. } => of_report(TIMEOUT, report),
            Message::TimeoutOn { report, tip, .. } => {
                let mut description = of_report(TIMEOUT, report);
                let fields = [
                    ("tip", tip.block.short(8)),
                    ("tip view", tip.view.to_string()),
                ];
                description.fields.extend(fields);
                description
            }
            Message::NoEndorsement { view, tip } => Description {
                slot: Slot {
                    height: tip.height,
                    round: *view,
                },
                ..of_link(NO_ENDORSEMENT, tip)
            },
            Message::NewView { report, .. } => of_report(NEW_VIEW, report),
            Message::PhaseVote { phase, link } => match phase {
                Phase::Prepare | Phase::PreCommit => of_link(PRE_COMMIT, link),
                Phase::Commit | Phase::Decide => of_link(COMMIT, link),
            },
            Message::Certificate { phase, link, .. } => {
                let mut description = of_link(CERTIFICATE, link);
                description.fields.push(("begins", phase.name().to_owned()));
                description
            }
        }
    }

    fn attachment(&self) -> Option<BlockId> {
        self.proposed().map(|link| link.block)
    }

    fn justification(&self) -> &[Arc<Signed<Self>>] {
        self.proof().map_or(&[], |proof| proof.messages())
    }
}

impl Phase {
    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Phase::Prepare => "prepare",
            Phase::PreCommit => "pre-commit",
            Phase::Commit => "commit",
            Phase::Decide => "decide",
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
