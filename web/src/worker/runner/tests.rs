//! How a page and a clock drive the runner.

use super::*;
use crate::forms::Kind;
use crate::model::Who;
use crate::model::{InputSpec, SubmitSpec};
use crate::protocol::studio::{Ask, CallDraft, Message, Place};
use crate::protocol::{ChartNews, Intervention};
use consensusforge_core::session::race::{self, Lane, RaceRow};
use consensusforge_core::session::view::{Happening, Unit};
use std::cell::Cell;

fn opening(scenario: Box<Scenario>) -> ToWorker {
    ToWorker::Open {
        scenario,
        at_us: 0,
        opening: 1,
    }
}

/// A clock that moves a little at each look.
fn ticking(cell: &Cell<f64>) -> impl Fn() -> f64 + '_ {
    move || {
        cell.set(cell.get() + 0.05);
        cell.get()
    }
}

fn run_ms(runner: &mut Runner, clock: &Cell<f64>, ms: f64) -> Vec<Outgoing> {
    let mut all = Vec::new();
    let end = clock.get() + ms;
    while clock.get() < end {
        runner.slice(ticking(clock));
        all.extend(runner.take());
        runner.handle(ToWorker::TickReceived, None);
        clock.set(clock.get() + 15.0);
    }
    all
}

fn now(answers: &[Outgoing]) -> u64 {
    answers
        .iter()
        .rev()
        .find_map(|(a, _)| match a {
            FromWorker::Tick(t) => Some(t.now_us),
            _ => None,
        })
        .unwrap_or_default()
}

#[test]
fn simulated_time_follows_the_readers_at_the_chosen_speed() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    let scenario = Box::default();
    runner.handle(opening(scenario), None);
    runner.handle(ToWorker::Speed(Some(0.5)), None);
    let answers = run_ms(&mut runner, &clock, 2_000.0);
    let now = now(&answers);
    assert!((900_000..1_100_000).contains(&now), "{now}");
}

/// A file that turns out broken must not cost the run that is shown.
#[test]
fn what_cannot_be_opened_is_refused_by_its_number_and_replaces_nothing() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    runner.handle(opening(Box::default()), None);
    let before = now(&run_ms(&mut runner, &clock, 500.0));
    let text = r#"{"consensusforge":1,"scenario":{"validators":[]}}"#.to_owned();
    runner.handle(ToWorker::OpenFile { text, opening: 2 }, None);
    runner.handle(
        ToWorker::OpenLink {
            text: "v1.mangled".into(),
            opening: 3,
        },
        None,
    );
    runner.handle(
        ToWorker::OpenTrace { opening: 4 },
        Some(b"CFTRACE broken".to_vec()),
    );
    let told = run_ms(&mut runner, &clock, 500.0);
    let refused: Vec<u32> = told
        .iter()
        .filter_map(|(a, _)| match a {
            FromWorker::Problem {
                about: About::Opening(number),
                ..
            } => Some(*number),
            _ => None,
        })
        .collect();
    assert_eq!(refused, [2, 3, 4]);
    assert!(
        !told
            .iter()
            .any(|(a, _)| matches!(a, FromWorker::Opened { .. }))
    );
    assert!(now(&told) > before, "the run goes on");
}

#[test]
fn nothing_is_piled_up_before_a_page_that_does_not_listen() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    let scenario = Box::default();
    runner.handle(opening(scenario), None);
    let mut ticks = 0;
    for _ in 0..100 {
        runner.slice(ticking(&clock));
        clock.set(clock.get() + 15.0);
        let told = runner.take();
        ticks += told
            .iter()
            .filter(|(a, _)| matches!(a, FromWorker::Tick(_)))
            .count();
    }
    assert_eq!(ticks, 1);
}

#[test]
fn while_paused_an_act_is_told_with_the_instant_it_was_done_at() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    let scenario = Box::default();
    runner.handle(opening(scenario), None);
    run_ms(&mut runner, &clock, 500.0);
    runner.handle(ToWorker::Play(false), None);
    let held = now(&run_ms(&mut runner, &clock, 300.0));
    runner.handle(ToWorker::Apply(Command::SetLoss { ppm: 5 }), None);
    assert_eq!(now(&run_ms(&mut runner, &clock, 300.0)), held + 1);
}

