//! Guided by coverage: a trial that saw a state nobody saw before becomes a parent, and later trials are its children:
//! one thing more, one less, one at another time, another seed, or the first half of one with the second of another.
//! After American Fuzzy Lop (Zalewski), with the states of [`Coverage`](crate::search::Coverage) in the place of branches.
//!
//! So that trial k is the same for one worker and for many, trials are in [`ISLANDS`] families that know nothing of one
//! another, k modulo their number; and a family begins anew after [`GENERATION`] trials, so that a search taken up again
//! at k has little to repeat.

use super::{Facts, calm_down, random};
use crate::base::limits::MAX_COMMANDS;
use crate::base::random::Draw;
use crate::model::{Scenario, StrategySpec};
use crate::search::coverage::Coverage;
use std::collections::BTreeSet;

/// Families of trials: k belongs to family k modulo this. Also the most parts a search can be cut into.
pub const ISLANDS: u64 = 16;
/// Trials of a family until it begins anew.
pub const GENERATION: u64 = 256;
/// Parents of a family: the newest, which know the rarest states.
const PARENTS: usize = 48;

/// What one family has learned.
#[derive(Clone, Debug, Default)]
pub(in crate::search) struct Family {
    generation: u64,
    parents: Vec<Scenario>,
    seen: BTreeSet<u64>,
}

/// The first trial that trial `trial` may depend on.
pub(in crate::search) fn begins(trial: u64) -> u64 {
    let block = ISLANDS * GENERATION;
    trial / block * block
}

impl Family {
    /// The scenario of trial `trial` of this family, after all before it have been learned.
    pub fn draft(&mut self, facts: &Facts, trial: u64) -> Scenario {
        let generation = trial / (ISLANDS * GENERATION);
        if generation != self.generation {
            *self = Family {
                generation,
                ..Family::default()
            };
        }
        let mut dice = facts.dice(trial);
        if self.parents.is_empty() || dice.below(6) == 0 {
            return random::draft(facts, trial);
        }
        let mut child = super::pick(&self.parents, &mut dice).clone();
        for _ in 0..=dice.below(3) {
            self.change(facts, &mut child, &mut dice);
        }
        child.commands.truncate(MAX_COMMANDS / 2);
        calm_down(&mut child, facts.space.calm_us);
        child
    }

    fn change(&self, facts: &Facts, child: &mut Scenario, dice: &mut Draw) {
        let count = child.commands.len();
        match dice.below(6) {
            0 if facts.space.seed => child.seed = dice.u64() >> 32,
            1 if count > 0 => {
                child.commands.remove(dice.below(count as u64) as usize);
            }
            2 if count > 0 => {
                let i = dice.below(count as u64) as usize;
                child.commands[i].at_us = facts.instant(dice);
                child.commands.sort_by_key(|c| c.at_us);
            }
            3 => {
                let other = super::pick(&self.parents, dice);
                let at = facts.instant(dice);
                if other.twins != child.twins {
                    return;
                }
                child.commands.retain(|c| c.at_us < at);
                let rest = other.commands.iter().filter(|c| c.at_us >= at);
                child.commands.extend(rest.cloned());
            }
            4 => script(facts, child, dice),
            _ => random::one_more(facts, child, dice),
        }
    }

    /// Takes in what trial number `trial` has seen.
    pub fn learn(&mut self, scenario: &Scenario, coverage: &Coverage) {
        let before = self.seen.len();
        self.seen.extend(coverage.entries());
        if self.seen.len() > before {
            self.parents.push(scenario.clone());
            if self.parents.len() > PARENTS {
                self.parents.remove(0);
            }
        }
    }
}

/// One line of a puppet's script more, less or elsewhere.
fn script(facts: &Facts, child: &mut Scenario, dice: &mut Draw) {
    let crate::model::Who::Names(liars) = child.adversary.who.clone() else {
        return;
    };
    let StrategySpec::Puppet { script } = &mut child.adversary.strategy else {
        return;
    };
    if liars.is_empty() {
        return;
    }
    let line = super::random_line(facts, &liars, dice);
    let place = dice.below(script.len().max(1) as u64) as usize;
    match dice.below(3) {
        0 if script.len() > 1 => {
            script.remove(place);
        }
        1 if !script.is_empty() => script[place].at_us = line.at_us,
        _ => script.push(line),
    }
    script.sort_by_key(|line| line.at_us);
}
