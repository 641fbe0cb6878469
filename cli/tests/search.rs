//! Searches from the command line: what is found, how it is said, and what is refused.

mod common;

use common::{refused, run, run_with};
use serde_json::{Value, json};

/// Four validators of one stake each, of whom two lie.
fn scene() -> String {
    json!({"consensusforge": 2, "scenario": {
        "validators": (1..=4).map(|n| json!({"name": format!("v{n}"), "stake": 1})).collect::<Vec<_>>(),
        "network": {"latency": {"constant": {"us": 30_000}}},
        "workload": {"tx_per_second": 0},
        "adversary": {"who": {"names": ["v1", "v2"]}, "strategy": "silent"},
    }})
    .to_string()
}

const SHORT: [&str; 6] = ["--property", "agreement", "--calm", "1.5", "--until", "2"];

#[test]
fn a_violation_is_found_shrunk_and_replayed_by_its_link() {
    let search = [&["search", "-", "--budget", "60", "--json"][..], &SHORT].concat();
    let answer = run_with(&search, scene().as_bytes());
    assert_eq!(answer.code, 3, "{}{}", answer.out, answer.err);
    let report = answer.json();
    let link = report["found"]["link"].as_str().expect("short enough");
    let verified = run(&["verify", link]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    // One job and three find the same trial.
    for jobs in ["1", "3"] {
        let again = [&search[..], &["--jobs", jobs]].concat();
        let again = run_with(&again, scene().as_bytes()).json();
        assert_eq!(again["found"]["trial"], report["found"]["trial"], "{jobs}");
        assert_eq!(
            again["found"]["digest"], report["found"]["digest"],
            "{jobs}"
        );
    }
    let shrunk = run(&[&["shrink", link, "--json"][..], &SHORT].concat());
    assert_eq!(shrunk.code, 3, "{}", shrunk.err);
    let shrunk = shrunk.json();
    let parts = |found: &Value| {
        let commands = found["scenario"]["commands"].as_array();
        commands.map_or(0, Vec::len)
    };
    assert!(parts(&shrunk["found"]) <= parts(&report["found"]));
    let needs = shrunk["needs"].as_array().unwrap();
    assert!(!needs.is_empty() && needs.iter().all(|n| n["without"] == "holds"));
    let small = shrunk["found"]["link"].as_str().expect("shorter");
    assert_eq!(run(&["verify", small]).code, 0);
}

#[test]
fn a_search_that_finds_nothing_says_where_to_go_on() {
    let search = [
        &[
            "search",
            "-",
            "--budget",
            "6",
            "--vary",
            "seed,loss=5",
            "--liars",
            "0",
        ][..],
        &SHORT,
    ]
    .concat();
    let answer = run_with(&search, scene().as_bytes());
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("in 6 trials"), "{}", answer.out);
    assert!(answer.out.contains("`--from 6`"), "{}", answer.out);
    assert_eq!(answer.err, "", "no progress where nobody watches");
    let lines = run_with(&[&search[..], &["--jsonl"]].concat(), scene().as_bytes()).out;
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["progress"]["trials"], 6);
    assert_eq!(last["found"], Value::Null);
    // Two shards have all trials between them.
    let shard = |shard| {
        let part = [&search[..], &["--json", "--shard", shard]].concat();
        run_with(&part, scene().as_bytes()).json()["progress"]["trials"].as_u64()
    };
    assert_eq!(shard("1/2").unwrap() + shard("2/2").unwrap(), 6);
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let search = |more: &[&str], words: &[&str]| {
        refused(
            &[&["search", "-"], more].concat(),
            scene().as_bytes(),
            words,
        );
    };
    search(&["--budget", "0"], &["a budget of 0 trials"]);
    search(&["--budget", "1000000000000"], &["give a smaller budget"]);
    search(&["--vary", "none", "--liars", "0"], &["nothing may vary"]);
    search(
        &["--vary", "weather"],
        &["\"weather\" cannot vary", "partitions"],
    );
    search(&["--vary", "loss=120"], &["0 to 100 percent"]);
    search(
        &["--generator", "magic"],
        &["there is no generator \"magic\"", "byzzfuzz"],
    );
    search(
        &["--property", "luck"],
        &["there is no property \"luck\"", "agreement"],
    );
    search(&["--shard", "5/4"], &["there is no part 5 of 4"]);
    search(&["--shard", "0/4"], &["\"0/4\" is no shard"]);
    search(&["--liars", "101"], &["liars cannot hold 101 %"]);
    search(
        &["--calm", "20", "--until", "10"],
        &["after the end of a trial"],
    );
    refused(
        &["shrink", "preset:happy", "--until", "2", "--calm", "1"],
        b"",
        &["does not break the property"],
    );
}

