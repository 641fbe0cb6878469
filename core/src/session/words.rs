//! A record in words: what happened, at whom, about which height.

use crate::check::voters;
use crate::consensus::plural;
use crate::trace::{Event, Loss, MessageId, Record, Trace};
use crate::types::{BlockId, NodeId, Slot, ValidatorId};

/// Digits of a block's digest that a sentence shows.
pub(super) const DIGITS: usize = 8;

/// "prevote for 8f3a11c2 (height 3, round 0)".
pub(super) fn message(trace: &Trace, id: MessageId) -> String {
    message_in(trace, id, None)
}

/// As [`message`], without height and round where they are those of `slot`.
pub(super) fn message_in(trace: &Trace, id: MessageId, slot: Option<Slot>) -> String {
    let Some(m) = trace.find(id) else {
        return "a message that is no longer kept".into();
    };
    let kind = trace.head.kinds.get(usize::from(m.kind));
    let name = kind.map_or("message", |k| k.name);
    let vote = kind.is_some_and(|k| k.role == crate::consensus::Role::Vote);
    let value = match &m.value {
        Some(block) => format!(" for {}", block.short(DIGITS)),
        None if vote => " for nil".into(),
        None => String::new(),
    };
    if m.slot == Slot::default() {
        return format!("{name}{value}");
    }
    let signer = match (m.signer, trace.head.nodes.get(m.from.index())) {
        // A relay: the words are another's.
        (Some(signer), Some(own)) if signer != *own => format!(" of {}", validator(trace, signer)),
        _ => String::new(),
    };
    if slot == Some(m.slot) {
        return format!("{name}{signer}{value}");
    }
    format!(
        "{name}{signer}{value} (height {}, round {})",
        m.slot.height, m.slot.round
    )
}

pub(super) fn validator(trace: &Trace, id: ValidatorId) -> String {
    let known = trace.head.validators.get(id.index());
    known.map_or_else(|| id.to_string(), |v| v.0.clone())
}

fn value(block: Option<&BlockId>) -> String {
    block.map_or_else(|| "nil".into(), |b| b.short(DIGITS))
}

/// What happened, without who: "enters step prevote of height 3, round 0".
pub(super) fn what(record: &Record, trace: &Trace) -> String {
    let head = &trace.head;
    let name = |n: NodeId| head.node_name(n);
    let at = |slot: &Slot| format!("height {}, round {}", slot.height, slot.round);
    match &record.event {
        Event::Sent {
            message: id,
            to,
            again,
            ..
        } => format!(
            "{} its {} to {} validator{}",
            if *again { "resends" } else { "sends" },
            message(trace, *id),
            to.count(),
            if to.count() == 1 { "" } else { "s" }
        ),
        Event::Delivered {
            message: id, from, ..
        } => format!("receives {}'s {}", name(*from), message(trace, *id)),
        Event::Lost {
            message: id,
            from,
            why,
            ..
        } => format!(
            "never receives {}'s {}: {}",
            name(*from),
            message(trace, *id),
            match why {
                Loss::Network => "lost on the way",
                Loss::Partition => "the network is cut",
                Loss::Down => "the receiver is down",
                Loss::Hand => "dropped manually",
            }
        ),
        Event::BadSignature { message: id, .. } => {
            format!("discards {}: its signature is wrong", message(trace, *id))
        }
        Event::Step {
            step,
            round,
            height,
            ..
        } => format!(
            "enters step {} of height {height}, round {round}",
            head.step_name(*step)
        ),
        Event::TimerFired {
            timer,
            round,
            height,
            ..
        } => format!(
            "timer {} expires (height {height}, round {round})",
            head.timer_name(*timer)
        ),
        Event::Locked { detail, .. } => {
            format!("locks {} ({})", value(Some(&detail.1)), at(&detail.0))
        }
        Event::Polka { detail, .. } => format!(
            "sees a quorum for {} ({})",
            value(detail.1.as_ref()),
            at(&detail.0)
        ),
        Event::Skipped { detail, .. } => format!("skips to {}", at(detail)),
        Event::Fired {
            rule,
            round,
            height,
            ..
        } => {
            let (id, text) = head.rule(*rule).map_or(("a rule", ""), |r| (r.id, r.text));
            let colon = if text.is_empty() { "" } else { ": " };
            format!("applies {id} (height {height}, round {round}){colon}{text}")
        }
        Event::Committed(c) => format!(
            "{} {} at height {}, round {}",
            if c.caught_up { "learns of" } else { "commits" },
            c.block.short(DIGITS),
            c.height,
            c.round
        ),
        Event::Executed(e) => format!(
            "executes {} (height {}): root {}, {} gas",
            e.block.short(DIGITS),
            e.height,
            e.root.short(DIGITS),
            e.gas
        ),
        Event::Rejected { detail, .. } => format!(
            "rejects {} ({}): {}",
            detail.block.short(DIGITS),
            at(&detail.slot),
            detail.reason
        ),
        Event::Evidence(a) => format!(
            "proves that {} signed two {} ({})",
            validator(trace, a.offender),
            plural(
                head.kinds
                    .get(usize::from(a.kind))
                    .map_or("message", |k| k.name)
            ),
            at(&a.slot)
        ),
        Event::Crashed { .. } => "crashes".into(),
        Event::Restarted { .. } => "restarts".into(),
        Event::Byzantine(change) if change.nodes.is_empty() => {
            "all validators are honest from now on".into()
        }
        Event::Byzantine(change) => format!(
            "Byzantine from now on: {} ({})",
            crate::check::names(head, &change.nodes),
            change.strategy
        ),
        Event::Changed(sentence) | Event::CommandMissed(sentence) => sentence.as_ref().clone(),
        Event::Validators(change) => voters(trace, change),
        Event::Submitted { detail, .. } => {
            format!("receives transaction {} from a user", detail.short(DIGITS))
        }
    }
}
