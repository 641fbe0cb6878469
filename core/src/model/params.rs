//! A protocol's own parameters as a scenario writes them: names and plain values. What they mean, and
//! which there are, is the protocol's.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parameters by name; those left out have the protocol's defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(transparent)]
pub struct ParamsSpec(BTreeMap<String, ParamValue>);

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "this is not a value of a parameter: give a whole number up to 18446744073709551615, true, false or a word"
)]
pub enum ParamValue {
    /// On or off.
    Switch(bool),
    /// A whole number.
    Number(u64),
    /// One of several names.
    Choice(String),
}

impl From<u64> for ParamValue {
    fn from(number: u64) -> Self {
        ParamValue::Number(number)
    }
}

impl ParamsSpec {
    /// True when every parameter has its default.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value given for `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ParamValue> {
        self.0.get(name)
    }

    /// All that are given, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ParamValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// From now on `name` has this value.
    pub fn set(&mut self, name: &str, value: ParamValue) {
        self.0.insert(name.to_owned(), value);
    }

    /// From now on `name` has the protocol's default.
    pub fn unset(&mut self, name: &str) {
        self.0.remove(name);
    }
}

impl<const N: usize> From<[(&str, u64); N]> for ParamsSpec {
    fn from(numbers: [(&str, u64); N]) -> Self {
        let all = numbers.map(|(name, value)| (name.to_owned(), ParamValue::Number(value)));
        ParamsSpec(all.into())
    }
}
