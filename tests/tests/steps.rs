//! Every step of a run, of whatever unit, says what came, what it changed at whom, and what is waited for.

use consensusforge_core::session::presets;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::view::{Preset, Unit};
use consensusforge_core::session::{Explanation, Session};
use serde_json::Value;

fn open(id: &str) -> Session {
    let preset = presets().into_iter().find(|p| p.id == id);
    Session::open(preset.expect("a preset").scenario).expect("possible")
}

fn step(session: &mut Session, unit: Unit) -> Explanation {
    step_within(session, unit, u64::MAX).expect("the run goes on")
}

/// `None` when no such step comes until an instant, microseconds: a stalled chain decides no height and enters no step.
fn step_within(session: &mut Session, unit: Unit, until_us: u64) -> Option<Explanation> {
    while !session.step(unit, 1_000).reached {
        if session.now_us() > until_us {
            return None;
        }
    }
    Some(session.explanation().expect("a step is explained"))
}

const UNITS: [Unit; 4] = [Unit::Event, Unit::Message, Unit::Step, Unit::Height];

#[test]
fn every_step_of_any_unit_and_any_preset_says_what_it_did() {
    // Modules take long to translate, and steps are the same with one of them.
    let told = |p: &&Preset| p.scenario.contracts.is_empty() || p.id == "wrong-root";
    let mut stalled: Vec<String> = Vec::new();
    for preset in presets().iter().filter(told) {
        for unit in UNITS {
            let mut session = Session::open(preset.scenario.clone()).expect("possible");
            let steps = match unit {
                Unit::Height => 1,
                Unit::Event | Unit::Message | Unit::Step => 40,
            };
            for k in 0..steps {
                let cursor = session.trace_end();
                let Some(told) = step_within(&mut session, unit, 60_000_000) else {
                    stalled.push(preset.id.clone());
                    break;
                };
                let place = format!("{} {unit:?} {k}: {told:?}", preset.id);
                assert!(told.sentence.ends_with('.'), "{place}");
                assert!(!told.sentence.contains("no longer kept"), "{place}");
                assert!(
                    told.node.is_some() || told.message.is_some(),
                    "nothing to light: {place}"
                );
                assert_eq!(told.at_us, session.now_us(), "{place}");
                assert_eq!(session.frame().caption, told.sentence, "{place}");
                assert!(
                    !told.sentence.contains("Nothing that is recorded"),
                    "{place}"
                );
                // What it names, the trace has.
                let lines = lines_since(&session, cursor);
                if let Some(message) = told.message {
                    assert!(lines.iter().any(|l| l["message"] == message), "{place}");
                }
            }
        }
    }
    stalled.dedup();
    assert_eq!(
        stalled,
        ["three-chain", "stall", "amnesia"],
        "the others go on"
    );
}

fn lines_since(session: &Session, cursor: u64) -> Vec<Value> {
    session
        .trace_lines_since(cursor)
        .map(|line| serde_json::from_str(&line).expect("JSON"))
        .collect()
}

#[test]
fn a_vote_says_how_far_it_brings_its_receiver_and_the_last_one_what_it_does() {
    let mut session = open("happy");
    let told: Vec<String> = (0..200)
        .map(|_| step(&mut session, Unit::Message).sentence)
        .collect();
    let some = |parts: &[&str]| {
        assert!(
            told.iter().any(|t| parts.iter().all(|p| t.contains(p))),
            "{parts:?} in none of {told:#?}"
        );
    };
    some(&[
        "receives v",
        "'s proposal for ",
        "sends its prevote for",
        "In step prevote it waits for prevotes of more than two thirds",
    ]);
    some(&[
        "'s prevote for",
        "now counts prevotes with stake 200 of 400",
        "to lock and precommit it needs 267",
    ]);
    some(&[
        "'s prevote for",
        "has a quorum for",
        "locks",
        "sends its precommit for",
    ]);
    some(&["'s precommit for", "commits", "at height 1"]);
    some(&["has decided that height and works on height 2, so nothing changes"]);
}

/// Words of the paper, from the records that tell which rule took effect.
#[test]
fn a_step_names_the_rule_by_which_it_changed_something() {
    let mut session = open("happy");
    let mut cited = Vec::new();
    for _ in 0..200 {
        let told = step(&mut session, Unit::Message);
        for (id, text) in told.rules {
            assert!(told.sentence.contains(&id), "{id} in {}", told.sentence);
            assert!(!text.is_empty());
            cited.push(id);
        }
    }
    for rule in ["L22-L27", "L36-L43", "L49-L54"] {
        assert!(
            cited.iter().any(|id| id == rule),
            "{rule} in none of {cited:?}"
        );
    }
}

#[test]
fn a_timer_that_runs_out_in_vain_says_so() {
    let mut session = open("happy");
    let mut told = Vec::new();
    while session.now_us() < 1_500_000 {
        told.push(step(&mut session, Unit::Event).sentence);
    }
    let vain = told
        .iter()
        .find(|t| t.contains("propose timer of height 1, round 0 runs out"))
        .expect("a propose timer of a decided height");
    assert!(
        vain.contains("no longer waits for it: nothing changes"),
        "{vain}"
    );
}

#[test]
fn a_step_back_is_explained_as_the_step_that_led_there() {
    for unit in UNITS {
        let mut session = open("happy");
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(step(&mut session, unit));
        }
        session.begin_back(unit);
        while !session.go_back(500).reached {}
        assert_eq!(session.explanation().as_ref(), Some(&seen[1]), "{unit:?}");
    }
}

#[test]
fn what_runs_or_is_moved_is_explained_by_no_step() {
    let mut session = open("happy");
    assert_eq!(session.explanation(), None);
    step(&mut session, Unit::Message);
    session.run_to(2_000_000);
    assert_eq!(session.explanation(), None);
    while !session.seek(1_000_000, 1_000).reached {}
    assert_eq!(session.explanation(), None);
}

/// A command acts before the events of its instant, in the same step.
#[test]
fn a_command_is_told_before_what_comes_after_it() {
    let mut session = Session::open(Scenario::default()).expect("possible");
    session.run_to(1_000_000);
    session
        .apply(consensusforge_core::model::Command::SetLoss { ppm: 1_000_000 })
        .expect("possible");
    let mut again = Session::open(session.scenario().clone()).expect("possible");
    while again.now_us() < 1_000_001 {
        let told = step(&mut again, Unit::Event);
        if again.now_us() >= 1_000_001 {
            assert!(
                told.sentence
                    .starts_with("At 1.0 s the network now loses 100 % of its messages."),
                "{}",
                told.sentence
            );
        }
    }
}

#[test]
fn a_changed_pause_is_told_as_it_was_set_and_not_cut_to_whole_milliseconds() {
    let mut session = open("happy");
    session.run_to(1_000_000);
    for (us, words) in [(1_500, "1500 microseconds"), (20_000, "20 ms")] {
        let command =
            consensusforge_core::session::scenario::model::Command::SetBlockInterval { us };
        session.apply(command).expect("possible");
        let told = format!("the pause after a commit is now {words}");
        let lines: Vec<String> = session.trace_lines().collect();
        assert!(lines.iter().any(|l| l.contains(&told)), "{told}");
    }
}
