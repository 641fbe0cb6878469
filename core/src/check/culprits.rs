//! Who lied, by the record of all messages alone. What stands here is proof: nobody honest is ever named,
//! in any run.
//!
//! - **Equivocation**: two messages of one kind in one slot that say different things.
//! - **Amnesia**: a validator tells by a vote that it is locked on a block (in Tendermint a precommit), votes for
//!   another in a later round (a prevote), and no quorum voted for that other one in a round between. Whoever is
//!   locked may turn to another block by such a quorum only (L28), so that without one in the whole record the
//!   vote cannot be legal. Which votes these are the protocol says ([`Locking`]).
//! - **Out of turn**: a proposal in a slot that is another's.
//!
//! A certificate alone proves less. Two of one round share signers who equivocated. Two of different rounds
//! may share signers who changed their mind as the rules allow.

use crate::base::Micros;
use crate::consensus::{Locking, Role};
use crate::trace::{Event, Head, MessageId, MessageRecord, Record, Trace};
use crate::types::{BlockId, Height, Round, Slot, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Heights whose messages are remembered, behind the newest. What a validator signs for older ones is not
/// compared any more.
const REMEMBERED: u64 = 64;
/// Rounds of one height remembered, the newest; where more have been, nobody is accused of amnesia, as the
/// quorum that justifies a vote may stand among those forgotten.
const ROUNDS: usize = 256;
/// Further messages of equivocators remembered a height. The same holds beyond it.
const FURTHER: usize = 2_048;
/// Heights whose culprits are kept: the first ones, the newest ones, and the forked one.
const KEPT: usize = 256;

/// How a validator lied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offence {
    /// Two different messages of one kind in one slot.
    Equivocation,
    /// A vote against its own lock that no quorum justifies.
    Amnesia,
    /// A proposal in another validator's turn.
    OutOfTurn,
}

impl Offence {
    /// As reports and files write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Offence::Equivocation => "equivocation",
            Offence::Amnesia => "amnesia",
            Offence::OutOfTurn => "out of turn",
        }
    }

    /// After a validator's name.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Offence::Equivocation => "said two things in one round",
            Offence::Amnesia => "voted against a lock",
            Offence::OutOfTurn => "proposed in another's turn",
        }
    }
}

/// A message that is part of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Number of the message.
    pub message: MessageId,
    /// When it was sent, microseconds.
    pub at: Micros,
    /// Index into [`Head::kinds`].
    pub kind: u8,
    /// The height and round it belongs to.
    pub slot: Slot,
    /// The block it speaks for; `None` is nil.
    pub value: Option<BlockId>,
    /// Further fields by name.
    pub fields: Vec<(&'static str, String)>,
}

impl Statement {
    fn of(m: &MessageRecord) -> Self {
        Statement {
            message: m.id,
            at: m.sent,
            kind: m.kind,
            slot: m.slot,
            value: m.value,
            fields: m.fields.clone(),
        }
    }

    fn says(&self, m: &MessageRecord) -> bool {
        self.value == m.value && self.fields == m.fields
    }
}

/// A validator, what it did, and the messages that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// Who lied.
    pub validator: ValidatorId,
    /// How.
    pub offence: Offence,
    /// A message that proves it.
    pub first: Statement,
    /// Absent where one message is enough.
    pub second: Option<Statement>,
}

/// What was said at one height.
#[derive(Clone, Debug, Default)]
struct Said {
    /// By round and kind, each validator's first message.
    first: BTreeMap<(Round, u8), Vec<Option<Statement>>>,
    /// Equivocators' other messages.
    further: Vec<(ValidatorId, Statement)>,
    /// Whose turn each round is, as far as a validator has entered it.
    turns: BTreeMap<Round, ValidatorId>,
    /// Something was forgotten.
    gaps: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Culprits {
    /// Shared with the checkpoints.
    heights: BTreeMap<Height, Arc<Said>>,
    newest: Height,
    /// The first height whose messages the trace has from the beginning.
    complete_from: Height,
    /// How validators lock, where they do.
    locking: Option<Locking>,
    found: BTreeMap<Height, Arc<Vec<Culprit>>>,
}

impl Culprits {
    pub(super) fn new(head: &Head) -> Self {
        // A trace that begins in the midst of a run lacks what was said before.
        let tip = head.tips.iter().map(|(height, _)| *height).max();
        Culprits {
            complete_from: tip.map_or(0, |tip| tip + 2),
            locking: head.keeps.lock,
            ..Culprits::default()
        }
    }

