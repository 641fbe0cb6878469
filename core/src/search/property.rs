//! What a search wants to see broken.

use crate::base::{Micros, SECOND};
use crate::check::{FindingKind, Monitors};
use crate::model::Scenario;
use crate::session::view::Problem;
use crate::trace::Event;
use crate::types::{Height, NodeId, Round};
use crate::world::Simulation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A property of a run. All are about honest validators only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Property {
    /// Agreement, validity and state roots hold.
    Safety,
    /// No two validators decide different blocks at one height.
    Agreement,
    /// What is decided keeps the ledger's rules and stands on what was decided before.
    Validity,
    /// Whoever executes the same block arrives at the same state root.
    Roots,
    /// Once the network is calm, everybody who is up decides a new height.
    Progress {
        /// Within this time, microseconds.
        within_us: Micros,
    },
    /// A height is over after so many rounds.
    Rounds {
        /// The height.
        height: Height,
        /// Rounds it may take.
        at_most: Round,
    },
    /// A height is decided by somebody.
    Decided {
        /// The height.
        height: Height,
        /// By this instant, microseconds.
        by_us: Micros,
    },
    /// A user's transaction is executed by somebody.
    Included {
        /// Which of the transactions that users send in the run, counted from 1.
        transaction: u32,
        /// Within this time after it was sent, microseconds.
        within_us: Micros,
    },
}

/// The words of [`Property::parse`], for a refusal.
const WORDS: &str = "safety, agreement, validity, roots, progress:SECONDS, rounds:HEIGHT:MOST, \
                     decided:HEIGHT:SECONDS or included:TRANSACTION:SECONDS";

impl Property {
    /// From a word: `agreement`, `progress:10`, `rounds:5:2`.
    ///
    /// # Errors
    /// A sentence with all that can be written.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let unknown = || Problem::new(format!("there is no property {text:?}; write {WORDS}"));
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let numbers: Vec<&str> = parts.collect();
        let whole = |text: &str| text.parse::<u64>().map_err(|_| unknown());
        let seconds = |text: &str| seconds(text).ok_or_else(unknown);
        Ok(match (name, numbers.as_slice()) {
            ("safety", []) => Property::Safety,
            ("agreement", []) => Property::Agreement,
            ("validity", []) => Property::Validity,
            ("roots", []) => Property::Roots,
            ("progress", [within]) => Property::Progress {
                within_us: seconds(within)?,
            },
            ("rounds", [height, most]) => Property::Rounds {
                height: whole(height)?,
                at_most: u32::try_from(whole(most)?).map_err(|_| unknown())?,
            },
            ("decided", [height, by]) => Property::Decided {
                height: whole(height)?,
                by_us: seconds(by)?,
            },
            ("included", [transaction, within]) => Property::Included {
                transaction: u32::try_from(whole(transaction)?).map_err(|_| unknown())?,
                within_us: seconds(within)?,
            },
            _ => return Err(unknown()),
        })
    }

    /// Whether it can be judged in a trial that ends at `end`, with a network that is calm from `calm` on.
    ///
    /// # Errors
    /// A sentence, when a trial would be over before.
    pub fn check(&self, calm: Micros, end: Micros, scenario: &Scenario) -> Result<(), Problem> {
        let late = |at: Micros| at > end;
        let sentence = match self {
            Property::Progress { within_us: 0 }
            | Property::Decided { by_us: 0, .. }
            | Property::Included { within_us: 0, .. } => {
                "nothing can have happened after 0 s: give at least 0.000001".into()
            }
            Property::Progress { within_us } if late(calm.saturating_add(*within_us)) => format!(
                "{} after the network is calm, at {}, a trial is over: give it a later end",
                told(*within_us),
                told(calm)
            ),
            Property::Decided { by_us, .. } if late(*by_us) => {
                format!("at {} a trial is over: give it a later end", told(*by_us))
            }
            Property::Rounds { at_most: 0, .. } => {
                "a height takes at least one round: give at least 1".into()
            }
            Property::Rounds { height: 0, .. } | Property::Decided { height: 0, .. } => {
                "height 0 is genesis, which nobody decides: give at least 1".into()
            }
            Property::Included { transaction: 0, .. } => "transactions are counted from 1".into(),
            Property::Included { transaction, .. } if !sends(scenario, u64::from(*transaction)) => {
                format!(
                    "the scenario's commands send no transaction number {transaction}, so nothing waits to be included: add a `submit`"
                )
            }
            Property::Safety
            | Property::Agreement
            | Property::Validity
            | Property::Roots
            | Property::Progress { .. }
            | Property::Rounds { .. }
            | Property::Decided { .. }
            | Property::Included { .. } => return Ok(()),
        };
        Err(Problem::new(sentence))
    }
}

