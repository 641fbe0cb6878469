//! Each export against the rules of the format it claims to be. Mermaid's own parser and ShiViz's
//! expression run in tests/browser/exports.test.mjs.

use consensusforge_core::session::export::{Format, SHIVIZ_PARSER};
use consensusforge_core::session::{Session, presets, view::ExportView};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn run(preset: &str, until: u64) -> Session {
    let found = presets().into_iter().find(|p| p.id == preset);
    let mut session = Session::open(found.expect(preset).scenario).expect(preset);
    while !session.advance(until, 10_000).reached {}
    session
}

/// Every preset, a few seconds of it.
fn each(format: Format, check: impl Fn(&str, &ExportView)) {
    for preset in presets() {
        let session = run(&preset.id, 6_000_000);
        check(&preset.id, &session.export(format, 0, u64::MAX));
    }
}

fn json(id: &str, made: &ExportView) -> Value {
    serde_json::from_str(&made.text).unwrap_or_else(|e| panic!("{id}: {e}"))
}

#[test]
fn shiviz_logs_hold_valid_vector_clocks() {
    each(Format::Shiviz, |id, made| {
        let mut lines = made.text.lines();
        assert_eq!(lines.next(), Some(SHIVIZ_PARSER));
        assert_eq!(lines.next(), Some(""));
        let mut now: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        let (mut events, mut learned) = (0, 0);
        while let (Some(event), Some(clock)) = (lines.next(), lines.next()) {
            assert!(!event.is_empty());
            let (host, clock) = clock.split_once(' ').expect("host and clock");
            let clock: BTreeMap<String, u64> = serde_json::from_str(clock).expect("a clock");
            let before = now.entry(host.to_owned()).or_default().clone();
            // The own entry counts the host's events, one by one from 1.
            assert_eq!(
                clock[host],
                before.get(host).copied().unwrap_or(0) + 1,
                "{id}: {event}"
            );
            for (other, count) in &clock {
                assert!(
                    *count >= before.get(other).copied().unwrap_or(0),
                    "{id}: {event}"
                );
                // Nobody knows of an event that has not happened.
                let happened = now.get(other).and_then(|c| c.get(other)).copied();
                assert!(other == host || happened >= Some(*count), "{id}: {event}");
                learned += u64::from(other != host && before.get(other) != Some(count));
            }
            // Whoever knows an event knows what its host knew then, or the clock is none.
            assert!(
                before.keys().all(|k| clock.contains_key(k)),
                "{id}: {event}"
            );
            now.insert(host.to_owned(), clock);
            events += 1;
        }
        assert!(
            events > 100 && learned > 20,
            "{id}: {events} events, {learned} learned"
        );
    });
}

#[test]
fn perfetto_traces_keep_the_rules_of_trace_events() {
    each(Format::Perfetto, |id, made| {
        let all = json(id, made);
        let events = all["traceEvents"].as_array().expect("a list");
        let (mut starts, mut ends) = (BTreeMap::new(), Vec::new());
        let mut slices: BTreeSet<(u64, u64, u64)> = BTreeSet::new();
        let mut named = BTreeSet::new();
        for e in events {
            let number = |key: &str| {
                e[key]
                    .as_u64()
                    .unwrap_or_else(|| panic!("{id}: {key} of {e}"))
            };
            assert!(e["name"].is_string());
            let place = (number("pid"), number("tid"), number("ts"));
            match e["ph"].as_str().expect("a phase") {
                "X" => {
                    number("dur");
                    slices.insert(place);
                    let arrow = e["bind_id"].as_str();
                    assert!(arrow.is_none_or(|a| a.starts_with("0x")), "{id}: {e}");
                    match (arrow, &e["flow_out"], &e["flow_in"]) {
                        (None, Value::Null, Value::Null) => {}
                        (Some(arrow), Value::Bool(true), Value::Null) => {
                            let before = starts.insert(arrow, place);
                            assert!(before.is_none(), "{id}: {arrow} begins twice");
                        }
                        (Some(arrow), Value::Null, Value::Bool(true)) => ends.push((arrow, place)),
                        other => panic!("{id}: {other:?}"),
                    }
                }
                "i" => assert!(["t", "g"].contains(&e["s"].as_str().expect("a scope"))),
                "M" => {
                    assert!(e["args"]["name"].is_string());
                    named.insert(place.0);
                }
                other => panic!("{id}: phase {other}"),
            }
        }
        // An arrow ends where one began before, forwards in time, on tracks that have names.
        assert!(ends.len() > 50, "{id}");
        for (arrow, end) in &ends {
            assert!(starts[arrow].2 <= end.2, "{id}: {arrow}");
        }
        assert!(slices.iter().all(|(pid, _, _)| named.contains(pid)));
    });
}

