//! Figures against what was set up to happen: whose proposals are missed, whose votes are missing, and
//! that a series does not depend on the way it was come by.

use consensusforge_core::session::scenario::model::{
    AdversarySpec, LatencySpec, StrategySpec, ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::session::{Scenario, Session, view::SeriesBatch};

fn scenario(n: usize) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..n).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 20_000 };
    scenario.protocol.block_interval_us = 100_000;
    scenario
}

fn run(scenario: Scenario, until: u64) -> Session {
    let mut session = Session::open(scenario).expect("it can run");
    while !session.advance(until, 10_000).reached {}
    session
}

fn all(session: &Session) -> SeriesBatch {
    session.series(0)
}

#[test]
fn with_a_constant_delay_every_figure_can_be_worked_out() {
    let session = run(scenario(4), 10_000_000);
    let series = all(&session);
    assert!(series.closed.len() > 40, "{}", series.closed.len());
    // Proposal, prevote, precommit: three flights of 20 ms each.
    for p in &series.closed[1..] {
        assert_eq!(p.round, 0);
        assert_eq!(p.latency.p50_us, 60_000, "height {}", p.height);
        // Two votes of each of four validators to three others, and a proposal to three.
        assert_eq!(p.copies[..3], [3, 12, 12], "height {}", p.height);
        assert!(p.bytes[0] / 3 > p.bytes[1] / 12 && p.bytes[1] > 12 * 66);
        assert!(p.gas.is_some());
    }
    // The interval is the latency, and the pause after a commit.
    let steady = &series.closed[5];
    assert_eq!(steady.interval_us, Some(160_000));
    assert_eq!(steady.intervals.p99_us, 160_000);
    let made: u64 = series.validators.iter().map(|v| v.proposed).sum();
    let last = series.open.last().expect("heights").height;
    assert!(made.abs_diff(last) <= 1, "{made} proposals, {last} heights");
    for v in &series.validators {
        assert_eq!((v.missed, v.late, v.missing), (0, 0, 0), "{}", v.name);
        assert!(v.in_time >= 2 * (last - 4), "{}", v.name);
        // A quorum of prevotes is there after two flights; the proposer's own message takes none.
        assert_eq!(v.to_quorum_p50_us, Some(40_000), "{}", v.name);
    }
}

#[test]
fn a_silent_validator_misses_its_turns_and_its_votes() {
    let mut scenario = scenario(4);
    scenario.adversary = AdversarySpec {
        who: Who::Names(vec!["v2".into()]),
        strategy: StrategySpec::Silent,
    };
    let session = run(scenario, 60_000_000);
    let series = all(&session);
    let [v1, v2, ..] = &series.validators[..] else {
        panic!("four validators")
    };
    assert_eq!((v2.proposed, v2.in_time, v2.late), (0, 0, 0));
    assert!(v2.missed >= 5, "{v2:?}");
    assert!(v2.missing > 10, "{v2:?}");
    assert!(
        v1.missed == 0 && v1.missing == 0 && v1.proposed > 5,
        "{v1:?}"
    );
    assert!(series.closed.iter().any(|p| p.round > 0));
}

#[test]
fn a_validator_far_away_votes_late_and_sees_quorums_late() {
    let mut scenario = scenario(4);
    let far = |a: usize, b: usize| {
        if a != b && (a == 3 || b == 3) {
            90_000
        } else {
            10_000
        }
    };
    scenario.network.latency = LatencySpec::Matrix {
        us: (0..4)
            .map(|a| (0..4).map(|b| far(a, b)).collect())
            .collect(),
    };
    let session = run(scenario, 20_000_000);
    let figures = all(&session).validators;
    assert!(figures[3].late > 20, "{:?}", figures[3]);
    assert_eq!(figures[0].late, 0, "{:?}", figures[0]);
    assert!(figures[3].to_quorum_p50_us > figures[0].to_quorum_p50_us);
}

#[test]
fn waiting_transactions_and_gas_are_in_the_series() {
    let mut scenario = scenario(4);
    scenario.workload = WorkloadSpec {
        tx_per_second: 50,
        ..scenario.workload
    };
    let series = all(&run(scenario, 10_000_000));
    let busy = series.closed.iter().filter(|p| p.transactions > 0).count();
    assert!(busy > 20, "{busy}");
    assert!(series.closed.iter().any(|p| p.gas > Some(0)));
    assert!(series.closed.iter().any(|p| p.mempool > 0));
}

#[test]
fn a_series_taken_bit_by_bit_is_the_series_taken_at_once() {
    let mut session = Session::open(scenario(4)).expect("it can run");
    let (mut cursor, mut closed) = (0, Vec::new());
    for k in 1..=40 {
        while !session.advance(k * 250_000, 777).reached {}
        let news = session.series(cursor);
        assert_eq!(news.reset, cursor == 0);
        closed.extend(news.closed);
        cursor = news.cursor;
    }
    assert_eq!(closed, all(&session).closed);
}

#[test]
fn going_back_and_on_again_comes_to_the_same_figures() {
    let mut session = run(scenario(4), 12_000_000);
    let (before, heights, validators) = (
        all(&session),
        session.heights_csv(),
        session.validators_csv(),
    );
    while !session.seek(3_000_000, 10_000).reached {}
    let early = session.series(before.cursor);
    assert!(early.reset && early.closed.len() < before.closed.len());
    while !session.seek(12_000_000, 10_000).reached {}
    let after = all(&session);
    assert_eq!((&after.closed, &after.open), (&before.closed, &before.open));
    assert_eq!(after.validators, before.validators);
    assert_eq!(session.heights_csv(), heights);
    assert_eq!(session.validators_csv(), validators);
    let rows: Vec<&str> = heights.lines().collect();
    let columns = rows[0].split(',').count();
    assert!(rows.iter().all(|r| r.split(',').count() == columns));
}