    pub(super) fn see(&mut self, record: &Record, trace: &Trace) {
        match &record.event {
            Event::Sent { message, .. } => {
                if let Some(m) = trace.find(*message)
                    && let Some(signer) = m.signer
                {
                    self.sent(signer, m, trace);
                }
            }
            Event::Step {
                round,
                height,
                proposer: Some(proposer),
                ..
            } => self.entered(u64::from(*height), *round, *proposer, &trace.head),
            Event::Step { proposer: None, .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. }
            | Event::TimerFired { .. }
            | Event::Locked { .. }
            | Event::Polka { .. }
            | Event::Skipped { .. }
            | Event::Fired { .. }
            | Event::Committed(_)
            | Event::Executed(_)
            | Event::Rejected { .. }
            | Event::Evidence(_)
            | Event::Crashed { .. }
            | Event::Restarted { .. }
            | Event::Byzantine(_)
            | Event::Changed(_)
            | Event::Submitted { .. }
            | Event::CommandMissed(_)
            | Event::Validators(_) => {}
        }
    }

    fn said(&mut self, height: Height) -> Option<&mut Said> {
        if height.saturating_add(REMEMBERED) < self.newest {
            return None;
        }
        Some(Arc::make_mut(self.heights.entry(height).or_default()))
    }

    fn sent(&mut self, signer: ValidatorId, m: &MessageRecord, trace: &Trace) {
        let head = &trace.head;
        let role = head.kinds.get(usize::from(m.kind)).map(|k| k.role);
        if !matches!(role, Some(Role::Proposal | Role::Vote)) || signer.index() >= head.keys.len() {
            return;
        }
        let Slot { height, round } = m.slot;
        // Most messages of a run are sent once and are their signer's first.
        if self
            .heights
            .get(&height)
            .is_some_and(|said| said.knows(signer, m))
        {
            return;
        }
        let complete = height >= self.complete_from;
        let locking = self.locking;
        let count = head.keys.len();
        let Some(said) = self.said(height) else {
            return;
        };
        let mut found = Vec::new();
        let earlier = said.keep(count, signer, m);
        if let Some(first) = earlier {
            found.push((Offence::Equivocation, first, Some(Statement::of(m))));
        }
        if role == Some(Role::Proposal)
            && let Some(turn) = said.turns.get(&round)
            && *turn != signer
        {
            found.push((Offence::OutOfTurn, Statement::of(m), None));
        }
        if let Some(locking) = locking
            && complete
            && !said.gaps
            && let Some((lock, vote)) = said.against_lock(signer, m, locking, trace)
        {
            found.push((Offence::Amnesia, lock, Some(vote)));
        }
        for (offence, first, second) in found {
            self.name(Culprit {
                validator: signer,
                offence,
                first,
                second,
            });
        }
    }

    /// A validator works on `height`, whose round is `proposer`'s turn.
    fn entered(&mut self, height: Height, round: Round, proposer: ValidatorId, head: &Head) {
        if height > self.newest {
            self.newest = height;
            let oldest = height.saturating_sub(REMEMBERED);
            self.heights = self.heights.split_off(&oldest);
        }
        let known = self.heights.get(&height);
        if known.is_some_and(|said| said.turns.contains_key(&round)) {
            return;
        }
        let Some(said) = self.said(height) else {
            return;
        };
        said.turns.insert(round, proposer);
        let is_proposal = |kind: u8| {
            let kind = head.kinds.get(usize::from(kind));
            kind.is_some_and(|k| k.role == Role::Proposal)
        };
        let early: Vec<(ValidatorId, Statement)> = said
            .first
            .range((round, 0)..=(round, u8::MAX))
            .filter(|((_, kind), _)| is_proposal(*kind))
            .flat_map(|(_, all)| (0u16..).map(ValidatorId).zip(all))
            .filter_map(|(signer, first)| Some((signer, first.clone()?)))
            .filter(|(signer, _)| *signer != proposer)
            .collect();
        for (validator, first) in early {
            self.name(Culprit {
                validator,
                offence: Offence::OutOfTurn,
                first,
                second: None,
            });
        }
    }

    /// Keeps a proof: of one validator, offence and height the first is enough.
    fn name(&mut self, culprit: Culprit) {
        let height = culprit.first.slot.height;
        let here = Arc::make_mut(self.found.entry(height).or_default());
        let same = |c: &Culprit| (c.validator, c.offence) == (culprit.validator, culprit.offence);
        if !here.iter().any(same) {
            here.push(culprit);
        }
    }

    /// Forgets culprits of heights beyond what is kept, never those of `forked`.
    pub(super) fn thin(&mut self, forked: Option<Height>) {
        if self.found.len() > KEPT {
            let middle = self.found.keys().skip(KEPT / 4).copied();
            let goes = middle.into_iter().find(|height| Some(*height) != forked);
            if let Some(height) = goes {
                self.found.remove(&height);
            }
        }
    }

    /// Everybody proven to have lied at `height`, in the order it showed.
    pub(super) fn at(&self, height: Height) -> &[Culprit] {
        self.found
            .get(&height)
            .map_or(&[], |found| found.as_slice())
    }

