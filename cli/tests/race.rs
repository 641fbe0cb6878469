//! Several protocols on one scenario.

mod common;

use common::{refused, run, run_with};
use serde_json::{Value, json};

/// Seven equal validators, every message takes 50 ms, nothing is sent twice.
fn exact() -> String {
    json!({"consensusforge": 2, "scenario": {
        "validators": (1..=7).map(|n| json!({"name": format!("v{n}"), "stake": 1})).collect::<Vec<_>>(),
        "network": {"latency": {"constant": {"us": 50_000}}},
        "protocol": {"resend": false},
        "workload": {"tx_per_second": 0},
    }})
    .to_string()
}

fn rows(lanes: &[&str]) -> Vec<Value> {
    let arguments = [&["race", "-", "--until", "10", "--json"], lanes].concat();
    let report = run_with(&arguments, exact().as_bytes()).json();
    assert_eq!(report["delay_us"], 50_000);
    assert_eq!(report["refused"], json!([]));
    report["rows"].as_array().unwrap().clone()
}

#[test]
fn each_protocol_commits_after_the_delays_of_its_paper() {
    let lanes = [
        ("tendermint", 3.0),
        ("simplex", 3.0),
        ("minimmit", 2.0),
        ("votor", 2.0),
        ("pbft", 3.0),
        ("chained-hotstuff", 7.0),
        ("hotstuff-2", 5.0),
        ("basic-hotstuff-2", 5.0),
        ("jolteon", 5.0),
        ("monadbft", 5.0),
    ];
    let names = lanes.map(|(name, _)| name);
    for (row, (name, delays)) in rows(&names).iter().zip(lanes) {
        assert_eq!(row["lane"], name);
        assert_eq!(row["commit_latency_delays"], delays, "{name}");
        assert_eq!(row["outcome"], "holds", "{name}");
    }
}

#[test]
fn the_work_of_a_block_is_what_the_protocol_sends_and_receives() {
    let row = &rows(&["tendermint"])[0];
    let near = |field: &str, expected: f64| {
        let got = row[field].as_f64().unwrap();
        assert!(
            (got / expected - 1.0).abs() < 0.1,
            "{field}: {got}, not about {expected}"
        );
    };
    let n = 7.0;
    // A proposal, a prevote and a precommit of everybody, each to all others; all of them carry one signature.
    near("messages_per_block", (n - 1.0) * (2.0 * n + 1.0));
    near("signatures_per_block", 2.0 * n + 1.0);
    near("verifications_per_block", (n - 1.0) * (2.0 * n + 1.0));
    let linear = &rows(&["jolteon"])[0];
    let messages = linear["messages_per_block"].as_f64().unwrap();
    assert!(
        (messages / (2.0 * (n - 1.0)) - 1.0).abs() < 0.1,
        "{messages}"
    );
}

#[test]
fn a_lane_may_be_the_same_protocol_with_another_parameter() {
    let rows = rows(&["simplex", "simplex:min_view_us=1000000"]);
    assert_eq!(rows[1]["lane"], "simplex:min_view_us=1000000");
    let blocks = |k: usize| rows[k]["blocks"].as_u64().unwrap();
    assert!(blocks(0) > 2 * blocks(1), "{} and {}", blocks(0), blocks(1));
}

#[test]
fn a_lane_alone_is_the_run_of_that_scenario() {
    let row = &rows(&["tendermint"])[0];
    let alone = run_with(&["run", "-", "--until", "10", "--json"], exact().as_bytes()).json();
    assert_eq!(row["digest"], alone["digest"]);
    assert_eq!(row["link"], alone["link"]);
}

