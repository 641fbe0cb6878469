//! What each validator did of what was its to do: proposals in its turns, votes in time.

use super::Roster;
use super::heights::{Heights, percentile};
use crate::base::Micros;
use crate::consensus::Role;
use crate::trace::{Commit, Event, Head, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Slot, ValidatorId};
use std::collections::{BTreeMap, VecDeque};

/// Turns and vote sheets kept open, the oldest go first, so that a chain that stalls forever stays small.
const TURNS: usize = 64;
const SHEETS: usize = 64;
/// Heights a vote may come late and still be counted as late rather than missing.
const GRACE: Height = 2;
/// Newest latencies percentiles run over.
const RECENT: usize = 32;

/// One validator's record. Votes are counted once a kind of vote and decided block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    /// Turns in which it proposed.
    pub proposed: u64,
    /// Turns that passed without a proposal of it.
    pub missed: u64,
    /// Votes for the decided block that left before anybody honest had decided it.
    pub in_time: u64,
    /// Votes that arrived after the height was decided.
    pub late: u64,
    /// Decided blocks it never voted for, by kind of vote.
    pub missing: u64,
    /// From a block's proposal leaving to this validator seeing a quorum for it.
    to_quorum: VecDeque<Micros>,
}

impl Duty {
    /// The p-th percentile of the newest 32 latencies to a quorum, `None` before the first.
    #[must_use]
    pub fn to_quorum(&self, p: u64) -> Option<Micros> {
        let mut sorted: Vec<Micros> = self.to_quorum.iter().copied().collect();
        sorted.sort_unstable();
        (!sorted.is_empty()).then(|| percentile(&sorted, p))
    }

    fn quorum_after(&mut self, latency: Micros) {
        self.to_quorum.push_back(latency);
        if self.to_quorum.len() > RECENT {
            self.to_quorum.pop_front();
        }
    }
}

/// Who was to propose in a slot, and who did.
#[derive(Clone, Debug, Default)]
struct Turn {
    /// Whose turn it is. `None`: nobody has entered the slot yet, or everybody may propose in it.
    leader: Option<ValidatorId>,
    /// Somebody has entered the slot, so that `leader` is what it stays.
    entered: bool,
    /// Those that proposed, each once: a liar's second proposal is no second proposal made.
    proposed: Vec<ValidatorId>,
}

impl Turn {
    /// Whether a proposal of `author` is one it was to make.
    fn is_of(&self, author: ValidatorId) -> bool {
        self.entered && self.leader.is_none_or(|leader| leader == author)
    }
}

/// When each validator first sent a vote of one kind for one block.
#[derive(Clone, Debug)]
struct Sheet {
    block: BlockId,
    kind: u8,
    first: Vec<Option<Micros>>,
}

/// A decided block whose late votes are awaited.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    /// Its place in the decided order.
    height: Height,
    /// The last slot that led to it.
    slot: Slot,
    block: BlockId,
    at: Micros,
}

/// What every validator did and missed.
#[derive(Clone, Debug)]
pub struct Participation {
    of: Vec<Duty>,
    turns: BTreeMap<Slot, Turn>,
    sheets: VecDeque<Sheet>,
    awaited: VecDeque<Awaited>,
    /// Slots of the newest proposed blocks.
    places: VecDeque<(BlockId, Slot)>,
    most_places: usize,
    /// A protocol that notes quorums; of others the decision is the first sign of one.
    notes_quorums: bool,
    /// Rounds begin anew with each height. Where they count on, a round is one turn whatever height it is
    /// proposed at, which who enters it cannot know.
    rounds_restart: bool,
}

impl Participation {
    pub(super) fn new(head: &Head) -> Self {
        Participation {
            of: vec![Duty::default(); head.validators.len()],
            turns: BTreeMap::new(),
            sheets: VecDeque::new(),
            awaited: VecDeque::new(),
            places: VecDeque::new(),
            // Where all propose in every round, eight rounds of them.
            most_places: 8 * head.validators.len().max(8),
            notes_quorums: false,
            rounds_restart: head.rounds.restart,
        }
    }

    /// By validator, in their order.
    #[must_use]
    pub fn of(&self) -> &[Duty] {
        &self.of
    }

    /// Something was sent, perhaps a proposal or a vote.
    pub(super) fn sent(&mut self, record: &Record, trace: &Trace) {
        let Event::Sent {
            message,
            again: false,
            ..
        } = &record.event
        else {
            return;
        };
        let Some(m) = trace.find(*message) else {
            return;
        };
        let (Some(signer), Some(kind)) = (m.signer, trace.head.kinds.get(usize::from(m.kind)))
        else {
            return;
        };
        match kind.role {
            Role::Proposal => {
                if let Some(block) = m.value {
                    self.places.push_back((block, m.slot));
                    if self.places.len() > self.most_places {
                        self.places.pop_front();
                    }
                }
                let turn = self.turns.entry(self.turn_of(m.slot)).or_default();
                if !turn.proposed.contains(&signer) {
                    turn.proposed.push(signer);
                    if turn.is_of(signer)
                        && let Some(duty) = self.of.get_mut(signer.index())
                    {
                        duty.proposed += 1;
                    }
                }
            }
            Role::Vote => {
                if let Some(block) = m.value {
                    self.vote(block, m.kind, signer, record.at);
                }
            }
            Role::Other => {}
        }
    }

