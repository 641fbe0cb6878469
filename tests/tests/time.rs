//! Moving in time, acting in the past, undoing, redoing, going to another branch: wherever a session
//! stands, a fresh run of its scenario stands there too. And where two runs first differ.

use consensusforge_core::scenario::model::{
    Command, LatencySpec, SubmitSpec, ValidatorSpec, WorkloadSpec,
};
use consensusforge_core::session::compare::{Difference, Finder};
use consensusforge_core::session::view::{Moments, Unit};
use consensusforge_core::session::{Scenario, Session, divergence_time, open_link};
use consensusforge_tests::replay;
use proptest::prelude::*;

fn run(scenario: &Scenario, until: u64) -> Session {
    let mut session = Session::open(scenario.clone()).expect("possible");
    while !session.advance(until, 10_000).reached {}
    session
}

/// A fresh run of the session's scenario finds what the session says of itself.
fn assert_true(session: &Session, after: &str) {
    let said = session.expected();
    let mut fresh = Session::open(session.scenario().clone()).expect("possible");
    while !fresh.seek_step(said.steps, 1 << 20).reached {}
    assert_eq!(fresh.expected(), said, "after {after}");
}

fn back(session: &mut Session, unit: Unit) {
    session.begin_back(unit);
    while !session.go_back(97).reached {}
}

const UNITS: [Unit; 4] = [Unit::Event, Unit::Message, Unit::Step, Unit::Height];

#[test]
fn a_step_back_undoes_a_step_on() {
    for unit in UNITS {
        let mut session = run(&Scenario::default(), 1_500_000);
        // To a thing of this unit, so that on and back are inverse.
        session.step(unit, u64::MAX);
        let mut places = Vec::new();
        for _ in 0..12 {
            places.push(session.expected());
            session.step(unit, u64::MAX);
        }
        for place in places.iter().rev() {
            back(&mut session, unit);
            assert_eq!(session.expected(), *place, "{unit:?}");
        }
    }
}

#[test]
fn a_step_back_from_the_beginning_stays_there() {
    for unit in UNITS {
        let mut session = run(&Scenario::default(), 300_000);
        for _ in 0..200 {
            back(&mut session, unit);
        }
        assert_eq!(session.expected().steps, 0, "{unit:?}");
    }
}

#[test]
fn a_step_back_crosses_checkpoints() {
    // More than two checkpoints' worth of events, and no height among the last of them.
    let mut scenario = Scenario::default();
    scenario.workload.tx_per_second = 500;
    let mut session = run(&scenario, 3_000_000);
    session
        .apply(Command::SetCrashed { count: 2 })
        .expect("fine");
    while !session.advance(9_000_000, 10_000).reached {}
    let stalled = session.expected().steps;
    let height = session.frame().metrics.height;
    back(&mut session, Unit::Height);
    let place = session.expected();
    assert!(place.steps + 8_192 < stalled, "{} {stalled}", place.steps);
    assert_eq!(session.frame().metrics.height, height);
    back(&mut session, Unit::Height);
    assert_eq!(session.frame().metrics.height, height - 1);
    session.step(Unit::Height, u64::MAX);
    assert_eq!(session.expected(), place);
}

#[test]
fn a_way_forth_uses_checkpoints_as_a_way_back_does() {
    let mut scenario = Scenario::default();
    scenario.workload.tx_per_second = 300;
    let mut session = Session::open(scenario).expect("possible");
    while session.expected().steps < 60_000 {
        session.advance(u64::MAX / 4, 1_000);
    }
    let (end, now) = (session.expected(), session.now_us());
    let moments = session.moments();
    for by_time in [false, true] {
        while !session.seek(0, 10_000).reached {}
        // No event runs here: this only jumps.
        let jumped = if by_time {
            session.seek(now, 0)
        } else {
            session.seek_step(end.steps, 0)
        };
        assert!(jumped.steps + 8_192 > end.steps, "{jumped:?}");
        while !session.seek_step(end.steps, 10_000).reached {}
        assert_eq!(session.expected(), end);
        assert_eq!(session.moments(), moments);
    }
    // A short way is run, so that the chart keeps what it shows.
    let back = end.steps - 3_000;
    while !session.seek_step(back, 10_000).reached {}
    assert_eq!(session.seek_step(end.steps, 0).steps, back);
}