/// Where several messages leave a node at one instant, as a prevote and a precommit do, each arrow belongs to its
/// own. Held against the trace itself.
#[test]
fn every_perfetto_arrow_joins_the_slices_of_its_message() {
    let session = run("happy", 6_000_000);
    let made = session.export(Format::Perfetto, 0, u64::MAX);
    let all = json("happy", &made);
    let events = all["traceEvents"].as_array().expect("a list");
    let names: BTreeMap<&str, u64> = events
        .iter()
        .filter(|e| e["name"] == "process_name")
        .map(|e| {
            let name = e["args"]["name"].as_str().expect("a name");
            (name, e["pid"].as_u64().expect("a number"))
        })
        .collect();
    let slice = |e: &Value| {
        let number = |key: &str| e[key].as_u64().expect("a number");
        (e["args"]["message"].clone(), number("pid"), number("ts"))
    };
    let arrows = |end: &str| -> Vec<(&str, _, &Value)> {
        let ends = events.iter().filter(|e| e[end] == true);
        ends.map(|e| (e["bind_id"].as_str().expect("bound"), slice(e), &e["name"]))
            .collect()
    };
    let starts: BTreeMap<&str, _> = arrows("flow_out")
        .into_iter()
        .map(|(arrow, start, name)| (arrow, (start, name)))
        .collect();
    let mut drawn: Vec<_> = arrows("flow_in")
        .into_iter()
        .map(|(arrow, to, name)| {
            let (from, said) = &starts[arrow];
            assert_eq!((&from.0, *said), (&to.0, name), "{arrow}");
            (to.0.as_u64(), from.1, from.2, to.1, to.2)
        })
        .collect();
    let mut real: Vec<_> = session
        .trace_lines()
        .map(|line| serde_json::from_str::<Value>(&line).expect("JSON"))
        .filter(|line| line["event"] == "delivered")
        .map(|line| {
            let node = |key: &str| names[line[key].as_str().expect("a name")];
            let number = |key: &str| line[key].as_u64().expect("a number");
            let (at, flight) = (number("at_us"), number("flight_us"));
            let message = line["message"].as_u64();
            (message, node("from"), at - flight, node("to"), at)
        })
        .collect();
    drawn.sort_unstable();
    real.sort_unstable();
    assert_eq!(drawn, real);
    // Where arrows were bound by instant, these went wrong.
    let places: BTreeSet<_> = starts.values().map(|((_, pid, at), _)| (pid, at)).collect();
    assert!(places.len() < starts.len(), "nothing left at one instant");
}

/// A value of ADR-015: numbers only as `#bigint`.
fn expression(value: &Value) -> bool {
    let list = |v: &Value| v.as_array().is_some_and(|l| l.iter().all(expression));
    match value {
        Value::String(_) | Value::Bool(_) => true,
        Value::Array(all) => all.iter().all(expression),
        Value::Object(o) if o.len() == 1 && o.keys().all(|k| k.starts_with('#')) => {
            let (key, inner) = o.iter().next().expect("one");
            match key.as_str() {
                "#bigint" => inner.as_str().is_some_and(|t| t.parse::<i128>().is_ok()),
                "#tup" | "#set" => list(inner),
                "#map" => inner.as_array().is_some_and(|pairs| {
                    pairs
                        .iter()
                        .all(|p| list(p) && p.as_array().is_some_and(|p| p.len() == 2))
                }),
                _ => false,
            }
        }
        Value::Object(o) => o.iter().all(|(k, v)| !k.starts_with('#') && expression(v)),
        Value::Null | Value::Number(_) => false,
    }
}

#[test]
fn itf_traces_keep_the_rules_of_adr_015() {
    each(Format::Itf, |id, made| {
        let all = json(id, made);
        assert_eq!(all["#meta"]["format"], "ITF");
        let vars: BTreeSet<&str> = all["vars"]
            .as_array()
            .expect("vars")
            .iter()
            .map(|v| v.as_str().expect("a name"))
            .collect();
        let states = all["states"].as_array().expect("states");
        assert!(states.len() > 30, "{id}");
        for (index, state) in states.iter().enumerate() {
            let state = state.as_object().expect("an object");
            assert_eq!(state["#meta"]["index"], index);
            let own: BTreeSet<&str> = state
                .keys()
                .map(String::as_str)
                .filter(|k| *k != "#meta")
                .collect();
            assert_eq!(
                own, vars,
                "{id}: state {index} gives every variable a value"
            );
            for (key, value) in state.iter().filter(|(k, _)| *k != "#meta") {
                assert!(expression(value), "{id}: {key} of state {index}: {value}");
            }
        }
        let decided = states.last().expect("states")["decided"].to_string();
        assert!(decided.contains("#tup"), "{id}: {decided}");
    });
}