    /// All that are kept, by height.
    pub(super) fn all(&self) -> impl Iterator<Item = &Culprit> {
        self.found.values().flat_map(|found| found.iter())
    }
}

impl Said {
    /// This very thing was said before.
    fn knows(&self, signer: ValidatorId, m: &MessageRecord) -> bool {
        let first = self.first.get(&(m.slot.round, m.kind));
        let first = first.and_then(|all| all.get(signer.index())?.as_ref());
        first.is_some_and(|first| first.says(m))
            || self.others(signer, m).any(|other| other.says(m))
    }

    fn others(&self, signer: ValidatorId, m: &MessageRecord) -> impl Iterator<Item = &Statement> {
        let (slot, kind) = (m.slot, m.kind);
        let own = self.further.iter().filter(move |(who, _)| *who == signer);
        own.map(|(_, said)| said)
            .filter(move |said| (said.slot, said.kind) == (slot, kind))
    }

    /// Writes a new message down; gives the signer's first of this kind and slot if there was one.
    fn keep(&mut self, count: usize, signer: ValidatorId, m: &MessageRecord) -> Option<Statement> {
        let place = (m.slot.round, m.kind);
        let all = self.first.entry(place).or_default();
        all.resize(count.max(all.len()), None);
        let first = &mut all[signer.index()];
        if let Some(first) = first {
            let first = first.clone();
            if self.further.len() < FURTHER {
                self.further.push((signer, Statement::of(m)));
            } else {
                self.gaps = true;
            }
            return Some(first);
        }
        *first = Some(Statement::of(m));
        if self.first.len() > ROUNDS * 3 {
            self.first.pop_first();
            self.gaps = true;
        }
        None
    }

    /// What `signer` said in votes of `kind` for a block, by round.
    fn votes(&self, signer: ValidatorId, kind: u8) -> impl Iterator<Item = &Statement> {
        let first = self.first.iter().filter(move |((_, k), _)| *k == kind);
        let first = first.filter_map(move |(_, all)| all.get(signer.index())?.as_ref());
        let further = self.further.iter().filter(move |(who, _)| *who == signer);
        let further = further.map(|(_, said)| said);
        first
            .chain(further.filter(move |said| said.kind == kind))
            .filter(|said| said.value.is_some())
    }

    /// A vote by which `signer` tells of a lock and a later one of it for another block that nothing justifies, of
    /// which `m` is one.
    fn against_lock(
        &self,
        signer: ValidatorId,
        m: &MessageRecord,
        Locking { counted, told }: Locking,
        trace: &Trace,
    ) -> Option<(Statement, Statement)> {
        m.value?;
        let this = Statement::of(m);
        let conflict = |lock: &Statement, vote: &Statement| {
            lock.slot.round < vote.slot.round && lock.value != vote.value
        };
        if m.kind == counted {
            let locks = || {
                self.votes(signer, told)
                    .filter(|lock| conflict(lock, &this))
            };
            // Looked for once and not for each lock: without rounds that justify it there may be thousands of both.
            let earliest = locks().map(|lock| lock.slot.round).min()?;
            let justified = self.justified(counted, earliest, &this, trace);
            let lock = locks().find(|lock| justified.is_none_or(|round| round < lock.slot.round));
            return lock.map(|lock| (lock.clone(), this.clone()));
        }
        if m.kind == told {
            let mut votes = self.votes(signer, counted);
            let vote = votes.find(|vote| {
                conflict(&this, vote)
                    && self
                        .justified(counted, this.slot.round, vote, trace)
                        .is_none()
            });
            return vote.map(|vote| (this.clone(), vote.clone()));
        }
        None
    }

    /// The last round from `locked` on and before `vote`'s own in which a quorum voted for what `vote` is for.
    fn justified(
        &self,
        counted: u8,
        locked: Round,
        vote: &Statement,
        trace: &Trace,
    ) -> Option<Round> {
        let set = trace.validators(vote.slot.height);
        let for_it = |said: &Statement| {
            said.kind == counted
                && (locked..vote.slot.round).contains(&said.slot.round)
                && said.value == vote.value
        };
        // Only votes that were seen, round after round would not do: a liar may sign a vote of round four billion.
        let first = self.first.values().flat_map(|all| (0u16..).zip(all));
        let first = first.filter_map(|(who, said)| Some((ValidatorId(who), said.as_ref()?)));
        let further = self.further.iter().map(|(who, said)| (*who, said));
        let votes: BTreeSet<(Round, ValidatorId)> = first
            .chain(further)
            .filter(|(_, said)| for_it(said))
            .map(|(who, said)| (said.slot.round, who))
            .collect();
        let mut stakes: BTreeMap<Round, u64> = BTreeMap::new();
        for (round, who) in votes {
            let stake = stakes.entry(round).or_default();
            *stake = stake.saturating_add(set.stake(who));
        }
        let quorum = |stake: u64| trace.head.bound.quorum.is_met(stake, set.total());
        let supported = stakes.into_iter().rev().find(|(_, stake)| quorum(*stake));
        supported.map(|(round, _)| round)
    }
}