#[test]
fn replay_signs_and_verifies_nothing_anew() {
    let mut session = run(&Scenario::default(), 20_000_000);
    let (end, work) = (session.expected(), session.signature_work());
    assert!(work.signed > 100 && work.verified > 100, "{work:?}");
    let mut fork = session.fork();
    for at in [0, 15_000_000, 3_000_000, 20_000_000] {
        while !session.seek(at, 10_000).reached {}
        while !fork.seek(20_000_000 - at, 10_000).reached {}
    }
    while !session.seek_step(end.steps, 10_000).reached {}
    assert_eq!(session.expected(), end);
    assert_eq!(session.signature_work(), work);
    // Where everything is computed everywhere nothing is remembered.
    let mut everywhere = Scenario::default();
    everywhere.execution.everywhere = true;
    let everywhere = run(&everywhere, 20_000_000);
    assert_eq!(everywhere.signature_work(), Default::default());
    assert_eq!(everywhere.expected().digest, end.digest);
}

#[derive(Clone, Debug)]
enum Act {
    Seek(u64),
    Step(usize),
    Back(usize),
    Loss(u32),
    Crash(usize),
    Transfer,
    Undo,
    Redo,
    /// To the k-th of the futures left behind.
    Branch(usize),
    Link,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0u64..4_000_000).prop_map(Act::Seek),
        1 => (0usize..4).prop_map(Act::Step),
        1 => (0usize..4).prop_map(Act::Back),
        2 => (0u32..600_000).prop_map(Act::Loss),
        1 => (0usize..4).prop_map(Act::Crash),
        1 => Just(Act::Transfer),
        2 => Just(Act::Undo),
        2 => Just(Act::Redo),
        2 => (0usize..8).prop_map(Act::Branch),
        1 => Just(Act::Link),
    ];
    proptest::collection::vec(act, 4..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What the page does with a session, in any order.
    #[test]
    fn wherever_one_goes_the_run_is_that_of_its_scenario(acts in acts()) {
        let mut session = run(&Scenario::default(), 2_000_000);
        type Place = (Scenario, u64);
        let (mut undo, mut redo, mut left): (Vec<Place>, Vec<Place>, Vec<Place>) = Default::default();
        for act in acts {
            let here = (session.scenario().clone(), session.now_us());
            let command = match &act {
                Act::Loss(ppm) => Some(Command::SetLoss { ppm: *ppm }),
                Act::Crash(k) => Some(Command::Crash { validator: format!("v{}", k + 1) }),
                Act::Transfer => {
                    let action = SubmitSpec::Transfer { to: 1, amount: 7 };
                    Some(Command::Submit {
                        from: 0,
                        action,
                        gas_limit: None,
                    })
                }
                _ => None,
            };
            let turn = |session: &mut Session, (scenario, at): Place| {
                session.switch_to(scenario, at, None).expect("possible");
                while !session.seek(at, 500).reached {}
                assert_eq!(session.now_us(), at);
            };
            match &act {
                Act::Seek(to) => while !session.seek(*to, 500).reached {},
                Act::Step(k) => { session.step(UNITS[*k], 1 << 20); }
                Act::Back(k) => back(&mut session, UNITS[*k]),
                Act::Undo => if let Some(place) = undo.pop() {
                    redo.push(here);
                    turn(&mut session, place);
                },
                Act::Redo => if let Some(place) = redo.pop() {
                    undo.push(here);
                    turn(&mut session, place);
                },
                Act::Branch(k) => if !left.is_empty() {
                    let k = k % left.len();
                    let place = std::mem::replace(&mut left[k], here);
                    turn(&mut session, place);
                },
                Act::Link => {
                    let opened = open_link(&session.link().fragment).expect("opens");
                    let mut other = Session::open(opened.scenario).expect("possible");
                    let replay = replay(&mut other, &opened.expected.expect("there"));
                    prop_assert!(replay.matches, "{}", replay.sentence);
                }
                Act::Loss(_) | Act::Crash(_) | Act::Transfer => {
                    session.apply(command.expect("one")).expect("fine");
                    redo.clear();
                    left.push(here.clone());
                    undo.push(here);
                }
            }
            assert_true(&session, &format!("{act:?}"));
        }
    }
}

