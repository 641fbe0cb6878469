//! Tables, listings and schemas: commands that run nothing.

mod common;

use common::{refused, run};
use serde_json::json;

#[test]
fn quorum_of_the_seed_example() {
    let report = run(&["quorum", "100", "500", "200", "--json"]).json();
    assert_eq!(report["total"], 800);
    assert_eq!(report["quorum"], 534);
    assert_eq!(report["skip"], 267);
    assert_eq!(report["tolerated"], 266);
    assert_eq!(report["fork"], 268);
    assert_eq!(report["validators"][1]["can_stall"], true);
    assert_eq!(report["validators"][2]["can_stall"], false);
    let text = run(&["quorum", "100", "500", "200"]).out;
    assert!(text.contains("534   66.75 %"), "{text}");
}

/// At exactly a third liars may stall and cannot fork; thresholds are strict.
#[test]
fn thresholds_are_strict() {
    let of = |stakes: &str| run(&["quorum", stakes, "--json"]).json();
    let three = of("3x1");
    assert_eq!((&three["quorum"], &three["skip"]), (&json!(3), &json!(2)));
    assert_eq!(
        (&three["tolerated"], &three["fork"]),
        (&json!(0), &json!(3))
    );
    let four = of("4x1");
    assert_eq!(
        (&four["quorum"], &four["tolerated"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(four["fork"], 2);
    let seven = of("7x100");
    assert_eq!(
        (&seven["quorum"], &seven["fork"]),
        (&json!(467), &json!(234))
    );
    let most = of("1152921504606846975");
    assert_eq!(most["quorum"], 768614336404564651_u64);
}

#[test]
fn impossible_stakes_are_refused() {
    refused(&["quorum", "0"], b"", &["no stake", "at least 1"]);
    refused(&["quorum", "abc"], b"", &["\"abc\" is not a stake"]);
    refused(&["quorum", "--", "-5"], b"", &["\"-5\" is not a stake"]);
    refused(&["quorum", "1000000000x1"], b"", &["128", "Leave some out"]);
    refused(
        &["quorum", "18446744073709551615", "1"],
        b"",
        &["1152921504606846975"],
    );
    refused(&["quorum", ","], b"", &["at least one validator"]);
}

#[test]
fn rotation_takes_turns() {
    let report = run(&[
        "proposers",
        "--stakes",
        "3x1",
        "--rule",
        "rotation",
        "--heights",
        "4",
        "--rounds",
        "2",
        "--json",
    ])
    .json();
    let rows: Vec<_> = report["heights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["rounds"].clone())
        .collect();
    assert_eq!(
        rows,
        [
            json!(["v1", "v2"]),
            json!(["v2", "v3"]),
            json!(["v3", "v1"]),
            json!(["v1", "v2"])
        ]
    );
}

/// CometBFT's priorities: over as many heights as there is stake, everyone proposes its share.
#[test]
fn priority_follows_stake() {
    let report = run(&[
        "proposers",
        "--stakes",
        "1,5,2",
        "--heights",
        "80",
        "--rounds",
        "1",
        "--json",
    ])
    .json();
    let proposes: Vec<_> = report["shares"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["proposes"].clone())
        .collect();
    assert_eq!(proposes, [json!(10), json!(50), json!(20)]);
}

#[test]
fn a_draw_depends_on_its_seed_alone() {
    let draw = |seed: &str| run(&["proposers", "--rule", "draw", "--seed", seed]).out;
    assert_eq!(draw("5"), draw("5"));
    assert_ne!(draw("5"), draw("6"));
}

#[test]
fn proposers_refuses_what_makes_no_sense() {
    refused(&["proposers", "--heights", "0"], b"", &["0 heights"]);
    refused(
        &["proposers", "--heights", "18446744073709551615"],
        b"",
        &["cannot be shown"],
    );
    refused(&["proposers", "--rule", "list"], b"", &["--list"]);
    refused(&["proposers", "--list", "v1"], b"", &["--rule list"]);
    refused(
        &["proposers", "--rule", "list", "--list", "v9"],
        b"",
        &["\"v9\"", "v1 to v4"],
    );
}

#[test]
fn about_lists_protocols_conventions_and_limits() {
    let report = run(&["about", "--json"]).json();
    assert_eq!(report["protocols"][0]["name"], "tendermint");
    assert!(
        report["protocols"][0]["conventions"]
            .as_array()
            .unwrap()
            .len()
            >= 4
    );
    assert!(report["limits"].as_array().unwrap().len() > 10);
    let text = run(&["about"]).out;
    for word in [
        "tendermint",
        "prevote (vote)",
        "round skip",
        "signatures",
        "128",
    ] {
        assert!(text.contains(word), "{word}");
    }
}

/// `consensusforge schema --write docs/schema` brings them up to date.
#[test]
fn the_published_schemas_are_current() {
    let list = run(&["schema"]).out;
    let names: Vec<&str> = list
        .lines()
        .skip(1)
        .filter_map(|l| l.split_whitespace().next())
        .collect();
    assert!(names.len() >= 9, "{names:?}");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema");
    for name in &names {
        let published =
            std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap_or_default();
        assert!(
            run(&["schema", name]).out == published,
            "docs/schema/{name}.json is out of date: consensusforge schema --write docs/schema"
        );
    }
    let published = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(
        published,
        names.len(),
        "a schema in docs/schema has no type any more"
    );
    refused(&["schema", "nothing"], b"", &["\"nothing\"", "step-input"]);
}

#[test]
fn presets_are_listed() {
    let text = run(&["presets"]).out;
    for id in ["happy", "unequal", "fork", "amnesia"] {
        assert!(text.contains(id), "{id}");
    }
}
