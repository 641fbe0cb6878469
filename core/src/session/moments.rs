//! Instants worth going to: commits, faults, commands, violations. Known up to where a run has been,
//! also after going back in it.

use super::Session;
use super::view::{Moment, Moments};
use crate::base::Micros;
use crate::check::voters;
use crate::check::{FindingKind, names};
use crate::scenario::Scenario;
use crate::trace::{Event, Record, Trace};

/// Moments kept of each kind, the newest.
const MOST: usize = 4_096;

/// What has been seen, in order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub moments: Moments,
    /// Number of the next record to read.
    cursor: u64,
    /// Records before this instant were read in an earlier passage.
    until: Micros,
}

impl Seen {
    pub(super) fn of(moments: Moments, until: Micros) -> Self {
        Seen {
            moments,
            cursor: 0,
            until,
        }
    }

    pub(super) fn read(&mut self, trace: &Trace) {
        for record in trace.since(self.cursor) {
            if record.at >= self.until {
                self.until = record.at;
                self.see(record, trace);
            }
        }
        self.cursor = trace.end();
    }

    /// The run stands somewhere else: what lies behind is read already.
    pub(super) fn moved(&mut self, trace: &Trace) {
        self.cursor = trace.end();
    }

    /// What came after `now` will not come.
    pub(super) fn cut(&mut self, now: Micros, trace: &Trace) {
        let m = &mut self.moments;
        m.commits_us.retain(|at| *at <= now);
        for kind in [&mut m.faults, &mut m.violations] {
            kind.retain(|x| x.at_us <= now);
        }
        self.until = self.until.min(now);
        self.cursor = trace.end();
    }

    pub(super) fn violated(&mut self, at: Micros, what: String) {
        let all = &mut self.moments.violations;
        let place = all.partition_point(|m| m.at_us < at);
        if all.get(place).is_none_or(|m| m.at_us != at) {
            all.insert(place, Moment { at_us: at, what });
            all.truncate(MOST);
        }
    }

    fn see(&mut self, record: &Record, trace: &Trace) {
        let head = &trace.head;
        let what = match &record.event {
            Event::Committed(_) => {
                let commits = &mut self.moments.commits_us;
                if commits.last() != Some(&record.at) {
                    commits.push(record.at);
                    if commits.len() > MOST {
                        commits.remove(0);
                    }
                }
                return;
            }
            Event::Crashed { node } => format!("{} crashes", head.node_name(*node)),
            Event::Restarted { node } => format!("{} comes back", head.node_name(*node)),
            // How every run begins.
            Event::Byzantine(change) if change.nodes.is_empty() && record.at == 0 => return,
            Event::Byzantine(change) if change.nodes.is_empty() => {
                "no validator is Byzantine any more".into()
            }
            Event::Byzantine(change) => {
                format!(
                    "{} Byzantine: {}",
                    names(head, &change.nodes),
                    change.strategy
                )
            }
            Event::Evidence(a) => {
                let offender = head.validators.get(a.offender.index());
                let name = offender.map_or("?", |v| v.0.as_str());
                // One proof against an offender is news, forty holders of it are not.
                let what = format!("proof against {name}");
                if self.moments.faults.iter().any(|f| f.what == what) {
                    return;
                }
                what
            }
            Event::Validators(change) => voters(trace, change),
            Event::Sent { .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. }
            | Event::Step { .. }
            | Event::TimerFired { .. }
            | Event::Locked { .. }
            | Event::Polka { .. }
            | Event::Skipped { .. }
            | Event::Fired { .. }
            | Event::Executed(_)
            | Event::Rejected { .. }
            | Event::Changed(_)
            | Event::CommandMissed(_)
            | Event::Submitted { .. } => return,
        };
        let moment = Moment {
            at_us: record.at,
            what,
        };
        let faults = &mut self.moments.faults;
        if !faults.contains(&moment) {
            faults.push(moment);
            if faults.len() > MOST {
                faults.remove(0);
            }
        }
    }
}

impl Session {
    /// Instants worth going to, up to where this run has been; partitions the scenario plans beyond it
    /// too, since they come whatever happens.
    #[must_use]
    pub fn moments(&mut self) -> Moments {
        self.see_violations();
        let mut moments = self.seen.moments.clone();
        moments.faults.extend(planned(&self.scenario, self.end));
        moments.faults.sort_by_key(|m| m.at_us);
        moments.commands_us = self.scenario.commands.iter().map(|c| c.at_us).collect();
        moments.commands_us.dedup();
        moments
    }

    /// Since when something has been wrong for the first time, as far as this run has been.
    pub(super) fn first_violation(&self) -> Option<Micros> {
        let now = self.monitors.findings(self.sim.now(), self.sim.trace());
        let now = now.iter().filter(|f| f.kind != FindingKind::Holds);
        let now = now.filter_map(|f| f.since).min();
        let seen = self.seen.moments.violations.first().map(|m| m.at_us);
        seen.into_iter().chain(now).min()
    }

    /// What is wrong now, with the instant since when.
    pub(super) fn see_violations(&mut self) {
        let findings = self.monitors.findings(self.sim.now(), self.sim.trace());
        for finding in findings {
            let word = match finding.kind {
                FindingKind::Holds => continue,
                FindingKind::Stalled => "stalled",
                FindingKind::Violated => "violated",
            };
            if let Some(at) = finding.since {
                self.seen
                    .violated(at, format!("{} {word}", finding.monitor));
            }
        }
    }
}

/// Partitions with their ends, as far as `until`.
fn planned(scenario: &Scenario, until: Micros) -> impl Iterator<Item = Moment> + '_ {
    scenario.network.partitions.iter().flat_map(move |p| {
        let begins = (p.from_us, "the network is cut");
        let ends = p.until_us.map(|at| (at, "the cut ends"));
        [Some(begins), ends]
            .into_iter()
            .flatten()
            .filter(move |(at, _)| *at <= until)
            .map(|(at_us, what)| Moment {
                at_us,
                what: what.into(),
            })
    })
}
