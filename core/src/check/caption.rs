//! What just happened and why, in one sentence.

use super::agreement::Agreement;
use super::culprits::{Culprits, Offence};
use super::{Roster, percent, seconds, voters};
use crate::base::Micros;
use crate::consensus::{Role, fill_in};
use crate::trace::{Commit, Event, MessageId, Record, Rejection, Trace};
use crate::types::{BlockId, Height, NodeId};
use std::collections::VecDeque;

/// The newest sentence worth reading.
#[derive(Clone, Debug, Default)]
pub struct Caption {
    /// One sentence, for the line below the chart.
    pub sentence: String,
    /// A lesser sentence does not push out a weightier one before this.
    until: Micros,
    height: Height,
    /// Who proposed which block, the newest: whose block is rejected is worth a word.
    proposed: VecDeque<(BlockId, NodeId)>,
}

/// Proposals remembered.
const PROPOSALS: usize = 64;

/// How long a caption about a problem stays before one about a later block replaces it.
const LINGER: Micros = 300_000;

impl Caption {
    pub(super) fn see(
        &mut self,
        record: &Record,
        trace: &Trace,
        cast: &Roster,
        (agreement, culprits): (&Agreement, &Culprits),
    ) {
        let name = |node| trace.head.node_name(node);
        let (sentence, weight) = match &record.event {
            Event::Committed(commit) => {
                // What a liar says that it decided is no news: "another honest validator" would call it honest.
                if !cast.honest(commit.node) {
                    return;
                }
                if agreement.forked(commit.height) {
                    let told = format!(
                        "{} decided {} at height {}, but another honest validator decided a different block there.",
                        name(commit.node),
                        commit.block.short(8),
                        commit.height
                    );
                    (told, 3 * LINGER)
                } else if commit.caught_up {
                    (
                        format!(
                            "{} caught up to height {} from a certificate.",
                            name(commit.node),
                            commit.height
                        ),
                        0,
                    )
                } else if commit.height > self.height {
                    self.height = commit.height;
                    (committed(commit, trace), 0)
                } else {
                    return;
                }
            }
            Event::TimerFired {
                node,
                timer,
                round,
                height,
            } => {
                // What a liar's machine does then is not what the liar does: a silent one votes nil for itself.
                if !cast.honest(*node) {
                    return;
                }
                let Some(words) = trace.head.timer_fired(*timer) else {
                    return;
                };
                let told = fill_in(words, u64::from(*height), *round);
                let told = format!("{} {told}", name(*node));
                (told, LINGER)
            }
            // A liar that holds proof against its partner is no news, and no witness either.
            Event::Evidence(a) if !cast.honest(a.reporter) => return,
            Event::Evidence(a) => {
                let offender = trace
                    .head
                    .validators
                    .get(a.offender.index())
                    .map_or("?", |v| v.0.as_str());
                let kind = trace
                    .head
                    .kinds
                    .get(usize::from(a.kind))
                    .map_or("message", |k| k.name);
                let told = format!(
                    "{} received two conflicting {kind}s from {offender} for height {}, round {}: proof of equivocation.",
                    name(a.reporter),
                    a.slot.height,
                    a.slot.round
                );
                (told, LINGER)
            }
            Event::Rejected { node, detail } => (self.rejected(*node, detail, trace, cast), LINGER),
            Event::Skipped { node, .. } if !cast.honest(*node) => return,
            Event::Skipped { node, detail } => (
                format!(
                    "{} skips to {} {} of height {}: {} of the stake is already there.",
                    name(*node),
                    trace.head.rounds.noun,
                    detail.round,
                    detail.height,
                    trace.head.skip.map_or_else(
                        || "enough".to_owned(),
                        |skip| skip.phrase(trace.validators(detail.height).total())
                    )
                ),
                LINGER,
            ),
            Event::Crashed { node } => (format!("{} is down.", name(*node)), LINGER),
            Event::Restarted { node } if !cast.honest(*node) => {
                (format!("{} is back.", name(*node)), LINGER)
            }
            Event::Restarted { node } => (
                format!("{} is back, with everything it had promised.", name(*node)),
                LINGER,
            ),
            Event::Changed(sentence) => (format!("At {} {sentence}.", seconds(record.at)), LINGER),
            Event::CommandMissed(sentence) => {
                (format!("At {} {sentence}.", seconds(record.at)), LINGER)
            }
            Event::Validators(change) => (format!("{}.", voters(trace, change)), LINGER),
            Event::Byzantine(change) if !change.nodes.is_empty() => (
                format!(
                    "Byzantine from now on: {} ({}).",
                    super::names(&trace.head, &change.nodes),
                    change.strategy
                ),
                LINGER,
            ),
            Event::Sent {
                message,
                from,
                again: false,
                ..
            } => match self.proposed(*message, *from, trace, culprits) {
                Some(told) => (told, LINGER),
                None => return,
            },
            Event::Byzantine(_)
            | Event::Sent { .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. }
            | Event::Step { .. }
            | Event::Locked { .. }
            | Event::Polka { .. }
            | Event::Fired { .. }
            | Event::Executed(_)
            | Event::Submitted { .. } => return,
        };
        if weight > 0 || record.at >= self.until {
            self.sentence = sentence;
            self.until = record.at + weight;
        }
    }

