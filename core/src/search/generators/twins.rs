//! Twins: some validators run a second node with the same key, and partitions decide who hears which of the two. Without
//! a single written lie this brings about equivocation, double voting and lost locks.
//!
//! Bano, Sonnino, Chursin, Perelman, Li, Ching, Malkhi, "Twins: BFT Systems Made Robust", OPODIS 2021.
//!
//! A scenario is: which validators have a twin, a partition of all nodes for each of [`PHASES`] phases, and who proposes
//! in each of as many turns. All of them are numbered, and a trial takes the number that a permutation of the numbers
//! (by the search's seed) gives it: no scenario is run twice, and after as many trials there is no other. Of those that
//! differ by the names of validators with equal stakes only one is run. Deviation: phases are spans of time and not
//! rounds, as a node here does not know which round a network is in.

use super::{Facts, add, calm_down, nodes, obedient};
use crate::base::random::Draw;
use crate::model::{Command, Cut, ProposerSpec, Scenario};

/// Partitions one after another, and turns to propose.
const PHASES: usize = 4;
/// Sets of nodes that a partition makes at most.
const SETS: usize = 3;
/// Up to so many validators, scenarios that differ by names alone are found out: 6! names are tried.
const MOST_NAMED: usize = 6;
/// Nodes up to which all partitions are numbered; with more the later ones are in one set.
const MOST_NODES: usize = 8;

/// A scenario by its parts, all of them small numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parts {
    /// Validators with a twin, in order.
    twins: Vec<usize>,
    /// The set of each node, by phase: the validators' first nodes, then the twins'.
    sets: Vec<Vec<usize>>,
    /// Who proposes.
    leaders: Vec<usize>,
}

/// The largest choices of twins that fit into the stake.
fn choices(facts: &Facts) -> Vec<Vec<usize>> {
    let stakes: Vec<u64> = facts.base.validators.iter().map(|v| v.stake).collect();
    let few = stakes.len().min(MOST_NODES);
    let mut all: Vec<Vec<usize>> = (0u32..1 << few)
        .map(|mask| (0..few).filter(|i| mask >> i & 1 == 1).collect())
        .filter(|twins: &Vec<usize>| {
            let held: u64 = twins.iter().map(|i| stakes[*i]).sum();
            held <= facts.space.liars && twins.iter().all(|i| stakes[*i] > 0)
        })
        .collect();
    let most = all.iter().map(Vec::len).max().unwrap_or(0);
    // Fewer twins can do nothing that more cannot.
    all.retain(|twins| twins.len() == most);
    all
}

/// Partitions of `n` nodes into at most [`SETS`] sets, as the set of each node; sets are numbered in the order in
/// which they come up, so that each partition is there once.
fn partitions(n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..n.min(MOST_NODES) {
        all = all
            .into_iter()
            .flat_map(|sets: Vec<usize>| {
                let used = sets.iter().max().map_or(0, |m| m + 1);
                (0..=used.min(SETS - 1)).map(move |set| {
                    let mut longer = sets.clone();
                    longer.push(set);
                    longer
                })
            })
            .collect();
    }
    for sets in &mut all {
        sets.resize(n, 0);
    }
    all
}

/// All that scenarios are numbered by.
#[derive(Debug)]
pub(super) struct Numbering {
    /// Twins and the partition of the first phase: of those that differ by names alone, one.
    heads: Vec<Parts>,
    partitions: Vec<Vec<usize>>,
    /// How many scenarios they make.
    count: u64,
}

