//! The picture of a moment.
//!
//! Shares and rates are floating-point numbers here, for people's eyes only: nothing flows back.
#![allow(clippy::float_arithmetic)]

use super::Session;
use super::view::{
    AdversaryView, CommitMark, Frame, KindCount, KindView, Metrics, MissedCommand, NodeView,
    RuleView, RunInfo, Verdict, VerdictKind,
};
use crate::check::{Finding, FindingKind, listed, percent, seconds};
use crate::consensus::{Role, Share};
use crate::trace::Head;
use crate::types::forks::can_split;
use crate::types::{NodeId, ValidatorSet};
use std::cmp::Ordering;

impl Session {
    /// Static facts of this run.
    #[must_use]
    pub fn world(&self) -> RunInfo {
        let head = &self.sim.trace().head;
        let set = self.voters();
        let kind = |role| match role {
            Role::Proposal => "proposal",
            Role::Vote => "vote",
            Role::Other => "other",
        };
        RunInfo {
            protocol: head.protocol.into(),
            nodes: (0..head.nodes.len() as u16)
                .map(|i| head.node_name(NodeId(i)))
                .collect(),
            kinds: head
                .kinds
                .iter()
                .map(|k| KindView {
                    name: k.name.into(),
                    role: kind(k.role).into(),
                })
                .collect(),
            steps: head.steps.iter().map(|s| s.name.into()).collect(),
            timers: head.timers.iter().map(|t| t.name.into()).collect(),
            rules: head
                .rules
                .iter()
                .map(|r| RuleView {
                    id: r.id.into(),
                    text: r.text.into(),
                })
                .collect(),
            keeps_locks: head.keeps.lock.is_some(),
            round: head.rounds.noun.into(),
            quorum_words: head.bound.quorum.phrase(set.total()),
            liars_below: head.bound.liars_below.phrase(),
            certificates: head.certificates.into(),
            quorum: head.bound.quorum.needed(set.total()),
            total: set.total(),
        }
    }

    /// Who votes on the height after the newest that was decided.
    pub(super) fn voters(&self) -> &ValidatorSet {
        let decided = self.monitors.metrics.decided.back().map_or(0, |d| d.height);
        self.sim.trace().validators(decided + 1)
    }

    /// The run at this instant.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let trace = self.sim.trace();
        let now = self.sim.now();
        let forks = self.monitors.forks();
        let nodes = self.nodes();
        Frame {
            now_us: now,
            steps: self.sim.steps(),
            digest: self.sim.digest().to_string(),
            verdicts: self
                .monitors
                .findings(now, trace)
                .into_iter()
                .map(|f| self.with_timer(f))
                .map(verdict)
                .collect(),
            caption: self.explanation().map_or_else(
                || self.monitors.caption.sentence.clone(),
                |step| step.sentence,
            ),
            metrics: self.metrics(&nodes),
            adversary: self.adversary(&nodes),
            guilty: self
                .monitors
                .guilty()
                .iter()
                .filter_map(|v| trace.head.validators.get(v.index()).map(|v| v.0.clone()))
                .collect(),
            nodes,
            window_from_us: trace.from(),
            end_us: self.end.max(now),
            commands_us: self.scenario.commands.iter().map(|c| c.at_us).collect(),
            vanished: self
                .monitors
                .vanished
                .iter()
                .map(|(at_us, sentence)| MissedCommand {
                    at_us: *at_us,
                    sentence: sentence.clone(),
                })
                .collect(),
            commits: self
                .monitors
                .metrics
                .decided
                .iter()
                .map(|d| CommitMark {
                    at_us: d.at,
                    height: d.height,
                    round: d.round,
                    block: d.block.short(8),
                    forked: forks.binary_search(&d.height).is_ok(),
                })
                .collect(),
        }
    }

    /// A stall told with the timer that runs at the foremost node, or that none does: then only messages can
    /// end it.
    fn with_timer(&self, mut finding: Finding) -> Finding {
        if finding.kind != FindingKind::Stalled || self.sim.recorded() {
            return finding;
        }
        let trace = self.sim.trace();
        let Some(stall) = self.monitors.stalled(self.sim.now(), trace) else {
            return finding;
        };
        let name = trace.head.node_name(stall.node);
        let mut armed = self.sim.armed(stall.node);
        armed.retain(|a| trace.head.timer_fired(a.kind).is_some());
        armed.sort_by_key(|a| a.at);
        finding.sentence.push_str(&match armed.first() {
            Some(a) => format!(
                " {name}'s {} timer runs out at {}.",
                trace.head.timer_name(a.kind),
                seconds(a.at)
            ),
            None => format!(" No timer runs at {name}: only messages can end this."),
        });
        finding
    }

    pub(super) fn nodes(&self) -> Vec<NodeView> {
        let head = &self.sim.trace().head;
        (0..self.sim.node_count() as u16)
            .map(NodeId)
            .map(|node| {
                let facts = self.sim.node(node);
                let status = self.sim.status(node);
                let set = self.sim.trace().validators(status.height);
                let stake = set.stake(facts.validator);
                NodeView {
                    name: head.node_name(node),
                    stake,
                    share: stake as f64 / set.total().max(1) as f64,
                    byzantine: facts.byzantine,
                    crashed: !facts.up,
                    height: status.height,
                    round: status.round,
                    step: status.step.into(),
                    locked: status.locked.map(|(block, round)| (block.short(8), round)),
                    decided: facts.tip_height,
                    state_root: facts.root.to_string(),
                    root_height: facts.tip_height,
                    mempool: facts.mempool as u64,
                    accuses: facts
                        .accuses
                        .iter()
                        .filter_map(|v| head.validators.get(v.index()).map(|v| v.0.clone()))
                        .collect(),
                }
            })
            .collect()
    }

    fn metrics(&self, nodes: &[NodeView]) -> Metrics {
        let m = &self.monitors.metrics;
        let head = &self.sim.trace().head;
        let (span, blocks) = m.span();
        let recent = m.recent().count().max(1) as f64;
        let (rounds, heights) = m.rounds(head.rounds.restart);
        let per_second = |n: u64| {
            if span == 0 {
                0.0
            } else {
                n as f64 * 1e6 / span as f64
            }
        };
        // The oldest height of the span only marks where it begins.
        let transactions: u64 = m.recent().skip(1).map(|d| u64::from(d.transactions)).sum();
        Metrics {
            height: m.decided.back().map_or(0, |d| d.height),
            blocks_per_second: per_second(blocks),
            commit_latency_p50_us: m.latency(50),
            commit_latency_p95_us: m.latency(95),
            rounds_per_height: rounds as f64 / heights.max(1) as f64,
            messages_per_block: m.recent().map(|d| d.copies as f64).sum::<f64>().max(0.0) / recent,
            messages_by_kind: m
                .by_kind
                .iter()
                .zip(&head.kinds)
                .map(|(t, k)| KindCount {
                    kind: k.name.into(),
                    sent: t.sent,
                    delivered: t.delivered,
                    lost: t.lost,
                })
                .collect(),
            delivered: m.by_kind.iter().map(|t| t.delivered).sum(),
            lost: m.by_kind.iter().map(|t| t.lost).sum(),
            bytes: m.bytes,
            signed: m.signed,
            verified: m.verified,
            transactions: m.transactions,
            transactions_per_second: per_second(transactions),
            mempool: nodes.iter().map(|n| n.mempool).max().unwrap_or(0),
        }
    }

    fn adversary(&self, nodes: &[NodeView]) -> AdversaryView {
        let head = &self.sim.trace().head;
        let total = self.voters().total();
        // A twin adds no stake.
        let members: Vec<&NodeView> = nodes
            .iter()
            .take(head.validators.len())
            .filter(|n| n.byzantine)
            .collect();
        let stake = members.iter().map(|n| n.stake).sum();
        let names: Vec<String> = members.iter().map(|n| n.name.clone()).collect();
        let others = nodes.iter().take(head.validators.len());
        let honest: Vec<u64> = others.filter(|n| !n.byzantine).map(|n| n.stake).collect();
        AdversaryView {
            sentence: power(head, &names, stake, total, &honest),
            names,
            strategy: self.sim.strategy().into(),
            stake,
            total,
        }
    }
}

