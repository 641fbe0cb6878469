//! Proofs made of others' messages: prepared certificates, stable checkpoints, view-changes, and what a new primary has
//! to make of them.

use super::message::{Assignment, Message, Point, SignedMessage};
use super::state::{Claims, Context, State, is_quorum, primary};
use crate::types::Round;
use std::collections::BTreeMap;

/// Whether a pre-prepare and the prepares after it are a prepared certificate of this.
fn is_prepared(context: &Context, certificate: &[SignedMessage], assignment: Assignment) -> bool {
    let Some((pre_prepare, prepares)) = certificate.split_first() else {
        return false;
    };
    pre_prepare.message == Message::PrePrepare(assignment)
        && pre_prepare.signer == primary(context, assignment.view)
        && prepares
            .iter()
            .all(|s| s.message == Message::Prepare(assignment))
        && is_quorum(context, certificate.iter().map(|s| s.signer))
}

/// Whether these messages make `point` a stable checkpoint.
fn is_stable(state: &State, context: &Context, point: Point, proof: &[SignedMessage]) -> bool {
    let same = proof
        .iter()
        .all(|s| s.message == Message::Checkpoint(point));
    point == state.genesis || same && is_quorum(context, proof.iter().map(|s| s.signer))
}

/// What a view-change proves; `None` where a proof is missing or wrong.
pub(super) fn claims(state: &State, context: &Context, message: &Message) -> Option<Claims> {
    let Message::ViewChange {
        view,
        stable,
        proof,
        ..
    } = message
    else {
        return None;
    };
    let begins = |s: &SignedMessage| matches!(s.message, Message::PrePrepare(_));
    let first = proof.iter().position(begins).unwrap_or(proof.len());
    let (checkpoints, certificates) = proof.split_at(first);
    if !is_stable(state, context, *stable, checkpoints) {
        return None;
    }
    let mut all = BTreeMap::new();
    for certificate in certificates.chunk_by(|_, next| !begins(next)) {
        let assignment = *certificate.first()?.message.assignment()?;
        let above = assignment.sequence.checked_sub(stable.sequence)?;
        let fits = assignment.view < *view && (1..=context.params.window).contains(&above);
        if !fits
            || !is_prepared(context, certificate, assignment)
            || all.insert(assignment.sequence, assignment).is_some()
        {
            return None;
        }
    }
    Some(Claims {
        stable: *stable,
        prepared: all,
    })
}

/// P9: the paper's set O for a set V that makes these claims, and the checkpoint it begins from. Of a number prepared in
/// several views the latest counts: a later primary has seen all that may have been committed before.
#[must_use]
pub fn order(view: Round, claims: &[&Claims], genesis: Point) -> (Point, Vec<Assignment>) {
    let stable = claims.iter().map(|c| c.stable);
    let base = stable.max_by_key(|p| p.sequence).unwrap_or(genesis);
    let numbers = claims.iter().filter_map(|c| c.prepared.keys().last());
    let last = numbers.max().copied().unwrap_or(0);
    let mut at = base;
    let mut order = Vec::new();
    for sequence in base.sequence + 1..=last {
        let prepared = claims.iter().filter_map(|c| c.prepared.get(&sequence));
        let latest = prepared.max_by_key(|a| a.view);
        // A block whose parent gave way to a null request could never be executed. It was not committed: who commits
        // to it has committed to its parent.
        let block = latest.filter(|a| a.follows(&at)).and_then(|a| a.block);
        let assignment = at.next(view, block);
        at = assignment.point();
        order.push(assignment);
    }
    (base, order)
}

/// P10: what a new-view obliges its primary to assign, from where on, and the view-changes it is proved by; `None` where
/// they do not prove it.
pub(super) fn justified(
    state: &State,
    context: &Context,
    signed: &SignedMessage,
) -> Option<(Point, Vec<SignedMessage>)> {
    let Message::NewView {
        view,
        order: assigned,
        proof,
        ..
    } = &signed.message
    else {
        return None;
    };
    let of_view = |s: &SignedMessage| match &s.message {
        Message::ViewChange { view: wanted, .. } => wanted == view,
        _other => false,
    };
    if signed.signer != primary(context, *view)
        || !proof.iter().all(of_view)
        || !is_quorum(context, proof.iter().map(|s| s.signer))
    {
        return None;
    }
    let claimed = proof.iter().map(|s| claims(state, context, &s.message));
    let claimed: Vec<Claims> = claimed.collect::<Option<_>>()?;
    let (base, demanded) = order(*view, &claimed.iter().collect::<Vec<_>>(), state.genesis);
    if *assigned != demanded {
        return None;
    }
    let from = proof.iter().zip(&claimed);
    let from = from.filter(|(_, c)| c.stable == base).map(|(s, _)| s);
    let checkpoints = from.take(1).flat_map(|s| match &s.message {
        Message::ViewChange { proof, .. } => proof.iter().cloned().collect(),
        _other => Vec::new(),
    });
    let checkpoints = checkpoints.filter(|s| s.message == Message::Checkpoint(base));
    Some((base, checkpoints.collect()))
}
