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
fn a_format_that_is_none_is_told_with_those_there_are() {
    let arguments = ["export", "preset:happy", "--format", "svg"];
    refused(
        &arguments,
        b"",
        &["shiviz, perfetto, mermaid, itf, jsonl, csv"],
    );
}
