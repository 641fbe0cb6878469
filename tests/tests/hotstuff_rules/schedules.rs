//! Random schedules with liars below the bound, and what liars at the bound can and cannot do.

use super::times::calm;
use super::*;

/// Liars below the bound: nothing forks, and after the network is calm everybody goes on.
fn weather(protocol: &str, proposer: Option<ProposerSpec>, relocks: u32) -> Coverage {
    let mut coverage = Coverage::default();
    for seed in 1..=14 {
        let mut scenario = storm_under(protocol, 3, seed);
        if let Some(proposer) = proposer.clone() {
            scenario.protocol.proposer = proposer;
        }
        survive(seed, &scenario, 3, &mut coverage);
    }
    assert!(coverage.restarts > 3, "restarts: {}", coverage.restarts);
    assert!(coverage.caught_up > 3, "caught up: {}", coverage.caught_up);
    assert!(coverage.skips > 10, "ended views: {}", coverage.skips);
    let equivocations = coverage.equivocations;
    assert!(equivocations > 3, "equivocations: {equivocations}");
    assert!(coverage.relocks >= relocks, "relocks: {}", coverage.relocks);
    coverage
}

#[test]
fn basic_hotstuff_survives_random_schedules_with_liars_up_to_a_third() {
    // Of one view a validator locks on one block, and the next leader hears of it from a quorum: in so few runs
    // none was left for another.
    weather("basic-hotstuff", None, 0);
}

#[test]
fn chained_hotstuff_survives_random_schedules_with_liars_up_to_a_third() {
    // Of four in turn one liar may keep every three-chain from closing: that is the scenario above. And a lock needs
    // two blocks in a row, so that none is left for another in so few runs.
    weather("chained-hotstuff", Some(ProposerSpec::Draw), 0);
}

#[test]
fn hotstuff_2_survives_random_schedules_with_liars_up_to_a_third() {
    weather("hotstuff-2", None, 3);
}

#[test]
fn basic_hotstuff_2_survives_random_schedules_with_liars_up_to_a_third() {
    weather("basic-hotstuff-2", None, 1);
}

#[test]
fn jolteon_survives_random_schedules_with_liars_up_to_a_third() {
    weather("jolteon", None, 0);
}

#[test]
fn monadbft_survives_random_schedules_with_liars_up_to_a_third() {
    let coverage = weather("monadbft", None, 0);
    let times = |rule: &str| coverage.rules.get(rule).copied().unwrap_or(0);
    assert!(times("M3") > 30, "blocks proposed again: {}", times("M3"));
    assert!(times("M9") > 200, "timeout certificates: {}", times("M9"));
    assert!(times("M10") > 30, "no-endorsements: {}", times("M10"));
}

/// The first block reaches less than a third, who crash around the time at which they tell of it: it is sometimes
/// proposed again and sometimes left out.
#[test]
fn monadbft_survives_blocks_that_are_lost_with_their_voters() {
    let mut coverage = Coverage::default();
    for seed in 1..=12 {
        let mut dice = Dice::new(seed);
        let n = 4 + dice.below(4) as usize;
        let mut scenario = calm("monadbft", &vec![10; n], [("delta_us", DELTA)]);
        scenario.seed = seed;
        scenario.protocol.resend = true;
        scenario.network.latency = LatencySpec::Uniform {
            min_us: 30_000,
            max_us: 70_000,
        };
        let name = |i: usize| format!("v{}", i + 1);
        let more = dice.below(n as u64 - 2) as usize;
        let mut voters = vec![name(0)];
        voters.extend((n - more.min((n - 1) / 3)..n).map(name));
        scenario.network.partitions = vec![PartitionSpec {
            from_us: 0,
            until_us: Some(300_000 + dice.below(290_000)),
            cut: Cut::Groups(vec![voters.clone()]),
        }];
        scenario.faults.crashes = voters
            .into_iter()
            .map(|validator| CrashSpec {
                validator,
                at_us: 6 * DELTA + 1 + dice.below(60_000),
                restart_us: Some(2_000_000 + dice.below(4_000_000)),
            })
            .collect();
        survive(seed, &scenario, 3, &mut coverage);
    }
    let times = |rule: &str| coverage.rules.get(rule).copied().unwrap_or(0);
    assert!(times("M3") > 3, "blocks proposed again: {}", times("M3"));
    assert!(times("M4") > 3, "blocks left out: {}", times("M4"));
}

/// In storms with liars of all kinds: where no leader proposed two blocks of a height in one view, the block that
/// somebody took as speculatively final is the one that becomes final.
#[test]
fn what_is_speculatively_final_is_undone_by_leaders_of_two_blocks_alone() {
    let (mut held, mut skipped) = (0, 0);
    for seed in [1, 2, 4, 7, 9, 15] {
        let mut session = Session::open(storm_under("monadbft", 3, seed)).expect("possible");
        session.run_to(25_000_000);
        type Slots = BTreeMap<(u64, u64), BTreeSet<String>>;
        let (mut proposed, mut taken): (Slots, Slots) = Default::default();
        let mut decided: BTreeMap<u64, String> = BTreeMap::new();
        for line in session.trace_lines() {
            let line: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
            let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
            let number = |field: &str| line[field].as_u64().unwrap_or_default();
            let slot = (number("height"), number("round"));
            match (text("event").as_str(), text("kind").as_str()) {
                ("sent", "propose") => {
                    proposed.entry(slot).or_default().insert(text("value"));
                }
                ("rule", _) if text("rule") == "M7" => {
                    taken.entry(slot).or_default().insert(text("node"));
                }
                ("committed", _) => {
                    decided.insert(slot.0, text("block"));
                }
                _ => {}
            }
        }
        for ((height, round), nodes) in taken {
            let two = proposed
                .iter()
                .any(|((h, _), blocks)| *h == height && blocks.len() > 1);
            if two || !decided.contains_key(&height) {
                skipped += nodes.len();
                continue;
            }
            let block = proposed[&(height, round)].first().expect("one");
            assert_eq!(Some(block), decided.get(&height), "seed {seed}, {height}");
            held += nodes.len();
        }
    }
    assert!(held > 1_000 && skipped > 5, "{held} and {skipped}");
}

