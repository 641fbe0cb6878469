//! Who lied, by a list of messages alone: no run, no trace.

use super::Session;
use super::view::{CulpritView, Problem, SignedStatement};
use crate::base::{Hash, hash_of};
use crate::check::Monitors;
use crate::scenario::Scenario;
use crate::trace::{Event, MessageRecord, Receivers, Trace};
use crate::types::{BlockId, NodeId, Slot, ValidatorId};
use std::sync::Arc;

impl Session {
    /// Everybody whom `statements` prove to have lied among the validators of `scenario`, whose protocol is the
    /// one they belong to. The statements are taken for signed by whom they name, in their order.
    ///
    /// Proposals out of turn are not found: nothing says whose turn it was. Amnesia is only proven where the list
    /// is complete: a quorum that is missing from it may have justified a vote.
    ///
    /// # Errors
    /// A sentence when the scenario cannot run, or a statement names a kind or a validator that does not exist.
    pub fn audit(
        scenario: Scenario,
        statements: &[SignedStatement],
    ) -> Result<Vec<CulpritView>, Problem> {
        let session = Session::open(scenario)?;
        let head = session.sim.trace().head.as_ref().clone();
        let mut trace = Trace::new(head.clone());
        let mut monitors = Monitors::new(&head);
        for (i, said) in statements.iter().enumerate() {
            let refused = |what: String| Problem::new(format!("messages[{i}]: {what}"));
            let signer = head.validators.iter().position(|(n, _)| *n == said.signer);
            let signer = signer.ok_or_else(|| {
                refused(format!(
                    "there is no validator {:?}; `validators` lists them.",
                    said.signer
                ))
            })?;
            let signed = head.kinds.iter().enumerate();
            let signed: Vec<_> = signed
                .filter(|(_, k)| !crate::world::UNSIGNED_KINDS.contains(&k.name))
                .collect();
            let kind = signed.iter().find(|(_, k)| k.name == said.kind);
            let (kind, _) = kind.ok_or_else(|| {
                let names: Vec<&str> = signed.iter().map(|(_, k)| k.name).collect();
                refused(format!(
                    "{} has no message {:?}; it has {}.",
                    head.protocol,
                    said.kind,
                    names.join(", ")
                ))
            })?;
            let block = said.value.as_ref().map(|label| block(label));
            let fields = said
                .valid_round
                .map(|round| ("valid_round", round.to_string()));
            let id = trace.message(MessageRecord {
                id: 0,
                from: NodeId(signer as u16),
                signer: Some(ValidatorId(signer as u16)),
                kind: u8::try_from(*kind).unwrap_or(u8::MAX),
                slot: Slot {
                    height: said.height,
                    round: said.round,
                },
                value: block,
                bytes: 0,
                signatures: 1,
                sent: i as u64,
                parents: Vec::new(),
                fields: fields.into_iter().collect(),
                proof: None,
            });
            let sent = Event::Sent {
                message: id,
                from: NodeId(signer as u16),
                to: Arc::new(Receivers::Count(0)),
                again: false,
            };
            trace.push(i as u64, sent);
            monitors.observe(&trace);
        }
        let culprits = monitors.culprits();
        let mut culprits: Vec<_> = culprits
            .map(|culprit| super::culprits::view(&head, culprit))
            .collect();
        for said in statements {
            let Some(label) = &said.value else { continue };
            for culprit in &mut culprits {
                speak_of(culprit, &block(label), label);
            }
        }
        Ok(culprits)
    }
}

/// A digest as it is; any other label stands for a block of its own.
fn block(label: &str) -> BlockId {
    Hash::from_hex(label).unwrap_or_else(|_| hash_of("consensusforge/label", label))
}

/// Calls a block by its label.
fn speak_of(culprit: &mut CulpritView, block: &BlockId, label: &str) {
    if Hash::from_hex(label).is_ok() {
        return;
    }
    culprit.sentence = culprit.sentence.replace(&block.short(8), label);
    let digest = block.to_string();
    for said in &mut culprit.evidence {
        if said.value.as_ref() == Some(&digest) {
            said.value = Some(label.to_owned());
        }
    }
}
