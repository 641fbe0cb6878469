//! Lines of a trace against the schema published for them.

mod common;

use common::{fits, run};
use serde_json::Value;
use std::collections::BTreeSet;

fn published() -> Value {
    run(&["schema", "trace-line"]).json()
}

fn lines(scenario: &str, until: &str) -> Vec<Value> {
    let made = run(&["export", scenario, "--format", "jsonl", "--until", until]);
    assert_eq!(made.code, 0, "{}", made.err);
    let parse = |line| serde_json::from_str(line).expect("JSON");
    made.out.lines().map(parse).collect()
}

#[test]
fn lines_of_real_traces_fit_the_published_schema() {
    let schema = published();
    let mut seen = BTreeSet::new();
    for (preset, until) in [
        ("happy", "3"),
        ("fork", "4"),
        ("lossy", "4"),
        ("restart", "12"),
        ("wrong-root", "4"),
        ("partition", "9"),
        ("amnesia", "3"),
    ] {
        for line in lines(&format!("preset:{preset}"), until) {
            seen.insert(line["event"].as_str().expect("named").to_owned());
            fits(&schema, &schema, &line).unwrap_or_else(|e| panic!("{preset}: {e}\n{line}"));
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
    // The schema refuses what is no line.
    let mut line = lines("preset:happy", "1").remove(3);
    assert_eq!(fits(&schema, &schema, &line), Ok(()));
    for field in ["event", "at_us"] {
        let field = line.as_object_mut().unwrap().remove_entry(field).unwrap();
        assert!(fits(&schema, &schema, &line).is_err(), "{line}");
        line[&field.0] = field.1;
    }
    line["event"] = "sneezed".into();
    assert!(fits(&schema, &schema, &line).is_err());
}

#[test]
fn a_sent_line_says_who_signed_who_said_it_first_and_who_gets_it() {
    let all = lines("preset:lossy", "20");
    let sent: Vec<&Value> = all.iter().filter(|l| l["event"] == "sent").collect();
    for line in &sent {
        let to = line["to"].as_array().expect("receivers");
        assert_eq!(line["copies"], to.len(), "{line}");
        assert!(!to.contains(&line["from"]), "{line}");
    }
    // Whoever is among the receivers, and nobody else, gets a copy or is said not to.
    for line in all
        .iter()
        .filter(|l| l["event"] == "delivered" || l["event"] == "lost")
    {
        let of = |s: &&&Value| s["message"] == line["message"] && s["from"] == line["from"];
        let receivers = sent.iter().filter(of);
        assert!(
            receivers
                .flat_map(|s| s["to"].as_array().unwrap())
                .any(|to| *to == line["to"]),
            "{line}"
        );
    }
    let relays = sent.iter().filter(|l| l["origin"] != l["from"]);
    let signed = relays.filter(|l| l["signer"].is_string());
    assert!(
        signed
            .clone()
            .all(|l| l["signer"] == l["origin"] && l["again"] == true),
        "whoever relays signs nothing"
    );
    assert!(signed.count() > 0, "nothing was relayed");
    let one = sent.iter().filter(|l| l["copies"] == 1);
    assert!(one.count() > 0, "nothing was sent to one validator alone");
    let proposals = sent.iter().filter(|l| l["kind"] == "proposal");
    let rounds = proposals.filter(|l| l["valid_round"].as_i64() >= Some(-1));
    assert!(rounds.count() > 0, "no proposal tells its valid round");
}
