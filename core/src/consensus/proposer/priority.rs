//! CometBFT's proposer priorities (v0.38, `types/validator_set.go`), for any height and round.
//!
//! Each turn every validator's priority grows by its stake; the highest proposes and pays the total
//! stake. Before a turn priorities are squeezed into a window of twice the total and centred on 0.
//! A height starts one turn after the height before; round r is r turns further, on a copy. (There,
//! squeezing is done once for several turns taken together, so a node that skips rounds could get other
//! priorities than one that walks through them. Here every turn does it, as on the usual walk.)

use crate::types::{Height, Round, ValidatorId, ValidatorSet, ValidatorSets};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Heights whose priorities are at hand: nodes rarely stand further apart.
const RECENT: usize = 16;
/// Heights between two checkpoints, at first.
const SPACING: u64 = 256;
/// Checkpoints kept; when there are more, every second one goes and the spacing doubles.
const CHECKPOINTS: usize = 64;

/// Priorities of one validator set, in the order of its ids.
///
/// All stay inside an i64: the total is at most 2^63 / 8, the window twice that on either side, and a
/// turn adds at most one total. Where CometBFT clips, so do we.
#[derive(Clone, Debug)]
struct Priorities {
    set: Arc<ValidatorSet>,
    of: Vec<i64>,
    proposer: ValidatorId,
}

impl Priorities {
    /// As of genesis: all equal, and one turn taken.
    fn genesis(set: &Arc<ValidatorSet>) -> Self {
        let mut priorities = Priorities {
            set: Arc::clone(set),
            of: vec![0; set.len()],
            proposer: ValidatorId(0),
        };
        priorities.turn();
        priorities
    }

    /// The next height's, whose validators are `set`.
    fn next(&self, set: &Arc<ValidatorSet>) -> Self {
        let mut next = if Arc::ptr_eq(&self.set, set) {
            self.clone()
        } else {
            self.moved_to(set)
        };
        next.turn();
        next
    }

    /// After a change of validators: who stays (by key) keeps its priority; who is new starts at -9/8
    /// of the total that newcomers and leavers have together, so that leaving and coming back does not
    /// pay.
    fn moved_to(&self, set: &Arc<ValidatorSet>) -> Self {
        let old = |key| self.set.iter().zip(&self.of).find(|(v, _)| v.key == key);
        let leavers = self
            .set
            .iter()
            .filter(|v| !set.iter().any(|new| new.key == v.key))
            .fold(0u64, |sum, v| sum.saturating_add(v.stake));
        let total = signed(set.total().saturating_add(leavers));
        let newcomer = 0i64.saturating_sub(total).saturating_sub(total >> 3);
        let of = set
            .iter()
            .map(|v| old(v.key).map_or(newcomer, |(_, priority)| *priority))
            .collect();
        let mut moved = Priorities {
            set: Arc::clone(set),
            of,
            proposer: self.proposer,
        };
        moved.rescale();
        moved.centre();
        moved
    }

    fn turn(&mut self) {
        self.rescale();
        self.centre();
        let mut highest: Option<(usize, i64)> = None;
        for (index, (priority, validator)) in self.of.iter_mut().zip(self.set.iter()).enumerate() {
            *priority = priority.saturating_add(signed(validator.stake));
            // The lower id wins a tie, as the lower address does in CometBFT.
            if highest.is_none_or(|(_, most)| *priority > most) {
                highest = Some((index, *priority));
                self.proposer = validator.id;
            }
        }
        if let Some(priority) = highest.and_then(|(index, _)| self.of.get_mut(index)) {
            *priority = priority.saturating_sub(signed(self.set.total()));
        }
    }

    /// Divides all priorities, towards zero, by the rounded-up ratio of their spread to the window.
    fn rescale(&mut self) {
        let window = signed(self.set.total()).saturating_mul(2);
        let highest = self.of.iter().copied().max().unwrap_or(0);
        let lowest = self.of.iter().copied().min().unwrap_or(0);
        let spread = highest.saturating_sub(lowest);
        if window > 0 && spread > window {
            let ratio = spread.saturating_add(window - 1) / window;
            for priority in &mut self.of {
                *priority /= ratio;
            }
        }
    }

