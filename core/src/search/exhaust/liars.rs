//! What liars may say in an exhaustive search, and who may lie.

use super::local::Surroundings;
use crate::consensus::{Corruptible, Message as _, ProtocolInfo, Role, Script};
use crate::types::{BlockId, Slot, ValidatorId};
use std::collections::{BTreeMap, BTreeSet};

/// The two blocks of a liar whose turn it is.
const LABELS: [&str; 2] = ["A", "B"];

/// Messages that liars may send to anybody at any time: in a slot of theirs the proposals of two blocks and all votes for
/// them, in another's slot all votes for what was proposed there, and where there are several rounds those for no block. Of
/// their two blocks they tell any one validator of one: who is shown both has proof, and is misled no better.
pub(super) struct Liars {
    pub who: Vec<ValidatorId>,
    /// From the beginning on.
    pub first: Vec<u32>,
    /// Once a message has been sent: those about its block.
    follow: BTreeMap<u32, Vec<u32>>,
    /// Blocks of the liars' own, with the label a script calls them by.
    pub labels: BTreeMap<BlockId, String>,
    /// Messages about these blocks: in which slot, and which block.
    stories: BTreeMap<u32, (Slot, BlockId)>,
}

impl Liars {
    pub fn new<P: Corruptible>(
        who: Vec<ValidatorId>,
        info: &ProtocolInfo,
        around: &mut Surroundings<P>,
    ) -> Self {
        let mut liars = Liars {
            who,
            first: Vec::new(),
            follow: BTreeMap::new(),
            labels: BTreeMap::new(),
            stories: BTreeMap::new(),
        };
        for slot in around.horizon.slots() {
            let proposer = turn(info, around, slot);
            if liars.who.contains(&proposer) {
                for label in LABELS {
                    let block = around.block(slot, label, proposer, around.genesis);
                    liars.labels.insert(block, format!("{label}{}", slot.round));
                    let made = liars.about(slot, Some(block), Some(proposer), info, around);
                    let story = |m: &u32| (*m, (slot, block));
                    liars.stories.extend(made.iter().map(story));
                    liars.first.extend(made);
                }
            }
            if around.horizon.rounds > 1 {
                let made = liars.about(slot, None, None, info, around);
                liars.first.extend(made);
            }
        }
        liars
    }

    /// Whether they tell of another block in the slot of message `number` to whom they have sent those of `seen`.
    pub fn contradict(&self, number: u32, seen: &BTreeSet<u32>) -> bool {
        let Some((slot, block)) = self.stories.get(&number) else {
            return false;
        };
        let before = seen.iter().filter_map(|m| self.stories.get(m));
        before.into_iter().any(|(s, b)| s == slot && b != block)
    }

    /// What they may say once the message of this number was sent.
    pub fn after<P: Corruptible>(
        &mut self,
        number: u32,
        info: &ProtocolInfo,
        around: &mut Surroundings<P>,
    ) -> &[u32] {
        if !self.follow.contains_key(&number) {
            let told = around.messages[number as usize].message.describe();
            let kind = info.kinds.get(usize::from(told.kind));
            let proposes = kind.is_some_and(|k| k.role == Role::Proposal);
            let made = match told.value {
                Some(block) if proposes => self.about(told.slot, Some(block), None, info, around),
                Some(_) | None => Vec::new(),
            };
            self.follow.insert(number, made);
        }
        self.follow.get(&number).map_or(&[], Vec::as_slice)
    }

    /// Every vote of every liar for `value`, and the proposal where it is a liar's turn.
    fn about<P: Corruptible>(
        &self,
        slot: Slot,
        value: Option<BlockId>,
        proposer: Option<ValidatorId>,
        info: &ProtocolInfo,
        around: &mut Surroundings<P>,
    ) -> Vec<u32> {
        let Some(compose) = P::COMPOSE else {
            return Vec::new();
        };
        let parent = value.and_then(|block| around.blocks.get(&block));
        let parent = parent.map(|(parent, _)| (*parent, 0));
        let mut made = Vec::new();
        for kind in info.kinds {
            let who: Vec<ValidatorId> = match kind.role {
                Role::Proposal => proposer.into_iter().collect(),
                Role::Vote => self.who.clone(),
                Role::Other if value.is_none() => self.who.clone(),
                Role::Other => Vec::new(),
            };
            let script = Script {
                kind: kind.name.into(),
                slot,
                value,
                parent,
                valid_round: None,
            };
            // A kind that cannot say this is none that a liar could use for it.
            let Ok(message) = compose(&script) else {
                continue;
            };
            made.extend(who.iter().map(|liar| around.number(message.clone(), *liar)));
        }
        made
    }
}

fn turn<P: Corruptible>(info: &ProtocolInfo, around: &Surroundings<P>, slot: Slot) -> ValidatorId {
    let context = around.context(crate::types::NodeId(0));
    match info.rounds.restart {
        true => context.proposer(slot.height, slot.round),
        false => context.proposer(u64::from(slot.round), 0),
    }
}

/// Who may lie: all sets with at most `stake`, one of those that differ only in which of several validators with equal
/// stakes, none of whom proposes within the bound, lie. Also how many others there are.
pub(super) fn cases<P: Corruptible>(
    stake: u64,
    info: &ProtocolInfo,
    around: &Surroundings<P>,
) -> (Vec<Vec<ValidatorId>>, u64) {
    let set = around.sets.at(1);
    let turns: Vec<ValidatorId> = around
        .horizon
        .slots()
        .map(|slot| turn(info, around, slot))
        .collect();
    // In a bound of several heights turns go on; there everybody is looked at.
    let alike = |v: ValidatorId| {
        let proposes: Vec<usize> = (0..turns.len()).filter(|i| turns[*i] == v).collect();
        let own = around.horizon.restart && around.horizon.heights > 1;
        (set.stake(v), proposes, own.then_some(v))
    };
    let all: Vec<ValidatorId> = set.iter().map(|v| v.id).collect();
    let mut kinds = BTreeSet::new();
    let (mut cases, mut others) = (Vec::new(), 0);
    for chosen in 0u32..1 << all.len() {
        let lies = |i: &usize| chosen >> i & 1 == 1;
        let who: Vec<ValidatorId> = (0..all.len()).filter(lies).map(|i| all[i]).collect();
        let held: u64 = who.iter().map(|v| set.stake(*v)).sum();
        if held > stake || who.len() == all.len() {
            continue;
        }
        let mut kind: Vec<_> = who.iter().map(|v| alike(*v)).collect();
        kind.sort();
        if kinds.insert(kind) {
            cases.push(who);
        } else {
            others += 1;
        }
    }
    (cases, others)
}
