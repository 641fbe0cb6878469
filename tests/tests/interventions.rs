//! Interventions on the network: messages in flight dropped, delayed, duplicated, delivered at once; validators
//! isolated. Each is a command, so undo, redo, seek and link come to the same digest, and a command
//! whose target is not there says so.

use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{Command, CopySpec, LatencySpec, TimedCommand};
use consensusforge_core::session::view::{Arrow, Fate, VerdictKind};
use consensusforge_core::session::{Session, open_link};
use consensusforge_tests::replay;
use proptest::prelude::*;

const FAR: u64 = 8_000_000;

/// Every message takes 100 ms, so that times can be worked out by hand.
fn constant() -> Scenario {
    let mut scenario = Scenario::default();
    scenario.network.latency = LatencySpec::Constant { us: 100_000 };
    scenario.workload.tx_per_second = 0;
    scenario
}

fn at(scenario: Scenario, until: u64) -> Session {
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(until);
    session
}

/// Any copy in flight, with its name.
fn first_flying(session: &Session, kind: u8) -> (Arrow, CopySpec) {
    let all = session.flying(0, usize::MAX);
    let arrow = all.into_iter().find(|a| a.kind == kind).expect("in flight");
    let name = session
        .in_flight(arrow.message, arrow.from, arrow.to, arrow.arrives_us)
        .expect("has a name");
    (arrow, name)
}

/// All arrows of one message between two nodes.
fn arrows(session: &Session, like: &Arrow) -> Vec<Arrow> {
    let all = session.chart(0, usize::MAX >> 8).arrows;
    all.into_iter()
        .filter(|a| (a.message, a.from, a.to) == (like.message, like.from, like.to))
        .collect()
}

#[test]
fn a_dropped_message_is_lost_where_it_was() {
    let mut session = at(constant(), 130_000);
    let (arrow, name) = first_flying(&session, 1);
    session.apply(Command::Drop(name)).expect("in flight");
    session.run_to(400_000);
    let [lost] = &arrows(&session, &arrow)[..] else {
        panic!("one record")
    };
    assert_eq!(lost.fate, Fate::Dropped);
    assert_eq!((lost.sent_us, lost.arrives_us), (arrow.sent_us, 130_001));
}

#[test]
fn a_delayed_message_comes_later_and_one_delivered_now_comes_at_once() {
    let mut session = at(constant(), 130_000);
    let (arrow, name) = first_flying(&session, 1);
    let delay = Command::Delay {
        message: name,
        by_us: 70_000,
    };
    session.apply(delay).expect("in flight");
    let (other, name) = {
        let all = session.flying(0, usize::MAX);
        let other = all
            .into_iter()
            .find(|a| a.kind == 1 && (a.from, a.to) != (arrow.from, arrow.to))
            .expect("another");
        let name = session.in_flight(other.message, other.from, other.to, other.arrives_us);
        (other, name.expect("has a name"))
    };
    session.apply(Command::DeliverNow(name)).expect("in flight");
    session.run_to(600_000);
    let late = &arrows(&session, &arrow)[0];
    assert_eq!(
        (late.fate, late.sent_us, late.arrives_us),
        (Fate::Delivered, arrow.sent_us, arrow.arrives_us + 70_000)
    );
    let early = &arrows(&session, &other)[0];
    assert_eq!(
        (early.fate, early.sent_us, early.arrives_us),
        (Fate::Delivered, other.sent_us, 130_002)
    );
}

#[test]
fn a_duplicate_arrives_twice_and_the_second_has_a_name_of_its_own() {
    let mut session = at(constant(), 130_000);
    let (arrow, name) = first_flying(&session, 1);
    let twice = Command::Duplicate {
        message: name.clone(),
        after_us: 10_000,
    };
    session.apply(twice).expect("in flight");
    let second = session
        .in_flight(
            arrow.message,
            arrow.from,
            arrow.to,
            arrow.arrives_us + 10_000,
        )
        .expect("in flight");
    assert_eq!(second, CopySpec { nth: 1, ..name });
    session.run_to(600_000);
    let times: Vec<u64> = arrows(&session, &arrow)
        .iter()
        .map(|a| a.arrives_us)
        .collect();
    assert_eq!(times, [arrow.arrives_us, arrow.arrives_us + 10_000]);
}

#[test]
fn who_is_isolated_hears_and_reaches_nobody_until_restored() {
    let mut session = at(constant(), 130_000);
    let isolate = Command::Isolate {
        validator: "v2".into(),
    };
    session.apply(isolate).expect("fine");
    session.run_to(6_000_000);
    let decided = |s: &Session| {
        s.frame()
            .nodes
            .iter()
            .map(|n| n.decided)
            .collect::<Vec<_>>()
    };
    let alone = decided(&session);
    assert!(alone[1] <= 1 && alone[0] > 2, "{alone:?}");
    let restore = Command::Restore {
        validator: "v2".into(),
    };
    session.apply(restore).expect("fine");
    session.run_to(12_000_000);
    let together = decided(&session);
    assert!(together[1] + 1 >= together[0], "{together:?}");
    assert_eq!(session.frame().vanished, []);
}

