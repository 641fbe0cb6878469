//! Tables, listings and schemas: commands that run nothing.

mod common;

use common::{fits, refused, run};
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
    refused(&["quorum", "1000000000x1"], b"", &["512", "Leave some out"]);
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

/// Stakes 1, 5 and 2: worked out by hand from CometBFT's rule. Height 1: 1, 5, 2; v2 is highest and pays 8.
/// Height 2: 2, 2, 4; v3 pays. Height 3: 3, 7, -2; v2 pays.
#[test]
fn priorities_are_those_worked_out_by_hand() {
    let arguments = [
        "proposers",
        "--stakes",
        "1,5,2",
        "--heights",
        "3",
        "--rounds",
        "1",
        "--priorities",
    ];
    let text = run(&arguments).out;
    assert!(text.contains("priority at"), "{text}");
    let report = run(&[&arguments[..], &["--json"]].concat()).json();
    let row = |i: usize| {
        let row = &report["heights"][i];
        let all = row["priorities"].as_array().unwrap().iter();
        let all: Vec<i64> = all.map(|p| p["priority"].as_i64().unwrap()).collect();
        (row["rounds"][0].as_str().unwrap().to_owned(), all)
    };
    assert_eq!(row(0), ("v2".into(), vec![1, -3, 2]));
    assert_eq!(row(1), ("v3".into(), vec![2, 2, -4]));
    assert_eq!(row(2), ("v2".into(), vec![3, -1, -2]));
    refused(
        &["proposers", "--rule", "rotation", "--priorities"],
        b"",
        &["--rule priority"],
    );
}

/// A newcomer starts at -9/8 of the new total, and who leaves proposes nothing from that height on.
#[test]
fn stakes_change_from_a_height_on() {
    let report = run(&[
        "proposers",
        "--stakes",
        "4x100",
        "--heights",
        "40",
        "--rounds",
        "1",
        "--change",
        "5:v5=100",
        "--change",
        "9:v1=0",
        "--priorities",
        "--json",
    ])
    .json();
    let heights = report["heights"].as_array().unwrap();
    let proposers = |range: std::ops::Range<usize>| -> Vec<&str> {
        heights[range]
            .iter()
            .map(|h| h["rounds"][0].as_str().unwrap())
            .collect()
    };
    assert_eq!(proposers(0..4), ["v1", "v2", "v3", "v4"]);
    assert_eq!(proposers(4..8), ["v1", "v2", "v3", "v4"], "v5 waits");
    assert!(!proposers(8..40).contains(&"v1"));
    assert_eq!(proposers(8..40).iter().filter(|p| **p == "v5").count(), 8);
    assert_eq!(heights[3]["priorities"].as_array().unwrap().len(), 4);
    assert_eq!(heights[4]["priorities"].as_array().unwrap().len(), 5);
    // The newcomer at -562 and the others at 0 are centred by 113 and take a turn of 100.
    let newcomer = &heights[4]["priorities"][4];
    assert_eq!(
        (&newcomer["name"], &newcomer["priority"]),
        (&json!("v5"), &json!(-349))
    );
    for (change, words) in [
        ("5", "not a change of stakes"),
        ("5:w1=3", "not a change of stakes"),
        ("1:v1=3", "height 2"),
        ("5:v7=3", "the next one to join is v5"),
        ("5:v1=0,v2=0,v3=0,v4=0", "at least one validator"),
    ] {
        refused(&["proposers", "--change", change], b"", &[words]);
    }
}

#[test]
fn a_total_alone_has_thresholds() {
    let report = run(&["quorum", "--total", "800", "--json"]).json();
    let stakes = run(&["quorum", "100", "500", "200", "--json"]).json();
    for threshold in ["total", "quorum", "skip", "tolerated", "fork"] {
        assert_eq!(report[threshold], stakes[threshold], "{threshold}");
    }
    assert_eq!(report["validators"], json!([]));
    let most = run(&["quorum", "--total", "18446744073709551615", "--json"]).json();
    assert_eq!(most["quorum"], 12297829382473034411_u64);
    let text = run(&["quorum", "--total", "800"]).out;
    assert!(
        text.contains("534   66.75 %") && !text.contains("alone"),
        "{text}"
    );
    refused(
        &["quorum", "--total", "0"],
        b"",
        &["\"0\" is not a total stake"],
    );
    refused(
        &["quorum", "--total", "18446744073709551616"],
        b"",
        &["18446744073709551615"],
    );
}

/// What the schema of scenarios allows may still be impossible, but what is out of a field's own range is refused
/// by both.
#[test]
fn the_scenario_schema_refuses_what_the_tool_refuses() {
    let schema = run(&["schema", "scenario"]).json();
    let whole: serde_json::Value = run(&["scenario", "preset:happy"]).json();
    assert_eq!(fits(&schema, &schema, &whole), Ok(()));
    for (place, value) in [
        ("/scenario/validators", json!([])),
        (
            "/scenario/validators/0/stake",
            json!(1_152_921_504_606_846_976_u64),
        ),
        ("/scenario/network/loss_ppm", json!(1_000_001)),
        ("/scenario/network/reorder_by_us", json!(3_600_000_001_u64)),
        ("/scenario/protocol/block_interval_us", json!(0)),
        ("/scenario/protocol/resend_interval_us", json!(0)),
        ("/scenario/protocol/params/propose_timeout_us", json!(0)),
        ("/scenario/workload/tx_per_second", json!(1_001)),
        ("/scenario/workload/accounts", json!(1)),
        ("/scenario/execution/block_gas", json!(0)),
        ("/scenario/checks/stall_after_us", json!(0)),
        ("/scenario/network", json!([])),
        ("/scenario/seed", json!(-1)),
    ] {
        let mut changed = whole.clone();
        *changed.pointer_mut(place).expect(place) = value;
        refused(
            &["run", "-", "--until", "0"],
            changed.to_string().as_bytes(),
            &[],
        );
        assert!(
            fits(&schema, &schema, &changed).is_err(),
            "the schema allows {place}"
        );
    }
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
        "At most 256 validators",
        "At most 512 validators",
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
