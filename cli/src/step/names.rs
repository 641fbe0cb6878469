//! Labels for blocks and names for validators, both ways.

use crate::failure::Failure;
use consensusforge_core::base::hash_of;
use consensusforge_core::scenario::model::ValidatorSpec;
use consensusforge_core::types::{BlockId, ValidatorId};
use std::collections::BTreeMap;

/// The label of the block below height 1.
pub const GENESIS: &str = "genesis";

pub struct Names {
    validators: Vec<String>,
    labels: BTreeMap<BlockId, String>,
}

impl Names {
    pub fn new(validators: &[ValidatorSpec]) -> Self {
        let mut names = Names {
            validators: validators.iter().map(|v| v.name.clone()).collect(),
            labels: BTreeMap::new(),
        };
        names.block(GENESIS);
        names
    }

    /// The block with this label, made at first use.
    pub fn block(&mut self, label: &str) -> BlockId {
        let id = hash_of("consensusforge/label", label);
        self.labels.insert(id, label.to_owned());
        id
    }

    pub fn label(&self, block: &BlockId) -> String {
        let known = self.labels.get(block);
        known.cloned().unwrap_or_else(|| block.to_string())
    }

    pub fn validator(&self, name: &str) -> Result<ValidatorId, Failure> {
        let at = self.validators.iter().position(|v| v == name);
        at.and_then(|i| u16::try_from(i).ok())
            .map(ValidatorId)
            .ok_or_else(|| {
                let known: Vec<&str> = self.validators.iter().take(8).map(String::as_str).collect();
                Failure::input(format!(
                    "there is no validator {name:?}; `validators` begins with {}.",
                    known.join(", ")
                ))
            })
    }

    pub fn name(&self, id: ValidatorId) -> String {
        let known = self.validators.get(id.index());
        known.cloned().unwrap_or_else(|| id.to_string())
    }
}
