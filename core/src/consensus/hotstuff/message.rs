//! What validators of the HotStuff family say to one another, and the certificates that travel along: votes of a
//! quorum for one block, and timeouts of a quorum for one view.

use crate::base::limits::MAX_VALIDATORS;
use crate::base::{Hash, hash_of};
use crate::consensus::{self, Description, Threshold};
use crate::types::{
    BlockId, Evidence, Height, Round, Signable, Signature, Signed, Slot, ValidatorId, ValidatorSet,
};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeSet;
use std::io;
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
            Message::Timeout { report, .. } | Message::NewView { report, .. } => report.view,
        }
    }

    /// The certificates that travel along.
    #[must_use]
    pub fn proof(&self) -> Option<&Proof> {
        match self {
            Message::Propose { proof, .. }
            | Message::Timeout { proof, .. }
            | Message::NewView { proof, .. }
            | Message::Certificate { proof, .. } => Some(proof),
            Message::Vote(_) | Message::PhaseVote { .. } => None,
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
            | Message::NewView { .. }
            | Message::Certificate { .. } => None,
        }
    }

    fn vote(phase: Phase, link: Link) -> Self {
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
            | Message::NewView { .. }
            | Message::PhaseVote { .. }
            | Message::Certificate { .. } => None,
        }
    }

    /// What a timeout says.
    #[must_use]
    pub fn timeout(&self) -> Option<&Report> {
        match self {
            Message::Timeout { report, .. } => Some(report),
            Message::Propose { .. }
            | Message::Vote(_)
            | Message::NewView { .. }
            | Message::PhaseVote { .. }
            | Message::Certificate { .. } => None,
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
            Message::Timeout { .. } | Message::NewView { .. } | Message::Certificate { .. } => None,
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

/// Signed messages that travel inside another: first the votes for one block, then the timeouts of one view.
/// Either may be absent. Shared: whoever passes it on copies nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof(Arc<Vec<SignedMessage>>);

/// The timeouts of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts<'a> {
    /// The view that all of them are about.
    pub view: View,
    /// The messages.
    pub messages: &'a [SignedMessage],
}

impl Proof {
    /// `votes` for one block, and the timeouts of `entry` if there is one.
    #[must_use]
    pub fn new(votes: &Proof, entry: Option<&Proof>) -> Self {
        match entry.and_then(Proof::timeouts) {
            None => votes.of_votes(),
            Some(timeouts) => {
                let all = votes.votes().iter().chain(timeouts.messages);
                Proof(Arc::new(all.cloned().collect()))
            }
        }
    }

    /// A proof of votes alone.
    #[must_use]
    pub fn from_votes(votes: Vec<SignedMessage>) -> Self {
        Proof(Arc::new(votes))
    }

    /// A proof of timeouts alone, each without the proof it carried.
    #[must_use]
    pub fn from_timeouts<'a>(timeouts: impl Iterator<Item = &'a SignedMessage>) -> Self {
        let bare = timeouts.filter_map(|signed| {
            let bare = bare_timeout(*signed.message.timeout()?);
            let (signer, signature) = (signed.signer, signed.signature);
            Some(Signed::with_signature(bare, signer, signature))
        });
        Proof(Arc::new(bare.collect()))
    }

    /// All messages.
    #[must_use]
    pub fn messages(&self) -> &[SignedMessage] {
        &self.0
    }

    fn split(&self) -> (&[SignedMessage], &[SignedMessage]) {
        let votes = self.0.iter();
        let count = votes.take_while(|s| s.message.ballot().is_some()).count();
        self.0.split_at(count)
    }

    /// The votes.
    #[must_use]
    pub fn votes(&self) -> &[SignedMessage] {
        self.split().0
    }

    fn of_votes(&self) -> Proof {
        if self.split().1.is_empty() {
            return self.clone();
        }
        Proof(Arc::new(self.votes().to_vec()))
    }

    /// The timeouts, if there are any.
    #[must_use]
    pub fn timeouts(&self) -> Option<Timeouts<'_>> {
        let (_, messages) = self.split();
        let view = messages.first()?.message.view();
        Some(Timeouts { view, messages })
    }

    /// The timeouts alone.
    #[must_use]
    pub fn of_timeouts(&self) -> Proof {
        if self.split().0.is_empty() {
            return self.clone();
        }
        Proof(Arc::new(self.split().1.to_vec()))
    }

    /// The block that a quorum voted for and the phase it did so in, if these votes are a quorum.
    #[must_use]
    pub fn certified(&self, set: &ValidatorSet, quorum: Threshold) -> Option<(Phase, Link)> {
        let votes = self.votes();
        let ballot = votes.first()?.message.ballot()?;
        let stake = stake_behind(set, votes, |m| m.ballot() == Some(ballot))?;
        let enough = quorum.is_met(stake, set.total());
        enough.then_some((ballot.0, *ballot.1))
    }

    /// Whether a quorum timed out in one view.
    #[must_use]
    pub fn gives_up(&self, set: &ValidatorSet, quorum: Threshold) -> Option<View> {
        let Timeouts { view, messages } = self.timeouts()?;
        let same = |m: &Message| m.timeout().is_some_and(|report| report.view == view);
        let stake = stake_behind(set, messages, same)?;
        quorum.is_met(stake, set.total()).then_some(view)
    }
}

