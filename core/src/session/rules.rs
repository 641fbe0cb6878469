//! The protocol's rules beside the run: which took effect, and what the others wait for.

use super::Session;
use super::view::{RuleAt, RuleCount, RulesView};
use crate::consensus::{Awaited, Status, Tally, Waits, WaitsFor, percent, plural};
use crate::types::{NodeId, ValidatorId, ValidatorSet};

/// Hex digits that name a block in a sentence.
const DIGITS: usize = 8;
/// Rounds behind a validator's own in which votes may still bring a rule about: a block is often finalized while its
/// voters are in the next view already.
const ROUNDS_BEHIND: u32 = 2;

impl Session {
    /// How often each rule has taken effect so far, and how it stands at `node`, or, for `None`, at whichever node a
    /// rule took effect last. Nothing stands anywhere when there is no such node.
    #[must_use]
    pub fn rules_at(&self, node: Option<u16>) -> RulesView {
        let rules = &self.monitors.rules;
        let all = (0..self.sim.node_count() as u16).map(NodeId);
        let foremost = || {
            let acted = all.clone().filter_map(|n| Some((rules.latest(n)?.at, n)));
            acted.max_by_key(|(at, _)| *at).map(|(_, n)| n)
        };
        let at = node.map_or_else(foremost, |n| all.clone().find(|known| known.0 == n));
        let latest = at.and_then(|n| rules.latest(n));
        let counts = rules.of().iter().map(|used| {
            let at = |place: Option<(u64, NodeId)>| place.map(|(at_us, node)| (at_us, node.0));
            let nodes = (0..).zip(&used.by_node);
            RuleCount {
                fired: used.count(),
                nodes: nodes.filter(|n| *n.1 > 0).map(|(n, k)| (n, *k)).collect(),
                first: at(used.first),
                last: at(used.last),
            }
        });
        RulesView {
            counts: counts.collect(),
            node: at.map(|n| n.0),
            at_us: latest.map(|l| l.at),
            fired: latest.map_or_else(Vec::new, |l| {
                let lit = l.rules.iter();
                lit.map(|(rule, slot)| RuleAt {
                    rule: *rule,
                    height: slot.height,
                    round: slot.round,
                })
                .collect()
            }),
            waiting: at.map_or_else(Vec::new, |n| self.rules_waiting(n)),
        }
    }

    /// What rules wait for at a node, each with the rule's number: "2 more votes, of 27 % of the stake, ...". A node that
    /// is down waits for nothing, and a saved trace does not say.
    fn rules_waiting(&self, node: NodeId) -> Vec<(u8, String)> {
        let head = &self.sim.trace().head;
        if !self.sim.node(node).up {
            return Vec::new();
        }
        let status = self.sim.status(node);
        let waits = head.waits.iter();
        waits
            .filter_map(|w| Some((w.rule, self.waits_for(node, &status, *w)?)))
            .collect()
    }

    fn waits_for(&self, node: NodeId, status: &Status, waits: Waits) -> Option<String> {
        let trace = self.sim.trace();
        let head = &trace.head;
        let set = trace.validators(status.height);
        let kind = |k: u8| head.kinds.get(usize::from(k)).map_or("?", |k| k.name);
        let noun = head.rounds.noun;
        match waits.on {
            WaitsFor::Votes(purpose) => {
                let tally = nearest(status, purpose)?;
                let block = tally.value.map(|b| b.short(DIGITS));
                let value = match (block, head.rounds.restart) {
                    (Some(block), _) => format!(" for {block}"),
                    // Where a vote for no block is called so: a vote to leave a view has no value to speak of.
                    (None, true) => " for nil".to_owned(),
                    (None, false) => String::new(),
                };
                let missing = more(set, kind(tally.kind), tally);
                Some(format!("{missing}{value} in {noun} {}", tally.round))
            }
            WaitsFor::Voters(k) => {
                let here = status.tallies.iter();
                let here = here.filter(|t| t.kind == k && t.round == status.round);
                let mut voters: Vec<ValidatorId> = here.flat_map(|t| t.voters.clone()).collect();
                voters.sort_unstable();
                voters.dedup();
                let tally = Tally {
                    kind: k,
                    round: status.round,
                    value: None,
                    have: voters.iter().map(|v| set.stake(*v)).sum(),
                    needed: head.bound.quorum.needed(set.total()),
                    of: set.total(),
                    purpose: "",
                    voters,
                };
                let some = tally.have > 0 && tally.have < tally.needed;
                let missing = some.then(|| more(set, kind(k), &tally));
                missing.map(|m| format!("{m}, whatever they are for, in {noun} {}", status.round))
            }
            WaitsFor::Timer(k) => {
                let mut armed = self.sim.armed(node);
                armed.retain(|a| a.kind == k && a.slot.round == status.round);
                if head.rounds.restart {
                    armed.retain(|a| a.slot.height == status.height);
                }
                let left = armed.iter().map(|a| a.at).min()? - self.sim.now();
                let name = head.timer_name(k);
                Some(format!("the {name} timer, {} ms from now", left / 1_000))
            }
            WaitsFor::Message(k) => {
                let awaited = status.awaits.contains(&Awaited::Message { kind: k });
                awaited.then(|| format!("the {} of {noun} {}", kind(k), status.round))
            }
        }
    }
}

/// Of the counts towards `purpose` that lack votes, the one that is nearest to enough: in the newest round, and in no
/// round before one that had enough.
fn nearest<'a>(status: &'a Status, purpose: &str) -> Option<&'a Tally> {
    let counts = || status.tallies.iter().filter(|t| t.purpose == purpose);
    let met = counts().filter(|t| t.have >= t.needed).map(|t| t.round);
    let from = met.max().map_or(0, |round| round.saturating_add(1));
    let from = from.max(status.round.saturating_sub(ROUNDS_BEHIND));
    let lacking = counts().filter(|t| t.round >= from && t.have < t.needed && t.have > 0);
    lacking.max_by_key(|t| (t.round, t.have))
}

/// "2 more votes, of 50 % of the stake,": the fewest validators that could make up for what is missing.
fn more(set: &ValidatorSet, kind: &str, tally: &Tally) -> String {
    let missing = tally.needed.saturating_sub(tally.have);
    let mut silent: Vec<u64> = set
        .iter()
        .filter(|v| !tally.voters.contains(&v.id))
        .map(|v| v.stake)
        .collect();
    silent.sort_unstable_by(|a, b| b.cmp(a));
    let alike = silent.windows(2).all(|w| w[0] == w[1]);
    let (mut count, mut stake) = (0_u64, 0_u64);
    for one in silent {
        if stake >= missing {
            break;
        }
        (count, stake) = (count + 1, stake + one);
    }
    if tally.voters.is_empty() || stake < missing {
        let lacking = percent(missing, tally.of);
        return format!("{} of {lacking} more of the stake", plural(kind));
    }
    let least = if alike { "" } else { "at least " };
    let kind = if count == 1 {
        kind.to_owned()
    } else {
        plural(kind)
    };
    let stake = percent(stake, tally.of);
    format!("{least}{count} more {kind} ({stake} of the stake)")
}
