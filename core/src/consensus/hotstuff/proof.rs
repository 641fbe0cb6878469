//! Certificates that travel inside messages of the family: signed messages in a fixed order, and how they are
//! written on the wire.

use super::message::{Link, Message, Phase, Report, SignedMessage, View};
use crate::base::limits::MAX_VALIDATORS;
use crate::consensus::Threshold;
use crate::types::{Height, Signature, Signed, ValidatorId, ValidatorSet};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

/// Signed messages that travel inside another: the votes for one block, the timeouts of one view, no-endorsements of
/// one block, and tips, in this order. Any may be absent. A tip is a proposal, and after it the grounds that it was
/// made on: no-endorsements, or timeouts, or nothing where its parent was certified in the view before. Shared:
/// whoever passes it on copies nothing.
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

/// What the timeouts of a view leave to the leader of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extend {
    /// A certificate of this view, or a later one, to build on.
    Certificate(View),
    /// This block, to be proposed again: somebody voted for it, later than any certificate that was named.
    Tip(Link),
}

/// A proof by its parts.
struct Parts<'a> {
    votes: &'a [SignedMessage],
    timeouts: &'a [SignedMessage],
    no_endorsements: &'a [SignedMessage],
    tips: &'a [SignedMessage],
}

impl Proof {
    /// `votes` for one block, and the timeouts of `entry` if there is one.
    #[must_use]
    pub fn new(votes: &Proof, entry: Option<&Proof>) -> Self {
        match entry.filter(|entry| entry.timeouts().is_some()) {
            None => votes.of_votes(),
            Some(entry) => {
                let entry = entry.of_timeouts();
                let all = votes.votes().iter().chain(entry.messages());
                Proof(Arc::new(all.cloned().collect()))
            }
        }
    }

    /// A proof of votes alone.
    #[must_use]
    pub fn from_votes(votes: Vec<SignedMessage>) -> Self {
        Proof(Arc::new(votes))
    }

    /// A proof of timeouts alone, each without the proof it carried, and of the tip that they leave to the next
    /// leader.
    #[must_use]
    pub fn from_timeouts<'a>(timeouts: impl Iterator<Item = &'a SignedMessage>) -> Self {
        let all: Vec<&SignedMessage> = timeouts.filter(|s| s.message.timeout().is_some()).collect();
        let mut proof: Vec<SignedMessage> = all.iter().map(|signed| bare(signed)).collect();
        if let Extend::Tip(tip) = extend(&proof) {
            let mut carried = all.iter().filter(|s| s.message.tip() == Some(&tip));
            let carried = carried.find_map(|s| s.message.proof()?.tip(&tip));
            proof.extend(carried.unwrap_or_default().iter().cloned());
        }
        Proof(Arc::new(proof))
    }

    /// The same with a tip, if it has not got it.
    #[must_use]
    pub fn with_tip(&self, tip: &[SignedMessage]) -> Self {
        let link = tip.first().and_then(|s| s.message.proposed());
        if link.is_none_or(|link| self.tip(link).is_some()) {
            return self.clone();
        }
        Proof(Arc::new(self.0.iter().chain(tip).cloned().collect()))
    }

    /// The same with these no-endorsements.
    #[must_use]
    pub fn with_no_endorsements(&self, no_endorsements: Vec<SignedMessage>) -> Self {
        let parts = self.parts();
        let mut all = [parts.votes, parts.timeouts].concat();
        all.extend(no_endorsements);
        all.extend_from_slice(parts.tips);
        Proof(Arc::new(all))
    }

    /// All messages.
    #[must_use]
    pub fn messages(&self) -> &[SignedMessage] {
        &self.0
    }

    fn parts(&self) -> Parts<'_> {
        let all = self.0.as_slice();
        let while_true = |of: &[SignedMessage], is: fn(&Message) -> bool| {
            of.iter().take_while(|s| is(&s.message)).count()
        };
        let (votes, rest) = all.split_at(while_true(all, |m| m.ballot().is_some()));
        let (timeouts, rest) = rest.split_at(while_true(rest, |m| m.timeout().is_some()));
        let (no_endorsements, tips) = rest.split_at(while_true(rest, is_no_endorsement));
        Parts {
            votes,
            timeouts,
            no_endorsements,
            tips,
        }
    }

    /// The votes.
    #[must_use]
    pub fn votes(&self) -> &[SignedMessage] {
        self.parts().votes
    }

    fn of_votes(&self) -> Proof {
        let votes = self.parts().votes;
        if votes.len() == self.0.len() {
            return self.clone();
        }
        Proof(Arc::new(votes.to_vec()))
    }

    /// The timeouts, if there are any.
    #[must_use]
    pub fn timeouts(&self) -> Option<Timeouts<'_>> {
        let messages = self.parts().timeouts;
        let view = messages.first()?.message.view();
        Some(Timeouts { view, messages })
    }

    /// The timeouts alone, with the tip that they leave to the next leader.
    #[must_use]
    pub fn of_timeouts(&self) -> Proof {
        let parts = self.parts();
        if parts.timeouts.len() == self.0.len() {
            return self.clone();
        }
        let tip = match extend(parts.timeouts) {
            Extend::Tip(tip) => self.tip(&tip).unwrap_or_default(),
            Extend::Certificate(_) => &[],
        };
        Proof(Arc::new(
            parts.timeouts.iter().chain(tip).cloned().collect(),
        ))
    }

    /// The no-endorsements.
    #[must_use]
    pub fn no_endorsements(&self) -> &[SignedMessage] {
        self.parts().no_endorsements
    }

    /// The proposal of that tip and its grounds, if they are here.
    #[must_use]
    pub fn tip(&self, link: &Link) -> Option<&[SignedMessage]> {
        tips(self.parts().tips).find(|tip| tip[0].message.proposed() == Some(link))
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
        self.timeouts()?.give_up(set, quorum)
    }
}