pub const ALL: [&str; 6] = [
    "basic-hotstuff",
    "chained-hotstuff",
    "hotstuff-2",
    "basic-hotstuff-2",
    "jolteon",
    "monadbft",
];

/// v1 runs twice, once in each half of a network that is cut for good; the others are split between the halves.
fn torn(protocol: &str, stakes: &[u64], quorum: &str) -> Scenario {
    let mut scenario = calm(protocol, stakes, []);
    let params = serde_json::json!({"delta_us": DELTA, "quorum": quorum});
    scenario.protocol.params = serde_json::from_value(params).expect("parameters");
    scenario.protocol.proposer = ProposerSpec::Draw;
    scenario.twins = vec!["v1".into()];
    let half = stakes.len() / 2;
    let names = |from: usize, to: usize, twin: &str| -> Vec<String> {
        let others = (from..=to).map(|i| format!("v{i}"));
        others.chain([twin.to_owned()]).collect()
    };
    let (one, other) = (
        names(2, half + 1, "'v1"),
        names(half + 2, stakes.len(), "v1'"),
    );
    scenario.network.partitions = vec![PartitionSpec {
        from_us: 0,
        until_us: None,
        cut: Cut::Groups(vec![one, other]),
    }];
    scenario
}

fn forks(scenario: &Scenario) -> bool {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(60_000_000);
    let frame = session.frame();
    let agreement = &frame.verdicts[0];
    if agreement.kind != VerdictKind::Violated {
        assert_eq!(
            agreement.kind,
            VerdictKind::Stalled,
            "{}",
            agreement.sentence
        );
    }
    agreement.kind == VerdictKind::Violated
}

/// A validator in both halves is what two quorums share. With a third of the stake both halves lack a quorum and
/// stall; with one part in a hundred more both have one, and the chain forks.
#[test]
fn a_third_of_the_stake_in_both_halves_stalls_and_more_than_a_third_forks() {
    for protocol in ALL {
        assert!(
            !forks(&torn(protocol, &[33, 33, 33], "two_thirds")),
            "{protocol}"
        );
        assert!(
            forks(&torn(protocol, &[34, 33, 33], "two_thirds")),
            "{protocol}"
        );
    }
}

#[test]
fn a_lowered_quorum_lets_a_fifth_of_the_stake_fork_the_chain() {
    for protocol in ALL {
        assert!(
            !forks(&torn(protocol, &[10; 5], "two_thirds")),
            "{protocol}"
        );
        assert!(forks(&torn(protocol, &[10; 5], "half")), "{protocol}");
    }
}

/// Two processes with one key, both in reach of all: what they say twice is proven, and nothing forks.
#[test]
fn a_twin_below_a_third_is_accused_and_forks_nothing() {
    for protocol in ALL {
        let mut scenario = calm(protocol, &[10; 5], [("delta_us", DELTA)]);
        scenario.twins = vec!["v2".into()];
        scenario.workload.tx_per_second = 5;
        let (min_us, max_us) = (20_000, 80_000);
        scenario.network.latency = LatencySpec::Uniform { min_us, max_us };
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(20_000_000);
        let frame = session.frame();
        assert!(frame.metrics.height > 20, "{protocol}");
        let holds = |v: &consensusforge_core::session::view::Verdict| v.kind == VerdictKind::Holds;
        assert!(frame.verdicts.iter().all(holds), "{protocol}");
        let accused = session
            .trace_lines()
            .any(|l| l.contains("\"evidence\"") && l.contains("\"v2\""));
        assert!(accused, "{protocol}");
    }
}

/// A validator that was away for a while is where the others are after it came back, and has signed nothing twice.
#[test]
fn a_validator_that_crashed_catches_up_and_contradicts_nothing_it_said() {
    for protocol in ALL {
        let mut scenario = calm(protocol, &[10; 5], [("delta_us", DELTA)]);
        scenario.protocol.resend = true;
        scenario.protocol.proposer = ProposerSpec::Draw;
        scenario.faults.crashes = vec![CrashSpec {
            validator: "v3".into(),
            at_us: 2_030_000,
            restart_us: Some(9_000_000),
        }];
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(9_000_000);
        let before: Vec<u64> = session.frame().nodes.iter().map(|n| n.decided).collect();
        assert!(before[2] + 5 < before[0], "{protocol}: {before:?}");
        session.run_to(25_000_000);
        let frame = session.frame();
        let after: Vec<u64> = frame.nodes.iter().map(|n| n.decided).collect();
        assert!(after[2] + 3 > after[0], "{protocol}: {after:?}");
        assert!(session.culprits().is_empty(), "{protocol}");
    }
}
