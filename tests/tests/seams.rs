//! The seams, each with a second implementation in the full simulator.

use consensusforge_core::check::{FindingKind, Monitors};
use consensusforge_core::consensus::streamlet::Streamlet;
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, Command, CrashSpec, LatencySpec, StrategySpec, Who, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_core::trace::Event;
use consensusforge_core::types::{PublicKey, ValidatorSet, ValidatorSets};
use consensusforge_core::world::{Setup, Simulation, build};

fn setup(scenario: Scenario) -> Setup {
    Setup {
        scenario,
        contracts: Default::default(),
    }
}

#[test]
fn streamlet_runs_in_the_simulator_and_finalises_ancestors() {
    let scenario = || {
        let mut scenario = Scenario {
            workload: WorkloadSpec {
                tx_per_second: 5,
                accounts: 4,
            },
            ..Scenario::default()
        };
        scenario.network.latency = LatencySpec::Constant { us: 20_000 };
        // Without v3 every fourth epoch stays empty: three in a row finalise what waited before them.
        scenario.faults.crashes.push(CrashSpec {
            validator: "v3".into(),
            at_us: 20_000_000,
            restart_us: None,
        });
        scenario
    };
    let mut world = build::<Streamlet>(&setup(scenario())).expect("possible");
    let mut monitors = Monitors::new(&world.trace().head);
    world.run(60_000_000, u64::MAX);
    monitors.observe(world.trace());
    for finding in monitors.findings(world.now(), world.trace()) {
        assert_eq!(finding.kind, FindingKind::Holds, "{}", finding.sentence);
    }
    assert!(
        monitors.metrics.decided.len() >= 10,
        "{}",
        monitors.metrics.decided.len()
    );
    assert!(monitors.metrics.transactions > 10);
    // Finality comes in order, and a decision may bring several heights at one instant: its ancestors.
    let commits: Vec<_> = world
        .trace()
        .since(0)
        .filter_map(|r| match &r.event {
            Event::Committed(c) if c.node.0 == 0 => Some((r.at, c.height)),
            _ => None,
        })
        .collect();
    assert!(
        commits.windows(2).all(|w| w[1].1 == w[0].1 + 1),
        "{commits:?}"
    );
    let together = commits.windows(2).any(|w| w[1].0 == w[0].0);
    assert!(together, "no ancestor was finalised along: {commits:?}");
    // The same run twice.
    let (digest, steps) = (world.digest(), Simulation::steps(&world));
    let mut again = build::<Streamlet>(&setup(scenario())).expect("possible");
    again.run(60_000_000, u64::MAX);
    assert_eq!((again.digest(), Simulation::steps(&again)), (digest, steps));
}

#[test]
fn a_lying_executor_is_alone_with_its_root() {
    let scenario = Scenario {
        adversary: AdversarySpec {
            who: Who::Names(vec!["v3".into()]),
            strategy: StrategySpec::WrongRoot,
        },
        ..Scenario::default()
    };
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(20_000_000);
    let mut rejected_by_honest = 0;
    let mut rejected_by_liar = 0;
    for line in session.trace_lines() {
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        if value["event"] == "rejected" {
            assert!(
                value["reason"]
                    .as_str()
                    .is_some_and(|r| r.contains("state root")),
                "{line}"
            );
            if value["node"] == "v3" {
                rejected_by_liar += 1
            } else {
                rejected_by_honest += 1
            }
        }
    }
    assert!(
        rejected_by_honest >= 3 && rejected_by_liar >= 3,
        "{rejected_by_honest} {rejected_by_liar}"
    );
    let frame = session.frame();
    assert!(frame.metrics.height > 10);
    assert!(
        frame.verdicts.iter().all(|v| v.kind == VerdictKind::Holds),
        "{:?}",
        frame.verdicts
    );
    let told = frame
        .verdicts
        .iter()
        .find(|v| v.monitor == "state roots")
        .expect("there");
    assert!(told.sentence.contains("v3 has"), "{}", told.sentence);
}

