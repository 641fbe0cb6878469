//! Two runs side by side: where they first differ.

use super::view::Advance;
use super::{Scenario, Session, branch};
use crate::base::Micros;
use crate::trace::{Event, Head, Loss, MessageId, Record, Trace};
use borsh::{BorshDeserialize, BorshSerialize};

/// The first thing in which two runs differ: what each did where the other did something else.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Difference {
    /// The earlier of the two.
    pub at_us: u64,
    /// `None`: nothing happened there up to the instant both have reached.
    pub here: Option<Happened>,
    pub there: Option<Happened>,
}

/// A message sent, a copy delivered or lost, a block decided.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Happened {
    pub at_us: u64,
    /// The node it happened at (of a loss, the sender), and the receiver where there is one.
    pub node: u16,
    pub to: Option<u16>,
    /// Number of the message in its own run; `None` for a decision.
    pub message: Option<u32>,
    /// In words.
    pub what: String,
}

/// Records compared so far of each trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    pub here: u64,
    pub there: u64,
}

/// Goes on comparing two traces whose runs have reached the same instant: signed messages, deliveries,
/// losses and decisions, in order, by what they say and when. Without a difference `compared` moves to
/// both ends.
///
/// # Errors
/// When a trace no longer holds the records from `compared` on.
pub fn first_difference(
    here: &Trace,
    there: &Trace,
    compared: &mut Compared,
) -> Result<Option<Difference>, Forgotten> {
    if compared.here < here.start() || compared.there < there.start() {
        return Err(Forgotten);
    }
    let mut a = here.since(compared.here).filter(|r| counts(r));
    let mut b = there.since(compared.there).filter(|r| counts(r));
    loop {
        match (a.next(), b.next()) {
            (None, None) => break,
            (Some(x), Some(y)) if same((here, x), (there, y)) => {}
            (x, y) => {
                let here = x.map(|r| happened(here, r));
                let there = y.map(|r| happened(there, r));
                let at = [&here, &there].into_iter().flatten().map(|h| h.at_us);
                return Ok(Some(Difference {
                    at_us: at.min().unwrap_or(0),
                    here,
                    there,
                }));
            }
        }
    }
    compared.here = here.end();
    compared.there = there.end();
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
                Loss::Partition => "is cut off",
                Loss::Down => "finds nobody",
                Loss::Hand => "is taken off the wire",
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
            let verb = if *again { "sends again" } else { "sends" };
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
        _ => (crate::types::NodeId(0), None, None, String::new()),
    };
    Happened {
        at_us: record.at,
        node: node.0,
        to: to.map(|n| n.0),
        message,
        what,
    }
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

/// Finds where two runs first differ by running both from their parting on, away from whoever looks at
/// them.
pub struct Finder {
    here: Session,
    there: Session,
    /// `None` until both stand before their parting.
    compared: Option<Compared>,
    at: Micros,
}

/// Simulated time both run between two comparisons: little enough that neither forgets.
const STRIDE: Micros = 50_000;

impl Finder {
    /// Both sessions are left as they are: forks of them run.
    #[must_use]
    pub fn new(here: &Session, there: &Session) -> Finder {
        // Before the parting they are one run. Events of its very instant come after it.
        let parting = branch::parting(&here.scenario, &there.scenario).unwrap_or(0);
        let at = parting.saturating_sub(1);
        Finder {
            here: here.fork(),
            there: there.fork(),
            compared: (at == 0).then(Compared::default),
            at,
        }
    }

    /// Looks for a difference up to `until`, for about `max_steps` events; `None`: not done yet.
    pub fn work(&mut self, until: Micros, max_steps: u64) -> Option<Option<Difference>> {
        let mut left = max_steps;
        loop {
            for session in [&mut self.here, &mut self.there] {
                let before = session.sim.steps();
                let Advance { reached, steps, .. } = session.seek(self.at, left);
                left = left.saturating_sub(steps.saturating_sub(before));
                if !reached {
                    return None;
                }
            }
            let (a, b) = (self.here.sim.trace(), self.there.sim.trace());
            let compared = self.compared.get_or_insert(Compared {
                here: a.end(),
                there: b.end(),
            });
            match first_difference(a, b, compared) {
                Ok(Some(difference)) => return Some(Some(difference)),
                Ok(None) if self.at >= until => return Some(None),
                Ok(None) => self.at = (self.at + STRIDE).min(until),
                // More happened in one stride than a trace holds: cannot be told any more.
                Err(Forgotten) => return Some(None),
            }
            if left == 0 {
                return None;
            }
        }
    }
}

impl Session {
    /// A session beside this one that runs `scenario`: what the two have in common is shared.
    ///
    /// # Errors
    /// A sentence for a scenario that cannot run.
    pub fn beside(&self, scenario: Scenario) -> Result<Session, super::view::Problem> {
        let mut other = self.fork();
        other.turn_into(scenario, 0, None)?;
        Ok(other)
    }
}
