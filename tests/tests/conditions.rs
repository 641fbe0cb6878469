//! What a run can be paused at, and what can be searched in its past.

use consensusforge_core::session::Session;
use consensusforge_core::session::presets;
use consensusforge_core::session::view::{Condition, FoundRecord, FoundRecords, Happening};

fn open(id: &str) -> Session {
    let preset = presets().into_iter().find(|p| p.id == id);
    Session::open(preset.expect("a preset").scenario).expect("possible")
}

fn read(text: &str) -> Condition {
    Condition::read(text).expect(text)
}

/// Runs on to the next stop, at most to `until_us`; the newest record as JSON.
fn go(session: &mut Session, until_us: u64) -> Option<serde_json::Value> {
    loop {
        let (came, hit) = session.advance_watching(until_us, 500);
        if hit.is_some() {
            let newest = session.trace_lines().last().expect("a record");
            return Some(serde_json::from_str(&newest).expect("JSON"));
        }
        if came.reached {
            return None;
        }
    }
}

/// All records of this tag, as (instant, node).
fn of_tag(session: &Session, tag: &str) -> Vec<(u64, String)> {
    session
        .trace_lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("JSON"))
        .filter(|line| line["event"] == tag)
        .map(|line| {
            let node = line["node"].as_str().unwrap_or_default();
            (line["at_us"].as_u64().unwrap_or_default(), node.to_owned())
        })
        .collect()
}

#[test]
fn a_run_stops_right_after_each_record_that_fulfils_a_condition_and_at_no_other() {
    let whole = {
        let mut session = open("happy");
        session.run_to(3_000_000);
        session
    };
    for (text, tag, who) in [
        ("locks", "locked", None),
        ("decides", "committed", None),
        ("decides,at=v2", "committed", Some("v2")),
    ] {
        let mut session = open("happy");
        session.pause_when(&[read(text)]).expect("known here");
        let mut stops = Vec::new();
        while go(&mut session, 3_000_000).is_some() {
            let told = session.explanation().expect("what happened is told");
            assert_eq!(told.at_us, session.now_us());
            stops.push(session.now_us());
        }
        let mut expected: Vec<u64> = of_tag(&whole, tag)
            .into_iter()
            .filter(|(_, node)| who.is_none_or(|who| who == node))
            .map(|(at, _)| at)
            .collect();
        assert!(expected.len() > 1, "{text}");
        // One event may bring about two of them at one instant.
        stops.dedup();
        expected.dedup();
        assert_eq!(stops, expected, "{text}");
        // Stopping changes nothing.
        assert_eq!(session.expected(), whole.expected(), "{text}");
    }
}

#[test]
fn a_message_kind_of_any_protocol_stops_the_run_where_it_arrives_at_that_validator() {
    for (preset, kind) in [
        ("happy", "prevote"),
        ("simplex", "vote"),
        ("two-chain", "vote"),
    ] {
        let mut session = open(preset);
        let kinds = session.world().kinds;
        assert!(kinds.iter().any(|k| k.name == kind), "{kinds:?}");
        let node = session.world().nodes[1].clone();
        let condition = read(&format!("receives:{kind},at={node}"));
        session.pause_when(&[condition]).expect("known here");
        let mut stops = 0;
        while stops < 5 && go(&mut session, 20_000_000).is_some() {
            stops += 1;
            let told = session.explanation().expect("told");
            assert_eq!(told.to, Some(1), "{told:?}");
            let begins = format!("{node} receives ");
            assert!(told.sentence.starts_with(&begins), "{told:?}");
            assert!(told.sentence.contains(kind), "{told:?}");
        }
        assert_eq!(stops, 5, "{preset}");
    }
}

#[test]
fn a_round_is_entered_once_a_validator_however_many_steps_it_takes_in_it() {
    let mut session = open("silent");
    session.pause_when(&[read("round:1")]).expect("known here");
    let mut entered: Vec<(String, u64, u64)> = Vec::new();
    while entered.len() < 8 {
        let record = go(&mut session, 60_000_000).expect("a silent proposer costs a round");
        let step = session
            .trace_lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("JSON"))
            .filter(|line| line["event"] == "step" && line["at_us"] == record["at_us"])
            .last()
            .expect("a step at this instant");
        let round = step["round"].as_u64().expect("a round");
        assert!(round >= 1, "{step}");
        let height = step["height"].as_u64().expect("a height");
        let node = step["node"].as_str().unwrap_or_default();
        entered.push((node.to_owned(), height, round));
    }
    let mut once = entered.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), entered.len(), "{entered:?}");
    // After a jump a validator does not enter the round it is in.
    let now = session.now_us();
    session.run_to(now + 1);
    session.seek(now, u64::MAX);
    go(&mut session, 60_000_000).expect("another");
    assert!(session.now_us() > now);
}