#[test]
fn a_probability_comes_with_its_interval() {
    let words = [
        "probability",
        "-",
        "--property",
        "decided:1:0.2",
        "--budget",
        "40",
        "--json",
    ];
    let mut base: Value = serde_json::from_str(&scene()).unwrap();
    base["scenario"]["adversary"] = json!({"who": {"count": 0}});
    base["scenario"]["network"]["loss_ppm"] = json!(300_000);
    let report = run_with(&words, base.to_string().as_bytes()).json();
    let number = |name: &str| report["probability"][name].as_f64().unwrap();
    assert_eq!(report["trials"], 40);
    let broken = report["broken"].as_u64().unwrap();
    assert!(broken > 0 && broken < 40, "{broken}");
    assert!(number("low") < number("estimate") && number("estimate") < number("high"));
    let link = report["first"]["link"].as_str().expect("short enough");
    assert_eq!(run(&["verify", link]).code, 0);
    // However many at one time, and in whatever parts, the count is the same.
    let part = |more: &[&str]| {
        let all = [&words[..], more].concat();
        let report = run_with(&all, base.to_string().as_bytes()).json();
        report["broken"].as_u64().unwrap()
    };
    assert_eq!(part(&["--jobs", "1"]), broken);
    assert_eq!(
        part(&["--shard", "1/2"]) + part(&["--shard", "2/2"]),
        broken
    );
}

#[test]
fn a_grid_has_a_row_a_cell() {
    let grid = [
        "grid",
        "-",
        "--x",
        "loss=0,100",
        "--y",
        "liars=0,1",
        "--seeds",
        "2",
        "--until",
        "2",
    ];
    let csv = run_with(&[&grid[..], &["--csv"]].concat(), scene().as_bytes());
    assert_eq!(csv.code, 0, "{}", csv.err);
    assert!(
        csv.out.starts_with("loss,liars,runs,violated,stalled,"),
        "{}",
        csv.out
    );
    assert_eq!(csv.out.lines().count(), 5);
    let report = run_with(&[&grid[..], &["--json"]].concat(), scene().as_bytes()).json();
    let cells = report["cells"].as_array().unwrap();
    let places: Vec<_> = cells.iter().map(|c| (&c["x"], &c["y"])).collect();
    assert_eq!(places.len(), 4);
    assert_eq!(places[1], (&json!("100"), &json!("0")), "row by row");
    assert!(cells[0]["blocks_per_second"].as_f64() > cells[1]["blocks_per_second"].as_f64());
    refused(
        &["grid", "-", "--x", "loss=0", "--y", "loss=1"],
        scene().as_bytes(),
        &["both axes are loss"],
    );
    refused(
        &[
            "grid", "-", "--x", "loss=0", "--y", "liars=0", "--seeds", "0",
        ],
        scene().as_bytes(),
        &["1 to 100000 seeds"],
    );
}

#[test]
fn futures_tell_when_it_was_decided() {
    let mut base: Value = serde_json::from_str(&scene()).unwrap();
    base["scenario"]["adversary"] =
        json!({"who": {"names": ["v1", "v2"]}, "strategy": "coalition"});
    let words = [
        "futures",
        "-",
        "--property",
        "agreement",
        "--instants",
        "4",
        "--runs",
        "3",
        "--json",
    ];
    let report = run_with(&words, base.to_string().as_bytes()).json();
    let instants = report["instants"].as_array().unwrap();
    assert_eq!(instants.len(), 4);
    assert_eq!(instants[0]["at_us"], 0);
    assert_eq!(instants[3]["at_us"], report["broken"]["at_us"]);
    assert_eq!(instants[3]["broken"], 3);
    let text = run_with(&words[..words.len() - 1], base.to_string().as_bytes()).out;
    assert!(
        text.contains("futures that break it") && text.contains("100 %"),
        "{text}"
    );
    refused(
        &words[..4],
        scene().as_bytes(),
        &["does not break the property"],
    );
}