#[test]
fn healing_ends_an_isolation() {
    let mut session = at(constant(), 130_000);
    for node in ["v2", "v3"] {
        let isolate = Command::Isolate {
            validator: node.into(),
        };
        session.apply(isolate).expect("fine");
    }
    session.run_to(5_000_000);
    session.apply(Command::Heal).expect("fine");
    session.run_to(20_000_000);
    assert!(session.frame().nodes.iter().all(|n| n.decided > 5));
}

/// A command in a scenario whose past was changed may find nothing: the run goes on and says so.
#[test]
fn a_command_without_its_target_says_so_and_changes_nothing() {
    let name = CopySpec {
        from: "v1".into(),
        to: "v2".into(),
        kind: "precommit".into(),
        height: 900,
        round: 0,
        nth: 3,
    };
    let command = Command::Drop(name);
    let mut scenario = constant();
    scenario.commands.push(TimedCommand {
        at_us: 500_000,
        command: command.clone(),
    });
    let told = at(scenario, 3_000_000);
    assert_eq!(told.expected(), at(constant(), 3_000_000).expected());
    let frame = told.frame();
    assert_eq!(frame.vanished.len(), 1);
    let sentence = &frame.vanished[0].sentence;
    assert!(
        sentence.contains("precommit from v1 to v2") && sentence.contains("in flight"),
        "{sentence}"
    );
    assert_eq!(frame.vanished[0].at_us, 500_000);
    assert!(frame.verdicts.iter().all(|v| v.kind == VerdictKind::Holds));
    // By hand it is refused, and the scenario stays as it was.
    let mut session = at(constant(), 3_000_000);
    let problem = session.apply(command).expect_err("not there");
    assert!(
        problem.sentence.contains("no longer in flight"),
        "{problem}"
    );
    assert!(session.scenario().commands.is_empty());
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let good = CopySpec {
        from: "v1".into(),
        to: "v2".into(),
        kind: "prevote".into(),
        height: 1,
        round: 0,
        nth: 0,
    };
    let wrong = [
        (
            CopySpec {
                from: "v9".into(),
                ..good.clone()
            },
            "commands[0].command.drop.from",
        ),
        (
            CopySpec {
                to: "v2'".into(),
                ..good.clone()
            },
            "is none; `twins`",
        ),
        (
            CopySpec {
                kind: "shout".into(),
                ..good.clone()
            },
            "there are proposal, prevote",
        ),
    ];
    for (name, words) in wrong {
        let mut scenario = constant();
        scenario.commands.push(TimedCommand {
            at_us: 5,
            command: Command::Drop(name),
        });
        let problem = Session::open(scenario).err().expect("refused");
        assert!(problem.sentence.contains(words), "{problem}");
    }
}

/// What a person might do, as a number picks it.
fn act(session: &Session, choice: u8, pick: usize) -> Option<Command> {
    let validator = format!("v{}", pick % 4 + 1);
    match choice {
        0..=3 => {
            let all = session.flying(0, usize::MAX);
            let arrow = all.get(pick % all.len().max(1))?;
            let message =
                session.in_flight(arrow.message, arrow.from, arrow.to, arrow.arrives_us)?;
            Some(match choice {
                0 => Command::Drop(message),
                1 => Command::Delay {
                    message,
                    by_us: 1_000 * (pick as u64 % 400 + 1),
                },
                2 => Command::Duplicate {
                    message,
                    after_us: 500 * (pick as u64 % 50),
                },
                _ => Command::DeliverNow(message),
            })
        }
        4 => Some(Command::Isolate { validator }),
        5 => Some(Command::Restore { validator }),
        6 => Some(Command::Crash { validator }),
        _ => Some(Command::Restart { validator }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever was done, its link replays bit for bit, seeking comes back to the same digest, and undo
    /// and redo (opening the scenario before and after) pass through the same digests as the acts did.
    #[test]
    fn hands_keep_digests_through_link_seek_undo_and_redo(
        seed in 0u64..1_000,
        acts in proptest::collection::vec((0u8..8, 0usize..1_000, 10_000u64..600_000), 1..7),
    ) {
        let mut session = Session::open(Scenario { seed, ..Scenario::default() }).expect("possible");
        // (scenario, instant, digest then) before each act.
        let mut past = Vec::new();
        for (choice, pick, pause) in acts {
            let now = session.frame().now_us;
            session.run_to(now + pause);
            let Some(command) = act(&session, choice, pick) else { continue };
            let now = session.frame().now_us;
            past.push((session.scenario().clone(), now, session.expected()));
            session.apply(command).expect("it is there");
        }
        session.run_to(FAR);
        let end = session.expected();

        let opened = open_link(&session.link().fragment).expect("opens");
        prop_assert_eq!(&opened.scenario, session.scenario());
        let mut again = Session::open(opened.scenario).expect("possible");
        let replay = replay(&mut again, &end);
        prop_assert!(replay.matches, "{}", replay.sentence);

        for (scenario, now, then) in past.iter().rev() {
            while !session.seek(*now, 5_000).reached {}
            prop_assert_eq!(&session.expected(), then, "back by seeking");
            let undone = at(scenario.clone(), *now);
            prop_assert_eq!(&undone.expected(), then, "back by undoing");
        }
        while !session.seek(FAR, 5_000).reached {}
        prop_assert_eq!(session.expected(), end.clone(), "on again by seeking");
        let redone = at(session.scenario().clone(), FAR);
        prop_assert_eq!(redone.expected(), end, "on again by redoing");
    }
}
