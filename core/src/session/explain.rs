//! What the newest step did, in words: what came, what it changed at whom, and what is waited for now.

use super::Session;
use super::words::{DIGITS, message, message_in, what};
use crate::base::Micros;
use crate::check::{listed, names, seconds};
use crate::consensus::{Role, plural};
use crate::trace::{Event, Loss, MessageId, MessageRecord, Receivers, Record, Trace};
use crate::types::{NodeId, Slot};
use crate::world::{Trigger, UNSIGNED_KINDS};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Things that one sentence tells; what is beyond them is counted.
const TOLD: usize = 6;
/// Records looked through for an earlier copy of a message.
const LOOK_BACK: usize = 50_000;

/// What one step did, and what to light on a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Explanation {
    /// In words.
    pub sentence: String,
    /// When, microseconds.
    pub at_us: u64,
    /// The node it happened at.
    pub node: Option<u16>,
    /// Number of the message that came or went.
    pub message: Option<u32>,
    /// The receiver of the copy that came.
    pub to: Option<u16>,
    /// The rules of the protocol's paper that took effect: as they are cited, and in our words.
    pub rules: Vec<(String, String)>,
}

/// Where a run stood after a step, and the trace before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stepped {
    pub steps: u64,
    pub now: Micros,
    /// Number of the first record of the step's last event.
    pub cursor: u64,
}

impl Session {
    /// What the newest step did; `None` when the run came here in another way, or was never stepped.
    #[must_use]
    pub fn explanation(&self) -> Option<Explanation> {
        let stepped = self.stepped?;
        if (stepped.steps, stepped.now) != (self.sim.steps(), self.sim.now()) {
            return None;
        }
        let records: Vec<&Record> = self.sim.trace().since(stepped.cursor).collect();
        // A command runs before the events of its instant, and with the first of them.
        let by_command = |r: &&&Record| {
            r.at < stepped.now
                || matches!(
                    r.event,
                    Event::Changed(_) | Event::CommandMissed(_) | Event::Byzantine(_)
                )
        };
        let commands = records.iter().take_while(by_command).count();
        let recorded = self.sim.trigger().is_none();
        let (commands, event) = records.split_at(if recorded { 0 } else { commands });
        let mut told: Vec<String> = commands.iter().map(|r| self.commanded(r)).collect();
        told.push(self.told(event));
        let first = event.first().or(commands.first());
        let copy = first.and_then(|r| match &r.event {
            Event::Delivered { to, .. } | Event::Lost { to, .. } => Some(to.0),
            _ => None,
        });
        let node = first.and_then(|r| r.event.node());
        // What follows from a timer or a start is lit by what is sent.
        let sent = event.iter().find_map(|r| r.event.message());
        Some(Explanation {
            sentence: told.join(" "),
            at_us: stepped.now,
            node: node.map(|n| n.0).or_else(|| self.whose().map(|n| n.0)),
            message: first.and_then(|r| r.event.message()).or(sent),
            to: copy,
            rules: self.rules(event),
        })
    }

    /// Whom the newest event happened to, where no record says so.
    fn whose(&self) -> Option<NodeId> {
        match self.sim.trigger()? {
            Trigger::Start(node)
            | Trigger::Timer { node, .. }
            | Trigger::Answer(node)
            | Trigger::HeldBack(node)
            | Trigger::Resend(node)
            | Trigger::Crash(node)
            | Trigger::Restart(node) => Some(node),
            Trigger::Arrival | Trigger::Workload | Trigger::Script => None,
        }
    }

    fn name(&self, node: NodeId) -> String {
        self.sim.trace().head.node_name(node)
    }

    fn commanded(&self, record: &Record) -> String {
        let trace = self.sim.trace();
        let who = match &record.event {
            Event::Changed(_) | Event::CommandMissed(_) | Event::Byzantine(_) => String::new(),
            event => event
                .node()
                .map_or_else(String::new, |n| format!("{} ", self.name(n))),
        };
        format!("At {} {who}{}.", seconds(record.at), what(record, trace))
    }