    /// Subtracts the average, rounded down.
    fn centre(&mut self) {
        let sum: i128 = self.of.iter().map(|p| i128::from(*p)).sum();
        let average = sum.div_euclid(self.of.len().max(1) as i128);
        // An average of i64s is one.
        let average = i64::try_from(average).unwrap_or(0);
        for priority in &mut self.of {
            *priority = priority.saturating_sub(average);
        }
    }
}

/// Stake as CometBFT counts it; totals are capped far below i64's end.
fn signed(stake: u64) -> i64 {
    i64::try_from(stake).unwrap_or(i64::MAX)
}

/// One height: its priorities at round 0 and the proposers of the rounds asked for so far.
#[derive(Clone, Debug)]
struct Entry {
    height: Height,
    base: Priorities,
    /// Priorities after the last round of `proposers`.
    latest: Priorities,
    proposers: Vec<ValidatorId>,
}

/// What has been computed, bounded: recent heights, and checkpoints from which any other is near.
#[derive(Clone, Debug)]
pub struct Memo {
    recent: VecDeque<Entry>,
    checkpoints: BTreeMap<Height, Priorities>,
    spacing: u64,
}

impl Default for Memo {
    fn default() -> Self {
        Memo {
            recent: VecDeque::new(),
            checkpoints: BTreeMap::new(),
            spacing: SPACING,
        }
    }
}

impl Memo {
    /// The proposer of `round` at `height`.
    pub fn proposer(
        &mut self,
        validators: &ValidatorSets,
        height: Height,
        round: Round,
    ) -> ValidatorId {
        let height = height.max(1);
        if let Some(entry) = self.recent.iter_mut().rev().find(|e| e.height == height) {
            return entry.proposer(round);
        }
        let base = self.base(validators, height);
        let mut entry = Entry {
            height,
            proposers: vec![base.proposer],
            latest: base.clone(),
            base,
        };
        let proposer = entry.proposer(round);
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(entry);
        proposer
    }

    /// Each validator's priority at round 0 of `height`, its proposer having paid, in the order of ids.
    pub fn priorities(
        &mut self,
        validators: &ValidatorSets,
        height: Height,
    ) -> Vec<(ValidatorId, i64)> {
        let base = self.base(validators, height.max(1));
        let ids = base.set.iter().map(|v| v.id);
        ids.zip(base.of.iter().copied()).collect()
    }

    /// Priorities of `height` at round 0, from the nearest height below that is known.
    fn base(&mut self, validators: &ValidatorSets, height: Height) -> Priorities {
        let recent = self.recent.iter().filter(|e| e.height <= height);
        let recent = recent.map(|e| (e.height, &e.base));
        let checkpoint = self.checkpoints.range(..=height).next_back();
        let nearest = recent
            .chain(checkpoint.map(|(h, base)| (*h, base)))
            .max_by_key(|(h, _)| *h);
        let (mut at, mut base) = match nearest {
            Some((h, base)) => (h, base.clone()),
            None => (1, Priorities::genesis(validators.at(1))),
        };
        while at < height {
            at += 1;
            base = base.next(validators.at(at));
            if at.is_multiple_of(self.spacing) {
                self.remember(at, base.clone());
            }
        }
        base
    }

    /// From `height` on, other validators may vote: forgets what was computed there.
    pub fn forget_from(&mut self, height: Height) {
        self.recent.retain(|entry| entry.height < height);
        self.checkpoints.retain(|at, _| *at < height);
    }

    fn remember(&mut self, height: Height, base: Priorities) {
        self.checkpoints.insert(height, base);
        if self.checkpoints.len() > CHECKPOINTS {
            self.spacing = self.spacing.saturating_mul(2);
            let spacing = self.spacing;
            self.checkpoints.retain(|h, _| h.is_multiple_of(spacing));
        }
    }
}

impl Entry {
    fn proposer(&mut self, round: Round) -> ValidatorId {
        let wanted = round as usize;
        while self.proposers.len() <= wanted {
            self.latest.turn();
            self.proposers.push(self.latest.proposer);
        }
        self.proposers
            .get(wanted)
            .copied()
            .unwrap_or(ValidatorId(0))
    }
}
