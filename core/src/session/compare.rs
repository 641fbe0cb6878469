//! Two runs side by side: where they first differ.

use super::view::Advance;
use super::words::validator;
use super::{Scenario, Session, branch};
use crate::base::Micros;
use crate::check::listed;
use crate::trace::{Event, Head, Loss, MessageId, Record, Trace};
use crate::types::NodeId;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The first thing in which two runs differ: what each did where the other did something else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Difference {
    /// The earlier of the two.
    pub at_us: u64,
    /// `None`: nothing happened there up to the instant both have reached.
    pub here: Option<Happened>,
    /// The first thing that happened differently in the other run.
    pub there: Option<Happened>,
    /// In what the two differ, as a sentence.
    pub what: String,
}

/// A message sent, a copy delivered or lost, a block decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Happened {
    /// When it happened, microseconds.
    pub at_us: u64,
    /// The node it happened at (of a loss, the sender), and the receiver where there is one.
    pub node: u16,
    /// The receiving node.
    pub to: Option<u16>,
    /// Number of the message in its own run; `None` for a decision.
    pub message: Option<u32>,
    /// In words.
    pub what: String,
}

/// Records compared so far of each trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Records of this run.
    pub here: u64,
    /// Records of the other run.
    pub there: u64,
}

/// Goes on comparing two traces up to an instant, not included, that both runs have completed: signed
/// messages, deliveries, losses and decisions, in order, by what they say and when. Without a difference
/// `compared` moves there.
///
/// # Errors
/// When a trace no longer holds the records from `compared` on.
pub fn first_difference(
    here: &Trace,
    there: &Trace,
    compared: &mut Compared,
    before: Micros,
) -> Result<Option<Difference>, Forgotten> {
    if compared.here < here.start() || compared.there < there.start() {
        return Err(Forgotten);
    }
    let told = |r: &&Record| r.at < before;
    let mut a = here.since(compared.here).take_while(told);
    let mut b = there.since(compared.there).take_while(told);
    loop {
        match (a.find(|r| counts(r)), b.find(|r| counts(r))) {
            (None, None) => break,
            (Some(x), Some(y)) if same((here, x), (there, y)) => {}
            (x, y) => {
                let what = what_differs(x.map(|r| (here, r)), y.map(|r| (there, r)));
                let here = x.map(|r| happened(here, r));
                let there = y.map(|r| happened(there, r));
                let at = [&here, &there].into_iter().flatten().map(|h| h.at_us);
                return Ok(Some(Difference {
                    at_us: at.min().unwrap_or(0),
                    here,
                    there,
                    what,
                }));
            }
        }
    }
    // Never back: what is compared may lie after an instant asked for.
    compared.here = compared.here.max(here.position(before));
    compared.there = compared.there.max(there.position(before));
    Ok(None)
}

/// The records have left memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten;

fn counts(record: &Record) -> bool {
    matches!(
        record.event,
        Event::Sent { .. } | Event::Delivered { .. } | Event::Lost { .. } | Event::Committed(_)
    )
}

