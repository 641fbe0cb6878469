//! Honest simulation against closed formulas, to the microsecond. Re-sending is off, timeouts are far
//! away: what is left is the protocol and the wire.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    LatencySpec, ParamsSpec, ProposerSpec, ProtocolSpec, ValidatorSpec, WorkloadSpec,
};

const D: u64 = 50_000;
const INTERVAL: u64 = 200_000;

fn quiet(stakes: &[u64], latency: LatencySpec) -> Scenario {
    let far = 3_000_000_000;
    let mut scenario = Scenario {
        validators: stakes
            .iter()
            .enumerate()
            .map(|(i, s)| ValidatorSpec::numbered(i, *s))
            .collect(),
        protocol: ProtocolSpec {
            proposer: ProposerSpec::Rotation,
            params: ParamsSpec::from([
                ("propose_timeout_us", far),
                ("prevote_timeout_us", far),
                ("precommit_timeout_us", far),
            ]),
            block_interval_us: INTERVAL,
            resend: false,
            ..ProtocolSpec::default()
        },
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = latency;
    scenario
}

/// (height, validator index) -> instant of decision.
fn decisions(scenario: Scenario, until: u64) -> Vec<(u64, usize, u64)> {
    let n = scenario.validators.len();
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(until);
    let all = session.decisions();
    let index = |name: &str| {
        (0..n)
            .find(|i| format!("v{}", i + 1) == name)
            .expect("known")
    };
    all.iter()
        .map(|d| (d.height, index(&d.validator), d.at_us))
        .collect()
}

#[test]
fn constant_latency_decides_three_delays_after_the_proposal() {
    for n in [3, 4, 5, 7, 16, 31] {
        let decided = decisions(
            quiet(&vec![10; n], LatencySpec::Constant { us: D }),
            2_000_000,
        );
        let heights = decided.iter().map(|d| d.0).max().expect("some");
        assert!(heights >= 4, "n = {n}");
        for (height, validator, at) in decided {
            // The first proposal leaves at 0, and every further one after a round trip of three
            // delays and the pause.
            let sent = (height - 1) * (3 * D + INTERVAL);
            // The proposer of a height starts it as early as everybody else.
            assert_eq!(
                at,
                sent + 3 * D,
                "n = {n}, height {height}, v{}",
                validator + 1
            );
        }
    }
}

#[test]
fn a_height_costs_n_minus_1_times_2n_plus_1_messages() {
    for n in [3u64, 4, 7, 10] {
        let mut session = Session::open(quiet(
            &vec![10; n as usize],
            LatencySpec::Constant { us: D },
        ))
        .expect("possible");
        let heights = 5;
        // Just before the sixth proposal leaves.
        session.run_to(heights * (3 * D + INTERVAL) - 1);
        let frame = session.frame();
        assert_eq!(frame.metrics.height, heights);
        let sent: u64 = frame.metrics.messages_by_kind.iter().map(|k| k.sent).sum();
        assert_eq!(sent, heights * (n - 1) * (2 * n + 1), "n = {n}");
        let by = |kind: &str| {
            frame
                .metrics
                .messages_by_kind
                .iter()
                .find(|k| k.kind == kind)
                .map_or(0, |k| k.sent)
        };
        assert_eq!(by("proposal"), heights * (n - 1));
        assert_eq!(by("prevote"), heights * n * (n - 1));
        assert_eq!(by("precommit"), heights * n * (n - 1));
    }
}

/// When a validator has heard of a quorum: the earliest instant by which voters (with the instants
/// their votes leave) of more than 2/3 of the stake have been heard.
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
    // Delays within a factor of 1.5 of one another, so that nobody decides before its own polka.
    let cases: &[(&[u64], u64)] = &[
        (&[100, 500, 200], 1),
        (&[1, 2, 3, 4, 5], 7),
        (&[7; 6], 3),
        (&[50, 1, 1, 1, 1, 1, 45], 11),
    ];
    for (stakes, salt) in cases {
        let n = stakes.len();
        let delay: Vec<Vec<u64>> = (0..n)
            .map(|a| {
                (0..n)
                    .map(|b| 40_000 + (a as u64 * 7_919 + b as u64 * 104_729 + salt * 31) % 20_000)
                    .collect()
            })
            .collect();
        let decided = decisions(
            quiet(stakes, LatencySpec::Matrix { us: delay.clone() }),
            3_000_000,
        );
        let mut start = vec![0u64; n];
        for height in 1..=6u64 {
            let proposer = (height as usize - 1) % n;
            let sent = start[proposer];
            let reach = |i: usize| {
                if i == proposer {
                    sent
                } else {
                    sent + delay[proposer][i]
                }
            };
            let prevote: Vec<u64> = (0..n).map(|i| start[i].max(reach(i))).collect();
            let polka: Vec<u64> = (0..n)
                .map(|j| quorum_heard(stakes, &prevote, j, &delay).max(prevote[j]))
                .collect();
            let decision: Vec<u64> = (0..n)
                .map(|j| quorum_heard(stakes, &polka, j, &delay).max(prevote[j]))
                .collect();
            for (j, expected) in decision.iter().enumerate() {
                let found = decided
                    .iter()
                    .find(|d| d.0 == height && d.1 == j)
                    .map(|d| d.2);
                assert_eq!(
                    found,
                    Some(*expected),
                    "stakes {stakes:?}, height {height}, v{}",
                    j + 1
                );
            }
            start = decision.iter().map(|d| d + INTERVAL).collect();
        }
    }
}

#[test]
fn the_share_of_lost_messages_is_p_within_four_sigma() {
    for (seed, ppm) in [(1, 10_000u32), (2, 100_000), (3, 300_000), (4, 700_000)] {
        let mut scenario = Scenario {
            seed,
            ..Scenario::default()
        };
        scenario.network.loss_ppm = ppm;
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(120_000_000);
        let flying = session.flying(0, 100_000).len() as u64;
        let frame = session.frame();
        let (lost, kept) = (frame.metrics.lost, frame.metrics.delivered + flying);
        let n = (lost + kept) as f64;
        assert!(n > 3_000.0, "enough messages to speak of a share: {n}");
        let p = f64::from(ppm) / 1e6;
        let sigma = (p * (1.0 - p) / n).sqrt();
        let share = lost as f64 / n;
        assert!(
            (share - p).abs() < 4.0 * sigma,
            "seed {seed}: {share} of {n} lost, expected {p} +- {}",
            4.0 * sigma
        );
    }
}

#[test]
fn without_delay_the_block_interval_keeps_time_going() {
    let mut scenario = quiet(&[1; 4], LatencySpec::Constant { us: 0 });
    scenario.protocol.block_interval_us = 1_000;
    let mut session = Session::open(scenario).expect("possible");
    session.advance(1_000_000, 1_000_000);
    assert_eq!(session.frame().now_us, 1_000_000);
    assert_eq!(session.frame().metrics.height, 1_001);
}
