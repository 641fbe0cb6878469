//! Same scenario, same digest: natively, after seek and replay, with everything computed everywhere,
//! through a link. `tests/golden/runs.json` is the list; the browser suite opens the same links in
//! Chromium and Firefox. `GOLDEN=write` rewrites the list: then the commit says why.

use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, Command, InputSpec, LatencySpec, ProposerSpec, StrategySpec, SubmitSpec,
    ValidatorSpec, Who,
};
use consensusforge_core::session::view::{Expected, Unit};
use consensusforge_core::session::{Session, open_link, presets};
use consensusforge_tests::{nobody_honest_is_named, replay};
use serde_json::{Value, json};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/runs.json");

/// Runs to the end of one golden case; what is done on the way is in the scenario's commands.
fn run(scenario: Scenario, until: u64) -> Session {
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(until);
    session
}

/// A contract deployed and called while latency, loss and an adversary come and go.
fn hands_on() -> Session {
    let mut session = run(
        Scenario {
            seed: 77,
            ..Scenario::default()
        },
        700_000,
    );
    let module = session.add_builtin("counter").expect("built in");
    let deploy = SubmitSpec::Deploy {
        contract: module.name,
        input: InputSpec::Text(String::new()),
    };
    session
        .apply(Command::Submit {
            from: 0,
            action: deploy,
            gas_limit: None,
        })
        .expect("fine");
    session.run_to(3_000_000);
    let address = session.contracts()[0].address.clone();
    let address = consensusforge_core::base::Hash::from_hex(&address).expect("an address");
    session
        .apply(Command::SetLatency(LatencySpec::LogNormal {
            median_us: 70_000,
            sigma_milli: 700,
        }))
        .expect("fine");
    for _ in 0..3 {
        let call = SubmitSpec::Call {
            address,
            input: InputSpec::Text(String::new()),
            value: 0,
        };
        session
            .apply(Command::Submit {
                from: 1,
                action: call,
                gas_limit: None,
            })
            .expect("fine");
        let now = session.frame().now_us;
        session.run_to(now + 400_000);
    }
    session
        .apply(Command::SetLoss { ppm: 150_000 })
        .expect("fine");
    session
        .apply(Command::Crash {
            validator: "v2".into(),
        })
        .expect("fine");
    session.run_to(9_000_000);
    session
        .apply(Command::Restart {
            validator: "v2".into(),
        })
        .expect("fine");
    session.run_to(14_000_000);
    session
}

fn many() -> Scenario {
    let mut scenario = Scenario {
        seed: 5,
        ..Scenario::default()
    };
    scenario.validators = (0..40)
        .map(|i| ValidatorSpec::numbered(i, 1 + i as u64 * 7))
        .collect();
    scenario.protocol.proposer = ProposerSpec::Draw;
    scenario.network.latency = LatencySpec::Normal {
        mean_us: 60_000,
        deviation_us: 20_000,
    };
    scenario.network.duplicate_ppm = 50_000;
    scenario
}

/// Protocols that no preset shows: five validators of different stakes, one of which lies.
fn with_a_liar(protocol: &str) -> Scenario {
    let mut scenario = Scenario {
        seed: 9,
        ..Scenario::default()
    };
    scenario.validators = (0..5)
        .map(|i| ValidatorSpec::numbered(i, 40 + i as u64 * 3))
        .collect();
    scenario.protocol.name = protocol.into();
    scenario.adversary = AdversarySpec {
        who: Who::Names(vec!["v2".into()]),
        strategy: StrategySpec::Coalition,
    };
    scenario
}

fn all() -> Vec<(String, Session)> {
    let mut cases: Vec<(String, Session)> = presets()
        .into_iter()
        .map(|p| (p.id, run(p.scenario, 12_000_000)))
        .collect();
    cases.push(("hands-on".into(), hands_on()));
    cases.push(("forty".into(), run(many(), 2_500_000)));
    for protocol in ["basic-hotstuff", "hotstuff-2", "basic-hotstuff-2"] {
        cases.push((protocol.into(), run(with_a_liar(protocol), 12_000_000)));
    }
    cases
}

fn golden() -> Vec<Value> {
    let text =
        std::fs::read_to_string(GOLDEN).expect("tests/golden/runs.json; GOLDEN=write makes it");
    serde_json::from_str(&text).expect("a list")
}

fn expected(case: &Value) -> Expected {
    Expected {
        steps: case["steps"].as_u64().expect("a number"),
        digest: case["digest"].as_str().expect("a text").into(),
    }
}

