//! Who votes from a height on: changes are ordered by a command, proposed in a block's header, judged like
//! the rest of it, and take effect two heights after the block that was decided with them.
//!
//! Why two: when block h is decided, its nodes begin h + 1 at once, and what they sign there must be
//! counted by a set that everybody knew before. The set of h + 2 follows from what all who work on it
//! have decided.
//!
//! A set belongs to a height, not to a branch: after a fork both sides count by the changes of the side
//! that decided first.

use super::World;
use super::build::key;
use crate::base::limits::MAX_VALIDATOR_CHANGES;
use crate::base::random::Randomness;
use crate::check::listed;
use crate::consensus::Corruptible;
use crate::model::StakeChange;
use crate::trace::{Event, ValidatorsChange};
use crate::types::{
    Block, Height, Keypair, PublicKey, Validator, ValidatorId, ValidatorSet, ValidatorSetError,
};
use std::sync::Arc;

/// Heights between a block and the first one that its changes hold for.
const LAG: Height = 2;

/// Changes of validators: those ordered, and how far the chain has taken them up.
#[derive(Clone, Debug, Default)]
pub(super) struct ValidatorChanges {
    /// In the order of their commands, each taken up as a whole by one block.
    ordered: Vec<Arc<[Validator]>>,
    /// Heights of the blocks decided with them, in the same order.
    taken_up: Vec<Height>,
    /// Keys that commands gave out: whose, and the pair.
    keys: Vec<(ValidatorId, Keypair)>,
}

