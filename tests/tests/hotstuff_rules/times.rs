//! Times and message counts by closed formulas, and what a silent leader costs.

use super::*;

pub const D: u64 = 50_000;

pub fn calm<const K: usize>(protocol: &str, stakes: &[u64], params: [(&str, u64); K]) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..)
            .zip(stakes)
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        protocol: ProtocolSpec {
            name: protocol.into(),
            proposer: ProposerSpec::Rotation,
            params: ParamsSpec::from(params),
            resend: false,
            ..ProtocolSpec::default()
        },
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: D };
    scenario
}

/// Height, index of the validator and instant of every decision.
pub fn decisions(scenario: &Scenario, until: u64) -> Vec<(u64, usize, u64)> {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let all = session.decisions();
    let index = |name: &str| name[1..].parse::<usize>().expect("v and a number") - 1;
    all.iter()
        .map(|d| (d.height, index(&d.validator), d.at_us))
        .collect()
}

/// Protocols of one block a view, and of how many certified blocks in a row the first is final.
const PIPELINED: [(&str, u64); 4] = [
    ("chained-hotstuff", 3),
    ("hotstuff-2", 2),
    ("jolteon", 2),
    ("monadbft", 2),
];

#[test]
fn a_view_takes_two_delays_and_a_block_is_final_when_the_last_certificate_arrives() {
    for (protocol, chain) in PIPELINED {
        for n in [4, 7, 10, 16] {
            let decided = decisions(&calm(protocol, &vec![10; n], []), 2_000_000);
            assert!(decided.len() >= 15 * n, "{protocol}, n = {n}");
            for (height, validator, at) in decided {
                // Its leader collects the certificate; the others have it a delay later.
                let collects = (height + chain - 1) % n as u64 == validator as u64;
                let arrives = if collects { 0 } else { D };
                let expected = (height - 1) * 2 * D + 2 * chain * D + arrives;
                assert_eq!(at, expected, "{protocol}, n = {n}, height {height}");
            }
        }
    }
}

#[test]
fn basic_hotstuff_is_final_after_seven_delays_and_goes_on_after_eight() {
    for n in [4, 7, 10, 16] {
        let decided = decisions(&calm("basic-hotstuff", &vec![10; n], []), 4_000_000);
        assert!(decided.len() >= 9 * n, "n = {n}");
        for (height, validator, at) in decided {
            let leads = (height - 1) % n as u64 == validator as u64;
            let delays = (height - 1) * 8 + if leads { 6 } else { 7 };
            assert_eq!(at, delays * D, "n = {n}, height {height}");
        }
    }
}

#[test]
fn basic_hotstuff_2_is_final_and_goes_on_after_five_delays() {
    for n in [4, 7, 10, 16] {
        let decided = decisions(&calm("basic-hotstuff-2", &vec![10; n], []), 2_500_000);
        assert!(decided.len() >= 9 * n, "n = {n}");
        for (height, validator, at) in decided {
            let leads = (height - 1) % n as u64 == validator as u64;
            let delays = (height - 1) * 5 + if leads { 4 } else { 5 };
            assert_eq!(at, delays * D, "n = {n}, height {height}");
        }
    }
}

#[test]
fn basic_hotstuff_2_costs_five_messages_a_validator_and_a_new_view() {
    for n in [4u64, 7, 10, 16] {
        let views = 4;
        let mut session =
            Session::open(calm("basic-hotstuff-2", &vec![10; n as usize], [])).expect("possible");
        // At the end of the last view its votes are sent, and the new-views are not.
        session.run_to(views * 5 * D - 1);
        let kinds = session.frame().metrics.messages_by_kind;
        let sent = |kind: &str| kinds.iter().find(|k| k.kind == kind).map_or(0, |k| k.sent);
        let each = views * (n - 1);
        let counts = ["propose", "vote", "pre-commit vote"];
        assert_eq!(counts.map(sent), [each; 3], "n = {n}");
        assert_eq!(sent("certificate"), 2 * each, "n = {n}");
        // The leader of the view alone has sent its own to the next one.
        let new_views = (views - 1) * (n - 1) + 1;
        assert_eq!(sent("new-view"), new_views, "n = {n}");
        let all: u64 = kinds.iter().map(|k| k.sent).sum();
        assert_eq!(all, 5 * each + new_views, "n = {n}");
    }
}