    /// Takes down a proposal; a sentence where its proposer has proposed another block in the same slot.
    fn proposed(
        &mut self,
        message: MessageId,
        from: NodeId,
        trace: &Trace,
        culprits: &Culprits,
    ) -> Option<String> {
        let m = trace.find(message)?;
        let kind = trace.head.kinds.get(usize::from(m.kind))?;
        if kind.role != Role::Proposal {
            return None;
        }
        let block = m.value?;
        if self.proposed.len() == PROPOSALS {
            self.proposed.pop_front();
        }
        self.proposed.push_back((block, from));
        let proof = culprits.at(m.slot.height).iter().find(|c| {
            let second = c.second.as_ref().map(|s| s.message);
            c.offence == Offence::Equivocation && second == Some(message)
        })?;
        let first = proof
            .first
            .value
            .map_or_else(|| "nil".into(), |b| b.short(8));
        Some(format!(
            "{} lies: it proposes two different blocks at height {}, {} {}, {first} and {}.",
            trace.head.node_name(from),
            m.slot.height,
            trace.head.rounds.noun,
            m.slot.round,
            block.short(8)
        ))
    }

    fn rejected(&self, node: NodeId, detail: &Rejection, trace: &Trace, cast: &Roster) -> String {
        let told = |node: NodeId| {
            let name = trace.head.node_name(node);
            let liar = !cast.honest(node);
            (name, if liar { ", a liar," } else { "" })
        };
        let (who, liar) = told(node);
        let of = self
            .proposed
            .iter()
            .rev()
            .find(|(block, _)| *block == detail.block);
        let whose = of.map_or_else(String::new, |(_, proposer)| {
            let (name, liar) = told(*proposer);
            format!(" of {name}{}", liar.trim_end_matches(','))
        });
        format!(
            "{who}{liar} rejects block {}{whose}: {}.",
            detail.block.short(8),
            detail.reason
        )
    }
}

fn committed(commit: &Commit, trace: &Trace) -> String {
    let height = commit.height;
    if commit.with != commit.block {
        return format!("Height {height} is decided together with a later block.");
    }
    let set = trace.validators(height);
    let stake = commit.signers.iter().map(|v| set.stake(*v)).sum();
    let share = percent(stake, set.total());
    let head = &trace.head;
    let rounds = if commit.round == 0 || !head.rounds.restart {
        String::new()
    } else {
        format!(" after {} {}s", commit.round + 1, head.rounds.noun)
    };
    format!(
        "Height {height} is decided{rounds}: {} of {share} of the stake, {}.",
        head.certificates,
        head.bound.quorum.phrase(set.total())
    )
}