impl<'a> Timeouts<'a> {
    /// The timeouts that a tip was proposed on.
    #[must_use]
    pub fn among(grounds: &'a [SignedMessage]) -> Option<Self> {
        let view = grounds.first()?.message.timeout()?.view;
        Some(Timeouts {
            view,
            messages: grounds,
        })
    }

    /// Their view, if they are of a quorum.
    #[must_use]
    pub fn give_up(&self, set: &ValidatorSet, quorum: Threshold) -> Option<View> {
        let same = |m: &Message| m.timeout().is_some_and(|report| report.view == self.view);
        let stake = stake_behind(set, self.messages, same)?;
        quorum.is_met(stake, set.total()).then_some(self.view)
    }

    /// The highest certified view that one of the signers knew.
    #[must_use]
    pub fn highest(&self) -> View {
        highest(self.messages)
    }

    /// What they leave to the leader of the next view.
    #[must_use]
    pub fn extend(&self) -> Extend {
        extend(self.messages)
    }
}

fn highest(timeouts: &[SignedMessage]) -> View {
    let reports = timeouts.iter().filter_map(|s| s.message.timeout());
    reports.map(|report| report.high).max().unwrap_or(0)
}

/// Two tips of one view are a lying leader's: the one whose parent was certified later may stand on what is final.
fn extend(timeouts: &[SignedMessage]) -> Extend {
    let tips = timeouts.iter().filter_map(|s| s.message.tip());
    let tip = tips.max_by_key(|tip| (tip.view, tip.parent_view, tip.block));
    let certified = highest(timeouts);
    match tip {
        Some(tip) if tip.view > certified => Extend::Tip(*tip),
        Some(_) | None => Extend::Certificate(certified),
    }
}

/// Each tip of a row of them, the proposal first.
fn tips(all: &[SignedMessage]) -> impl Iterator<Item = &[SignedMessage]> {
    let is_first = |s: &SignedMessage| s.message.proposed().is_some();
    all.chunk_by(move |_, next| !is_first(next))
        .filter(move |tip| tip.first().is_some_and(is_first))
}

fn is_no_endorsement(message: &Message) -> bool {
    matches!(message, Message::NoEndorsement { .. })
}

/// A message without the proof it carries, with its signature, which does not cover that.
#[must_use]
pub fn bare(signed: &SignedMessage) -> SignedMessage {
    Signed::with_signature(signed.message.bare(), signed.signer, signed.signature)
}