/// Nobody waits for its votes, and the next leader holds the certificate of no view before.
#[test]
fn a_silent_leader_of_basic_hotstuff_2_costs_one_view_and_a_wait() {
    let mut scenario = calm("basic-hotstuff-2", &[10; 4], [("delta_us", DELTA)]);
    silent(&mut scenario, "v4");
    let decided = decisions(&scenario, 6_000_000);
    for height in 1..=7u64 {
        // Three blocks a cycle; then the timers of those who entered with the last decision, a delay for their
        // timeouts, and the wait.
        let cycles = (height - 1) / 3;
        let start = (height - 1) * 5 * D + cycles * (8 * DELTA + D + 2 * DELTA);
        for validator in 0..3 {
            let found = decided
                .iter()
                .find(|d| (d.0, d.1) == (height, validator))
                .map(|d| d.2);
            let leads = (height - 1) % 3 == validator as u64;
            let expected = start + if leads { 4 } else { 5 } * D;
            assert_eq!(found, Some(expected), "height {height}, v{}", validator + 1);
        }
    }
}

#[test]
fn basic_hotstuff_costs_seven_messages_a_validator_and_a_new_view() {
    for n in [4u64, 7, 10, 16] {
        let views = 4;
        let mut session =
            Session::open(calm("basic-hotstuff", &vec![10; n as usize], [])).expect("possible");
        session.run_to(views * 8 * D - 1);
        let kinds = session.frame().metrics.messages_by_kind;
        let sent = |kind: &str| kinds.iter().find(|k| k.kind == kind).map_or(0, |k| k.sent);
        let each = views * (n - 1);
        let counts = [
            "prepare",
            "prepare vote",
            "pre-commit vote",
            "commit vote",
            "new-view",
        ];
        assert_eq!(counts.map(sent), [each; 5], "n = {n}");
        assert_eq!(sent("certificate"), 3 * each, "n = {n}");
        let all: u64 = kinds.iter().map(|k| k.sent).sum();
        assert_eq!(all, 8 * each, "n = {n}");
    }
}

/// Its votes go to the leader of their own view: a silent one takes no other block with it.
#[test]
fn a_silent_leader_of_basic_hotstuff_costs_one_view() {
    let mut scenario = calm("basic-hotstuff", &[10; 4], [("delta_us", DELTA)]);
    silent(&mut scenario, "v4");
    let decided = decisions(&scenario, 6_000_000);
    for height in 1..=7u64 {
        // Three blocks a cycle, and then the timers of those who entered last, one delay after the leader.
        let cycles = (height - 1) / 3;
        let start = (height - 1) * 8 * D + cycles * 9 * DELTA;
        for validator in 0..3 {
            let found = decided
                .iter()
                .find(|d| (d.0, d.1) == (height, validator))
                .map(|d| d.2);
            let leads = (height - 1) % 3 == validator as u64;
            let expected = start + if leads { 6 } else { 7 } * D;
            assert_eq!(found, Some(expected), "height {height}, v{}", validator + 1);
        }
    }
}

/// The votes of round 6 went to v7 alone, which never tells of them. Everybody honest voted for that block, and
/// the next honest leader drops it without knowing: what is known as tail-forking.
#[test]
fn jolteon_drops_the_block_before_a_silent_leader_although_a_quorum_voted_for_it() {
    let mut scenario = calm("jolteon", &[10; 7], [("delta_us", DELTA)]);
    silent(&mut scenario, "v7");
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(4_000_000);
    let rounds: Vec<u32> = session.decisions().iter().map(|d| d.round).collect();
    for round in [1, 2, 3, 4, 5, 8, 9, 10, 11] {
        assert!(rounds.contains(&round), "round {round}");
    }
    assert!(!rounds.contains(&6) && !rounds.contains(&7));
    let lines = session.trace_lines();
    let events =
        lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("a JSON line"));
    let voted = events
        .filter(|e| e["event"] == "rule" && e["rule"] == "J3" && e["round"] == 6)
        .filter(|e| e["node"] != "v7");
    assert_eq!(voted.count(), 6, "all but v7");
}

#[test]
fn a_view_costs_one_proposal_to_all_and_one_vote_of_each() {
    for (protocol, _) in PIPELINED {
        for n in [4u64, 7, 10, 16] {
            let views = 6;
            let scenario = calm(protocol, &vec![10; n as usize], []);
            let mut session = Session::open(scenario).expect("possible");
            // All of the last view has been sent, and the next one has not begun.
            session.run_to(views * 2 * D - 1);
            let kinds = session.frame().metrics.messages_by_kind;
            let sent = |kind: &str| kinds.iter().find(|k| k.kind == kind).map_or(0, |k| k.sent);
            assert_eq!(sent("propose"), views * (n - 1), "{protocol}, n = {n}");
            assert_eq!(sent("vote"), views * (n - 1), "{protocol}, n = {n}");
            let all: u64 = kinds.iter().map(|k| k.sent).sum();
            assert_eq!(all, views * 2 * (n - 1), "{protocol}, n = {n}");
        }
    }
}

