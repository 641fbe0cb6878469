//! Runs, their verdicts and exit codes, and replays.

mod common;

use common::{refused, run, run_with};
use serde_json::Value;

fn json(arguments: &[&str]) -> (i32, Value) {
    let answer = run(arguments);
    assert!(answer.err.is_empty(), "{}", answer.err);
    (answer.code, answer.json())
}

#[test]
fn the_happy_path_holds() {
    let (code, report) = json(&["run", "preset:happy", "--until", "5", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(report["outcome"], "holds");
    assert_eq!(report["now_us"], 5_000_000);
    let decisions = report["decisions"].as_array().unwrap();
    assert_eq!(
        decisions.len(),
        4 * report["metrics"]["height"].as_u64().unwrap() as usize
    );
    let text = run(&["run", "preset:happy", "--until", "5"]).out;
    for word in ["agreement", "holds", "digest", "prevote", "rounds a height"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn the_same_run_twice_is_the_same_text() {
    let once = run(&["run", "preset:lossy", "--until", "10", "--json"]).out;
    assert_eq!(
        once,
        run(&["run", "preset:lossy", "--until", "10", "--json"]).out
    );
}

#[test]
fn heights_stop_a_run() {
    let (code, report) = json(&["run", "preset:happy", "--heights", "3", "--json"]);
    assert_eq!(code, 0);
    let height = report["metrics"]["height"].as_u64().unwrap();
    assert!((3..60).contains(&height), "{height}");
}

#[test]
fn a_fork_and_a_stall_have_their_exit_codes() {
    for id in ["fork", "amnesia"] {
        let (code, report) = json(&["run", &format!("preset:{id}"), "--until", "10", "--json"]);
        assert_eq!((code, &report["outcome"]), (3, &"violated".into()), "{id}");
    }
    let (code, report) = json(&["run", "preset:stall", "--until", "20", "--json"]);
    assert_eq!((code, &report["outcome"]), (4, &"stalled".into()));
    assert_eq!(report["decisions"].as_array().unwrap().len(), 0);
    // During the cut, and after it.
    assert_eq!(run(&["run", "preset:partition", "--until", "12"]).code, 4);
    assert_eq!(run(&["run", "preset:partition", "--until", "25"]).code, 0);
}

#[test]
fn liars_up_to_a_third_fork_nothing() {
    for id in [
        "below-third",
        "exact-third",
        "silent",
        "wrong-root",
        "gst",
        "restart",
        "lossy",
    ] {
        let (code, _) = json(&["run", &format!("preset:{id}"), "--json"]);
        assert_eq!(code, 0, "{id}");
    }
}

/// A liar's state root is its own; those of the honest agree, and the counter was called three times.
#[test]
fn the_lying_executor_is_seen() {
    let (_, report) = json(&["run", "preset:wrong-root", "--json"]);
    let verdicts = report["verdicts"].as_array().unwrap();
    let roots = verdicts
        .iter()
        .find(|v| v["monitor"] == "state roots")
        .unwrap();
    assert!(
        roots["sentence"].as_str().unwrap().contains("v4"),
        "{roots}"
    );
}

/// By the weighted quorum recurrence: each stage waits for the fifth fastest of six.
#[test]
fn distances_give_the_times_the_recurrence_gives() {
    let (_, report) = json(&["run", "preset:regions", "--until", "1", "--json"]);
    let at: Vec<u64> = report["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["height"] == 1)
        .map(|d| d["at_us"].as_u64().unwrap())
        .collect();
    assert_eq!(at.len(), 6);
    assert_eq!((at[0], at[5]), (238_000, 300_000));
}

/// Two decisions at one height without two votes of anybody in one round: no equivocation is recorded.
#[test]
fn amnesia_leaves_no_equivocation() {
    let path = std::env::temp_dir().join(format!("consensusforge-trace-{}", std::process::id()));
    let answer = run(&[
        "run",
        "preset:amnesia",
        "--until",
        "2",
        "--trace",
        path.to_str().unwrap(),
    ]);
    assert_eq!(answer.code, 3, "{}", answer.err);
    let trace = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let events: Vec<Value> = trace
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let count = |name: &str| events.iter().filter(|e| e["event"] == name).count();
    assert_eq!(count("committed"), 2, "{trace}");
    assert_eq!(count("evidence"), 0);
    assert!(count("delivered") > 10);
}

#[test]
fn a_link_verifies_and_an_altered_one_diverges() {
    let (_, report) = json(&["run", "preset:wrong-root", "--until", "12", "--json"]);
    let link = report["link"].as_str().unwrap();
    let answer = run(&["verify", link]);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("matches"), "{}", answer.out);

    let file = run(&["scenario", link]).out;
    assert_eq!(run_with(&["verify", "-"], file.as_bytes()).code, 0);
    let other_seed = file.replace("\"seed\": 1,", "\"seed\": 2,");
    assert_ne!(file, other_seed);
    let answer = run_with(&["verify", "-", "--json"], other_seed.as_bytes());
    assert_eq!(answer.code, 5, "{}", answer.err);
    let report = answer.json();
    assert_eq!(report["matches"], false);
    assert!(
        report["sentence"].as_str().unwrap().contains("diverges"),
        "{report}"
    );

    refused(&["verify", "preset:happy"], b"", &["nothing to compare"]);
    refused(
        &["verify", "--most", "10", "-"],
        file.as_bytes(),
        &["at most 10", "--most"],
    );
}

#[test]
fn bad_arguments_get_sentences() {
    for wrong in ["-1", "1e9", "x", "1000000001"] {
        let answer = run(&["run", "preset:happy", &format!("--until={wrong}")]);
        assert_eq!(answer.code, 2);
        assert!(
            answer.err.contains("seconds of simulated time"),
            "{}",
            answer.err
        );
    }
    let answer = run(&[
        "run",
        "preset:happy",
        "--until",
        "1",
        "--trace",
        "/no/such/folder/t",
    ]);
    assert_eq!(answer.code, 1);
    assert!(
        answer.err.contains("cannot write /no/such/folder/t"),
        "{}",
        answer.err
    );
    refused(&["run", "preset:nothing"], b"", &["no preset"]);
}

#[test]
fn a_command_without_a_target_is_told() {
    let scenario = r#"{"consensusforge": 1, "scenario": {"commands": [{"at_us": 100000, "command":
        {"drop": {"from": "v1", "to": "v2", "kind": "prevote", "height": 77, "round": 0}}}]}}"#;
    let text = run_with(&["run", "-", "--until", "2"], scenario.as_bytes());
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(
        text.out
            .contains("no effect at 0.100000 s: the prevote from v1 to v2 of height 77"),
        "{}",
        text.out
    );
    let json = run_with(&["run", "-", "--until", "2", "--json"], scenario.as_bytes()).json();
    assert_eq!(json["vanished"][0]["at_us"], 100_000);
}