/// The stake of distinct signers, if all say the same.
#[must_use]
pub fn stake_behind(
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

/// Set in the first count where more than votes and timeouts without tips follows.
const WITH_TIPS: u16 = 1 << 15;

/// On the wire what was voted for stands once, then each signer with its signature; so do timeouts with their
/// view, and no-endorsements.
impl BorshSerialize for Proof {
    fn serialize<W: io::Write>(&self, out: &mut W) -> io::Result<()> {
        let parts = self.parts();
        let timeouts = || parts.timeouts.iter();
        let with_tips = timeouts().any(|s| s.message.tip().is_some())
            || !parts.no_endorsements.is_empty()
            || !parts.tips.is_empty();
        let flag = if with_tips { WITH_TIPS } else { 0 };
        (count(parts.votes)? | flag).serialize(out)?;
        if let Some((phase, link)) = parts.votes.first().and_then(|v| v.message.ballot()) {
            (phase, link).serialize(out)?;
        }
        for vote in parts.votes {
            (vote.signer, vote.signature).serialize(out)?;
        }
        write_timeouts(parts.timeouts, with_tips, out)?;
        if !with_tips {
            return Ok(());
        }
        write_no_endorsements(parts.no_endorsements, out)?;
        let tips: Vec<&[SignedMessage]> = tips(parts.tips).collect();
        u8::try_from(tips.len())
            .map_err(|_| invalid("too many tips"))?
            .serialize(out)?;
        for tip in tips {
            let Some((proposal, grounds)) = tip.split_first() else {
                continue;
            };
            let link = proposal.message.proposed();
            (link, proposal.signer, proposal.signature).serialize(out)?;
            let no_endorsements = grounds.iter().all(|s| is_no_endorsement(&s.message));
            no_endorsements.serialize(out)?;
            if no_endorsements {
                write_no_endorsements(grounds, out)?;
            } else {
                write_timeouts(grounds, true, out)?;
            }
        }
        Ok(())
    }
}

fn write_timeouts<W: io::Write>(
    timeouts: &[SignedMessage],
    with_tips: bool,
    out: &mut W,
) -> io::Result<()> {
    count(timeouts)?.serialize(out)?;
    if let Some(timeout) = timeouts.first() {
        timeout.message.view().serialize(out)?;
    }
    for timeout in timeouts {
        let Some(report) = timeout.message.timeout() else {
            return Err(invalid("no timeout among timeouts"));
        };
        let said = (report.height, report.high);
        (timeout.signer, said, timeout.signature).serialize(out)?;
        if with_tips {
            timeout.message.tip().copied().serialize(out)?;
        }
    }
    Ok(())
}

fn write_no_endorsements<W: io::Write>(
    no_endorsements: &[SignedMessage],
    out: &mut W,
) -> io::Result<()> {
    count(no_endorsements)?.serialize(out)?;
    if let Some(Message::NoEndorsement { view, tip }) = no_endorsements.first().map(|s| &s.message)
    {
        (view, tip).serialize(out)?;
    }
    for signed in no_endorsements {
        (signed.signer, signed.signature).serialize(out)?;
    }
    Ok(())
}

impl BorshDeserialize for Proof {
    fn deserialize_reader<R: io::Read>(from: &mut R) -> io::Result<Self> {
        let mut messages = Vec::new();
        let first = u16::deserialize_reader(from)?;
        let with_tips = first & WITH_TIPS != 0;
        let votes = check_count(first & !WITH_TIPS)?;
        if votes > 0 {
            let (phase, link) = <(Phase, Link)>::deserialize_reader(from)?;
            for _ in 0..votes {
                let (signer, signature) = <(ValidatorId, Signature)>::deserialize_reader(from)?;
                let message = Message::vote(phase, link);
                messages.push(Signed::with_signature(message, signer, signature));
            }
        }
        read_timeouts(from, with_tips, &mut messages)?;
        if with_tips {
            read_no_endorsements(from, &mut messages)?;
            for _ in 0..u8::deserialize_reader(from)? {
                type Head = (Option<Link>, ValidatorId, Signature);
                let (link, signer, signature) = Head::deserialize_reader(from)?;
                let link = link.ok_or_else(|| invalid("a tip without its proposal"))?;
                let proof = Proof::default();
                let message = Message::Propose { link, proof };
                messages.push(Signed::with_signature(message, signer, signature));
                if bool::deserialize_reader(from)? {
                    read_no_endorsements(from, &mut messages)?;
                } else {
                    read_timeouts(from, true, &mut messages)?;
                }
            }
        }
        Ok(Proof(Arc::new(messages)))
    }
}

fn read_timeouts<R: io::Read>(
    from: &mut R,
    with_tips: bool,
    into: &mut Vec<SignedMessage>,
) -> io::Result<()> {
    let count = check_count(u16::deserialize_reader(from)?)?;
    if count == 0 {
        return Ok(());
    }
    let view = View::deserialize_reader(from)?;
    for _ in 0..count {
        type Entry = (ValidatorId, (Height, View), Signature);
        let (signer, (height, high), signature) = Entry::deserialize_reader(from)?;
        let tip = if with_tips {
            Option::<Link>::deserialize_reader(from)?
        } else {
            None
        };
        let (report, proof) = (Report { view, height, high }, Proof::default());
        let message = match tip {
            None => Message::Timeout { report, proof },
            Some(tip) => Message::TimeoutOn { report, tip, proof },
        };
        into.push(Signed::with_signature(message, signer, signature));
    }
    Ok(())
}

fn read_no_endorsements<R: io::Read>(
    from: &mut R,
    into: &mut Vec<SignedMessage>,
) -> io::Result<()> {
    let count = check_count(u16::deserialize_reader(from)?)?;
    if count == 0 {
        return Ok(());
    }
    let (view, tip) = <(View, Link)>::deserialize_reader(from)?;
    for _ in 0..count {
        let (signer, signature) = <(ValidatorId, Signature)>::deserialize_reader(from)?;
        let message = Message::NoEndorsement { view, tip };
        into.push(Signed::with_signature(message, signer, signature));
    }
    Ok(())
}

fn count(messages: &[SignedMessage]) -> io::Result<u16> {
    let count = u16::try_from(messages.len()).map_err(|_| invalid("too many signatures"))?;
    check_count(count).map(|_| count)
}

fn check_count(count: u16) -> io::Result<usize> {
    let count = usize::from(count);
    if count > MAX_VALIDATORS {
        return Err(invalid("more signatures than there can be validators"));
    }
    Ok(count)
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