#[test]
fn going_over_to_another_branch_runs_nothing_before_the_parting_again() {
    let mut scenario = Scenario::default();
    scenario.workload.tx_per_second = 300;
    // In small slices, so that there is a checkpoint before the divergence_time.
    let mut session = Session::open(scenario).expect("possible");
    while !session.advance(6_000_000, 500).reached {}
    let first = session.scenario().clone();
    while !session.seek(4_500_000, 10_000).reached {}
    session
        .apply(Command::SetLoss { ppm: 300_000 })
        .expect("fine");
    let second = session.scenario().clone();
    assert_eq!(divergence_time(&first, &second), Some(4_500_001));
    while !session.advance(6_000_000, 10_000).reached {}
    session
        .switch_to(first.clone(), 6_000_000, None)
        .expect("possible");
    // It stands at a checkpoint before the divergence_time, not at the beginning.
    assert!(session.now_us() > 1_000_000, "{}", session.now_us());
    assert_eq!(
        session.frame().end_us,
        6_000_000,
        "how far that run has been"
    );
    while !session.seek(6_000_000, 10_000).reached {}
    assert_eq!(session.expected(), run(&first, 6_000_000).expected());
    session
        .switch_to(second.clone(), 0, None)
        .expect("possible");
    while !session.seek(6_000_000, 10_000).reached {}
    assert_eq!(session.expected(), run(&second, 6_000_000).expected());
}

#[test]
fn what_cannot_run_leaves_the_session_as_it_is() {
    let mut session = run(&Scenario::default(), 1_000_000);
    let before = session.expected();
    let mut bad = session.scenario().clone();
    bad.validators.clear();
    assert!(session.switch_to(bad, 0, None).is_err());
    let mut late = session.scenario().clone();
    late.network.loss_ppm = 2_000_000;
    assert!(session.switch_to(late, 0, None).is_err());
    assert_eq!(session.expected(), before);
    assert_true(&session, "a refusal");
}

#[test]
fn moments_stay_known_after_going_back_and_go_with_their_future() {
    let mut scenario = Scenario::default();
    scenario.checks.stall_after_us = 2_000_000;
    let mut session = run(&scenario, 3_000_000);
    session
        .apply(Command::SetCrashed { count: 2 })
        .expect("fine");
    while !session.advance(8_000_000, 10_000).reached {}
    let all = session.moments();
    let commits = all.commits_us.clone();
    assert!(commits.len() > 4 && commits.is_sorted());
    assert_eq!(all.commands_us, [3_000_001]);
    assert_eq!(all.faults.len(), 2, "{:?}", all.faults);
    assert!(all.faults.iter().all(|f| f.what.ends_with("crashes")));
    assert_eq!(all.violations.len(), 1);
    assert!(all.violations[0].what.contains("stalled"));
    while !session.seek(1_000_000, 10_000).reached {}
    let Moments {
        commits_us, faults, ..
    } = session.moments();
    assert_eq!(
        (commits_us, faults.len()),
        (commits.clone(), 2),
        "nothing is forgotten"
    );
    // The same passage again adds nothing.
    while !session.seek(8_000_000, 10_000).reached {}
    assert_eq!(session.moments(), all);
    // Another future: what lay ahead is gone.
    while !session.seek(1_000_000, 10_000).reached {}
    session.apply(Command::SetLoss { ppm: 0 }).expect("fine");
    let m = session.moments();
    assert!(m.commits_us.iter().all(|at| *at <= 1_000_001) && !m.commits_us.is_empty());
    assert!(m.faults.is_empty() && m.violations.is_empty());
    // And with the branch they come back.
    let mut old = session.scenario().clone();
    old.commands = vec![];
    session
        .switch_to(old, 8_000_000, Some(all.clone()))
        .expect("possible");
    assert_eq!(session.moments().commits_us, commits);
}