fn sends(scenario: &Scenario, transaction: u64) -> bool {
    use crate::model::Command;
    let commands = || scenario.commands.iter().map(|timed| &timed.command);
    let one = commands().filter(|c| matches!(c, Command::Submit { .. }));
    let two = commands().filter(|c| matches!(c, Command::SubmitTwice { .. }));
    (one.count() + 2 * two.count()) as u64 >= transaction
}

/// "2.5" as microseconds.
fn seconds(text: &str) -> Option<Micros> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let fraction: u64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(fraction)
}

/// "2.5 s", to the microsecond.
fn told(us: Micros) -> String {
    let (whole, fraction) = (us / SECOND, us % SECOND);
    match fraction {
        0 => format!("{whole} s"),
        _ => format!(
            "{whole}.{} s",
            format!("{fraction:06}").trim_end_matches('0')
        ),
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Property::Safety => f.write_str("agreement, validity and state roots hold"),
            Property::Agreement => f.write_str("no two honest validators decide differently"),
            Property::Validity => f.write_str("every decided block keeps the rules"),
            Property::Roots => f.write_str("the same blocks lead to the same state"),
            Property::Progress { within_us } => write!(
                f,
                "within {} of calm everybody decides a new height",
                told(*within_us)
            ),
            Property::Rounds { height, at_most: 1 } => {
                write!(f, "height {height} takes one round")
            }
            Property::Rounds { height, at_most } => {
                write!(f, "height {height} takes at most {at_most} rounds")
            }
            Property::Decided { height, by_us } => {
                write!(f, "height {height} is decided by {}", told(*by_us))
            }
            Property::Included {
                transaction,
                within_us,
            } => write!(
                f,
                "transaction {transaction} is executed within {}",
                told(*within_us)
            ),
        }
    }
}

/// How and when a property was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Broken {
    /// When, microseconds.
    pub at_us: Micros,
    /// How, for people.
    pub sentence: String,
}

/// Watches one run for one property.
#[derive(Clone)]
pub(super) struct Watch {
    property: Property,
    calm: Micros,
    pub monitors: Monitors,
    cursor: u64,
    /// Of [`Property::Rounds`]: the first and the last round of the height each node was in.
    rounds: BTreeMap<NodeId, (Round, Round)>,
    /// Of [`Property::Progress`]: the highest height decided when the network had calmed down.
    before: Option<Height>,
    /// The highest height an honest node has decided.
    height: Height,
}

impl Watch {
    pub fn new(property: Property, calm: Micros, sim: &dyn Simulation) -> Self {
        Watch {
            property,
            calm,
            monitors: Monitors::new(&sim.trace().head),
            cursor: 0,
            rounds: BTreeMap::new(),
            before: (calm == 0).then_some(0),
            height: 0,
        }
    }

    /// The next instant after `now` at which the run must be looked at, if there is one.
    pub fn next_look(&self, now: Micros, sim: &dyn Simulation) -> Option<Micros> {
        let at = match &self.property {
            Property::Safety
            | Property::Agreement
            | Property::Validity
            | Property::Roots
            | Property::Rounds { .. } => return None,
            Property::Progress { .. } if self.before.is_none() => self.calm,
            Property::Progress { within_us } => self.calm.saturating_add(*within_us),
            Property::Decided { by_us, .. } => *by_us,
            Property::Included {
                transaction,
                within_us,
            } => {
                // Not sent yet: no later than it could be late.
                let sent = sim.submissions().get(*transaction as usize - 1);
                sent.map_or(now, |s| s.at).saturating_add(*within_us)
            }
        };
        (at > now).then_some(at)
    }

