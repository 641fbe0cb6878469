//! Monitors: what may be said of a run, from its trace alone. A loaded trace is checked like a live one.
//!
//! Byzantine nodes are believed nothing and owed nothing: every property is about the others.

mod agreement;
mod caption;
mod culprits;
mod duties;
mod heights;
mod metrics;
mod progress;
mod roots;
mod rules;
mod tree;
mod validity;

pub use caption::Caption;
pub use culprits::{Culprit, Offence, Statement};
pub use duties::{Duty, Participation};
pub use heights::{HeightFigures, Heights, Spread, Traffic};
pub use metrics::{Metrics, Tally};
pub use progress::{Stall, Waiting};
pub use rules::{Latest, RuleUse, Rules};
pub use tree::{BlockTree, Row, TreeBlock};

pub(crate) use crate::consensus::percent;

use crate::base::Micros;
use crate::trace::{Event, Head, Record, Trace, ValidatorsChange};
use crate::types::{Height, NodeId, ValidatorId};
use std::sync::Arc;

/// What a monitor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `agreement`, `validity`, `state roots` or `progress`.
    pub monitor: &'static str,
    /// Whether the property holds.
    pub kind: FindingKind,
    /// One plain sentence.
    pub sentence: String,
    /// When it turned bad.
    pub since: Option<Micros>,
}

/// How a property stands, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// It does not hold, and can never hold again in this run.
    Violated,
    /// Nothing wrong was decided, but nothing has been decided for too long either.
    Stalled,
    /// It holds so far.
    Holds,
}

/// Who is honest and who is up, according to the trace so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    byzantine: Vec<NodeId>,
    /// Who was Byzantine from when on, oldest first.
    changes: Vec<(Micros, Arc<[NodeId]>)>,
    /// Who ever was Byzantine: what it decided stays worth nothing.
    tainted: Vec<NodeId>,
    down: Vec<NodeId>,
}

impl Roster {
    fn observe(&mut self, at: Micros, event: &Event) {
        if let Event::Byzantine(change) = event {
            self.changes.push((at, change.nodes.as_slice().into()));
            self.byzantine.clone_from(&change.nodes);
            for node in &change.nodes {
                if !self.tainted.contains(node) {
                    self.tainted.push(*node);
                }
            }
        } else if let Event::Crashed { node } = event {
            self.down.push(*node);
        } else if let Event::Restarted { node } = event {
            self.down.retain(|n| n != node);
        }
    }

    /// Never under the adversary's control so far.
    fn honest(&self, node: NodeId) -> bool {
        !self.tainted.contains(&node)
    }

    fn up(&self, node: NodeId) -> bool {
        !self.down.contains(&node)
    }
}

/// All monitors over one run. Cloned with a checkpoint.
#[derive(Clone, Debug)]
pub struct Monitors {
    cursor: u64,
    cast: Roster,
    agreement: agreement::Agreement,
    culprits: culprits::Culprits,
    validity: validity::Validity,
    roots: roots::Roots,
    progress: progress::Progress,
    /// Figures of the whole run.
    pub metrics: Metrics,
    /// Figures by height.
    pub heights: Heights,
    /// Figures by validator.
    pub duties: Participation,
    /// Which rules of the protocol took effect.
    pub rules: Rules,
    /// The newest blocks.
    pub tree: BlockTree,
    /// The sentence about what just happened.
    pub caption: Caption,
    /// Commands that found nothing to act on, when and why, the first [`MAX_VANISHED`].
    pub vanished: Vec<(Micros, String)>,
}

/// Sentences about commands without a target that are kept: more would not be read.
const MAX_VANISHED: usize = 64;

impl Monitors {
    /// Monitors of a run that begins, or is read, with this head.
    #[must_use]
    pub fn new(head: &Head) -> Self {
        Monitors {
            cursor: 0,
            cast: Roster::default(),
            agreement: agreement::Agreement::default(),
            culprits: culprits::Culprits::new(head),
            validity: validity::Validity::default(),
            roots: roots::Roots::default(),
            progress: progress::Progress::new(head),
            metrics: Metrics::new(head),
            heights: Heights::new(head),
            duties: Participation::new(head),
            rules: Rules::new(head),
            tree: BlockTree::new(head),
            caption: Caption::default(),
            vanished: Vec::new(),
        }
    }

    /// Reads what the trace has gained. Call at least once every window of records.
    pub fn observe(&mut self, trace: &Trace) {
        for record in trace.since(self.cursor) {
            self.see(record, trace);
        }
        self.cursor = trace.end();
    }

    fn see(&mut self, record: &Record, trace: &Trace) {
        self.metrics.see(record, trace, &self.cast);
        match &record.event {
            // Nearly all records: only counted.
            Event::Delivered { .. } | Event::Lost { .. } => {}
            Event::Fired { .. } => self.rules.see(record),
            Event::Sent { .. } => {
                self.heights.sent(record, trace);
                self.tree.sent(record, trace);
                self.duties.sent(record, trace);
                self.culprits.see(record, trace);
                self.caption
                    .see(record, trace, &self.cast, (&self.agreement, &self.culprits));
            }
            event => {
                if let Event::CommandMissed(sentence) = event
                    && self.vanished.len() < MAX_VANISHED
                {
                    self.vanished.push((record.at, sentence.as_ref().clone()));
                }
                self.cast.observe(record.at, event);
                self.agreement.see(record, trace, &self.cast);
                self.culprits.see(record, trace);
                self.culprits.thin(self.agreement.first_fork());
                self.validity.see(record, trace, &self.cast);
                self.roots.see(record, trace, &self.cast);
                self.progress.see(record, &self.cast);
                self.heights.see(record, &self.cast);
                self.tree.see(record);
                self.duties.see(record, trace, &self.cast, &self.heights);
                self.caption
                    .see(record, trace, &self.cast, (&self.agreement, &self.culprits));
            }
        }
    }