#[test]
fn a_races_link_brings_its_lanes_and_its_instant() {
    let link = &rows(&["tendermint"])[0]["link"];
    let link = format!(
        "https://example.org/#{}&lane=simplex&lane=minimmit:delta_us=200000&at=3000000",
        link.as_str().unwrap()
    );
    let report = run(&["race", &link, "--json"]).json();
    assert_eq!(report["until_us"], 3_000_000);
    let lanes: Vec<&str> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["lane"].as_str().unwrap())
        .collect();
    assert_eq!(lanes, ["simplex", "minimmit:delta_us=200000"]);
    let named = run(&["race", &link, "jolteon", "--until", "2", "--json"]).json();
    assert_eq!(named["until_us"], 2_000_000);
    assert_eq!(named["rows"][0]["lane"], "jolteon");
    refused(
        &["race", &link.replace("&lane=simplex", "")],
        b"",
        &["the link has 1 lane"],
    );
}

/// What `race --json` prints of a link, without sentences and links, which may be worded anew.
fn figures(link: &str) -> Value {
    let mut report = run(&["race", link, "--json"]).json();
    for row in report["rows"].as_array_mut().unwrap() {
        let row = row.as_object_mut().unwrap();
        row.remove("sentence");
        row.remove("link");
    }
    report
}

/// The page's table is held to the same file, by `tests/browser/race.test.mjs`. `GOLDEN=write` makes it anew.
#[test]
fn the_race_of_the_golden_file_comes_to_its_figures() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/race.json");
    if std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        let begun = run(&["run", "preset:silent", "--until", "0", "--json"]).json();
        let link = format!(
            "{}&lane=tendermint&lane=simplex:delta_us=200000&lane=jolteon&lane=streamlet&at=6000000",
            begun["link"].as_str().unwrap()
        );
        let report = figures(&link);
        let text = serde_json::to_string_pretty(&json!({"link": link, "report": report})).unwrap();
        std::fs::write(file, text + "\n").unwrap();
    }
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let report = figures(golden["link"].as_str().unwrap());
    assert_eq!(report, golden["report"]);
    assert_eq!(report["rows"].as_array().unwrap().len(), 4);
    assert_eq!(report["until_us"], 6_000_000);
}

#[test]
fn every_protocol_races_where_none_is_named() {
    let report = run(&["race", "preset:happy", "--until", "2", "--json"]).json();
    let about = run(&["about", "--json"]).json();
    let ran =
        report["rows"].as_array().unwrap().len() + report["refused"].as_array().unwrap().len();
    assert_eq!(ran, about["protocols"].as_array().unwrap().len());
}

#[test]
fn text_and_csv_tell_the_same() {
    let text = run(&[
        "race",
        "preset:stall",
        "tendermint",
        "simplex",
        "--until",
        "20",
    ])
    .out;
    for word in ["lane", "delays to commit", "stalled", "\ntendermint: "] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let csv = run(&[
        "race",
        "preset:happy",
        "tendermint",
        "--until",
        "5",
        "--csv",
    ])
    .out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].split(',').count(), 13);
    assert!(lines[1].starts_with("\"tendermint\","), "{csv}");
}

#[test]
fn a_lane_that_makes_no_sense_is_refused_in_words() {
    for (lane, words) in [
        (
            "paxos",
            "there is no protocol \"paxos\"; there are: \"tendermint\"",
        ),
        (
            "simplex:foo=1",
            "simplex has no parameter \"foo\"; it has: ",
        ),
        ("simplex:delta_us=soon", "delta_us takes a whole number"),
        ("simplex:delta_us", "write `name=value`"),
        (
            "simplex:delta_us=1000,delta_us=2000",
            "simplex is given delta_us twice",
        ),
    ] {
        refused(&["race", "preset:happy", lane], b"", &[words]);
    }
}

#[test]
fn a_lane_that_cannot_run_the_scenario_says_why_and_the_others_run() {
    let mut file: Value = serde_json::from_str(&exact()).unwrap();
    file["scenario"]["adversary"] = json!({"who": {"names": ["v7"]}, "strategy": "amnesia"});
    let lanes = [
        "race",
        "-",
        "tendermint",
        "streamlet",
        "--until",
        "2",
        "--json",
    ];
    let report = run_with(&lanes, file.to_string().as_bytes()).json();
    assert_eq!(report["rows"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["refused"][0]["lane"], "streamlet");
    let why = report["refused"][0]["sentence"].as_str().unwrap();
    assert!(why.contains("Streamlet"), "{why}");
}