/// When a validator has heard of a quorum: the earliest instant by which voters, whose votes leave at these
/// instants, of more than 2/3 of the stake have been heard.
fn quorum_heard(stakes: &[u64], leave: &[u64], to: usize, delay: &[Vec<u64>]) -> u64 {
    let total: u64 = stakes.iter().sum();
    let arrival = |from: usize| leave[from] + if from == to { 0 } else { delay[from][to] };
    let mut order: Vec<usize> = (0..stakes.len()).collect();
    order.sort_by_key(|i| arrival(*i));
    let mut heard = 0;
    for i in order {
        heard += stakes[i];
        if 3 * heard > 2 * total {
            return arrival(i);
        }
    }
    unreachable!("all the stake is a quorum")
}

#[test]
fn stakes_and_matrices_follow_the_weighted_quorum_recurrence() {
    let cases: &[(&[u64], u64)] = &[
        (&[100, 500, 200], 1),
        (&[1, 2, 3, 4, 5], 7),
        (&[7; 6], 3),
        (&[50, 1, 1, 1, 1, 1, 45], 11),
    ];
    for (protocol, chain) in PIPELINED {
        for (stakes, salt) in cases {
            let n = stakes.len();
            let delay: Vec<Vec<u64>> = (0..n as u64)
                .map(|a| {
                    (0..n as u64)
                        .map(|b| 40_000 + (a * 7_919 + b * 104_729 + salt * 31) % 20_000)
                        .collect()
                })
                .collect();
            let mut scenario = calm(protocol, stakes, []);
            scenario.network.latency = LatencySpec::Matrix { us: delay.clone() };
            let decided = decisions(&scenario, 2_000_000);
            // When each validator learns what the proposal of a view tells: its leader when it has collected the
            // votes of the view before, the others when the proposal arrives. A leader that needs one vote beside
            // its own collects them at the instant it votes, and then makes a pause.
            let (mut collected, mut sent) = (0, 0);
            let mut known: Vec<Vec<u64>> = Vec::new();
            for view in 0..12 {
                let (leader, next) = (view % n, (view + 1) % n);
                let at = |i: usize, own: u64| {
                    if i == leader {
                        own
                    } else {
                        sent + delay[leader][i]
                    }
                };
                let voted: Vec<u64> = (0..n).map(|i| at(i, sent)).collect();
                let learned: Vec<u64> = (0..n).map(|i| at(i, collected)).collect();
                collected = quorum_heard(stakes, &voted, next, &delay);
                let entered = if view == 0 { 0 } else { learned[next] };
                sent = collected.max(entered + 1_000);
                known.push(learned);
            }
            for height in 1..=8u64 {
                let certified = &known[height as usize - 1 + chain as usize];
                for (validator, expected) in certified.iter().enumerate() {
                    let found = decided
                        .iter()
                        .find(|d| (d.0, d.1) == (height, validator))
                        .map(|d| d.2);
                    assert_eq!(
                        found,
                        Some(*expected),
                        "{protocol}, stakes {stakes:?}, height {height}, v{}",
                        validator + 1
                    );
                }
            }
        }
    }
}

pub fn silent(scenario: &mut Scenario, who: &str) {
    scenario.adversary = AdversarySpec {
        who: Who::Names(vec![who.into()]),
        strategy: StrategySpec::Silent,
    };
}

/// What a view may take, and what a leader waits after a view that brought nothing, in Δ.
fn patience(protocol: &str) -> (u64, u64) {
    match protocol {
        "hotstuff-2" => (6, 2),
        "monadbft" => (6, 0),
        _ => (4, 0),
    }
}

#[test]
fn a_silent_first_leader_costs_its_timeout_and_one_delay() {
    for (protocol, chain) in PIPELINED {
        let mut scenario = calm(protocol, &[10; 7], [("delta_us", DELTA)]);
        silent(&mut scenario, "v1");
        let (view, wait) = patience(protocol);
        // Timeouts leave when the time is up, and the leader of view 2 enters when they have arrived.
        let proposed = view * DELTA + D + wait * DELTA;
        for (height, validator, at) in decisions(&scenario, 2_000_000) {
            if height == 1 {
                let collects = (1 + chain) % 7 == validator as u64;
                let arrives = if collects { 0 } else { D };
                assert_eq!(at, proposed + 2 * chain * D + arrives, "{protocol}");
            }
        }
    }
}