#[test]
fn a_report_names_who_lied_with_the_messages_that_prove_it() {
    let (_, report) = json(&["run", "preset:amnesia", "--until", "6", "--json"]);
    assert_eq!(report["fork_height"], 1);
    let culprits = report["culprits"].as_array().unwrap();
    let named: Vec<&str> = culprits
        .iter()
        .map(|c| c["validator"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["v3", "v4"]);
    assert_eq!(culprits[0]["kind"], "amnesia");
    assert_eq!(culprits[0]["evidence"][0]["kind"], "precommit");
    assert_eq!(culprits[0]["evidence"][1]["kind"], "prevote");
    assert_eq!(
        report["rounds"][0],
        serde_json::json!({"height": 1, "rounds": 2})
    );
    let text = run(&["run", "preset:amnesia", "--until", "6"]).out;
    assert!(text.contains("proven to have lied"), "{text}");
    let (_, happy) = json(&["run", "preset:happy", "--until", "3", "--json"]);
    assert_eq!(happy["culprits"], serde_json::json!([]));
    assert_eq!(happy["fork_height"], Value::Null);
    assert_eq!(happy["stalled"], Value::Null);
}

#[test]
fn a_report_says_where_a_chain_stands_still() {
    let (_, report) = json(&["run", "preset:stall", "--until", "20", "--json"]);
    assert_eq!(report["stalled"]["height"], 1);
    assert!(report["stalled"]["round"].is_u64());
    assert!(report["stalled"]["step"].is_string());
}

#[test]
fn a_slow_chain_that_goes_on_is_not_given_up() {
    let slow = br#"{"consensusforge":1,"scenario":{"protocol":{"block_interval_us":90000000},
        "workload":{"tx_per_second":0},"checks":{"stall_after_us":200000000}}}"#;
    let answer = run_with(&["run", "-", "--heights", "9", "--json"], slow);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    let report = answer.json();
    assert!(report["metrics"]["height"].as_u64().unwrap() >= 9);
    assert!(report["now_us"].as_u64().unwrap() > 600_000_000);
    assert_eq!(report["gave_up"], Value::Null);
}

