//! Ready-made scenarios, each with one thing to look at.
//!
//! How much a liar needs: two conflicting decisions at one height need two quorums. Honest stake can
//! be in one of them only, so liars of stake b fork iff `b >= 2 * quorum - total`. With 7 equal
//! validators the quorum is 5, and 3 liars can; with 6 it is 5 too, and the 2 that are exactly a third
//! can only withhold.

mod attack;
mod contracts;
mod execution;
mod museum;
mod network;
mod people;
mod protocols;

pub use museum::{Exhibit, exhibits, museum};

use super::Scenario;
use crate::base::Micros;
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
    /// The instant at which that is seen, microseconds.
    pub point_us: Micros,
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
            point_us: 0,
            scenario: Scenario {
                title: title.into(),
                ..scenario
            },
        }
    }

    /// `point_us`: when what its line says is seen; a test holds it against the run.
    fn about(self, group: &'static str, point_us: Micros) -> Self {
        Preset {
            group,
            point_us,
            ..self
        }
    }
}

const BEGIN: &str = "First steps";
const PROTOCOLS: &str = "Protocols";
const NETWORK: &str = "The network";
const FAILURES: &str = "Failing validators";
const LIARS: &str = "Liars";
const CONTRACTS: &str = "Contracts";

/// All presets, in the order a page lists them; the first is what it opens with.
#[must_use]
pub fn presets() -> Vec<Preset> {
    vec![
        people::happy().about(BEGIN, 147_856),
        people::unequal().about(BEGIN, 99_109),
        protocols::simplex().about(PROTOCOLS, 150_000),
        protocols::minimmit().about(PROTOCOLS, 100_000),
        protocols::votor().about(PROTOCOLS, 1_350_000),
        protocols::pbft().about(PROTOCOLS, 1_200_000),
        protocols::three_chain().about(PROTOCOLS, 15_000_000),
        protocols::two_chain().about(PROTOCOLS, 200_000),
        protocols::tail_forking().about(PROTOCOLS, 3_250_000),
        protocols::no_tail_forking().about(PROTOCOLS, 4_450_000),
        network::lossy().about(NETWORK, 6_085_324),
        network::partition().about(NETWORK, 9_671_640),
        network::regions().about(NETWORK, 238_000),
        network::gst().about(NETWORK, 21_498_069),
        people::restart().about(FAILURES, 12_000_000),
        people::silent().about(FAILURES, 1_000_000),
        attack::below().about(LIARS, 1_087_794),
        attack::third().about(LIARS, 599_562),
        attack::stall().about(LIARS, 15_000_000),
        attack::fork().about(LIARS, 145_199),
        execution::wrong_root().about(FAILURES, 697_688),
        attack::amnesia().about(LIARS, 800_000),
        contracts::escrow().about(CONTRACTS, 6_689_550),
        contracts::watch().about(CONTRACTS, 6_606_215),
        contracts::auction().about(CONTRACTS, 18_910_837),
        contracts::burner().about(CONTRACTS, 6_620_364),
        contracts::factory().about(CONTRACTS, 7_911_577),
        contracts::twice().about(CONTRACTS, 9_265_385),
    ]
}

/// The preset called `id`, of the museum too.
#[must_use]
pub fn find(id: &str) -> Option<Preset> {
    presets().into_iter().chain(museum()).find(|p| p.id == id)
}

fn equal(count: usize) -> Vec<ValidatorSpec> {
    (0..count)
        .map(|i| ValidatorSpec::numbered(i, 100))
        .collect()
}

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).into()
}