/// Why validators do not change; continues "the validators do not change (...):".
#[derive(Debug, thiserror::Error)]
enum NoChange {
    #[error("under {0} they stay the same in a run")]
    Never(&'static str),
    #[error("they have changed {MAX_VALIDATOR_CHANGES} times, which is the most a run allows")]
    TooMany,
    #[error("there is no validator {0}")]
    Unknown(String),
    #[error(transparent)]
    Set(#[from] ValidatorSetError),
}

impl ValidatorChanges {
    /// What a block of `height` may say: the next change that no block below has taken up.
    pub(super) fn at(&self, height: Height) -> &[Validator] {
        let below = self.taken_up.partition_point(|h| *h < height);
        self.ordered.get(below).map_or(&[], AsRef::as_ref)
    }

    /// May a block of `height` carry these `changes`? It may leave out what was ordered: nobody can
    /// prove when it heard of it.
    pub(super) fn may_carry(&self, height: Height, changes: &[Validator]) -> bool {
        changes.is_empty() || changes == self.at(height)
    }

    /// The pair to a public key that a command gave out.
    pub(super) fn keys(&self, validator: ValidatorId, public: &PublicKey) -> Option<&Keypair> {
        let mut all = self.keys.iter().rev();
        all.find_map(|(v, pair)| (*v == validator && pair.public() == *public).then_some(pair))
    }
}

impl<P: Corruptible> World<P> {
    /// The keys with which `validator` signs what is about `height`.
    pub(super) fn keys_at(&self, validator: ValidatorId, height: Height) -> &Keypair {
        let first = &self.fixed.keys[validator.index()];
        if self.changes.keys.is_empty() {
            return first;
        }
        let public = self.ledger.chain.validators.key(validator, height);
        public
            .and_then(|public| self.changes.keys(validator, &public))
            .unwrap_or(first)
    }

    /// The key that what `validator` says about `height` is verified with.
    pub(super) fn public_key_at(
        &self,
        validator: ValidatorId,
        height: Height,
    ) -> Option<PublicKey> {
        let first = self.fixed.public.get(validator.index()).copied();
        if self.changes.keys.is_empty() {
            return first;
        }
        self.ledger
            .chain
            .validators
            .key(validator, height)
            .or(first)
    }

    /// Orders changes: the next block that is proposed may carry them.
    pub(super) fn order_validators(&mut self, changes: &[StakeChange]) {
        let told: Vec<String> = changes.iter().map(StakeChange::to_string).collect();
        let told = listed(&told);
        match self.resolve(changes) {
            Ok(resolved) => {
                self.changes.ordered.push(resolved.into());
                self.changed(format!("the validators are to change: {told}"));
            }
            Err(why) => self.changed(format!("the validators do not change ({told}): {why}")),
        }
    }

    fn resolve(&mut self, changes: &[StakeChange]) -> Result<Vec<Validator>, NoChange> {
        if !P::INFO.validators_change {
            return Err(NoChange::Never(P::INFO.name));
        }
        if self.changes.ordered.len() >= MAX_VALIDATOR_CHANGES {
            return Err(NoChange::TooMany);
        }
        let mut given = Vec::new();
        let mut resolved = Vec::new();
        for change in changes {
            let index = self.fixed.names.iter().position(|n| *n == change.validator);
            let Some(index) = index else {
                return Err(NoChange::Unknown(change.validator.clone()));
            };
            let id = ValidatorId(index as u16);
            let mut generations = self.changes.keys.iter().filter(|(v, _)| *v == id);
            let newest = generations.next_back().map(|(_, pair)| pair.public());
            let key = if change.new_key {
                let generation = 1 + self.changes.keys.iter().filter(|(v, _)| *v == id).count();
                let randomness = Randomness::new(self.fixed.seed);
                let pair = key(&randomness, generation as u64, index as u64);
                let public = pair.public();
                given.push((id, pair));
                public
            } else {
                newest.unwrap_or(self.fixed.public[index])
            };
            resolved.push(Validator {
                id,
                key,
                stake: change.stake,
            });
        }
        // As if all that is ordered had taken effect.
        let newest = self.ledger.chain.validators.at(Height::MAX).clone();
        let mut set = ValidatorSet::clone(&newest);
        for waiting in &self.changes.ordered[self.changes.taken_up.len()..] {
            set = set.changed(waiting)?;
        }
        set.changed(&resolved)?;
        self.changes.keys.extend(given);
        Ok(resolved)
    }

    /// `block` was decided somewhere: if it is the first of its height, its changes take effect.
    pub(super) fn take_up_changes(&mut self, block: &Block) {
        let changes = &block.header.extension.validators;
        let height = block.header.height;
        let newest = self.changes.taken_up.last().copied().unwrap_or(0);
        if changes.is_empty() || height <= newest {
            return;
        }
        let from = height.saturating_add(LAG);
        let sets = &mut self.ledger.chain.validators;
        // What was ordered was tried before; a liar's block that honest nodes decided may be anything.
        let Ok(set) = sets.at(from).changed(changes) else {
            return;
        };
        let set = Arc::new(set);
        sets.change(from, set.clone());
        self.environment.proposers.forget_from(from);
        self.changes.taken_up.push(height);
        let change = ValidatorsChange {
            height: from,
            block: block.id(),
            set,
        };
        self.trace
            .push(self.now, Event::Validators(Box::new(change)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator(id: u16, stake: u64) -> Validator {
        Validator {
            id: ValidatorId(id),
            key: PublicKey([id as u8; 32]),
            stake,
        }
    }

    #[test]
    fn a_block_may_carry_the_next_change_that_was_ordered_or_none() {
        let (first, second) = ([validator(1, 5)], [validator(2, 0), validator(3, 7)]);
        let mut changes = ValidatorChanges::default();
        assert!(changes.at(1).is_empty() && changes.may_carry(1, &[]));
        assert!(!changes.may_carry(1, &first), "nobody ordered it");
        changes.ordered = vec![first.to_vec().into(), second.to_vec().into()];
        assert_eq!(changes.at(4), first);
        assert!(changes.may_carry(4, &first) && changes.may_carry(4, &[]));
        assert!(!changes.may_carry(4, &second), "not its turn");
        assert!(!changes.may_carry(4, &[validator(1, 6)]), "other stake");
        // Decided with block 4: whoever still judges that block sees what others saw.
        changes.taken_up = vec![4];
        assert!(changes.may_carry(4, &first));
        assert!(!changes.may_carry(5, &first), "it has been taken up");
        assert!(changes.may_carry(5, &second));
        changes.taken_up = vec![4, 5];
        assert!(changes.at(6).is_empty() && !changes.may_carry(6, &second));
    }
}
