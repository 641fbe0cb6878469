//! Who is proven to have lied in this run, and where it stands still.

use super::Session;
use super::view::{CulpritView, StallView, StatementView};
use crate::check::{Culprit, Statement};
use crate::trace::Head;

impl Session {
    /// Everybody proven to have lied so far, with the messages that prove it, by height. In a long run the
    /// first heights and the newest are kept, and the first forked one.
    #[must_use]
    pub fn culprits(&self) -> Vec<CulpritView> {
        let head = &self.sim.trace().head;
        let culprits = self.monitors.culprits();
        culprits.map(|culprit| view(head, culprit)).collect()
    }

    /// The lowest height at which honest validators decided different blocks.
    #[must_use]
    pub fn fork_height(&self) -> Option<u64> {
        self.monitors.forks().first().copied()
    }

    /// Where the chain stands still, if it does.
    #[must_use]
    pub fn stalled(&self) -> Option<StallView> {
        let trace = self.sim.trace();
        let stall = self.monitors.stalled(self.sim.now(), trace)?;
        Some(StallView {
            validator: trace.head.node_name(stall.node),
            height: stall.slot.height,
            round: stall.slot.round,
            step: stall.step.into(),
            since_us: stall.since,
        })
    }
}

pub(super) fn view(head: &Head, culprit: &Culprit) -> CulpritView {
    let Culprit {
        validator,
        offence,
        first,
        second,
    } = culprit;
    let known = head.validators.get(validator.index());
    let name = known.map_or_else(|| validator.to_string(), |v| v.0.clone());
    let mut told = describe(head, first);
    if let Some(second) = second {
        told = format!("{told}, and {}", describe(head, second));
    }
    CulpritView {
        sentence: format!("{name} {}: {told}.", offence.sentence()),
        validator: name,
        kind: offence.name().into(),
        height: first.slot.height,
        evidence: std::iter::once(first)
            .chain(second)
            .map(|said| statement(head, said))
            .collect(),
    }
}

/// "prevote for 1a2b3c4d at height 3, round 1".
pub(super) fn describe(head: &Head, said: &Statement) -> String {
    let value = said.value.map_or_else(|| "nil".to_owned(), |b| b.short(8));
    let fields: String = said
        .fields
        .iter()
        .map(|(name, value)| format!(" ({name} {value})"))
        .collect();
    format!(
        "{} for {value}{fields} at height {}, round {}",
        kind(head, said.kind),
        said.slot.height,
        said.slot.round
    )
}

fn kind(head: &Head, kind: u8) -> &'static str {
    head.kinds.get(usize::from(kind)).map_or("?", |k| k.name)
}

fn statement(head: &Head, said: &Statement) -> StatementView {
    StatementView {
        message: said.message,
        at_us: said.at,
        kind: kind(head, said.kind).into(),
        height: said.slot.height,
        round: said.slot.round,
        value: said.value.map(|block| block.to_string()),
        fields: said
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    }
}