/// Only a whole run of a generator that ends is a proof, and the sentence must not claim more.
#[test]
fn a_part_of_all_there_is_is_not_called_all() {
    let scene = json!({"consensusforge": 2, "scenario": {
        "validators": [{"name": "v1", "stake": 100}], "workload": {"tx_per_second": 0},
    }});
    let twins = |more: &[&str]| {
        let mut words = vec!["search", "-", "--generator", "twins", "--liars", "100"];
        words.extend(["--budget", "5000", "--until", "2", "--calm", "1"]);
        words.extend(more);
        run_with(&words, scene.to_string().as_bytes()).out
    };
    let whole = twins(&[]);
    assert!(whole.contains("in all 16 scenarios"), "{whole}");
    for part in [["--shard", "1/4"], ["--from", "4"]] {
        let told = twins(&part);
        assert!(
            told.contains("in this part") && !told.contains("in all"),
            "{told}"
        );
    }
    let none = twins(&["--vary", "seed"]);
    assert!(none.contains("Nothing was tried"), "{none}");
}

#[test]
fn a_time_of_nothing_and_no_jobs_are_refused() {
    for property in ["decided:3:0", "progress:0"] {
        refused(
            &["search", "preset:happy", "--property", property],
            b"",
            &["0 s", "at least"],
        );
    }
    let answer = run(&["search", "preset:happy", "--jobs", "0"]);
    assert_eq!(answer.code, 2, "{}", answer.err);
}

#[test]
fn a_bound_of_runs_is_kept() {
    let report = run(&["shrink", "preset:fork", "--most", "3", "--json"]).json();
    assert_eq!(report["runs"], 3);
}

#[test]
fn a_search_goes_on_where_its_file_says_and_not_where_another_search_stood() {
    let file = std::env::temp_dir().join(format!("consensusforge-{}.json", std::process::id()));
    let file = file.to_str().expect("a plain path");
    let _ = std::fs::remove_file(file);
    let search = |scene: &str| {
        let search = [
            &["search", "-", "--budget", "3", "--liars", "0", "--json"][..],
            &SHORT,
            &["--resume", file],
        ];
        run_with(&search.concat(), scene.as_bytes())
    };
    for next in [3, 6] {
        let answer = search(&scene());
        assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
        assert_eq!(answer.json()["progress"]["next_trial"], next);
        assert_eq!(answer.json()["progress"]["trials"], 3);
    }
    let other = search(&scene().replace("30000", "40000"));
    assert_eq!(other.code, 2, "{}", other.out);
    assert!(other.err.contains("another search"), "{}", other.err);
    std::fs::remove_file(file).expect("it was written");
}

#[test]
fn a_search_ends_quietly_when_nobody_reads_its_lines_any_more() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_consensusforge"))
        .args(["search", "preset:happy", "--liars", "0"])
        .args(["--budget", "1000000", "--jsonl", "--jobs", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn every_order_of_a_small_setting_is_tried() {
    let honest = scene().replace(r#""v1","v2""#, "");
    let ask = |liars: &str| run_with(&["exhaust", "-", "--liars", liars], honest.as_bytes());
    let holds = ask("0");
    assert_eq!(holds.code, 0, "{}", holds.err);
    assert!(
        holds.out.starts_with("No violation in all "),
        "{}",
        holds.out
    );
    let forks = ask("50");
    assert_eq!(forks.code, 3, "{}", forks.err);
    let link = forks.out.lines().last().expect("a link");
    assert_eq!(run(&["verify", link]).code, 0, "{}", forks.out);
    let states = &["exhaust", "-", "--states", "100"];
    let cut = run_with(states, honest.as_bytes());
    assert!(cut.out.contains("not all of this bound"), "{}", cut.out);
}

#[test]
fn a_run_is_explained_with_the_exit_code_of_what_went_wrong() {
    let fork = run(&["explain", "preset:fork", "--json"]);
    assert_eq!(fork.code, 3, "{}", fork.err);
    let report = fork.json();
    assert_eq!(report["story"]["guilty"], json!(["v1", "v2", "v3"]));
    let stall = run(&["explain", "preset:stall"]);
    assert_eq!(stall.code, 4, "{}", stall.err);
    assert!(stall.out.contains("v1 and v2 are silent"), "{}", stall.out);
    let late = [
        "explain",
        "preset:silent",
        "--property",
        "rounds:5:1",
        "--until",
        "8",
    ];
    let late = run(&late);
    assert_eq!(late.code, 3, "{}", late.err);
    assert!(late.out.contains("more than 1 round."), "{}", late.out);
    let happy = run(&["explain", "preset:happy", "--until", "3"]);
    assert_eq!(happy.code, 0, "{}", happy.err);
    assert!(happy.out.contains("nothing to explain"), "{}", happy.out);
}