    /// One event: its cause, then what followed.
    fn told(&self, event: &[&Record]) -> String {
        let (cause, used) = self.cause(event);
        let rest = &event[used..];
        let first = event.first().copied();
        let node = first.and_then(|r| r.event.node()).or_else(|| self.whose());
        if rest.is_empty() {
            let idle = first.and_then(|r| self.nothing_followed(r));
            return [Some(cause), idle]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ");
        }
        let followed = self.followed(node, first.and_then(|r| self.slot_of(r)), rest);
        let waits = node.and_then(|n| self.waits_now(n, rest));
        [Some(cause), followed, waits]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What an event changed at whom, by which rules.
    fn followed(
        &self,
        node: Option<NodeId>,
        slot: Option<Slot>,
        rest: &[&Record],
    ) -> Option<String> {
        let trace = self.sim.trace();
        let mut groups: Vec<(Option<&'static str>, Vec<String>)> = vec![(None, Vec::new())];
        let mut told = 0;
        for record in rest {
            if let Event::Fired { node, rule, .. } = &record.event {
                // A liar's machine may apply a rule; the liar does as it likes.
                let rule = trace
                    .head
                    .rule(*rule)
                    .filter(|_| !self.sim.is_byzantine(*node));
                groups.push((rule.map(|r| r.id), Vec::new()));
                continue;
            }
            let who = record.event.node().filter(|n| Some(*n) != node);
            let phrase = phrase(record, trace, slot);
            let phrase = match who {
                Some(who) => format!("{} {phrase}", self.name(who)),
                None => phrase,
            };
            let Some((_, phrases)) = groups.last_mut() else {
                break;
            };
            if phrases.last() != Some(&phrase) {
                told += 1;
                if told <= TOLD {
                    phrases.push(phrase);
                }
            }
        }
        groups.retain(|(rule, phrases)| rule.is_some() || !phrases.is_empty());
        let subject = node.map_or_else(String::new, |n| format!("{} ", self.name(n)));
        let mut sentences: Vec<String> = Vec::new();
        for (rule, phrases) in &groups {
            sentences.push(match (rule, phrases.as_slice()) {
                (None, phrases) => format!("{subject}{}.", listed(phrases)),
                (Some(rule), []) => format!("Rule {rule} applies."),
                (Some(rule), phrases) => format!("By rule {rule} {subject}{}.", listed(phrases)),
            });
        }
        if told > TOLD {
            sentences.push(format!("{} more things follow.", told - TOLD));
        }
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// The rules that took effect at honest nodes, each once.
    fn rules(&self, event: &[&Record]) -> Vec<(String, String)> {
        let mut rules: Vec<(String, String)> = Vec::new();
        for record in event {
            if let Event::Fired { node, rule, .. } = &record.event
                && !self.sim.is_byzantine(*node)
                && let Some(rule) = self.sim.trace().head.rule(*rule)
                && !rules.iter().any(|(id, _)| id == rule.id)
            {
                rules.push((rule.id.to_owned(), rule.text.to_owned()));
            }
        }
        rules
    }

    /// Height and round an event is about.
    fn slot_of(&self, record: &Record) -> Option<Slot> {
        if let Event::TimerFired { height, round, .. } = record.event {
            let height = u64::from(height);
            return Some(Slot { height, round });
        }
        let message = self.sim.trace().find(record.event.message()?)?;
        Some(message.slot)
    }

    /// Why something happened, and how many records say so.
    fn cause(&self, event: &[&Record]) -> (String, usize) {
        let trace = self.sim.trace();
        let first = event.first().map(|r| (&r.event, *r));
        match (self.sim.trigger(), first) {
            (_, Some((Event::Delivered { to, .. }, record))) => {
                (format!("{} {}.", self.name(*to), what(record, trace)), 1)
            }
            (
                _,
                Some((
                    Event::Lost {
                        message: id,
                        from,
                        to,
                        why: Loss::Down,
                        ..
                    },
                    _,
                )),
            ) => {
                let (from, to) = (self.name(*from), self.name(*to));
                let what = message(trace, *id);
                (
                    format!("{from}'s {what} reaches {to}, which is down, and is lost."),
                    1,
                )
            }
            (
                Some(Trigger::Timer { .. }) | None,
                Some((
                    Event::TimerFired {
                        node,
                        timer,
                        round,
                        height,
                    },
                    record,
                )),
            ) => {
                let name = self.name(*node);
                let runs_out =
                    format!("{name}'s {} timer runs out.", trace.head.timer_name(*timer));
                // What a liar's machine would have done then is not what the liar does.
                let honest = !self.monitors.byzantine_at(*node, record.at);
                let words = trace.head.timer_fired(*timer).filter(|_| honest);
                let words = words.map(|w| crate::consensus::fill_in(w, u64::from(*height), *round));
                match words {
                    Some(words) => (format!("{runs_out} {name} {words}"), 1),
                    None => (runs_out, 1),
                }
            }
            (Some(Trigger::Timer { node, timer, slot }), _) => {
                let status = self.sim.status(node);
                let name = self.name(node);
                let now = if self.sim.node(node).up {
                    format!(
                        "{name} is in step {} of height {}, round {} and no longer waits for it",
                        status.step, status.height, status.round
                    )
                } else {
                    format!("{name} is down")
                };
                let timer = trace.head.timer_name(timer);
                (
                    format!(
                        "{name}'s {timer} timer of height {}, round {} runs out. {now}: nothing changes.",
                        slot.height, slot.round
                    ),
                    0,
                )
            }
            (Some(Trigger::Start(node)), _) => (format!("{} starts.", self.name(node)), 0),
            (Some(Trigger::Answer(node)), _) if self.sim.is_byzantine(node) => (
                format!(
                    "{} hears from another liar, without the network.",
                    self.name(node)
                ),
                0,
            ),
            (Some(Trigger::Answer(node)), _) => {
                (format!("{} has finished executing.", self.name(node)), 0)
            }
            (Some(Trigger::HeldBack(node)), _) => (
                format!("{} lets go of what it had held back.", self.name(node)),
                0,
            ),
            (Some(Trigger::Resend(node)), None) => (
                format!(
                    "{} looks whether it has to send anything again. It does not.",
                    self.name(node)
                ),
                0,
            ),
            (Some(Trigger::Resend(node)), _) => (
                format!("{} has made no progress for a while.", self.name(node)),
                0,
            ),
            (Some(Trigger::Workload), None) => (
                "A user's transaction was due, but no validator took it.".into(),
                0,
            ),
            (Some(Trigger::Workload), _) => ("A user makes a transaction.".into(), 0),
            (Some(Trigger::Script), _) => ("A line of the liars' script is due.".into(), 0),
            (Some(Trigger::Crash(node)), None) => {
                (format!("{} is down already.", self.name(node)), 0)
            }
            (Some(Trigger::Crash(node)), _) => (format!("{} crashes.", self.name(node)), 1),
            (Some(Trigger::Restart(node)), None) => {
                (format!("{} is up already.", self.name(node)), 0)
            }
            (Some(Trigger::Restart(node)), _) => (format!("{} starts again.", self.name(node)), 1),
            (Some(Trigger::Arrival) | None, Some((event, record))) => {
                let who = event
                    .node()
                    .map_or_else(String::new, |n| format!("{} ", self.name(n)));
                (format!("{who}{}.", what(record, trace)), 1)
            }
            (Some(Trigger::Arrival) | None, None) => ("Nothing that is recorded.".into(), 0),
        }
    }

    /// Why a message changed nothing that is recorded.
    fn nothing_followed(&self, record: &Record) -> Option<String> {
        let trace = self.sim.trace();
        let Event::Delivered {
            message: id, to, ..
        } = &record.event
        else {
            return None;
        };
        // A saved trace tells records, and what followed comes with the next ones.
        self.sim.trigger()?;
        let (name, m) = (self.name(*to), trace.find(*id)?);
        if self.came_before(*id, *to) {
            return Some(format!("{name} has it already, so nothing changes."));
        }
        let status = self.sim.status(*to);
        let kind = trace.head.kinds.get(usize::from(m.kind))?;
        if m.signer.is_none() {
            return Some(chatter(&name, kind.name));
        }
        if self.sim.is_byzantine(*to) {
            return Some(format!(
                "{name} is Byzantine, and nothing is seen of what it makes of it."
            ));
        }
        let restart = trace.head.rounds.restart;
        let (theirs, own) = (m.slot, (status.height, status.round));
        if restart && theirs.height < own.0 {
            return Some(format!(
                "{name} has decided that height and works on height {}, so nothing changes.",
                own.0
            ));
        }
        if restart && theirs.height > own.0 {
            return Some(format!(
                "{name} is still at height {} and keeps it for later.",
                own.0
            ));
        }
        Some(self.counted(*to, m, &status).unwrap_or_else(|| {
            let waits = self.waits(*to);
            format!(
                "Nothing changes at {name}, which is in step {} of round {}{waits}.",
                status.step, own.1
            )
        }))
    }

    /// How far a vote brings its receiver.
    fn counted(
        &self,
        node: NodeId,
        m: &MessageRecord,
        status: &crate::consensus::Status,
    ) -> Option<String> {
        let trace = self.sim.trace();
        let kind = trace.head.kinds.get(usize::from(m.kind))?;
        if kind.role != Role::Vote {
            return None;
        }
        let tally = status
            .tallies
            .iter()
            .find(|t| t.kind == m.kind && t.round == m.slot.round && t.value == m.value)?;
        let value = m
            .value
            .map_or_else(|| "nil".to_owned(), |b| b.short(DIGITS));
        let counts = format!(
            "{} now counts {} with stake {} of {} for {value}",
            self.name(node),
            plural(kind.name),
            tally.have,
            tally.of
        );
        Some(if tally.have >= tally.needed {
            format!(
                "{counts}: more than the {} it needs, so nothing more follows.",
                tally.needed
            )
        } else {
            format!("{counts}; to {} it needs {}.", tally.purpose, tally.needed)
        })
    }

    fn came_before(&self, id: MessageId, to: NodeId) -> bool {
        let records = self.sim.trace().newest_first().take(LOOK_BACK);
        let copies = records.filter(|r| {
            matches!(&r.event, Event::Delivered { message, to: at, .. } if *message == id && *at == to)
        });
        copies.take(2).count() == 2
    }

    /// What a node waits for in the step it has entered.
    fn waits_now(&self, node: NodeId, rest: &[&Record]) -> Option<String> {
        let entered = rest
            .iter()
            .any(|r| matches!(&r.event, Event::Step { node: at, .. } if *at == node));
        let step = self.sim.status(node).step;
        let waits = self.waits(node);
        let told = entered && !self.sim.is_byzantine(node) && !waits.is_empty();
        told.then(|| format!("In step {step} it{}.", waits.trim_start_matches(" and")))
    }

    /// " and waits for ...", or nothing for a step that waits for nobody.
    fn waits(&self, node: NodeId) -> String {
        let awaits = self.awaited(&self.sim.status(node));
        if awaits.is_empty() {
            return String::new();
        }
        format!(" and waits for {}", awaits.join(", or for "))
    }
}

/// What becomes of a message that is no part of the protocol.
fn chatter(name: &str, kind: &str) -> String {
    let [transaction, status, request, block, decision] = UNSIGNED_KINDS;
    match kind {
        k if k == transaction => format!("{name} keeps it for a block."),
        k if k == status => format!("{name} has nothing newer to answer with."),
        k if k == request => format!("{name} does not have that block."),
        k if k == block => format!("{name} has that block now."),
        k if k == decision => format!("{name} knows that decision already."),
        _ => format!("Nothing changes at {name}."),
    }
}

/// A consequence, without who and without the slot where it is the same as the cause's.
fn phrase(record: &Record, trace: &Trace, slot: Option<Slot>) -> String {
    match &record.event {
        Event::Sent {
            message: id,
            to,
            again,
            ..
        } => {
            let receivers = match to.as_ref() {
                Receivers::Nodes(nodes) => names(&trace.head, nodes),
                Receivers::Others(count) | Receivers::Count(count) => {
                    format!("{count} validator{}", if *count == 1 { "" } else { "s" })
                }
            };
            let verb = if *again { "resends" } else { "sends" };
            format!("{verb} its {} to {receivers}", message_in(trace, *id, slot))
        }
        Event::Step {
            step,
            round,
            height,
            ..
        } => {
            let at = Slot {
                height: u64::from(*height),
                round: *round,
            };
            let place = if slot == Some(at) {
                String::new()
            } else {
                format!(" of height {height}, round {round}")
            };
            format!("enters step {}{place}", trace.head.step_name(*step))
        }
        Event::Locked { detail, .. } if slot == Some(detail.0) => {
            format!("locks {}", detail.1.short(DIGITS))
        }
        Event::Polka { detail, .. } if slot == Some(detail.0) => {
            let value = detail
                .1
                .map_or_else(|| "nil".to_owned(), |b| b.short(DIGITS));
            format!("has a quorum for {value}")
        }
        Event::BadSignature { .. } => "discards it: its signature is wrong".into(),
        Event::Delivered { .. }
        | Event::Lost { .. }
        | Event::TimerFired { .. }
        | Event::Locked { .. }
        | Event::Polka { .. }
        | Event::Skipped { .. }
        | Event::Fired { .. }
        | Event::Committed(_)
        | Event::Executed(_)
        | Event::Rejected { .. }
        | Event::Evidence(_)
        | Event::Crashed { .. }
        | Event::Restarted { .. }
        | Event::Byzantine(_)
        | Event::Changed(_)
        | Event::Submitted { .. }
        | Event::CommandMissed(_)
        | Event::Validators(_) => what(record, trace),
    }
}
