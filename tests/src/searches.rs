//! Searches that must find nothing: every protocol, with the most liars that it survives.

use consensusforge_core::consensus::registry::PROTOCOLS;
use consensusforge_core::search::{Generator, Property, Settings, Space};
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{ValidatorSpec, WorkloadSpec};

/// Every protocol with every generator, each with its protocol's name.
#[must_use]
pub fn within_bounds(seed: u64, trials: u64) -> Vec<(&'static str, Settings)> {
    let mut all = Vec::new();
    for facts in PROTOCOLS {
        // One of so many is less than the share that liars must stay below.
        let n = facts.info.bound.liars_below.of / facts.info.bound.liars_below.part.max(1) + 1;
        let mut base = Scenario {
            validators: (0..n as usize)
                .map(|i| ValidatorSpec::numbered(i, 1))
                .collect(),
            workload: WorkloadSpec {
                tx_per_second: 0,
                accounts: 2,
            },
            ..Scenario::default()
        };
        base.protocol.name = facts.info.name.into();
        for generator in Generator::ALL {
            let settings = Settings {
                base: base.clone(),
                space: Space {
                    liars: 1,
                    calm_us: 2_500_000,
                    end_us: 3_000_000,
                    ..Space::default()
                },
                property: Property::Safety,
                generator,
                seed,
                from: 0,
                trials,
            };
            all.push((facts.info.name, settings));
        }
    }
    all
}
