//! Safety and progress over random schedules. A failure prints the seed, a command line and a link.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, StrategySpec, ValidatorSpec, Who,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_tests::swarm::{Coverage, way_back, weather};

#[test]
fn up_to_a_third_nothing_forks_and_after_gst_everybody_goes_on() {
    let count: u64 = std::env::var("SCHEDULES")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(100);
    let first: u64 = std::env::var("FIRST_SEED")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(1);
    let mut coverage = Coverage::default();
    for seed in first..first + count {
        weather(seed, &mut coverage);
    }
    if count >= 100 {
        assert!(
            coverage.later_rounds > 50,
            "later rounds: {}",
            coverage.later_rounds
        );
        assert!(
            coverage.equivocations > 50,
            "equivocations: {}",
            coverage.equivocations
        );
        assert!(coverage.restarts > 20, "restarts: {}", coverage.restarts);
        assert!(
            coverage.caught_up > 20,
            "catching up: {}",
            coverage.caught_up
        );
        assert!(coverage.skips > 20, "round skips: {}", coverage.skips);
        assert!(coverage.relocks > 0, "relocks: {}", coverage.relocks);
    }
    println!(
        "{count} schedules: {} decisions in later rounds, {} relocks, {} equivocations, {} restarts, {} caught up, {} skips",
        coverage.later_rounds,
        coverage.relocks,
        coverage.equivocations,
        coverage.restarts,
        coverage.caught_up,
        coverage.skips
    );
}

fn coalition(n: usize, stakes: &[u64], liars: &[usize], seed: u64) -> Scenario {
    let name = |i: &usize| format!("v{}", i + 1);
    Scenario {
        seed,
        validators: (0..n)
            .map(|i| ValidatorSpec::numbered(i, stakes[i]))
            .collect(),
        adversary: AdversarySpec {
            who: Who::Names(liars.iter().map(name).collect()),
            strategy: StrategySpec::Coalition,
        },
        ..Scenario::default()
    }
}

/// Total 3k + 1: k + 1 is one unit above a third, and 2q - T, the least that forks.
#[test]
fn one_unit_above_a_third_the_coalition_forks_the_chain() {
    let cases: &[(&[u64], &[usize])] = &[
        // 4 of 10, 3 of 7, and 34 of 100 in lumps.
        (&[1; 10], &[0, 3, 6, 9]),
        (&[1; 7], &[1, 2, 3]),
        (&[34, 33, 33], &[0]),
        (&[20, 14, 33, 11, 11, 11], &[0, 1]),
    ];
    for (stakes, liars) in cases {
        let total: u64 = stakes.iter().sum();
        let held: u64 = liars.iter().map(|i| stakes[*i]).sum();
        assert_eq!(held, total / 3 + 1, "one unit above a third");
        let found = (1..=20).any(|seed| {
            let mut session =
                Session::open(coalition(stakes.len(), stakes, liars, seed)).expect("possible");
            session.advance(10_000_000, 500_000);
            session
                .frame()
                .verdicts
                .iter()
                .any(|v| v.kind == VerdictKind::Violated && v.monitor == "agreement")
        });
        assert!(
            found,
            "no fork within 20 seeds of 10 s: {stakes:?} {liars:?}"
        );
    }
}

#[test]
fn at_exactly_a_third_the_coalition_cannot_fork() {
    for seed in 1..=20 {
        for (stakes, liars) in [
            (&[1u64; 3][..], &[0usize][..]),
            (&[1; 6], &[0, 3]),
            (&[30, 10, 20, 15, 15], &[0]),
        ] {
            let scenario = coalition(stakes.len(), stakes, liars, seed);
            let mut session = Session::open(scenario.clone()).expect("possible");
            session.run_to(15_000_000);
            for verdict in session.frame().verdicts {
                assert_ne!(
                    verdict.kind,
                    VerdictKind::Violated,
                    "{}\n{}",
                    verdict.sentence,
                    way_back(seed, &scenario)
                );
            }
        }
    }
}