#[test]
fn a_message_in_flight_is_told_once_and_dropped_by_what_the_page_knows_of_it() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    let scenario = Box::default();
    runner.handle(opening(scenario), None);
    let mut answers = Vec::new();
    let news = |answers: &[Outgoing]| -> Vec<ChartNews> {
        let bytes = answers.iter().filter_map(|(_, bytes)| bytes.as_ref());
        bytes.filter_map(|b| borsh::from_slice(b).ok()).collect()
    };
    // Something is in flight at most times, not at all.
    while news(&answers).last().is_none_or(|n| n.flying.is_empty()) {
        answers.extend(run_ms(&mut runner, &clock, 40.0));
    }
    let mut told = std::collections::BTreeSet::new();
    for n in news(&answers) {
        for a in n
            .flying
            .iter()
            .filter(|a| n.since.is_some_and(|s| a.sent_us > s))
        {
            assert!(told.insert((a.message, a.to)), "twice: {a:?}");
        }
    }
    assert!(!told.is_empty());
    runner.handle(ToWorker::Play(false), None);
    let paused = news(&run_ms(&mut runner, &clock, 300.0));
    let all = paused
        .iter()
        .find(|n| n.since.is_none())
        .expect("told anew");
    let a = all.flying.first().expect("in flight");
    let drop = ToWorker::Intervention {
        message: a.message,
        from: a.from,
        to: a.to,
        arrives_us: a.arrives_us,
        act: Intervention::Drop,
    };
    runner.handle(drop.clone(), None);
    let done = run_ms(&mut runner, &clock, 300.0);
    let dropped = |s: &Scenario| matches!(s.commands[0].command, Command::Drop(_));
    assert!(
        done.iter()
            .any(|(a, _)| matches!(a, FromWorker::Acted(acted) if dropped(&acted.scenario)))
    );
    runner.handle(drop, None);
    let again = run_ms(&mut runner, &clock, 100.0);
    assert!(
        again
            .iter()
            .any(|(a, _)| matches!(a, FromWorker::Problem { .. }))
    );
}

#[test]
fn a_pause_holds_time_and_still_shows_the_last_frame() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    let scenario = Box::default();
    runner.handle(opening(scenario), None);
    run_ms(&mut runner, &clock, 500.0);
    runner.handle(ToWorker::Play(false), None);
    let held = run_ms(&mut runner, &clock, 500.0);
    assert!(held.iter().any(|(a, _)| matches!(a, FromWorker::Frame(_))));
    let first = now(&held);
    let later = run_ms(&mut runner, &clock, 500.0);
    assert!(now(&later) == first || later.is_empty());
}

/// A contract that thinks for ever about any question, of the own interface.
const THINKER: &str = r#"(module (memory (export "memory") 1) (func (export "forge_version_1"))
    (func (export "view") (loop $again (br $again))))"#;

#[test]
fn a_long_question_lets_others_be_answered_first() {
    let mut session = Session::open(Scenario::default()).expect("possible");
    let wasm = wat::parse_str(THINKER).expect("good text");
    session.add_contract("thinker", &wasm).expect("admitted");
    session.run_to(500_000);
    let deploy = SubmitSpec::Deploy {
        contract: "thinker".into(),
        input: InputSpec::Text(String::new()),
    };
    let command = Command::Submit {
        from: 0,
        action: deploy,
        gas_limit: None,
    };
    session.apply(command).expect("possible");
    session.run_to(3_000_000);
    let draft = CallDraft {
        kind: Kind::Query,
        to: session.contracts()[0].address.clone(),
        code: String::new(),
        message: Message::Raw(InputSpec::Text(String::new())),
        from: 0,
        funds: String::new(),
        gas: String::new(),
        label: String::new(),
        admin: String::new(),
    };
    let place = Place {
        validator: 0,
        height: None,
    };
    let mut runner = Runner {
        session: Some(session),
        playing: false,
        ..Runner::default()
    };
    let questions = [(1, Ask::Query { draft, place }), (2, Ask::People)];
    for (number, ask) in questions {
        runner.handle(ToWorker::Studio { number, ask }, None);
    }
    // A clock by which each look costs all of a slice's time.
    let clock = Cell::new(0.0);
    let late = || {
        clock.set(clock.get() + 20.0);
        clock.get()
    };
    let mut answered = Vec::new();
    let mut slices = 0;
    while answered.len() < 2 {
        runner.slice(late);
        slices += 1;
        let said = runner.take().into_iter().map(|(said, _)| said);
        answered.extend(said.filter_map(|said| match said {
            FromWorker::Studio { number, .. } => Some(number),
            _ => None,
        }));
        assert!(answered.len() == 2 || runner.has_work());
    }
    assert_eq!(answered, [2, 1]);
    assert!(slices > 100, "{slices}");
}

