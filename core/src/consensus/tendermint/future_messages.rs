//! Messages of later heights, kept until their height starts.

use super::message::PROPOSAL;
use super::votes::SignedMessage;
use crate::base::limits::{MAX_AHEAD_PER_SIGNER, MAX_VALIDATORS};
use crate::types::Height;
use std::collections::BTreeMap;

/// Bounded for each signer of each height, so that a liar can only crowd out itself.
#[derive(Clone, Debug, Default)]
pub struct Ahead(BTreeMap<Height, Vec<Vec<SignedMessage>>>);

impl Ahead {
    /// Keeps `signed` unless it is known or its signer has used up its places at that height.
    pub fn keep(&mut self, height: Height, signed: SignedMessage) {
        let signer = signed.signer.index();
        if signer >= MAX_VALIDATORS {
            return;
        }
        let signers = self.0.entry(height).or_default();
        if signers.len() <= signer {
            signers.resize(signer + 1, Vec::new());
        }
        let Some(kept) = signers.get_mut(signer) else {
            return;
        };
        if kept.len() < MAX_AHEAD_PER_SIGNER && !kept.iter().any(|k| k.message == signed.message) {
            kept.push(signed);
        }
    }

    /// Takes out what was kept for `height`: proposals first, each signer's messages in the order they
    /// came. Anything for earlier heights is dropped.
    pub fn take(&mut self, height: Height) -> Vec<SignedMessage> {
        self.0 = self.0.split_off(&height);
        let kept = self.0.remove(&height).unwrap_or_default();
        let (mut proposals, votes): (Vec<_>, Vec<_>) = kept
            .into_iter()
            .flatten()
            .partition(|signed| signed.message.kind() == PROPOSAL);
        proposals.extend(votes);
        proposals
    }
}
