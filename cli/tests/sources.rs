//! Where scenarios come from, and what is refused.

mod common;

use common::{refused, run, run_with};

#[test]
fn a_link_and_a_file_and_a_preset_are_the_same_scenario() {
    let link = run(&["link", "preset:fork"]);
    assert_eq!((link.code, link.err.as_str()), (0, ""));
    let link = link.out.trim().to_owned();
    assert!(link.starts_with("v2."), "{link}");
    let from_preset = run(&["scenario", "preset:fork"]).out;
    assert_eq!(run(&["scenario", &link]).out, from_preset);
    assert_eq!(
        run_with(&["scenario", "-"], link.as_bytes()).out,
        from_preset
    );
    assert_eq!(
        run_with(&["scenario", "-"], from_preset.as_bytes()).out,
        from_preset
    );
    let page = run(&[
        "link",
        "preset:fork",
        "--page",
        "https://example.org/forge/#old",
    ])
    .out;
    assert_eq!(page, format!("https://example.org/forge/#{link}\n"));
    assert_eq!(run(&["scenario", page.trim()]).out, from_preset);
}

/// As people paste it: from a mail that broke the line, out of brackets, at the end of a sentence.
#[test]
fn a_link_is_read_as_it_stands_in_a_text() {
    let link = run(&["link", "preset:fork"]).out.trim().to_owned();
    let plain = run(&["scenario", &link]).out;
    let (half, rest) = link.split_at(link.len() / 2);
    for written in [
        format!("<{link}>"),
        format!("{link}."),
        format!("({link}),"),
        format!("{half}\n{rest}\n"),
        format!("{half}\r\n  {rest}"),
        format!("<https://example.org/forge/#{half}\n{rest}>."),
        format!("\"{link}\""),
    ] {
        let argument = run(&["scenario", &written]);
        assert_eq!(
            (argument.code, argument.out),
            (0, plain.clone()),
            "{written}: {}",
            argument.err
        );
        let input = run_with(&["scenario", "-"], written.as_bytes());
        assert_eq!(
            (input.code, input.out),
            (0, plain.clone()),
            "{written}: {}",
            input.err
        );
    }
}

#[test]
fn a_number_beyond_64_bits_is_called_too_large() {
    for field in [
        r#""seed": 18446744073709551616"#,
        r#""validators": [{"name": "a", "stake": 18446744073709551616}]"#,
    ] {
        let scenario = format!(r#"{{"consensusforge": 1, "scenario": {{{field}}}}}"#);
        refused(&["scenario", "-"], scenario.as_bytes(), &["too large"]);
        let answer = run_with(&["scenario", "-"], scenario.as_bytes());
        assert!(!answer.err.contains("floating"), "{}", answer.err);
    }
    for value in ["-3", "18446744073709551616", "[1]"] {
        let scenario = format!(
            r#"{{"consensusforge": 2, "scenario": {{"protocol": {{"params": {{"propose_timeout_us": {value}}}}}}}}}"#
        );
        refused(
            &["run", "-", "--until", "1"],
            scenario.as_bytes(),
            &[
                "protocol.params.propose_timeout_us",
                "a whole number up to 18446744073709551615",
            ],
        );
    }
    // Format 1 had these beside the protocol's name.
    let old = br#"{"consensusforge": 1, "scenario": {"protocol": {"params": {"propose_timeout_us": 3}}}}"#;
    refused(
        &["run", "-", "--until", "1"],
        old,
        &["protocol.params", "`\"consensusforge\": 2`"],
    );
}

#[test]
fn every_fixture_opens() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/links/v1");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let answer = run(&["scenario", path.to_str().unwrap()]);
        assert_eq!(answer.code, 0, "{}: {}", path.display(), answer.err);
    }
}

#[test]
fn bad_sources_get_sentences() {
    refused(&["scenario", "preset:none"], b"", &["no preset", "happy"]);
    refused(
        &["scenario", "/does/not/exist.json"],
        b"",
        &["cannot read /does/not/exist.json"],
    );
    refused(&["scenario", env!("CARGO_MANIFEST_DIR")], b"", &["folder"]);
    refused(&["scenario", "v7.abc"], b"", &["newer ConsensusForge"]);
    refused(&["scenario", "v1.a!b"], b"", &["damaged", "character 5"]);
    refused(&["scenario", "v1.AAAA"], b"", &["cut off"]);
    refused(&["scenario", "-"], b"", &["empty"]);
    refused(&["scenario", "-"], b"hello there", &["not JSON"]);
    refused(&["scenario", "-"], b"{\"consensusforge\": 1", &["cut off"]);
    refused(
        &["scenario", "-"],
        br#"{"consensusforge": 1, "scenario": {"network": {"loss_ppm": 2000000}}}"#,
        &["network.loss_ppm: ", "1000000"],
    );
    refused(
        &["scenario", "-"],
        br#"{"consensusforge": 1, "scenario": {"faults": {"crashed": 1000000000}}}"#,
        &["faults.crashed", "65535"],
    );
}

/// A huge file is refused by its size, before it is read.
#[test]
fn a_file_of_a_gigabyte_gets_a_sentence() {
    let path = std::env::temp_dir().join(format!("consensusforge-huge-{}", std::process::id()));
    let file = std::fs::File::create(&path).unwrap();
    // No disk is used: the file has a length and no content.
    file.set_len(1 << 30).unwrap();
    refused(
        &["scenario", path.to_str().unwrap()],
        b"",
        &["1073741824 bytes", "16777216"],
    );
    std::fs::remove_file(&path).unwrap();
    let endless = vec![b' '; (16 << 20) + 2];
    refused(&["scenario", "-"], &endless, &["more than 16777216 bytes"]);
}
