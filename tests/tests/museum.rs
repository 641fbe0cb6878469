//! Known bugs are found within a budget, shrunk, and do no harm where the bug is not.

use consensusforge_core::consensus::tendermint::Tendermint;
use consensusforge_core::search::{
    Build, Ending, Found, Generator, ISLANDS, Property, Search, Settings, Shrink, Space, run,
};
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    LatencySpec, ParamValue, ProposerSpec, ValidatorSpec, WorkloadSpec,
};
use consensusforge_core::world::simulate;
use consensusforge_tests::museum::{QuorumByHeads, flawed};

fn scene(protocol: &str, stakes: &[u64]) -> Scenario {
    let mut scenario = Scenario {
        validators: stakes
            .iter()
            .enumerate()
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 20_000 };
    scenario.protocol.name = protocol.into();
    scenario.protocol.proposer = ProposerSpec::Rotation;
    scenario
}

fn settings(base: Scenario, generator: Generator, budget: u64) -> Settings {
    Settings {
        base,
        space: Space {
            calm_us: 1_000_000,
            end_us: 1_200_000,
            ..Space::default()
        },
        property: Property::Agreement,
        generator,
        seed: 1,
        from: 0,
        trials: budget,
    }
}

fn found(settings: &Settings, build: Build) -> Option<Found> {
    let all = (0..ISLANDS).collect();
    let mut search = Search::over(settings.clone(), build, all).expect("possible");
    while !search.advance(10_000).finished {}
    search.found().cloned()
}

fn shrunk(found: &Found, settings: &Settings, build: Build) -> Found {
    let run = found.scenario.clone();
    let mut shrink = Shrink::over(run, settings.judged(), build).expect("possible");
    while !shrink.advance(10_000) {}
    assert!(!shrink.needs().is_empty());
    shrink.best().expect("it breaks agreement")
}

/// Three poor validators lie, with 3 of 43 of the stake. A quorum of heads has five of seven, so that they and two honest
/// ones decide; a quorum of stake is out of their reach.
#[test]
fn a_quorum_counted_by_heads_is_found_and_does_no_harm_where_stake_counts() {
    let mut base = scene("tendermint", &[1, 1, 1, 10, 10, 10, 10]);
    base.protocol.block_interval_us = 100_000;
    for generator in [Generator::Random, Generator::Pct] {
        let mut settings = settings(base.clone(), generator, 60);
        settings.space.liars = 3;
        let flawed = flawed::<Tendermint, QuorumByHeads>;
        let found = found(&settings, flawed);
        let found = found.unwrap_or_else(|| panic!("{}: nothing", generator.name()));
        let small = shrunk(&found, &settings, flawed);
        assert!(small.commands <= found.commands);
        // Not the small one, in which stakes have become equal: heads are all that this bug knows.
        let sound = run(simulate, &settings.judged(), found.scenario).expect("possible");
        assert_eq!(sound.ending, Ending::Holds, "{}", generator.name());
    }
}

/// With more than half of the stake as a quorum, one validator of five that runs twice is in a quorum on either side of a
/// cut. With more than two thirds it is not: the same run holds.
#[test]
fn a_lowered_quorum_is_found_by_a_twin_and_a_cut() {
    let mut base = scene("jolteon", &[1; 5]);
    let params = &mut base.protocol.params;
    params.set("delta_us", ParamValue::Number(30_000));
    params.set("quorum", ParamValue::Choice("half".into()));
    let mut settings = settings(base, Generator::Random, 300);
    settings.space = Space {
        seed: true,
        partitions: 1,
        liars: 1,
        twins: true,
        calm_us: 2_000_000,
        end_us: 2_000_000,
        ..Space::nothing()
    };
    let found = found(&settings, simulate).expect("within 300 trials");
    let small = shrunk(&found, &settings, simulate);
    assert_eq!(small.scenario.twins.len(), 1, "{:?}", small.scenario);
    let mut sound = small.scenario;
    sound.protocol.params.unset("quorum");
    let outcome = run(simulate, &settings.judged(), sound).expect("possible");
    assert_eq!(outcome.ending, Ending::Holds);
}
