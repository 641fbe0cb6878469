//! Names in place of addresses.

use consensusforge_core::types::{Address, bech32};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Accounts and contracts by name.
#[derive(Debug, Default)]
pub struct Names {
    known: BTreeMap<String, Address>,
}

impl Names {
    pub fn insert(&mut self, name: &str, address: Address) {
        self.known.insert(name.to_owned(), address);
    }

    pub fn of(&self, address: &Address) -> Option<&str> {
        let found = self.known.iter().find(|(_, known)| *known == address);
        found.map(|(name, _)| name.as_str())
    }

    /// What a name or an address stands for; a sentence when the step that should have made it failed.
    pub fn resolve(&self, text: &str) -> Result<Address, String> {
        match self.known.get(text) {
            Some(address) => Ok(*address),
            None => bech32::decode(text).map_err(|_| {
                format!("there is no contract {text:?}, for the step that makes it failed")
            }),
        }
    }

    /// A message with addresses where names stood, as a contract reads it.
    pub fn message(&self, msg: &RawValue) -> Vec<u8> {
        super::message::fill(msg, &|text| self.replace(text, bech32::encode))
    }

    /// Input in words: addresses as 64 hex digits.
    pub fn words(&self, text: &str) -> Vec<u8> {
        self.replace(text, Address::to_string).into_bytes()
    }

    fn replace(&self, text: &str, write: fn(&Address) -> String) -> String {
        let mut text = text.to_owned();
        if text.contains('{') {
            for (name, address) in &self.known {
                text = text.replace(&format!("{{{name}}}"), &write(address));
            }
        }
        text
    }
}