fn difference(here: &Session, there: &Session, until: u64) -> Option<Difference> {
    let mut finder = Finder::new(here, there);
    loop {
        if let Some(found) = finder.work(until, 300) {
            return found.expect("few enough happen at one instant");
        }
    }
}

#[test]
fn a_difference_is_found_however_much_happens_about_it() {
    // Eighty thousand records within milliseconds, and `here` has been there: a jump to a checkpoint would
    // lead past most of them.
    let mut scenario = Scenario {
        validators: (0..32).map(|i| ValidatorSpec::numbered(i, 1)).collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 20 };
    scenario.protocol.block_interval_us = 100;
    let here = run(&scenario, 7_000);
    assert!(here.trace_end() > 80_000, "{}", here.trace_end());
    let mut other = scenario.clone();
    other
        .commands
        .push(consensusforge_core::scenario::model::TimedCommand {
            at_us: 400,
            command: Command::Crash {
                validator: "v2".into(),
            },
        });
    let there = here.beside(other).expect("possible");
    let d = difference(&here, &there, 7_000).expect("they differ");
    assert!((400..1_000).contains(&d.at_us), "{d:?}");
    assert_eq!(difference(&here, &here, 7_000), None);
}

#[test]
fn two_runs_of_one_scenario_do_not_differ() {
    let here = run(&Scenario::default(), 4_000_000);
    let there = run(&Scenario::default(), 4_000_000);
    assert_eq!(difference(&here, &there, 4_000_000), None);
    assert_eq!(here.now_us(), 4_000_000, "nobody is moved");
}

#[test]
fn two_branches_first_differ_after_their_parting() {
    let mut scenario = Scenario::default();
    scenario.workload.tx_per_second = 0;
    let here = run(&scenario, 2_000_000);
    let mut there = here.fork();
    while !there.seek(1_000_000, 10_000).reached {}
    there
        .apply(Command::Crash {
            validator: "v2".into(),
        })
        .expect("fine");
    while !there.advance(2_000_000, 10_000).reached {}
    let d = difference(&here, &there, 2_000_000).expect("they differ");
    assert!((1_000_001..1_400_000).contains(&d.at_us), "{d:?}");
    let told = [d.here.clone(), d.there.clone()];
    assert!(
        told.iter().flatten().any(|h| h.what.contains("v2")),
        "{d:?}"
    );
    assert_eq!(told.iter().flatten().map(|h| h.at_us).min(), Some(d.at_us));
    // Before it the two tell the same, at it they do not.
    let lines = |s: &Session, to: u64| {
        let upto = run(s.scenario(), to);
        upto.expected().digest
    };
    assert_eq!(lines(&here, d.at_us - 1), lines(&there, d.at_us - 1));
    // A difference ahead of where one looks is not told.
    assert_eq!(difference(&here, &there, d.at_us - 1), None);
}

#[test]
fn two_seeds_differ_in_the_first_message() {
    let here = run(&Scenario::default(), 1_000_000);
    let there = here
        .beside(Scenario {
            seed: 2,
            ..Scenario::default()
        })
        .expect("possible");
    let d = difference(&here, &there, 1_000_000).expect("they differ");
    let first = here.message_inside(0).expect("the first message");
    assert!(d.at_us <= first.copies[0].arrives_us, "{d:?}");
}

#[test]
fn a_command_that_changes_nothing_makes_no_difference() {
    let here = run(&Scenario::default(), 3_000_000);
    let mut other = here.scenario().clone();
    other
        .commands
        .push(consensusforge_core::scenario::model::TimedCommand {
            at_us: 1_000_000,
            command: Command::SetLoss { ppm: 0 },
        });
    let there = here.beside(other).expect("possible");
    assert!(there.now_us() < 1_000_000, "it waits where they part");
    assert_eq!(difference(&here, &there, 3_000_000), None);
}