    fn turn_of(&self, slot: Slot) -> Slot {
        Slot {
            height: if self.rounds_restart { slot.height } else { 0 },
            round: slot.round,
        }
    }

    /// The slot a commit ends. In a DAG heights of slots are rounds, which only the block's proposal tells.
    fn slot_of(&self, commit: &Commit) -> Slot {
        let proposed = self.places.iter().rev();
        let known = proposed
            .filter(|_| commit.further_parents.is_some())
            .find_map(|(block, slot)| (*block == commit.block).then_some(*slot));
        known.unwrap_or(Slot {
            height: commit.height,
            round: commit.round,
        })
    }

    fn vote(&mut self, block: BlockId, kind: u8, signer: ValidatorId, at: Micros) {
        let known = self
            .sheets
            .iter()
            .rposition(|s| s.block == block && s.kind == kind);
        let index = known.unwrap_or_else(|| {
            if self.sheets.len() >= SHEETS {
                self.sheets.pop_front();
            }
            self.sheets.push_back(Sheet {
                block,
                kind,
                first: vec![None; self.of.len()],
            });
            self.sheets.len() - 1
        });
        if let Some(first) = self.sheets[index].first.get_mut(signer.index()) {
            first.get_or_insert(at);
        }
    }

    pub(super) fn see(&mut self, record: &Record, trace: &Trace, cast: &Roster, heights: &Heights) {
        if let Event::Step {
            round,
            height,
            proposer,
            ..
        } = &record.event
        {
            let slot = Slot {
                height: u64::from(*height),
                round: *round,
            };
            self.enter(slot, *proposer);
            while self.turns.len() > TURNS {
                if let Some((_, turn)) = self.turns.pop_first() {
                    self.passed(&turn);
                }
            }
        } else if let Event::Polka { node, detail } = &record.event {
            self.notes_quorums = true;
            if let Some(block) = detail.1 {
                self.quorum(*node, &block, record.at, trace, heights);
            }
        } else if let Event::Committed(commit) = &record.event {
            if !self.notes_quorums && !commit.caught_up {
                self.quorum(commit.node, &commit.block, record.at, trace, heights);
            }
            let newest = self.awaited.back().map_or(0, |a| a.height);
            if cast.honest(commit.node) && commit.height > newest {
                self.awaited.push_back(Awaited {
                    height: commit.height,
                    slot: self.slot_of(commit),
                    block: commit.block,
                    at: record.at,
                });
                while let Some(oldest) = self.awaited.front().copied()
                    && oldest.height + GRACE <= commit.height
                {
                    self.awaited.pop_front();
                    self.settle(oldest, trace);
                }
            }
        }
    }

    /// Somebody enters a slot, and says whose it is.
    fn enter(&mut self, slot: Slot, leader: Option<ValidatorId>) {
        let turn = self.turns.entry(self.turn_of(slot)).or_default();
        if turn.entered {
            return;
        }
        (turn.entered, turn.leader) = (true, leader);
        // Whoever proposed before anybody entered is judged now.
        for author in &turn.proposed {
            if turn.is_of(*author)
                && let Some(duty) = self.of.get_mut(author.index())
            {
                duty.proposed += 1;
            }
        }
    }

    fn quorum(
        &mut self,
        node: NodeId,
        block: &BlockId,
        at: Micros,
        trace: &Trace,
        heights: &Heights,
    ) {
        let validator = trace.head.nodes.get(node.index());
        if let Some(proposed) = heights.proposed(block)
            && let Some(duty) = validator.and_then(|v| self.of.get_mut(v.index()))
        {
            duty.quorum_after(at.saturating_sub(proposed));
        }
    }

    /// A turn is over. Where everybody may propose, nobody is told to have missed it.
    fn passed(&mut self, turn: &Turn) {
        if let Some(leader) = turn.leader
            && !turn.proposed.contains(&leader)
            && let Some(duty) = self.of.get_mut(leader.index())
        {
            duty.missed += 1;
        }
    }

    /// The votes for a decided block are in, as far as they will ever be. Only who votes on its height had
    /// to send one.
    fn settle(&mut self, decided: Awaited, trace: &Trace) {
        let set = trace.validators(decided.height);
        for sheet in &self.sheets {
            if sheet.block != decided.block {
                continue;
            }
            for voter in set.iter() {
                let place = voter.id.index();
                let (Some(duty), Some(first)) = (self.of.get_mut(place), sheet.first.get(place))
                else {
                    continue;
                };
                match first {
                    Some(at) if *at <= decided.at => duty.in_time += 1,
                    Some(_) => duty.late += 1,
                    None => duty.missing += 1,
                }
            }
        }
        self.sheets.retain(|s| s.block != decided.block);
        let last = self.turn_of(decided.slot);
        while let Some(entry) = self.turns.first_entry()
            && (*entry.key() <= last || self.rounds_restart && entry.key().height <= last.height)
        {
            let (slot, turn) = entry.remove_entry();
            // Rounds begun after the deciding one are no longer anyone's duty.
            if slot <= last {
                self.passed(&turn);
            }
        }
    }
}