    /// All findings at `now`, the worst first.
    #[must_use]
    pub fn findings(&self, now: Micros, trace: &Trace) -> Vec<Finding> {
        let mut findings = self.broken(trace).to_vec();
        findings.push(self.progress.finding(now, trace, &self.cast));
        findings.sort_by_key(|f| f.kind);
        findings
    }

    /// The findings that can be violated for good: agreement, validity, state roots. They do not depend on the instant.
    #[must_use]
    pub fn broken(&self, trace: &Trace) -> [Finding; 3] {
        [
            self.agreement.finding(trace, &self.culprits),
            self.validity.finding(),
            self.roots.finding(),
        ]
    }

    /// Nodes that were Byzantine at some time.
    #[must_use]
    pub fn tainted(&self) -> &[NodeId] {
        &self.cast.tainted
    }

    /// Whether the adversary controlled `node` at an instant; a command acts before its instant's events.
    #[must_use]
    pub fn byzantine_at(&self, node: NodeId, at: Micros) -> bool {
        let changes = &self.cast.changes;
        let before = changes.partition_point(|(since, _)| *since <= at);
        before > 0 && changes[before - 1].1.contains(&node)
    }

    /// Heights at which honest nodes decided different blocks.
    #[must_use]
    pub fn forks(&self) -> Vec<u64> {
        self.agreement.forks()
    }

    /// Who is proven to have lied at the first forked height, each once.
    #[must_use]
    pub fn guilty(&self) -> Vec<ValidatorId> {
        let Some(height) = self.agreement.first_fork() else {
            return Vec::new();
        };
        let here = self.culprits.at(height).iter();
        let mut guilty: Vec<ValidatorId> = here.map(|c| c.validator).collect();
        guilty.sort_unstable();
        guilty.dedup();
        guilty
    }

    /// Everybody proven to have lied, with the messages that prove it, by height.
    pub fn culprits(&self) -> impl Iterator<Item = &Culprit> {
        self.culprits.all()
    }

    /// Everybody proven to have lied at `height`, in the order it showed.
    #[must_use]
    pub fn culprits_at(&self, height: Height) -> &[Culprit] {
        self.culprits.at(height)
    }

    /// Where the chain stands still at `now`, if it does: the furthest of the honest validators that are up.
    #[must_use]
    pub fn stalled(&self, now: Micros, trace: &Trace) -> Option<Stall> {
        self.progress.stalled(now, trace, &self.cast)
    }

    /// What the furthest of the honest validators that are up waits for at `now`, stalled or not.
    #[must_use]
    pub fn waiting(&self, now: Micros, trace: &Trace) -> Option<Waiting> {
        self.progress.waiting(now, trace, &self.cast)
    }
}

/// Who votes from a height on, by what is new: "From height 7 on, v5 votes with stake 100 and v2 does
/// not vote".
pub(crate) fn voters(trace: &Trace, change: &ValidatorsChange) -> String {
    let before = trace.validators(change.height.saturating_sub(1));
    let mut told = Vec::new();
    for (i, (name, _)) in trace.head.validators.iter().enumerate() {
        let id = ValidatorId(i as u16);
        match (before.get(id), change.set.get(id)) {
            (Some(_), None) => told.push(format!("{name} does not vote")),
            (None, Some(v)) => told.push(format!("{name} votes with stake {}", v.stake)),
            (Some(old), Some(new)) => {
                if old.stake != new.stake {
                    told.push(format!(
                        "{name} has stake {} instead of {}",
                        new.stake, old.stake
                    ));
                }
                if old.key != new.key {
                    told.push(format!("{name} signs with a new key"));
                }
            }
            (None, None) => {}
        }
    }
    if told.is_empty() {
        return format!(
            "From height {} on, the same validators vote as before",
            change.height
        );
    }
    format!("From height {} on, {}", change.height, listed(&told))
}

/// Node names in a sentence: "v1, v2 and v3".
pub(crate) fn names(head: &Head, nodes: &[NodeId]) -> String {
    let all: Vec<String> = nodes.iter().map(|n| head.node_name(*n)).collect();
    listed(&all)
}

pub(crate) fn listed(all: &[String]) -> String {
    match all {
        [] => "nobody".into(),
        [one] => one.clone(),
        [first @ .., last] if all.len() <= 8 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", all[..6].join(", "), all.len() - 6),
    }
}

/// "3.2 s": seconds with one decimal.
pub(crate) fn seconds(at: Micros) -> String {
    let tenths = at.saturating_add(50_000) / 100_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn instants_in_sentences_are_rounded_not_cut_off() {
        let said = [0, 49_999, 50_000, 1_960_000, 9_999_999].map(seconds);
        assert_eq!(said, ["0.0 s", "0.0 s", "0.1 s", "2.0 s", "10.0 s"]);
    }
}