#[test]
fn heights_that_are_not_reached_are_said_to_be_given_up() {
    let answer = run(&["run", "preset:stall", "--heights", "3", "--json"]);
    assert_eq!(answer.code, 4);
    let why = answer.json()["gave_up"].as_str().unwrap().to_owned();
    assert!(
        why.contains("height 3 was not decided") && why.contains("--until"),
        "{why}"
    );
    assert!(answer.err.contains(&why), "{}", answer.err);
    let answer = run(&[
        "run",
        "preset:happy",
        "--heights",
        "900",
        "--until",
        "3",
        "--json",
    ]);
    let why = answer.json()["gave_up"].as_str().unwrap().to_owned();
    assert!(why.contains("the run ended at"), "{why}");
}

#[test]
fn all_waits_for_every_honest_validator() {
    let arguments = ["run", "preset:happy", "--heights", "3", "--json", "--all"];
    let (code, report) = json(&arguments);
    assert_eq!(code, 0);
    let decisions = report["decisions"].as_array().unwrap();
    assert_eq!(decisions.iter().filter(|d| d["height"] == 3).count(), 4);
}

#[test]
fn a_run_stops_at_the_event_that_is_asked_for_and_says_what_it_was() {
    let ask = "locks,at=v2,height=2";
    let (code, report) = json(&["run", "preset:happy", "--until-event", ask, "--json"]);
    assert_eq!(code, 0);
    let said = report["stopped_at"].as_str().unwrap();
    assert!(said.starts_with("v2 ") && said.contains("locks"), "{said}");
    // Height 1 is decided, and of height 2 nothing is.
    assert_eq!(report["metrics"]["height"], 1);
    // To that very instant, by another way.
    let at = report["now_us"].as_u64().unwrap();
    let before = format!("0.{:06}", at - 1);
    let until = if at > 1_000_000 {
        format!("{}.{:06}", (at - 1) / 1_000_000, (at - 1) % 1_000_000)
    } else {
        before
    };
    let earlier = run(&["run", "preset:happy", "--until", &until, "--json"]).json();
    assert!(earlier["steps"].as_u64() < report["steps"].as_u64());
    let text = run(&["run", "preset:happy", "--until-event", ask]).out;
    assert!(text.contains("stopped at") && text.contains(said), "{text}");
    // What does not happen is said, and the run goes to its end.
    let answer = run(&[
        "run",
        "preset:happy",
        "--until",
        "1",
        "--until-event",
        "double-signs",
    ]);
    assert_eq!(answer.code, 4);
    assert!(
        answer.err.contains("signs twice: that did not happen"),
        "{}",
        answer.err
    );
    // What cannot happen in this run is refused.
    let strange = [
        "run",
        "preset:happy",
        "--until-event",
        "receives:view-change",
    ];
    refused(&strange, b"", &["view-change", "prevote"]);
    let genesis = "decides,height=0";
    let genesis = ["run", "preset:happy", "--until-event", genesis];
    refused(&genesis, b"", &["height 0 is genesis"]);
    let twice = "decides,height=1,height=2";
    let twice = ["run", "preset:happy", "--until-event", twice];
    refused(&twice, b"", &["`height=` is given twice"]);
}