impl Numbering {
    /// `None` where nobody may have a twin.
    pub fn new(facts: &Facts) -> Option<Numbering> {
        if !facts.space.twins || facts.base.validators.is_empty() {
            return None;
        }
        let choices = choices(facts);
        let stakes: Vec<u64> = facts.base.validators.iter().map(|v| v.stake).collect();
        let n = stakes.len();
        let partitions = partitions(n + choices.first().map_or(0, Vec::len));
        let head = |twins: &Vec<usize>, sets: &Vec<usize>| Parts {
            twins: twins.clone(),
            sets: vec![sets.clone()],
            leaders: Vec::new(),
        };
        let heads: Vec<Parts> = choices
            .iter()
            .flat_map(|twins| partitions.iter().map(move |sets| head(twins, sets)))
            // What is first as a whole begins with what is first among beginnings.
            .filter(|head| is_first(head, &stakes))
            .collect();
        let mut count = heads.len() as u128 * n as u128;
        for _ in 1..PHASES {
            count = count.saturating_mul(partitions.len() as u128 * n as u128);
        }
        Some(Numbering {
            heads,
            partitions,
            count: u64::try_from(count).unwrap_or(u64::MAX),
        })
    }
}

/// How many trials there are.
pub(super) fn count(facts: &Facts) -> u64 {
    facts.twins().map_or(0, |n| n.count)
}

pub(super) fn draft(facts: &Facts, trial: u64) -> Option<Scenario> {
    let Numbering {
        heads,
        partitions,
        count,
    } = facts.twins()?;
    let count = *count;
    let mut dice = facts.dice(trial);
    let mut scenario = facts.seeded(&mut dice);
    if trial >= count {
        return None;
    }
    let mut number = permuted(trial, count, &mut facts.common_dice());
    let mut digit = |base: usize| {
        let digit = number % base as u64;
        number /= base as u64;
        digit as usize
    };
    let mut parts = heads[digit(heads.len())].clone();
    for _ in 1..PHASES {
        parts.sets.push(partitions[digit(partitions.len())].clone());
    }
    for _ in 0..PHASES {
        parts.leaders.push(digit(facts.base.validators.len()));
    }
    let stakes: Vec<u64> = facts.base.validators.iter().map(|v| v.stake).collect();
    if !is_first(&parts, &stakes) {
        return None;
    }
    let names = facts.names();
    let twins: Vec<String> = parts.twins.iter().map(|i| names[*i].clone()).collect();
    scenario.twins.clone_from(&twins);
    if !twins.is_empty() {
        scenario.adversary = obedient(twins);
    }
    let leaders = parts.leaders.iter().map(|i| names[*i].clone());
    scenario.protocol.proposer = ProposerSpec::List(leaders.collect());
    let phase = facts.space.calm_us / PHASES as u64;
    let order = node_order(&scenario, &parts.twins);
    for (i, sets) in (0u64..).zip(&parts.sets) {
        if i > 0 {
            add(&mut scenario, i * phase, Command::Heal);
        }
        if let Some(cut) = cut(sets, &order) {
            add(&mut scenario, i * phase, Command::Partition(cut));
        }
    }
    calm_down(&mut scenario, facts.space.calm_us);
    Some(scenario)
}

/// Names of nodes in the order of [`Parts::sets`]: the first nodes of all validators, then the twins.
fn node_order(scenario: &Scenario, twins: &[usize]) -> Vec<String> {
    let all = nodes(scenario);
    let second = |name: &&String| name.ends_with('\'');
    let mut order: Vec<String> = all.iter().filter(|n| !second(n)).cloned().collect();
    order.extend(
        twins
            .iter()
            .map(|i| format!("{}'", scenario.validators[*i].name)),
    );
    order
}

/// The cut between sets; whoever is in the first set is named in no group.
fn cut(sets: &[usize], order: &[String]) -> Option<Cut> {
    let groups: Vec<Vec<String>> = (1..SETS)
        .map(|set| {
            let members = sets.iter().zip(order).filter(|(s, _)| **s == set);
            members.map(|(_, name)| name.clone()).collect()
        })
        .filter(|group: &Vec<String>| !group.is_empty())
        .collect();
    (!groups.is_empty()).then_some(Cut::Groups(groups))
}

/// Of all scenarios that differ from this one by the names of validators with equal stakes, this is the first.
fn is_first(parts: &Parts, stakes: &[u64]) -> bool {
    let n = stakes.len();
    if n > MOST_NAMED {
        return true;
    }
    let mut names: Vec<usize> = (0..n).collect();
    loop {
        let same = |(i, name): (usize, &usize)| stakes[i] == stakes[*name];
        if names.iter().enumerate().all(same) && renamed(parts, &names) < *parts {
            return false;
        }
        if !next_permutation(&mut names) {
            return true;
        }
    }
}

