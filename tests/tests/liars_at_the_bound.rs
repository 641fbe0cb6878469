//! Liars with exactly the share of the stake that a protocol does not survive: what its theory promises them is
//! found within a bounded search, and what it denies them is not.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, Cut, LatencySpec, ParamValue, PartitionSpec, ProposerSpec, StrategySpec,
    ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_tests::swarm::way_back;

/// Stakes of the liars, and of the honest.
type Stakes = (&'static [u64], &'static [u64]);

fn scenario(
    protocol: &str,
    (liars, honest): Stakes,
    strategy: StrategySpec,
    seed: u64,
) -> Scenario {
    let stakes = liars.iter().chain(honest).enumerate();
    let validators: Vec<ValidatorSpec> = stakes
        .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
        .collect();
    let names = validators.iter().take(liars.len());
    let mut scenario = Scenario {
        seed,
        adversary: AdversarySpec {
            who: Who::Names(names.map(|v| v.name.clone()).collect()),
            strategy,
        },
        validators,
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.protocol.name = protocol.into();
    scenario.protocol.proposer = ProposerSpec::Rotation;
    scenario.network.latency = LatencySpec::Uniform {
        min_us: 20_000,
        max_us: 40_000 + seed % 5 * 20_000,
    };
    scenario
}

/// The verdict on agreement, and that on progress.
fn verdicts(scenario: &Scenario, until: u64) -> (VerdictKind, VerdictKind) {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let frame = session.frame();
    let of = |monitor: &str| {
        let found = frame.verdicts.iter().find(|v| v.monitor == monitor);
        found.expect(monitor).kind
    };
    (of("agreement"), of("progress"))
}

const SEEDS: u64 = 12;

fn forks(scenario_of: impl Fn(u64) -> Scenario) -> Option<u64> {
    (1..=SEEDS).find(|seed| verdicts(&scenario_of(*seed), 5_000_000).0 == VerdictKind::Violated)
}

const THIRDS: [&str; 4] = ["tendermint", "streamlet", "simplex", "pbft"];
/// Exactly a third lies, in equal stakes, in lumps and with one heavy liar.
const A_THIRD: [Stakes; 3] = [
    (&[1], &[1, 1]),
    (&[1, 1], &[1, 1, 1, 1]),
    (&[30], &[10, 20, 15, 15]),
];

#[test]
fn liars_of_exactly_a_third_stop_a_chain_by_saying_nothing() {
    for protocol in THIRDS {
        for stakes in A_THIRD {
            let scenario = scenario(protocol, stakes, StrategySpec::Silent, 1);
            let (agreement, progress) = verdicts(&scenario, 30_000_000);
            assert_eq!(
                (agreement, progress),
                (VerdictKind::Holds, VerdictKind::Stalled),
                "{protocol} {stakes:?}\n{}",
                way_back(1, &scenario)
            );
        }
    }
}

#[test]
fn liars_of_exactly_a_third_fork_nothing() {
    for protocol in THIRDS {
        for stakes in A_THIRD {
            let coalition = |seed| scenario(protocol, stakes, StrategySpec::Coalition, seed);
            let forked = forks(coalition);
            assert_eq!(
                forked,
                None,
                "{protocol} {stakes:?}\n{}",
                way_back(forked.unwrap_or(0), &coalition(forked.unwrap_or(0)))
            );
        }
    }
}

/// One unit less, and saying nothing stops nobody.
#[test]
fn liars_of_less_than_a_third_stop_nothing() {
    for protocol in THIRDS {
        for stakes in [(&[1][..], &[1, 1, 1][..]), (&[29], &[10, 20, 15, 15])] {
            let scenario = scenario(protocol, stakes, StrategySpec::Silent, 1);
            let (agreement, progress) = verdicts(&scenario, 30_000_000);
            assert_eq!(
                (agreement, progress),
                (VerdictKind::Holds, VerdictKind::Holds),
                "{protocol} {stakes:?}\n{}",
                way_back(1, &scenario)
            );
        }
    }
}

/// Exactly a fifth lies: f is the most below a fifth, 2f + 1 notarize a block and all but f make it final.
///
/// 1. A liar leads and proposes A to the lesser side of the honest and B to the greater.
/// 2. The lesser side notarizes A with the votes of the liars.
/// 3. B is final, but the only one to see so has no stake and only follows: the second liar's vote is kept from the
///    others on the greater side.
/// 4. The lesser side leads the next view and builds on A, and all follow, as A is notarized and they know of nothing
///    final.
///
/// The stakes of the liars, of the lesser side, of the greater side and of the follower.
const A_FIFTH: [Stakes; 2] = [(&[1, 1], &[1, 7, 0]), (&[5, 5], &[9, 31, 0])];
/// One unit less.
const LESS: [Stakes; 2] = [(&[1], &[1, 8, 0]), (&[5, 4], &[10, 31, 0])];

fn minimmit(stakes: Stakes, thresholds: &str, strategy: StrategySpec, seed: u64) -> Scenario {
    let mut scenario = scenario("minimmit", stakes, strategy, seed);
    let thresholds = ParamValue::Choice(thresholds.into());
    scenario.protocol.params.set("thresholds", thresholds);
    let name = |i: usize| format!("v{}", i + 1);
    let liars = stakes.0.len();
    // The second liar, if there is one, leads last.
    let order = std::iter::once(0).chain(liars..liars + 2).chain(1..liars);
    scenario.protocol.proposer = ProposerSpec::List(order.map(name).collect());
    if liars > 1 {
        scenario.network.partitions.push(PartitionSpec {
            from_us: 0,
            until_us: Some(500_000),
            cut: Cut::OneWay {
                from: vec![name(1)],
                to: vec![name(liars + 1)],
            },
        });
    }
    scenario
}

#[test]
fn liars_of_exactly_a_fifth_fork_minimmit() {
    for stakes in A_FIFTH {
        let forked = forks(|seed| minimmit(stakes, "paper", StrategySpec::Coalition, seed));
        assert!(forked.is_some(), "{stakes:?}: no fork within {SEEDS} seeds");
    }
}

#[test]
fn liars_of_exactly_a_fifth_stop_minimmit_by_saying_nothing() {
    for stakes in A_FIFTH {
        let scenario = minimmit(stakes, "paper", StrategySpec::Silent, 1);
        let (agreement, progress) = verdicts(&scenario, 30_000_000);
        assert_eq!(
            (agreement, progress),
            (VerdictKind::Holds, VerdictKind::Stalled),
            "{stakes:?}\n{}",
            way_back(1, &scenario)
        );
    }
}

/// Four fifths make a block final and more than two notarize it, which have more than a fifth in common; and all who
/// are honest are the four fifths.
#[test]
fn with_strict_thresholds_liars_of_exactly_a_fifth_neither_fork_it_nor_stop_it_by_saying_nothing() {
    for stakes in A_FIFTH {
        let forked = forks(|seed| minimmit(stakes, "strict", StrategySpec::Coalition, seed));
        assert_eq!(forked, None, "{stakes:?}");
        let silent = minimmit(stakes, "strict", StrategySpec::Silent, 1);
        let (agreement, progress) = verdicts(&silent, 30_000_000);
        assert_eq!(
            (agreement, progress),
            (VerdictKind::Holds, VerdictKind::Holds),
            "{stakes:?}\n{}",
            way_back(1, &silent)
        );
    }
}

#[test]
fn liars_of_less_than_a_fifth_do_not_fork_minimmit() {
    for stakes in LESS {
        let forked = forks(|seed| minimmit(stakes, "paper", StrategySpec::Coalition, seed));
        assert_eq!(forked, None, "{stakes:?}");
    }
}