#[test]
fn a_playing_run_pauses_at_the_very_event_that_the_page_waits_for_and_says_which() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    runner.handle(opening(Box::default()), None);
    let locks = Condition {
        who: Some("v2".into()),
        ..Condition::of(Happening::Locks)
    };
    let strange = Condition::of(Happening::Receives("new-view".into()));
    runner.handle(ToWorker::PauseWhen(vec![locks.clone(), strange]), None);
    let answers = run_ms(&mut runner, &clock, 5_000.0);
    let taken = answers.iter().find_map(|(a, _)| match a {
        FromWorker::PausingWhen(news) => Some(news.clone()),
        _ => None,
    });
    let taken = taken.expect("an answer");
    assert_eq!(taken.conditions, [locks]);
    assert!(taken.refusal.expect("refused").contains("new-view"));
    let told = |answers: &[Outgoing]| {
        let told = answers.iter().filter_map(|(a, _)| match a {
            FromWorker::Explained(told) => Some(told.clone()),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let [first] = &told(&answers)[..] else {
        panic!("one pause: {:?}", told(&answers));
    };
    assert!(
        first
            .sentence
            .starts_with("Paused where v2 locks a block. v2 "),
        "{first:?}"
    );
    assert_eq!(now(&answers), first.at_us);
    assert!(
        !answers
            .iter()
            .any(|(a, _)| matches!(a, FromWorker::Tick(t) if t.now_us > first.at_us))
    );
    // Play goes on to the next.
    runner.handle(ToWorker::Play(true), None);
    let answers = run_ms(&mut runner, &clock, 5_000.0);
    let [second] = &told(&answers)[..] else {
        panic!("one more pause: {:?}", told(&answers));
    };
    assert!(second.at_us > first.at_us);
    // Another run of the same page pauses there, too; without the condition none does.
    runner.handle(opening(Box::default()), None);
    runner.handle(ToWorker::Play(true), None);
    assert_eq!(now(&run_ms(&mut runner, &clock, 5_000.0)), first.at_us);
    runner.handle(ToWorker::PauseWhen(Vec::new()), None);
    runner.handle(ToWorker::Play(true), None);
    assert!(now(&run_ms(&mut runner, &clock, 5_000.0)) > second.at_us);
}

/// A lane of a race of five validators, told to stand at these instants one after the other: the last row of each.
fn lane_rows(lane: &Lane, instants: &[ToWorker]) -> Vec<RaceRow> {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    runner.handle(ToWorker::Lane(lane.clone()), None);
    let scenario = lane.scenario(&five());
    runner.handle(opening(Box::new(scenario)), None);
    run_ms(&mut runner, &clock, 300.0);
    let rows = instants.iter().map(|instant| {
        runner.handle(instant.clone(), None);
        let told = run_ms(&mut runner, &clock, 600.0);
        assert!(
            told.iter()
                .all(|(m, _)| !matches!(m, FromWorker::Ledger(_) | FromWorker::Moments(_)))
        );
        let row = told
            .into_iter()
            .rev()
            .find_map(|(message, _)| match message {
                FromWorker::RaceRow(row) => Some(*row),
                _ => None,
            });
        row.expect("a row")
    });
    rows.collect()
}

fn five() -> Scenario {
    let mut scenario = Scenario::default();
    let mut fifth = scenario.validators[0].clone();
    fifth.name = "v5".into();
    scenario.validators.push(fifth);
    scenario
}

#[test]
fn a_lane_stands_where_it_is_told_and_its_row_is_the_command_lines_there_and_back() {
    let lane = Lane::parse("simplex:min_view_us=200000").expect("a lane");
    let there = |at| RaceRow {
        link: None,
        ..race::run(&five(), &lane, at).expect("runs")
    };
    let instants = [
        ToWorker::RunTo(400_000),
        ToWorker::RunTo(1_200_000),
        ToWorker::Seek(623_456),
        ToWorker::RunTo(800_000),
        ToWorker::Seek(2_000_000),
    ];
    let rows = lane_rows(&lane, &instants);
    for (row, at) in rows
        .iter()
        .zip([400_000, 1_200_000, 623_456, 800_000, 2_000_000])
    {
        assert_eq!(*row, there(at), "at {at}");
    }
    assert!(rows[4].blocks > rows[0].blocks && rows[0].blocks > 0);
}

#[test]
fn a_lane_that_cannot_run_the_scenario_is_refused_by_its_number() {
    let lane = Lane::parse("streamlet").expect("a lane");
    let mut scenario = five();
    scenario.adversary = AdversarySpec {
        who: Who::Count(1),
        strategy: StrategySpec::Amnesia,
    };
    let mut runner = Runner::default();
    runner.handle(ToWorker::Lane(lane.clone()), None);
    runner.handle(opening(Box::new(lane.scenario(&scenario))), None);
    let told = runner.take();
    let refused = told.iter().find_map(|(message, _)| match message {
        FromWorker::Problem { about, problem } => Some((*about, problem.sentence.clone())),
        _ => None,
    });
    let (about, sentence) = refused.expect("a refusal");
    assert_eq!(about, About::Opening(1));
    assert!(sentence.contains("Streamlet"), "{sentence}");
}

/// On a stalled chain no height ever comes: the step ends, and says so, instead of running until it is stopped.
#[test]
fn a_step_that_leads_nowhere_ends_after_a_while_and_says_so() {
    let (mut runner, clock) = (Runner::default(), Cell::new(1_000.0));
    let mut scenario = Scenario::default();
    scenario.faults.crashed = 2;
    runner.handle(opening(Box::new(scenario)), None);
    runner.handle(ToWorker::Step(Unit::Height), None);
    let mut told = Vec::new();
    for _ in 0..400 {
        let answers = run_ms(&mut runner, &clock, 500.0);
        told.extend(answers.into_iter().filter_map(|(a, _)| match a {
            FromWorker::Explained(told) => Some(told),
            _ => None,
        }));
        if !told.is_empty() {
            break;
        }
    }
    let [told] = &told[..] else {
        panic!("one sentence: {told:?}");
    };
    assert!(
        told.sentence
            .starts_with("No new height has been decided in 120 s"),
        "{told:?}"
    );
    assert_eq!(told.at_us, STEP_US);
    // The run stands there, and goes on when it is told to.
    assert!(runner.is_idle() || !runner.has_work());
    runner.handle(ToWorker::Step(Unit::Message), None);
    let answers = run_ms(&mut runner, &clock, 2_000.0);
    assert!(
        answers
            .iter()
            .any(|(a, _)| matches!(a, FromWorker::Explained(e) if e.message.is_some()))
    );
}

/// A lecturer's link brings its stops; a refused one leaves those of the run shown.
#[test]
fn stops_come_with_a_link_go_into_the_next_and_belong_to_the_run_that_was_opened() {
    let mut runner = Runner::default();
    let stops = |runner: &mut Runner| {
        let told = runner.take();
        told.into_iter().rev().find_map(|(a, _)| match a {
            FromWorker::Stops(stops) => Some(stops),
            _ => None,
        })
    };
    let stop = Stop {
        at_us: 1_250_000,
        note: "v2 locks here".into(),
    };
    runner.handle(opening(Box::default()), None);
    let set = |stops: &[Stop], opening| ToWorker::SetStops {
        stops: stops.to_vec(),
        opening,
    };
    runner.handle(set(std::slice::from_ref(&stop), None), None);
    assert_eq!(stops(&mut runner), Some(vec![stop.clone()]));
    runner.handle(ToWorker::Link, None);
    let link = runner.take().into_iter().find_map(|(a, _)| match a {
        FromWorker::Link(link) => Some(link.fragment),
        _ => None,
    });
    let text = link.expect("a link");
    // Meant for a run that was never opened.
    runner.handle(set(&[], Some(7)), None);
    assert_eq!(stops(&mut runner), None);
    runner.handle(ToWorker::OpenLink { text, opening: 8 }, None);
    assert_eq!(stops(&mut runner), Some(vec![stop.clone()]));
    let long = Stop {
        note: "x".repeat(500),
        ..stop.clone()
    };
    runner.handle(set(&[long], None), None);
    let told = runner.take();
    assert!(told.iter().any(|(a, _)| matches!(a, FromWorker::Problem { problem, .. } if problem.sentence.contains("at most 400"))));
    assert!(
        told.iter()
            .any(|(a, _)| matches!(a, FromWorker::Stops(all) if *all == [stop.clone()]))
    );
}
