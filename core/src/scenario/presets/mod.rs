//! Ready-made scenarios, each with one thing to look at.
//!
//! How much a liar needs: two conflicting decisions at one height need two quorums. Honest stake can
//! be in one of them only, so liars of stake b fork iff `b >= 2 * quorum - total`. With 7 equal
//! validators the quorum is 5, and 3 liars can; with 6 it is 5 too, and the 2 that are exactly a third
//! can only withhold.

mod attack;
mod contracts;
mod execution;
mod network;
mod people;

use super::Scenario;
use crate::model::ValidatorSpec;

/// A scenario with its name and what to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Short and stable: command lines and pages use it.
    pub id: &'static str,
    /// A line for a list.
    pub title: &'static str,
    /// What it is about: lists show those of one group together.
    pub group: &'static str,
    /// What to look at, one line.
    pub look: &'static str,
    /// What is run.
    pub scenario: Scenario,
}

impl Preset {
    fn new(id: &'static str, title: &'static str, look: &'static str, scenario: Scenario) -> Self {
        Preset {
            id,
            title,
            group: "",
            look,
            scenario: Scenario {
                title: title.into(),
                ..scenario
            },
        }
    }

    fn about(self, group: &'static str) -> Self {
        Preset { group, ..self }
    }
}

const BEGIN: &str = "First steps";
const NETWORK: &str = "The network";
const FAILURES: &str = "Failing validators";
const LIARS: &str = "Liars";
const CONTRACTS: &str = "Contracts";

/// All presets, in the order a page lists them; the first is what it opens with.
#[must_use]
pub fn presets() -> Vec<Preset> {
    vec![
        people::happy().about(BEGIN),
        people::unequal().about(BEGIN),
        network::lossy().about(NETWORK),
        network::partition().about(NETWORK),
        network::regions().about(NETWORK),
        network::gst().about(NETWORK),
        people::restart().about(FAILURES),
        people::silent().about(FAILURES),
        attack::below().about(LIARS),
        attack::third().about(LIARS),
        attack::stall().about(LIARS),
        attack::fork().about(LIARS),
        execution::wrong_root().about(FAILURES),
        attack::amnesia().about(LIARS),
        contracts::escrow().about(CONTRACTS),
        contracts::watch().about(CONTRACTS),
        contracts::auction().about(CONTRACTS),
        contracts::burner().about(CONTRACTS),
        contracts::factory().about(CONTRACTS),
        contracts::twice().about(CONTRACTS),
    ]
}

/// The preset called `id`.
#[must_use]
pub fn find(id: &str) -> Option<Preset> {
    presets().into_iter().find(|p| p.id == id)
}

fn equal(count: usize) -> Vec<ValidatorSpec> {
    (0..count)
        .map(|i| ValidatorSpec::numbered(i, 100))
        .collect()
}

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).into()
}