impl Timeouts<'_> {
    /// The highest certified view that one of the signers knew.
    #[must_use]
    pub fn highest(&self) -> View {
        let reports = self.messages.iter().filter_map(|s| s.message.timeout());
        reports.map(|report| report.high).max().unwrap_or(0)
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

fn bare_timeout(report: Report) -> Message {
    let proof = Proof::default();
    Message::Timeout { report, proof }
}

/// The stake of distinct signers, if all say the same.
fn stake_behind(
    set: &ValidatorSet,
    messages: &[SignedMessage],
    same: impl Fn(&Message) -> bool,
) -> Option<u64> {
    let mut seen = BTreeSet::new();
    let mut stake = 0;
    for signed in messages {
        if !same(&signed.message) || !seen.insert(signed.signer) {
            return None;
        }
        stake += set.stake(signed.signer);
    }
    Some(stake)
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

/// On the wire what was voted for stands once, then each signer with its signature; so do timeouts with their
/// view.
impl BorshSerialize for Proof {
    fn serialize<W: io::Write>(&self, out: &mut W) -> io::Result<()> {
        let (votes, timeouts) = self.split();
        count(votes)?.serialize(out)?;
        if let Some((phase, link)) = votes.first().and_then(|v| v.message.ballot()) {
            (phase, link).serialize(out)?;
        }
        for vote in votes {
            (vote.signer, vote.signature).serialize(out)?;
        }
        count(timeouts)?.serialize(out)?;
        if let Some(timeout) = timeouts.first() {
            timeout.message.view().serialize(out)?;
        }
        for timeout in timeouts {
            let Some(report) = timeout.message.timeout() else {
                return Err(invalid("a certificate holds votes and timeouts"));
            };
            let said = (report.height, report.high);
            (timeout.signer, said, timeout.signature).serialize(out)?;
        }
        Ok(())
    }
}

impl BorshDeserialize for Proof {
    fn deserialize_reader<R: io::Read>(from: &mut R) -> io::Result<Self> {
        let mut messages = Vec::new();
        let votes = read_count(from)?;
        if votes > 0 {
            let (phase, link) = <(Phase, Link)>::deserialize_reader(from)?;
            for _ in 0..votes {
                let (signer, signature) = <(ValidatorId, Signature)>::deserialize_reader(from)?;
                let message = Message::vote(phase, link);
                messages.push(Signed::with_signature(message, signer, signature));
            }
        }
        let timeouts = read_count(from)?;
        if timeouts > 0 {
            let view = View::deserialize_reader(from)?;
            for _ in 0..timeouts {
                type Entry = (ValidatorId, (Height, View), Signature);
                let (signer, (height, high), signature) = Entry::deserialize_reader(from)?;
                let message = bare_timeout(Report { view, height, high });
                messages.push(Signed::with_signature(message, signer, signature));
            }
        }
        Ok(Proof(Arc::new(messages)))
    }
}

fn count(messages: &[SignedMessage]) -> io::Result<u16> {
    u16::try_from(messages.len()).map_err(|_| invalid("too many signatures"))
}

fn read_count<R: io::Read>(from: &mut R) -> io::Result<usize> {
    let count = usize::from(u16::deserialize_reader(from)?);
    if count > MAX_VALIDATORS {
        return Err(invalid("more signatures than there can be validators"));
    }
    Ok(count)
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