#[test]
fn mermaid_diagrams_stay_below_what_mermaid_takes() {
    each(Format::Mermaid, |id, made| {
        assert!(made.text.starts_with("sequenceDiagram\n"), "{id}");
        assert!(made.text.len() < 50_000, "{id}: {} bytes", made.text.len());
        assert!(made.text.contains("->>"), "{id}");
    });
}

#[test]
fn what_does_not_fit_is_told_and_the_newest_stays() {
    let session = run("happy", 60_000_000);
    let made = session.export(Format::Mermaid, 0, u64::MAX);
    assert!(made.sentence.contains("Left out: "), "{}", made.sentence);
    assert!(made.text.contains(&made.sentence));
    let last = session
        .trace_lines()
        .filter(|l| l.contains("\"committed\""))
        .last()
        .expect("commits");
    let last: Value = serde_json::from_str(&last).expect("JSON");
    let said = format!(
        "commits {} at height {}",
        &last["block"].as_str().expect("hex")[..8],
        last["height"]
    );
    assert!(made.text.contains(&said), "{said}");
    assert!(
        made.text.len() > 30_000,
        "most of the room is used: {}",
        made.text.len()
    );
    // A second of it fits whole.
    let whole = session.export(Format::Mermaid, 1_000_000, 2_000_000);
    assert!(!whole.sentence.contains("Left out"), "{}", whole.sentence);
}

#[test]
fn names_cannot_break_out_of_a_format() {
    let mut scenario = presets().remove(0).scenario;
    for (v, name) in scenario
        .validators
        .iter_mut()
        .zip(["end", "a;b #c", "x\"y{z}", "v->>w: hi"])
    {
        v.name = name.into();
    }
    let Ok(mut session) = Session::open(scenario) else {
        return; // Such names are refused already.
    };
    while !session.advance(3_000_000, 10_000).reached {}
    for format in [Format::Perfetto, Format::Itf] {
        json(format.name(), &session.export(format, 0, u64::MAX));
    }
    let diagram = session.export(Format::Mermaid, 0, u64::MAX).text;
    assert!(!diagram.contains(';') && !diagram.contains('#') && !diagram.contains("as end\n"));
    let log = session.export(Format::Shiviz, 0, u64::MAX).text;
    for clock in log.lines().skip(3).step_by(2) {
        let (_, clock) = clock.split_once(' ').expect("host and clock");
        serde_json::from_str::<Value>(clock).unwrap_or_else(|e| panic!("{e}: {clock}"));
    }
}

/// Of a long run memory holds the newest records only. Who crashed or lied before them is told by no record in it.
#[test]
fn states_of_what_memory_holds_begin_with_where_the_run_stood_and_not_with_nothing() {
    use consensusforge_core::session::scenario::Scenario;
    use consensusforge_core::session::scenario::model::{
        AdversarySpec, CrashSpec, StrategySpec, ValidatorSpec, Who,
    };
    let mut scenario = Scenario {
        validators: (0..16).map(|k| ValidatorSpec::numbered(k, 100)).collect(),
        adversary: AdversarySpec {
            who: Who::Names(vec!["v3".into()]),
            strategy: StrategySpec::Silent,
        },
        ..Scenario::default()
    };
    scenario.faults.crashes.push(CrashSpec {
        validator: "v5".into(),
        at_us: 10,
        restart_us: None,
    });
    let mut session = Session::open(scenario).expect("possible");
    while session.trace_end() < 150_000 {
        session.advance(u64::MAX, 5_000);
    }
    // A fork remembers fewer records.
    let fork = session.fork();
    let from = session.now_us() - 1_000_000;
    let first_kept: Value =
        serde_json::from_str(&fork.trace_lines().next().expect("records")).expect("JSON");
    let begins = first_kept["at_us"].as_u64().expect("an instant");
    assert!(
        begins > 0 && begins < from,
        "the fork has forgotten the beginning"
    );
    let states = |session: &Session, from: u64, until: u64| -> Vec<Value> {
        let made = session.export(Format::Itf, from, until);
        json("a long run", &made)["states"]
            .as_array()
            .expect("states")
            .clone()
    };
    let known = &states(&session, from, from)[0];
    let told = &states(&fork, from, from)[0];
    for variable in [
        "height",
        "round",
        "step",
        "locked",
        "decided",
        "down",
        "byzantine",
    ] {
        assert_eq!(told[variable], known[variable], "{variable}");
    }
    assert_eq!(told["down"]["#set"], serde_json::json!(["v5"]));
    assert_eq!(told["byzantine"]["#set"], serde_json::json!(["v3"]));
    // Also from the first record that is there.
    let first = &states(&fork, 0, begins + 1)[0];
    assert_eq!(first["down"]["#set"], serde_json::json!(["v5"]));
    assert_eq!(first["byzantine"]["#set"], serde_json::json!(["v3"]));
}