#[test]
fn one_key_may_run_twice() {
    let scenario = Scenario {
        twins: vec!["v2".into()],
        ..Scenario::default()
    };
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(20_000_000);
    let frame = session.frame();
    assert_eq!(frame.nodes.len(), 5);
    assert_eq!(frame.nodes[4].name, "v2'");
    assert!(
        frame.nodes.iter().all(|n| n.decided > 10),
        "{:?}",
        frame.nodes.iter().map(|n| n.decided).collect::<Vec<_>>()
    );
    assert!(
        frame
            .verdicts
            .iter()
            .all(|v| v.kind != VerdictKind::Violated),
        "{:?}",
        frame.verdicts
    );
    // Two processes with one key propose two blocks: the others hold the proof.
    let accused = session
        .trace_lines()
        .any(|l| l.contains("\"evidence\"") && l.contains("\"v2\""));
    assert!(accused, "the twin equivocates");
}

#[test]
fn who_is_down_from_the_start_joins_later() {
    let mut scenario = Scenario::default();
    scenario.faults.crashed = 1;
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(10_000_000);
    let down: Vec<_> = session
        .frame()
        .nodes
        .iter()
        .filter(|n| n.crashed)
        .map(|n| n.decided)
        .collect();
    assert_eq!(down, [0]);
    session
        .apply(Command::SetCrashed { count: 0 })
        .expect("fine");
    session.run_to(13_000_000);
    let frame = session.frame();
    let (least, most) = (
        frame.nodes.iter().map(|n| n.decided).min(),
        frame.nodes.iter().map(|n| n.decided).max(),
    );
    assert!(
        least.zip(most).is_some_and(|(a, b)| a > 5 && b - a <= 1),
        "{least:?} {most:?}"
    );
}

#[test]
fn equivocations_are_kept_as_evidence() {
    let scenario = Scenario {
        adversary: AdversarySpec {
            who: Who::Names(vec!["v2".into()]),
            strategy: StrategySpec::Coalition,
        },
        ..Scenario::default()
    };
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(20_000_000);
    let frame = session.frame();
    assert!(
        frame
            .nodes
            .iter()
            .any(|n| !n.byzantine && !n.accuses.is_empty()),
        "nobody holds proof"
    );
    for node in frame.nodes.iter().filter(|n| !n.byzantine) {
        assert!(
            node.accuses.iter().all(|a| a == "v2"),
            "{}: {:?}",
            node.name,
            node.accuses
        );
    }
}

#[test]
fn validator_sets_are_looked_up_by_height() {
    let key = |i: u8| PublicKey([i; 32]);
    let set = |stakes: &[u64]| {
        ValidatorSet::new(stakes.iter().enumerate().map(|(i, s)| (key(i as u8), *s)))
            .expect("possible")
    };
    let mut sets = ValidatorSets::new(set(&[1, 1, 1]));
    sets.change(10, set(&[5, 5, 5, 5]));
    sets.change(20, set(&[9]));
    assert_eq!(sets.at(1).len(), 3);
    assert_eq!(sets.at(9).len(), 3);
    assert_eq!(sets.at(10).len(), 4);
    assert_eq!(sets.at(19).total(), 20);
    assert_eq!(sets.at(1_000_000).len(), 1);
}

#[test]
fn heavy_blocks_take_simulated_time() {
    let timed = |gas_per_second| {
        let mut scenario = Scenario {
            workload: WorkloadSpec {
                tx_per_second: 50,
                accounts: 16,
            },
            ..Scenario::default()
        };
        scenario.execution.gas_per_second = gas_per_second;
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(30_000_000);
        assert!(
            session
                .frame()
                .verdicts
                .iter()
                .all(|v| v.kind == VerdictKind::Holds)
        );
        session.frame().metrics.height
    };
    // 50 transfers of 21,000 gas a second: a block of some 35 takes 0.9 s at 800,000 a second.
    let (free, slow) = (timed(0), timed(800_000));
    assert!(slow < free * 9 / 10, "{slow} blocks against {free}");
}

#[test]
fn stalled_says_what_is_missing() {
    let mut scenario = Scenario::default();
    scenario.faults.crashed = 2;
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(40_000_000);
    let verdict = session.frame().verdicts[0].clone();
    assert_eq!(verdict.kind, VerdictKind::Stalled);
    assert!(
        verdict.sentence.contains("needs more than 66.7 %")
            && verdict.sentence.contains("has 50 %"),
        "{}",
        verdict.sentence
    );
    assert!(
        verdict.sentence.contains("height 1, round 0"),
        "{}",
        verdict.sentence
    );
}
