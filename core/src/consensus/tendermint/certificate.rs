//! Commit certificates: what proves a decision to somebody who saw none of the votes.

use super::message::Message;
use crate::consensus::Certificate;
use crate::types::{BlockId, Height, Round, ValidatorSet};

use super::votes::Signers;

/// The round in which `certificate` proves `block` decided at `height`.
///
/// # Errors
/// A sentence naming what keeps it from being a quorum of precommits for `block` in one round, from
/// distinct validators of `set`. Signatures are verified elsewhere.
pub fn check(
    certificate: &Certificate<Message>,
    block: BlockId,
    height: Height,
    set: &ValidatorSet,
) -> Result<Round, &'static str> {
    if certificate.len() > set.len() {
        return Err("it has more precommits than there are validators");
    }
    let Some(Message::Precommit { round, .. }) = certificate.first().map(|s| s.message) else {
        return Err("it does not begin with a precommit");
    };
    let expected = Message::Precommit {
        height,
        round,
        value: Some(block),
    };
    let mut signers = Signers::default();
    let mut stake = 0u64;
    for precommit in certificate {
        if precommit.message != expected {
            return Err("not all of it are precommits for this block in one round of this height");
        }
        if set.get(precommit.signer).is_none() {
            return Err("a signer is not in the validator set");
        }
        if !signers.insert(precommit.signer) {
            return Err("a validator signed it twice");
        }
        stake = stake.saturating_add(set.stake(precommit.signer));
    }
    if !set.is_quorum(stake) {
        return Err("its stake is not a quorum");
    }
    Ok(round)
}
