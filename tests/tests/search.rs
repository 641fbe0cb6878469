//! The log's index against a plain look at every record.

use consensusforge_core::session::view::{LogPlace, LogQuery, LogRow};
use consensusforge_core::session::{LOG_EVENTS, Session, presets};

fn run(preset: &str, until: u64) -> Session {
    let found = presets().into_iter().find(|p| p.id == preset);
    let mut session = Session::open(found.expect(preset).scenario).expect(preset);
    while !session.advance(until, 10_000).reached {}
    session
}

fn text(words: &str) -> LogQuery {
    LogQuery {
        text: words.into(),
        ..LogQuery::default()
    }
}

fn rows(session: &Session, query: LogQuery) -> Vec<LogRow> {
    let index = session.search(query);
    session.log_page(&index, 0, usize::MAX).rows
}

#[test]
fn without_a_wish_every_record_is_there_in_order() {
    let session = run("happy", 5_000_000);
    let all = rows(&session, LogQuery::default());
    assert_eq!(all.len(), session.trace_lines().count());
    assert!(all.is_sorted_by_key(|r| (r.at_us, r.number)));
    assert!(all.iter().all(|r| !r.what.is_empty()));
}

#[test]
fn each_filter_lets_through_what_a_look_at_all_would() {
    let session = run("lossy", 8_000_000);
    let all = rows(&session, LogQuery::default());
    let count = |keep: &dyn Fn(&LogRow) -> bool| all.iter().filter(|r| keep(r)).count();
    for (event, name) in LOG_EVENTS.iter().enumerate() {
        let query = LogQuery {
            event: Some(event as u8),
            ..LogQuery::default()
        };
        let found = rows(&session, query);
        assert_eq!(found.len(), count(&|r| r.event == event as u8), "{name}");
        // The event's name as a word finds at least those.
        let word = name.split(' ').next().expect("a word");
        assert!(rows(&session, text(word)).len() >= found.len(), "{name}");
    }
    for kind in 0..3u8 {
        let query = LogQuery {
            kind: Some(kind),
            ..LogQuery::default()
        };
        assert_eq!(
            rows(&session, query).len(),
            count(&|r| r.kind == Some(kind))
        );
    }
    let at_two = LogQuery {
        node: Some(1),
        ..LogQuery::default()
    };
    let from = |r: &LogRow| r.arrow.as_ref().map(|a| a.from);
    assert_eq!(
        rows(&session, at_two).len(),
        count(&|r| r.node == Some(1) || from(r) == Some(1))
    );
    let third = LogQuery {
        from_height: 3,
        to_height: 3,
        ..LogQuery::default()
    };
    let found = rows(&session, third);
    assert_eq!(
        found.len(),
        count(&|r| r.what.contains("height 3,") || r.what.contains("height 3)"))
    );
}

#[test]
fn a_rule_is_found_by_its_id_and_says_its_number_and_its_text() {
    let session = run("happy", 5_000_000);
    let rules = session.world().rules;
    let locks = rows(&session, text("L36"));
    assert!(!locks.is_empty());
    for row in locks {
        let rule = &rules[usize::from(row.rule.expect("a rule"))];
        assert_eq!(rule.id, "L36-L43");
        assert!(
            row.what.starts_with("applies L36-L43 (height "),
            "{}",
            row.what
        );
        assert!(row.what.ends_with(&rule.text), "{}", row.what);
    }
}

#[test]
fn words_are_names_heights_kinds_and_beginnings_of_digests() {
    let session = run("happy", 8_000_000);
    let commits = rows(&session, text("commit"));
    assert!(commits.iter().any(|r| r.what.starts_with("commits ")));
    let first = commits
        .iter()
        .find(|r| r.what.starts_with("commits "))
        .expect("one");
    let block = &first.what["commits ".len()..][..8];
    for digits in [8, 7, 6, 5] {
        let found = rows(&session, text(&block[..digits]));
        assert!(found.len() > 10, "{digits}");
        assert!(found.iter().all(|r| r.what.contains(block)), "{digits}");
    }
    // All words must fit.
    let votes = rows(&session, text(&format!("prevote v2 {block}")));
    assert!(!votes.is_empty());
    for row in &votes {
        assert!(
            row.what.contains("prevote") && row.what.contains(block),
            "{}",
            row.what
        );
    }
    assert!(
        rows(&session, text("5"))
            .iter()
            .all(|r| r.what.contains("height 5"))
    );
    assert!(rows(&session, text("nothing-is-called-so")).is_empty());
    // Case does not matter.
    assert_eq!(
        rows(&session, text("PREVOTE V2")),
        rows(&session, text("prevote v2"))
    );
}

#[test]
fn a_search_that_follows_finds_what_a_new_one_would() {
    let mut session = run("happy", 1_000_000);
    let mut index = session.search(text("precommit v3"));
    for until in [2_000_000, 2_000_000, 4_000_000, 9_000_000] {
        while !session.advance(until, 333).reached {}
        session.search_on(&mut index);
        let anew = session.search(text("precommit v3"));
        assert_eq!(
            session.log_page(&index, 0, usize::MAX),
            session.log_page(&anew, 0, usize::MAX)
        );
    }
    while !session.seek(3_000_000, 10_000).reached {}
    session.search_on(&mut index);
    let found = session.log_page(&index, 0, usize::MAX);
    assert!(!found.rows.is_empty() && found.rows.iter().all(|r| r.at_us <= 3_000_000));
}

#[test]
fn things_on_the_chart_are_found_and_rows_are_things_on_the_chart() {
    let session = run("happy", 5_000_000);
    let index = session.search(LogQuery::default());
    let all = session.log_page(&index, 0, usize::MAX).rows;
    let mut arrows = 0;
    for (position, row) in all.iter().enumerate().skip(200).step_by(37) {
        let wanted = match (&row.arrow, &row.mark) {
            (Some(arrow), _) => LogPlace {
                at_us: row.at_us,
                message: Some(arrow.message),
                node: arrow.to,
            },
            (None, Some(mark)) => LogPlace {
                at_us: mark.at_us,
                message: None,
                node: mark.node,
            },
            (None, None) => continue,
        };
        let found = session.log_find(&index, &wanted).expect("it is there");
        let there = &all[found];
        assert_eq!(
            (there.at_us, there.node, there.message),
            (row.at_us, row.node, row.message)
        );
        arrows += usize::from(row.arrow.is_some() && found == position);
    }
    assert!(arrows > 3);
    // In a log that shows something else, the nearest in time.
    let commits = session.search(text("commits"));
    let place = LogPlace {
        at_us: 2_500_000,
        message: None,
        node: 0,
    };
    assert!(session.log_find(&commits, &place).is_none() || !commits.is_empty());
}

#[test]
fn lines_are_json_and_say_what_is_left_out() {
    let session = run("happy", 5_000_000);
    let index = session.search(text("commit"));
    let whole = session.log_lines(&index, usize::MAX);
    assert_eq!(
        (whole.left_out, whole.text.lines().count()),
        (0, index.len())
    );
    for line in whole.text.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    }
    let part = session.log_lines(&index, whole.text.len() / 2);
    assert!(part.left_out > 0 && whole.text.ends_with(&part.text));
    assert_eq!(
        part.text.lines().count() + part.left_out as usize,
        index.len()
    );
}
