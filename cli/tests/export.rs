//! `export`: each format comes out, whole, and says what is in it.

mod common;

use common::{refused, run};

#[test]
fn every_format_comes_out_of_a_preset() {
    for (format, begins) in [
        ("shiviz", "(?<event>.*)"),
        ("perfetto", "{\"displayTimeUnit\""),
        ("mermaid", "sequenceDiagram"),
        ("itf", "{\"params\""),
        ("jsonl", "{"),
        ("csv", "height,decided_at_us"),
    ] {
        let done = run(&["export", "preset:happy", "--format", format, "--until", "2"]);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(done.out.starts_with(begins), "{format}");
        assert!(done.err.starts_with(&format!("{format}: ")), "{}", done.err);
    }
}

#[test]
fn a_run_in_slices_is_the_run_at_once() {
    let of = |extra: &[&str]| {
        let mut arguments = vec!["export", "preset:happy", "--format", "jsonl"];
        arguments.extend(extra);
        run(&arguments).out
    };
    let whole = of(&["--until", "8"]);
    let late = of(&["--from", "5", "--until", "8"]);
    assert!(late.len() > 1_000 && whole.ends_with(&late));
}

#[test]
fn json_lines_of_an_export_are_those_of_a_run() {
    let file = std::env::temp_dir().join(format!("consensusforge-lines-{}", std::process::id()));
    let path = file.to_str().unwrap();
    run(&["run", "preset:fork", "--until", "3", "--trace", path]);
    let traced = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let exported = run(&["export", "preset:fork", "--format", "jsonl", "--until", "3"]).out;
    assert_eq!(exported, traced);
}

/// The variables of the first state of an ITF trace, of the liars' names and of `variable`.
fn first_state(arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["export"];
    all.extend(arguments);
    all.extend(["--format", "itf"]);
    run(&all).json()["states"][0].clone()
}

#[test]
fn the_first_state_of_an_itf_trace_is_the_state_at_that_instant() {
    let begin = run(&["export", "preset:fork", "--format", "itf", "--until", "1"]).json();
    let last = begin["states"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["byzantine"]["#set"].as_array().unwrap().len(), 3);
    let late = first_state(&["preset:fork", "--from", "4", "--until", "5"]);
    assert_eq!(late["now_us"]["#bigint"], "4000000");
    assert_eq!(late["byzantine"]["#set"].as_array().unwrap().len(), 3);
    let heights = late["height"]["#map"].as_array().unwrap();
    for entry in heights {
        assert_ne!(entry[1]["#bigint"], "0", "{late}");
    }
    // Who is down then is down in the first state, as the whole trace has it.
    let down = |state: &serde_json::Value| state["down"]["#set"].clone();
    let whole = run(&[
        "export",
        "preset:restart",
        "--format",
        "itf",
        "--until",
        "9",
    ])
    .json();
    let states = whole["states"].as_array().unwrap();
    let at = |state: &&serde_json::Value| {
        let now: u64 = state["now_us"]["#bigint"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        now < 9_000_000
    };
    let before = states.iter().rfind(at).unwrap();
    let first = first_state(&["preset:restart", "--from", "9", "--until", "10"]);
    for variable in [
        "height",
        "round",
        "step",
        "decided",
        "locked",
        "down",
        "byzantine",
    ] {
        assert_eq!(first[variable], before[variable], "{variable}");
    }
    assert!(down(&first).is_array());
}

#[test]
fn a_format_that_is_none_is_told_with_those_there_are() {
    let arguments = ["export", "preset:happy", "--format", "svg"];
    refused(
        &arguments,
        b"",
        &["shiviz, perfetto, mermaid, itf, jsonl, csv"],
    );
}

/// What a reader of a fork wants is the seconds around it, not a minute of heights.
#[test]
fn an_export_can_be_of_what_is_around_the_first_violation() {
    let report = run(&["run", "preset:fork", "--until", "10", "--json"]).json();
    let verdicts = report["verdicts"].as_array().unwrap();
    let since = verdicts.iter().filter_map(|v| v["since_us"].as_u64()).min();
    let at = since.expect("a fork");
    let ask = [
        "export",
        "preset:fork",
        "--format",
        "jsonl",
        "--around",
        "violation",
    ];
    let lines = run(&ask).out;
    let instants: Vec<u64> = lines
        .lines()
        .map(|l| {
            serde_json::from_str::<serde_json::Value>(l).unwrap()["at_us"]
                .as_u64()
                .unwrap()
        })
        .collect();
    let (first, last) = (instants[0], instants[instants.len() - 1]);
    assert!(
        first >= at.saturating_sub(2_000_000) && first < at,
        "{first} {at}"
    );
    assert!(last <= at + 1_000_000 && last > at, "{last} {at}");
    assert!(instants.contains(&at));
    let none = [
        "export",
        "preset:happy",
        "--format",
        "jsonl",
        "--around",
        "violation",
    ];
    refused(&none, b"", &["nothing is violated"]);
    let both = [
        "export",
        "preset:fork",
        "--format",
        "jsonl",
        "--around",
        "violation",
        "--from",
        "1",
    ];
    assert_eq!(run(&both).code, 2);
}

#[test]
fn the_table_of_heights_begins_and_ends_where_it_is_to() {
    let table = |from: &str| {
        let ask = ["export", "preset:happy", "--format", "csv", "--from", from];
        let answer = run(&[&ask[..], &["--until", "6"]].concat());
        assert_eq!(answer.code, 0, "{}", answer.err);
        let rows = answer.out.lines().skip(1).map(str::to_owned);
        rows.collect::<Vec<_>>()
    };
    let (all, late) = (table("0"), table("3"));
    let at = |row: &String| {
        let instant = row.split(',').nth(1).expect("a column of instants");
        instant.parse::<u64>().expect("microseconds")
    };
    let wanted: Vec<String> = all.iter().filter(|r| at(r) >= 3_000_000).cloned().collect();
    assert!(!wanted.is_empty() && wanted.len() < all.len(), "{all:?}");
    assert_eq!(late, wanted);
}