#[test]
fn the_second_of_two_conflicting_messages_stops_the_run_before_anybody_has_it() {
    let mut session = open("fork");
    session
        .pause_when(&[Condition::of(Happening::DoubleSigns)])
        .expect("known here");
    go(&mut session, 10_000_000).expect("liars that fork sign twice");
    let culprits = session.culprits();
    let first = culprits.first().expect("whoever signed twice is proven");
    assert_eq!(first.kind, "equivocation");
    let second = first.evidence.last().expect("two messages");
    let told = session.explanation().expect("told");
    assert!(second.at_us == told.at_us, "{told:?}");
    let had = session
        .trace_lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("JSON"))
        .filter(|line| line["event"] == "delivered" && line["message"] == second.message);
    assert_eq!(had.count(), 0);
}

#[test]
fn who_had_locked_which_block_is_found_with_the_time_it_held() {
    let mut session = open("happy");
    session.run_to(4_000_000);
    let all = session
        .find_records(&read("locks,height=2"))
        .expect("known");
    let locks = &all.records;
    assert_eq!(
        (locks.len(), all.more, all.from_us),
        (session.world().nodes.len(), 0, 0)
    );
    for lock in locks {
        let until = lock.until_us.expect("height 2 was decided");
        let node = usize::from(lock.node.expect("a node"));
        let name = &session.world().nodes[node];
        let decided = session
            .decisions()
            .into_iter()
            .find(|d| d.height == 2 && d.validator == *name);
        assert_eq!(until, decided.expect("decided").at_us);
        assert!(lock.what.starts_with(&format!("{name} locks ")), "{lock:?}");
    }
    // By the block that was locked, and by a block that nobody has.
    let block = session
        .decisions()
        .into_iter()
        .find(|d| d.height == 2)
        .expect("decided")
        .block;
    let by_block = read(&format!("locks,block={}", &block[..8]));
    assert_eq!(session.find_records(&by_block).expect("known"), all);
    let none = session
        .find_records(&read("locks,block=0000000000"))
        .expect("known");
    assert_eq!(none, FoundRecords::default());
    // Height and round at once.
    let mut slow = open("silent");
    slow.run_to(20_000_000);
    let found = |text: &str| slow.find_records(&read(text)).expect("known").records;
    let all = found("round:1");
    let height = |f: &FoundRecord| -> u64 {
        let rest = f.what.split("height ").nth(1).unwrap_or_default();
        rest.split(',')
            .next()
            .unwrap_or_default()
            .parse()
            .expect("a height")
    };
    let heights: std::collections::BTreeSet<u64> = all.iter().map(height).collect();
    assert!(heights.len() > 1, "{all:?}");
    let last = *heights.last().expect("one");
    let there = found(&format!("round:1,height={last}"));
    let expected: Vec<_> = all.iter().filter(|f| height(f) == last).cloned().collect();
    assert_eq!(there, expected);
}

#[test]
fn what_a_run_does_not_have_is_refused_by_its_name() {
    let mut session = open("happy");
    let refused = |session: &mut Session, text: &str| {
        let problem = session.pause_when(&[read(text)]).expect_err(text);
        problem.sentence
    };
    assert!(refused(&mut session, "locks,at=v9").contains("no validator “v9”"));
    let kind = refused(&mut session, "receives:view-change");
    assert!(
        kind.contains("view-change") && kind.contains("prevote"),
        "{kind}"
    );
    assert!(refused(&mut session, "locks,block=xyz").contains("4 to 64"));
    // What was refused stops nothing.
    assert_eq!(go(&mut session, 500_000), None);
    for wrong in [
        "",
        "lock",
        "round:",
        "round:x",
        "receives:",
        "locks,at",
        "locks,height=x",
    ] {
        let problem = Condition::read(wrong).expect_err(wrong);
        assert!(problem.sentence.ends_with('.'), "{problem}");
    }
}