    /// Reads what is new. `looked`: everything due until now has run, so that what has not happened by now is late.
    pub fn observe(&mut self, sim: &dyn Simulation, looked: bool) -> Option<Broken> {
        let trace = sim.trace();
        self.monitors.observe(trace);
        let mut news = false;
        let tainted = self.monitors.tainted().to_vec();
        for record in trace.since(self.cursor) {
            if let Event::Committed(commit) = &record.event {
                news = true;
                if !tainted.contains(&commit.node) {
                    self.height = self.height.max(commit.height);
                }
            } else if let Event::Executed(_) = &record.event {
                news = true;
            } else if let Event::Step {
                node,
                round,
                height,
                ..
            } = &record.event
                && let Property::Rounds { height: wanted, .. } = self.property
                && wanted == u64::from(*height)
                && !tainted.contains(node)
            {
                let first = if trace.head.rounds.restart { 0 } else { *round };
                let span = self.rounds.entry(*node).or_insert((first, *round));
                span.1 = span.1.max(*round);
            }
        }
        self.cursor = trace.end();
        let now = sim.now();
        let broken = |sentence: String| Broken {
            at_us: now,
            sentence,
        };
        let monitor = |names: &[&str]| {
            let findings = news.then(|| self.monitors.broken(trace))?;
            let found = findings
                .into_iter()
                .find(|f| f.kind == FindingKind::Violated && names.contains(&f.monitor))?;
            Some(Broken {
                at_us: found.since.unwrap_or(now),
                sentence: found.sentence,
            })
        };
        match &self.property {
            Property::Safety => monitor(&["agreement", "validity", "state roots"]),
            Property::Agreement => monitor(&["agreement"]),
            Property::Validity => monitor(&["validity"]),
            Property::Roots => monitor(&["state roots"]),
            Property::Progress { within_us } => {
                if self.before.is_none() {
                    self.before = (looked && now >= self.calm).then_some(self.height);
                    return None;
                }
                if !looked || now < self.calm.saturating_add(*within_us) {
                    return None;
                }
                let before = self.before.unwrap_or_default();
                let behind = late(sim, &tainted, before)?;
                Some(broken(format!(
                    "Since the network is calm, at {}, {} has decided nothing beyond height {before} for {}.",
                    told(self.calm),
                    trace.head.node_name(behind),
                    told(*within_us)
                )))
            }
            Property::Rounds { height, at_most } => {
                let long = |(first, last): &(Round, Round)| last - first >= *at_most;
                let (node, _) = self.rounds.iter().find(|(_, span)| long(span))?;
                Some(broken(format!(
                    "Height {height} takes {} more than {at_most} round{}.",
                    trace.head.node_name(*node),
                    if *at_most == 1 { "" } else { "s" }
                )))
            }
            Property::Decided { height, by_us } => {
                let late = looked && now >= *by_us && self.height < *height;
                late.then(|| {
                    broken(format!(
                        "At {} nobody has decided height {height}.",
                        told(*by_us)
                    ))
                })
            }
            Property::Included {
                transaction,
                within_us,
            } => {
                let sent = sim.submissions().get(*transaction as usize - 1)?;
                let waits = sent.outcome.is_none() || sent.by_liar;
                let late = looked && now >= sent.at.saturating_add(*within_us);
                (waits && late).then(|| {
                    broken(format!(
                        "Transaction {transaction}, sent at {}, has been executed by nobody honest for {}.",
                        told(sent.at),
                        told(*within_us)
                    ))
                })
            }
        }
    }
}

/// An honest node that is up and has decided nothing beyond height `before`.
fn late(sim: &dyn Simulation, tainted: &[NodeId], before: Height) -> Option<NodeId> {
    let nodes = (0..sim.node_count() as u16).map(NodeId);
    let mut honest = nodes.filter(|node| !tainted.contains(node));
    honest.find(|node| {
        let facts = sim.node(*node);
        facts.up && facts.tip_height <= before
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_read_from_its_words_and_told_in_a_sentence() {
        let cases = [
            (
                "agreement",
                Property::Agreement,
                "no two honest validators decide differently",
            ),
            (
                "progress:2.5",
                Property::Progress {
                    within_us: 2_500_000,
                },
                "within 2.5 s of calm everybody decides a new height",
            ),
            (
                "rounds:5:2",
                Property::Rounds {
                    height: 5,
                    at_most: 2,
                },
                "height 5 takes at most 2 rounds",
            ),
            (
                "included:1:10",
                Property::Included {
                    transaction: 1,
                    within_us: 10_000_000,
                },
                "transaction 1 is executed within 10 s",
            ),
        ];
        for (text, property, sentence) in cases {
            assert_eq!(Property::parse(text), Ok(property.clone()), "{text}");
            assert_eq!(property.to_string(), sentence);
        }
    }

    #[test]
    fn what_is_no_property_is_refused_with_those_there_are() {
        for text in [
            "",
            "agree",
            "progress",
            "progress:x",
            "rounds:5",
            "rounds:5:2:1",
            "decided:1:1.0000001",
        ] {
            let refused = Property::parse(text).expect_err(text);
            assert!(
                refused.sentence.contains("rounds:HEIGHT:MOST"),
                "{text}: {refused}"
            );
        }
    }
}