#[test]
fn runs_end_in_the_committed_digests() {
    if std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        let list: Vec<Value> = all()
            .into_iter()
            .map(|(name, session)| {
                let end = session.expected();
                let link = session.link().fragment;
                assert!(!link.is_empty(), "{name} fits a link");
                json!({"name": name, "steps": end.steps, "digest": end.digest, "link": link})
            })
            .collect();
        let text = serde_json::to_string_pretty(&list).expect("a list") + "\n";
        std::fs::write(GOLDEN, text).expect("tests/golden can be written");
    }
    let golden = golden();
    assert!(golden.len() >= 10);
    for case in &golden {
        let opened = open_link(case["link"].as_str().expect("a link")).expect("old links open");
        assert_eq!(opened.expected, Some(expected(case)), "{}", case["name"]);
        let mut session = Session::open(opened.scenario).expect("possible");
        let replay = replay(&mut session, &expected(case));
        assert!(replay.matches, "{}: {}", case["name"], replay.sentence);
    }
}

#[test]
fn presets_are_the_golden_runs() {
    let golden = golden();
    for (name, session) in all() {
        let case = golden
            .iter()
            .find(|c| c["name"] == *name)
            .unwrap_or_else(|| panic!("{name} is in the list"));
        assert_eq!(session.expected(), expected(case), "{name}");
        nobody_honest_is_named(&session, || name.clone());
    }
}

#[test]
fn seek_and_replay_arrive_at_the_same_digest() {
    for case in golden() {
        let opened = open_link(case["link"].as_str().expect("a link")).expect("opens");
        let end = expected(&case);
        let mut session = Session::open(opened.scenario).expect("possible");
        while !session.seek_step(end.steps, 1_000).reached {}
        // To and fro, in steps of every kind.
        for (k, part) in [(3, 1u64), (4, 3), (10, 1), (7, 5)] {
            while !session.seek_step(end.steps * part / k, 777).reached {}
            session.step(Unit::Message, 1_000);
        }
        let middle = session.frame().now_us / 2;
        while !session.seek(middle, 500).reached {}
        while !session.seek_step(end.steps, 10_000).reached {}
        assert_eq!(session.expected(), end, "{}", case["name"]);
    }
}

#[test]
fn computing_everything_everywhere_changes_no_digest() {
    for case in golden() {
        let mut opened = open_link(case["link"].as_str().expect("a link")).expect("opens");
        // Every receiver verifies for itself: in a debug build that is slow for forty validators.
        if opened.scenario.validators.len() > 10 {
            continue;
        }
        opened.scenario.execution.everywhere = true;
        let end = expected(&case);
        let mut session = Session::open(opened.scenario).expect("possible");
        while !session.seek_step(end.steps, 1 << 20).reached {}
        assert_eq!(session.expected(), end, "{}", case["name"]);
    }
}

#[test]
fn acting_in_the_past_begins_a_new_future_and_leaves_the_past_alone() {
    let mut session = run(Scenario::default(), 6_000_000);
    let old = session.link().fragment;
    while !session.seek(2_000_000, 1 << 20).reached {}
    let before = session.expected();
    let mut branch = session.fork();
    branch
        .apply(Command::SetLoss { ppm: 400_000 })
        .expect("fine");
    branch.run_to(6_000_000);
    assert_eq!(session.expected(), before, "a fork is a run of its own");
    session.run_to(6_000_000);
    assert_ne!(session.expected(), branch.expected());
    let opened = open_link(&old).expect("opens");
    assert_eq!(
        Some(session.expected()),
        opened.expected,
        "the old future is still there"
    );
    // And the branch is a link of its own.
    let opened = open_link(&branch.link().fragment).expect("opens");
    let mut again = Session::open(opened.scenario).expect("possible");
    let replay = replay(&mut again, &opened.expected.expect("there"));
    assert!(replay.matches, "{}", replay.sentence);
}

#[test]
fn one_more_message_leaves_every_other_link_alone() {
    // v1 hands on a user's transaction before anything else: every link from v1 has one copy more. What
    // v2 proposes, and what the others vote on it, arrives as before.
    let flights = |extra: bool| {
        let mut scenario = Scenario::default();
        scenario.workload.tx_per_second = 0;
        scenario.protocol.proposer = ProposerSpec::List(vec!["v2".into()]);
        let mut session = Session::open(scenario).expect("possible");
        if extra {
            let transfer = SubmitSpec::Transfer { to: 1, amount: 5 };
            session
                .apply(Command::Submit {
                    from: 0,
                    action: transfer,
                    gas_limit: None,
                })
                .expect("fine");
        }
        session.run_to(400_000);
        let lines: Vec<Value> = session
            .trace_lines()
            .map(|l| serde_json::from_str(&l).expect("JSON"))
            .collect();
        let transactions = lines.iter().filter(|l| l["kind"] == "transaction").count();
        assert_eq!(transactions > 0, extra);
        let mut told: Vec<String> = lines
            .iter()
            .filter(|l| {
                l["event"] == "delivered"
                    && l["from"] != "v1"
                    && l["to"] != "v1"
                    && l["kind"] != "precommit"
            })
            .map(|l| format!("{} {} {} {}", l["kind"], l["from"], l["to"], l["flight_us"]))
            .collect();
        told.sort();
        told
    };
    let quiet = flights(false);
    assert_eq!(quiet.len(), 2 + 6);
    assert_eq!(quiet, flights(true));
}