/// With validator `i` called `names[i]`.
fn renamed(parts: &Parts, names: &[usize]) -> Parts {
    let n = names.len();
    let mut twins: Vec<usize> = parts.twins.iter().map(|i| names[*i]).collect();
    twins.sort_unstable();
    let place = |node: usize| match node.checked_sub(n) {
        None => names[node],
        Some(twin) => {
            let name = names[parts.twins[twin]];
            n + twins.iter().position(|t| *t == name).unwrap_or(0)
        }
    };
    let sets = parts.sets.iter().map(|sets| {
        let mut moved = vec![0; sets.len()];
        for (node, set) in sets.iter().enumerate() {
            moved[place(node)] = *set;
        }
        // Numbered anew in the order in which they come up.
        let mut known: Vec<usize> = Vec::new();
        for set in &mut moved {
            let number = known.iter().position(|k| k == set);
            *set = number.unwrap_or_else(|| {
                known.push(*set);
                known.len() - 1
            });
        }
        moved
    });
    Parts {
        sets: sets.collect(),
        leaders: parts.leaders.iter().map(|i| names[*i]).collect(),
        twins,
    }
}

/// The next in lexical order; false after the last.
fn next_permutation(all: &mut [usize]) -> bool {
    let Some(i) = (1..all.len()).rev().find(|i| all[i - 1] < all[*i]) else {
        return false;
    };
    let Some(j) = (i..all.len()).rev().find(|j| all[*j] > all[i - 1]) else {
        return false;
    };
    all.swap(i - 1, j);
    all[i..].reverse();
    true
}

/// A permutation of `0..count`, by rounds of a Feistel cipher over the next even power of two, walked until within.
fn permuted(number: u64, count: u64, dice: &mut Draw) -> u64 {
    let bits = (64 - count.saturating_sub(1).leading_zeros())
        .max(2)
        .div_ceil(2);
    let mask = (1u64 << bits) - 1;
    let keys: [u64; 4] = std::array::from_fn(|_| dice.u64());
    let mut x = number;
    loop {
        let (mut left, mut right) = (x >> bits & mask, x & mask);
        for key in keys {
            let mixed = (right ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
            (left, right) = (right, left ^ mixed & mask);
        }
        x = left << bits | right;
        if x < count {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::{Purpose, Randomness};
    use std::collections::BTreeSet;

    #[test]
    fn partitions_are_counted_as_stirling_numbers_say() {
        // S(n, 1) + S(n, 2) + S(n, 3).
        for (n, count) in [(1, 1), (2, 2), (3, 5), (4, 14), (5, 41), (6, 122)] {
            assert_eq!(partitions(n).len(), count, "{n}");
        }
    }

    #[test]
    fn every_number_comes_once() {
        for count in [1, 2, 5, 64, 1_000] {
            let dice = || Randomness::new(7).draw(Purpose::Search, 0, 1);
            let all: BTreeSet<u64> = (0..count)
                .map(|k| permuted(k, count, &mut dice()))
                .collect();
            assert_eq!(all.len() as u64, count);
        }
    }

    /// Burnside's lemma gives how many there are: with one phase, three nodes, one of them proposing, and all stakes
    /// equal, the 5 partitions times 3 leaders have (5 * 3 + 3 * 3 * 1 + 2 * 0) / 6 = 4 classes.
    #[test]
    fn of_symmetric_scenarios_one_is_first() {
        let mut classes = 0;
        for sets in partitions(3) {
            for leader in 0..3 {
                let parts = Parts {
                    twins: Vec::new(),
                    sets: vec![sets.clone()],
                    leaders: vec![leader],
                };
                classes += u32::from(is_first(&parts, &[1, 1, 1]));
                assert!(is_first(&parts, &[1, 2, 3]), "nobody can be exchanged");
            }
        }
        assert_eq!(classes, 4);
    }
}