/// What so much Byzantine stake can do.
fn power(head: &Head, names: &[String], stake: u64, total: u64, honest: &[u64]) -> String {
    if names.is_empty() {
        return "Every validator is honest.".into();
    }
    let bound = head.bound;
    let Share { part, of } = bound.liars_below;
    let (held, limit) = (
        u128::from(stake) * u128::from(of),
        u128::from(total) * u128::from(part),
    );
    let share = match held.cmp(&limit) {
        Ordering::Less => "less than ",
        Ordering::Equal => "exactly ",
        Ordering::Greater => "more than ",
    };
    // With thresholds too low for any liar there is nothing to compare with.
    let share = match part {
        0 => String::new(),
        1.. => format!("{share}{}, ", bound.liars_below.phrase()),
    };
    let quorum = bound.quorum.needed(total);
    let enough = stake >= bound.least_to_fork(head.conflict, total);
    let can = if enough && (head.conflict.is_some() || can_split(quorum, stake, honest)) {
        format!("{share}enough to fork the chain")
    } else if enough {
        format!(
            "{share}enough to stall the chain; the honest stake cannot be split evenly enough for \
             a fork"
        )
    } else if total - stake < quorum || held >= limit {
        "enough to stall the chain, not to fork it".to_owned()
    } else {
        let share = share.trim_end_matches(", ");
        match bound.honest_leaders {
            0 | 1 => format!("{share}: it can neither fork nor stop the chain"),
            turns => format!(
                "{share}: it cannot fork the chain, and stops it only where no {} leaders in a row are honest",
                number_word(turns)
            ),
        }
    };
    let hold = if names.len() == 1 { "holds" } else { "hold" };
    format!(
        "{} {hold} {} of the stake, {can}.",
        listed(names),
        percent(stake, total)
    )
}

/// Small numbers as words.
fn number_word(number: u8) -> String {
    match number {
        2 => "two".into(),
        3 => "three".into(),
        4 => "four".into(),
        _ => number.to_string(),
    }
}

fn verdict(finding: Finding) -> Verdict {
    Verdict {
        monitor: finding.monitor.into(),
        kind: match finding.kind {
            FindingKind::Violated => VerdictKind::Violated,
            FindingKind::Stalled => VerdictKind::Stalled,
            FindingKind::Holds => VerdictKind::Holds,
        },
        sentence: finding.sentence,
        since_us: finding.since,
    }
}
