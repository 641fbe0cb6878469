//! Safety and progress over random schedules. A failure prints the seed, a command line and a link.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, StrategySpec, ValidatorSpec, Who,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_tests::siege::{self, besiege};
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

/// `SIEGES` and `FIRST_SEED` choose how many and which.
fn besieged(restarts: bool) -> siege::Coverage {
    let number = |name: &str, or: u64| {
        let given = std::env::var(name).ok().and_then(|v| v.parse().ok());
        given.unwrap_or(or)
    };
    let (first, count) = (number("FIRST_SEED", 1), number("SIEGES", 24));
    let mut coverage = siege::Coverage::default();
    for seed in first..first + count {
        besiege(seed, restarts, &mut coverage);
    }
    println!(
        "{count} sieges: {} with junk, {} lone votes, {} late votes, {} looks at a lock that others lack, \
         {} with more than 64 rounds, {} restarts",
        coverage.junk,
        coverage.lone_votes,
        coverage.late,
        coverage.hidden_locks,
        coverage.long,
        coverage.restarts
    );
    if count >= 24 {
        assert!(coverage.junk > 100, "junk: {}", coverage.junk);
        assert!(coverage.lone_votes > 100, "votes: {}", coverage.lone_votes);
        assert!(coverage.late > 20, "late votes: {}", coverage.late);
        assert!(coverage.hidden_locks > 20, "{}", coverage.hidden_locks);
    }
    coverage
}

#[test]
fn liars_below_a_third_who_want_the_chain_to_stand_still_cannot_keep_it_so() {
    let coverage = besieged(false);
    assert_eq!(coverage.restarts, 0);
}

#[test]
fn nor_can_they_where_validators_crash_and_come_back() {
    let coverage = besieged(true);
    assert!(coverage.restarts > 0, "somebody came back");
}

// --------------------------------------------- two sieges by hand, as they were once found

fn opened(scenario: &str) -> Session {
    let text = format!(r#"{{"consensusforge":1,"scenario":{scenario}}}"#);
    let opened = consensusforge_core::session::open_bytes(text.as_bytes());
    Session::open(opened.expect("well formed").scenario).expect("possible")
}

fn lowest(session: &Session) -> u64 {
    let frame = session.frame();
    let honest = frame.nodes.iter().filter(|n| !n.byzantine);
    honest.map(|n| n.decided).min().expect("somebody")
}

/// v4 proposes A to v1 and v2, and votes for it to v1 alone. Before that it fills what v2 and v3 keep of
/// its votes with others: for four blocks, or nil and three, or more.
#[test]
fn junk_votes_of_one_liar_do_not_hide_the_lock_of_another() {
    for junk in [
        vec![
            r#"{"block":"J0"}"#,
            r#"{"block":"J1"}"#,
            r#"{"block":"J2"}"#,
            r#"{"block":"J3"}"#,
        ],
        vec![
            r#""nil""#,
            r#"{"block":"J1"}"#,
            r#"{"block":"J2"}"#,
            r#"{"block":"J3"}"#,
        ],
        vec![r#"{"block":"J0"}"#; 1],
    ] {
        let line = |at: usize, to: &str, kind: &str, value: &str| {
            format!(
                r#"{{"at_us":{at},"from":"v4","to":{to},"kind":"{kind}","height":1,"round":0,"value":{value}}}"#
            )
        };
        let mut script = vec![line(
            50_000,
            r#"["v1","v2"]"#,
            "proposal",
            r#"{"block":"A"}"#,
        )];
        for (k, value) in junk.iter().enumerate() {
            script.push(line(
                300_000 + 1_000 * k,
                r#"["v2","v3"]"#,
                "prevote",
                value,
            ));
        }
        script.push(line(500_000, r#"["v1"]"#, "prevote", r#"{"block":"A"}"#));
        let mut session = opened(&format!(
            r#"{{"protocol":{{"proposer":{{"list":["v4","v1","v2","v3"]}}}},
                "network":{{"latency":{{"constant":{{"us":50000}}}}}},"workload":{{"tx_per_second":0}},
                "adversary":{{"who":{{"names":["v4"]}},"strategy":{{"puppet":{{"script":[{}]}}}}}}}}"#,
            script.join(",")
        ));
        session.run_to(1_000_000);
        assert!(session.frame().nodes[0].locked.is_some(), "v1 has locked A");
        session.run_to(120_000_000);
        let decided = lowest(&session);
        assert!(decided > 10, "{junk:?}: all stand at {decided}");
    }
}

/// v1 locks A in round 0 and is cut off. v4 votes nil, so that rounds go by; when v1 is back it is silent.
#[test]
fn a_lock_older_than_the_rounds_kept_is_still_followed() {
    let mut script = Vec::new();
    let line = |at: u64, to: &str, kind: &str, round: u64, value: &str| {
        format!(
            r#"{{"at_us":{at},"from":"v4","to":{to},"kind":"{kind}","height":1,"round":{round},"value":{value}}}"#
        )
    };
    script.push(line(
        10_000,
        r#"["v1","v2"]"#,
        "proposal",
        0,
        r#"{"block":"A"}"#,
    ));
    // v1 alone gets the third prevote for A.
    script.push(line(60_000, r#"["v1"]"#, "prevote", 0, r#"{"block":"A"}"#));
    for round in 0..120 {
        // Kept where they come, until 64 rounds ahead.
        let at = if round <= 60 { 61_000 } else { 8_000_000 };
        script.push(line(at, r#"["v2","v3"]"#, "prevote", round, r#""nil""#));
        script.push(line(at, r#"["v2","v3"]"#, "precommit", round, r#""nil""#));
    }
    let mut session = opened(&format!(
        r#"{{"protocol":{{"proposer":{{"list":["v4","v1","v2","v3"]}},"propose_timeout_us":100000,
            "prevote_timeout_us":50000,"precommit_timeout_us":50000,"timeout_delta_us":0,"resend_interval_us":300000}},
            "network":{{"latency":{{"constant":{{"us":10000}}}},"partitions":[
                {{"from_us":65000,"until_us":30000000,"cut":{{"groups":[["v1"]]}}}}]}},
            "workload":{{"tx_per_second":0}},"checks":{{"stall_after_us":60000000}},
            "adversary":{{"who":{{"names":["v4"]}},"strategy":{{"puppet":{{"script":[{}]}}}}}}}}"#,
        script.join(",")
    ));
    session.run_to(29_900_000);
    let frame = session.frame();
    assert_eq!(
        frame.nodes[0].locked.as_ref().map(|l| l.1),
        Some(0),
        "v1 holds A"
    );
    assert!(
        frame.nodes[1].round > 66,
        "v2 is in round {}",
        frame.nodes[1].round
    );
    assert_eq!(lowest(&session), 0);
    session.run_to(90_000_000);
    let decided = lowest(&session);
    assert!(decided > 10, "all stand at {decided}");
}