#[test]
fn a_silent_leader_costs_the_time_of_two_views_and_the_block_before() {
    for (protocol, _) in PIPELINED {
        let mut scenario = calm(protocol, &[10; 7], [("delta_us", DELTA)]);
        silent(&mut scenario, "v7");
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(4_000_000);
        let (view, wait) = patience(protocol);
        // The votes of view 6 go to v7 and are lost: that view is given up, and then view 7. Everybody but its
        // leader enters view 6 with its proposal.
        let entered = 5 * 2 * D + D;
        let expected = entered + 2 * (view * DELTA + D) + wait * DELTA;
        let lines = session.trace_lines();
        let events = lines
            .map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("a JSON line"));
        let begins = events
            .filter(|e| e["event"] == "step" && e["round"] == 8)
            .map(|e| e["at_us"].as_u64().expect("a time"));
        let first = begins.min().expect("view 8 begins");
        assert_eq!(first, expected - wait * DELTA, "{protocol}");
    }
}

/// n = 4, turns in order, one silent leader: of each cycle of four views the votes of one are lost with the leader
/// that should have collected them, and one has no proposal. Two consecutive ones are certified, never three.
#[test]
fn with_one_silent_leader_of_four_the_three_chain_never_commits_and_two_chains_do_once_a_cycle() {
    for (protocol, chain) in PIPELINED {
        let mut scenario = calm(protocol, &[10; 4], [("delta_us", DELTA)]);
        silent(&mut scenario, "v4");
        scenario.checks.stall_after_us = 15_000_000;
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(20_000_000);
        let frame = session.frame();
        let lines = session.trace_lines();
        let certified = lines.filter(|line| line.contains("\"polka\"")).count();
        assert!(certified > 60, "{protocol}: {certified} certificates seen");
        let told = &frame.adversary.sentence;
        let turns = if chain == 3 { "four" } else { "three" };
        let stops = format!("stops it only where no {turns} leaders in a row are honest");
        assert!(told.contains(&stops), "{protocol}: {told}");
        if chain == 3 {
            assert_eq!(frame.metrics.height, 0, "{protocol}");
            assert_eq!(frame.verdicts[0].kind, VerdictKind::Stalled);
            continue;
        }
        let mut of_v1: Vec<(u64, u64)> = decisions(&session.scenario().clone(), 20_000_000)
            .into_iter()
            .filter(|d| d.1 == 0)
            .map(|d| (d.2, d.0))
            .collect();
        of_v1.sort_unstable();
        let mut instants: Vec<u64> = of_v1.iter().map(|d| d.0).collect();
        instants.dedup();
        // Block 1 alone in the first cycle, whose views 1 and 2 are certified; then two at a time.
        let (heights, commits) = (of_v1.len(), instants.len());
        assert!(commits > 8, "{protocol}: {commits}");
        assert_eq!(heights, 2 * commits - 1, "{protocol}");
    }
}

/// At exactly a third nobody can fork the chain, and whoever says nothing stops it.
#[test]
fn one_silent_validator_of_three_stops_every_protocol_and_forks_none() {
    for protocol in [
        "basic-hotstuff",
        "chained-hotstuff",
        "hotstuff-2",
        "basic-hotstuff-2",
        "jolteon",
        "monadbft",
    ] {
        let mut scenario = calm(protocol, &[10; 3], [("delta_us", DELTA)]);
        silent(&mut scenario, "v3");
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(20_000_000);
        let frame = session.frame();
        let kind = frame.verdicts[0].kind;
        assert_eq!(kind, VerdictKind::Stalled, "{protocol}");
        let sentence = &frame.verdicts[0].sentence;
        assert!(sentence.contains("66.7 %"), "{protocol}: {sentence}");
    }
}

#[test]
fn with_one_more_leader_the_three_chain_commits_in_spite_of_a_silent_one() {
    let mut scenario = calm("chained-hotstuff", &[10; 5], [("delta_us", DELTA)]);
    silent(&mut scenario, "v5");
    let heights = decisions(&scenario, 20_000_000);
    assert!(heights.iter().map(|d| d.0).max() > Some(10));
}