fn same((ta, a): (&Trace, &Record), (tb, b): (&Trace, &Record)) -> bool {
    let message = |x: MessageId, y: MessageId| match (ta.find(x), tb.find(y)) {
        (Some(m), Some(n)) => {
            (m.from, m.signer, m.kind, m.slot, m.value, m.sent, &m.fields)
                == (n.from, n.signer, n.kind, n.slot, n.value, n.sent, &n.fields)
        }
        // Both long forgotten: nothing to tell them apart by.
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let numbered = |event: &Event| match event {
        Event::Sent { message, .. }
        | Event::Delivered { message, .. }
        | Event::Lost { message, .. } => Some(*message),
        _ => None,
    };
    if a.at != b.at {
        return false;
    }
    match (numbered(&a.event), numbered(&b.event)) {
        (None, None) => a.event == b.event,
        (Some(x), Some(y)) => {
            // Numbers are a run's own: compared as if they were equal, what they stand for by content.
            let mut other = b.event.clone();
            if let Event::Sent { message, .. }
            | Event::Delivered { message, .. }
            | Event::Lost { message, .. } = &mut other
            {
                *message = x;
            }
            a.event == other && message(x, y)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn happened(trace: &Trace, record: &Record) -> Happened {
    let head = &trace.head;
    let (node, to, message, what) = match &record.event {
        Event::Delivered {
            message, from, to, ..
        } => (
            *from,
            Some(*to),
            Some(*message),
            format!("{} reaches {}", named(trace, *message), head.node_name(*to)),
        ),
        Event::Lost {
            message,
            from,
            to,
            why,
            ..
        } => {
            let why = match why {
                Loss::Network => "is lost on the way",
                Loss::Partition => "is lost because the link is cut",
                Loss::Down => "finds its receiver down",
                Loss::Hand => "is dropped manually",
            };
            let what = format!(
                "{} to {} {why}",
                named(trace, *message),
                head.node_name(*to)
            );
            (*from, Some(*to), Some(*message), what)
        }
        Event::Sent {
            message,
            from,
            again,
            ..
        } => {
            let verb = if *again { "resends" } else { "sends" };
            let what = format!(
                "{} {verb} {}",
                head.node_name(*from),
                named(trace, *message)
            );
            (*from, None, Some(*message), what)
        }
        Event::Committed(c) => {
            let who = head.node_name(c.node);
            let what = format!("{who} decides {} at height {}", c.block.short(8), c.height);
            (c.node, None, None, what)
        }
        Event::BadSignature { .. }
        | Event::Step { .. }
        | Event::TimerFired { .. }
        | Event::Locked { .. }
        | Event::Polka { .. }
        | Event::Skipped { .. }
        | Event::Fired { .. }
        | Event::Executed(_)
        | Event::Rejected { .. }
        | Event::Evidence(_)
        | Event::Crashed { .. }
        | Event::Restarted { .. }
        | Event::Byzantine(_)
        | Event::Changed(_)
        | Event::Submitted { .. }
        | Event::CommandMissed(_)
        | Event::Validators(_) => (NodeId(0), None, None, String::new()),
    };
    Happened {
        at_us: record.at,
        node: node.0,
        to: to.map(|n| n.0),
        message,
        what,
    }
}

/// What a record says, a fact a line: what two records are compared by. The first three say what it is.
fn facts(trace: &Trace, record: &Record) -> Vec<(&'static str, String)> {
    let name = |n: NodeId| trace.head.node_name(n);
    let mut all: Vec<(&'static str, String)> = Vec::new();
    let mut about = None;
    match &record.event {
        Event::Sent {
            message,
            from,
            to,
            again,
        } => {
            let verb = if *again { "resends" } else { "sends" };
            all.extend([("event", verb.into()), ("sender", name(*from))]);
            all.push(("message", kind_of(trace, *message)));
            let receivers = to.nodes(*from, trace.head.nodes.len());
            let receivers = receivers.map_or_else(
                || to.count().to_string(),
                |nodes| listed(&nodes.into_iter().map(name).collect::<Vec<_>>()),
            );
            all.push(("list of receivers", receivers));
            about = Some(*message);
        }
        Event::Delivered {
            message,
            flight,
            from,
            to,
        } => {
            all.extend([("event", "arrival".into()), ("receiver", name(*to))]);
            all.push(("message", kind_of(trace, *message)));
            all.push(("sender", name(*from)));
            all.push(("time on its way", duration(u64::from(*flight))));
            about = Some(*message);
        }
        Event::Lost {
            message,
            from,
            to,
            why,
            ..
        } => {
            all.extend([("event", "loss".into()), ("receiver", name(*to))]);
            all.push(("message", kind_of(trace, *message)));
            all.push(("sender", name(*from)));
            all.push(("cause of the loss", format!("{why:?}").to_lowercase()));
            about = Some(*message);
        }
        Event::Committed(c) => {
            all.extend([("event", "decision".into()), ("validator", name(c.node))]);
            all.push(("height", c.height.to_string()));
            all.push(("block", c.block.short(8)));
            all.push(("round", c.round.to_string()));
            let signers = c.signers.iter().map(|v| validator(trace, *v));
            all.push((
                "signers of its certificate",
                listed(&signers.collect::<Vec<_>>()),
            ));
            all.push(("number of transactions", c.transactions.to_string()));
            all.push(("number of waiting transactions", c.mempool.to_string()));
            let caught_up = if c.caught_up {
                "by catching up"
            } else {
                "by votes"
            };
            all.push(("way of deciding", caught_up.into()));
        }
        // Not compared: see `counts`.
        Event::BadSignature { .. }
        | Event::Step { .. }
        | Event::TimerFired { .. }
        | Event::Locked { .. }
        | Event::Polka { .. }
        | Event::Skipped { .. }
        | Event::Fired { .. }
        | Event::Executed(_)
        | Event::Rejected { .. }
        | Event::Evidence(_)
        | Event::Crashed { .. }
        | Event::Restarted { .. }
        | Event::Byzantine(_)
        | Event::Changed(_)
        | Event::Submitted { .. }
        | Event::CommandMissed(_)
        | Event::Validators(_) => {}
    }
    all.push(("time", clock(record.at)));
    if let Some(m) = about.and_then(|id| trace.find(id)) {
        all.push(("height", m.slot.height.to_string()));
        all.push(("round", m.slot.round.to_string()));
        let block = m.value.map_or_else(|| "nil".into(), |b| b.short(8));
        all.push(("block", block));
        let signer = m
            .signer
            .map_or_else(|| "nobody".into(), |v| validator(trace, v));
        all.push(("signer", signer));
        all.push(("time it left", clock(m.sent)));
        all.extend(m.fields.iter().cloned());
    }
    all
}

fn kind_of(trace: &Trace, message: MessageId) -> String {
    let kind = trace.find(message).map(|m| usize::from(m.kind));
    let kind = kind.and_then(|k| trace.head.kinds.get(k));
    kind.map_or("message", |k| k.name).to_owned()
}

fn clock(at: Micros) -> String {
    format!("{}.{:06} s", at / 1_000_000, at % 1_000_000)
}

fn duration(us: Micros) -> String {
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}

/// Facts that one sentence names.
const NAMED: usize = 3;

/// In what two records differ; where they are of different things, both are told.
fn what_differs(here: Option<(&Trace, &Record)>, there: Option<(&Trace, &Record)>) -> String {
    let told = |side: Option<(&Trace, &Record)>| match side {
        Some((trace, record)) => {
            let what = happened(trace, record).what;
            format!("{what}, at {}", clock(record.at))
        }
        None => "nothing yet".to_owned(),
    };
    let both = format!(
        "In this run: {}. In the other: {}.",
        told(here),
        told(there)
    );
    let (Some((ta, a)), Some((tb, b))) = (here, there) else {
        return both;
    };
    let (mine, theirs) = (facts(ta, a), facts(tb, b));
    // Another event, of another validator or about another kind of message.
    if mine.iter().take(3).ne(theirs.iter().take(3)) {
        return both;
    }
    let labels = mine.iter().chain(&theirs).map(|(label, _)| *label);
    let mut seen: Vec<&str> = Vec::new();
    let mut differing: Vec<String> = Vec::new();
    for label in labels {
        if seen.contains(&label) {
            continue;
        }
        seen.push(label);
        let of = |all: &[(&'static str, String)]| {
            let found = all.iter().find(|(l, _)| *l == label);
            found.map_or_else(|| "none".to_owned(), |(_, value)| value.clone())
        };
        let (x, y) = (of(&mine), of(&theirs));
        if x != y {
            differing.push(format!("the {label} is {x} here and {y} in the other run"));
        }
    }
    differing.truncate(NAMED);
    if differing.is_empty() {
        return both;
    }
    format!(
        "In this run {}. What differs: {}.",
        happened(ta, a).what,
        listed(&differing)
    )
}

/// "v2's prevote (height 3, round 0, 8f3a1b2c)".
fn named(trace: &Trace, message: MessageId) -> String {
    let head: &Head = &trace.head;
    let Some(m) = trace.find(message) else {
        return "a message".into();
    };
    let kind = head
        .kinds
        .get(usize::from(m.kind))
        .map_or("message", |k| k.name);
    let value = m.value.map_or_else(|| "nil".into(), |v| v.short(8));
    if m.slot.height == 0 {
        return format!("{}'s {kind}", head.node_name(m.from));
    }
    format!(
        "{}'s {kind} (height {}, round {}, {value})",
        head.node_name(m.from),
        m.slot.height,
        m.slot.round
    )
}

/// Finds where two runs first differ by running both from their divergence_time on, away from whoever looks at
/// them.
pub struct Finder {
    here: Session,
    there: Session,
    /// `None` until both stand before their divergence_time, at this instant.
    compared: Option<Compared>,
    before: Micros,
}

/// Events one run may be ahead of what is compared: they leave far fewer records than a trace holds.
const AHEAD: u64 = 1_024;

impl Finder {
    /// Both sessions are left as they are: forks of them run.
    #[must_use]
    pub fn new(here: &Session, there: &Session) -> Finder {
        // Before the divergence_time they are one run. Events of its very instant come after it.
        let divergence_time = branch::divergence_time(&here.scenario, &there.scenario).unwrap_or(0);
        Finder {
            here: here.fork(),
            there: there.fork(),
            compared: None,
            before: divergence_time.saturating_sub(1),
        }
    }

    /// Looks for a difference up to `until`, for about `max_steps` events; `None`: not done yet.
    ///
    /// # Errors
    /// When so much happens at one instant that it cannot be decided whether there is one.
    pub fn work(
        &mut self,
        until: Micros,
        max_steps: u64,
    ) -> Option<Result<Option<Difference>, Forgotten>> {
        let mut left = max_steps;
        let mut compared = match self.compared {
            Some(compared) => compared,
            None => self.parted(&mut left)?,
        };
        let mut done = [false; 2];
        loop {
            // Whichever is behind goes on, so that neither gets far ahead of what is compared.
            let (behind, session) = match done {
                [true, _] => (1, &mut self.there),
                [_, false] if self.there.now_us() < self.here.now_us() => (1, &mut self.there),
                _ => (0, &mut self.here),
            };
            let before = session.sim.steps();
            let came = session.advance(until, left.min(AHEAD));
            left -= (came.steps - before).min(left);
            done[behind] = came.reached;
            let stands = [self.here.now_us(), self.there.now_us()];
            // Of the instant one stands at more may come.
            let complete = stands.into_iter().zip(done).filter(|(_, done)| !done);
            let complete = complete.map(|(at, _)| at).min().unwrap_or(Micros::MAX);
            let (a, b) = (self.here.sim.trace(), self.there.sim.trace());
            let found = first_difference(a, b, &mut compared, complete);
            self.compared = Some(compared);
            if done == [true; 2] || found != Ok(None) {
                return Some(found);
            }
            if left == 0 || came.executing {
                return None;
            }
        }
    }

    /// Brings both to before their divergence_time; what they have recorded by then is the same.
    fn parted(&mut self, left: &mut u64) -> Option<Compared> {
        for session in [&mut self.here, &mut self.there] {
            let before = session.sim.steps();
            let Advance { reached, steps, .. } = session.seek(self.before, *left);
            *left = left.saturating_sub(steps.saturating_sub(before));
            if !reached {
                return None;
            }
        }
        let ends = [&self.here, &self.there].map(|s| s.sim.trace().end());
        // Nothing comes before the very beginning.
        let [here, there] = if self.before == 0 { [0; 2] } else { ends };
        Some(Compared { here, there })
    }
}

impl Session {
    /// A second session that runs `scenario`; what the two have in common is shared.
    ///
    /// # Errors
    /// A sentence for a scenario that cannot run.
    pub fn beside(&self, scenario: Scenario) -> Result<Session, super::view::Problem> {
        let mut other = self.fork();
        other.switch_to(scenario, 0, None)?;
        Ok(other)
    }
}
