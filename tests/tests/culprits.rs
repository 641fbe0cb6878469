//! Who is to blame, and who must never be. That nobody honest is named is held against every run of the
//! random schedules and of the golden list; here stand the cases that are easy to get wrong.

use consensusforge_core::session::view::{CulpritView, StorySentence, VerdictKind};
use consensusforge_core::session::{Session, open_bytes, presets};
use serde_json::Value;

fn opened(scenario: &str) -> Session {
    let text = format!(r#"{{"consensusforge":1,"scenario":{scenario}}}"#);
    Session::open(open_bytes(text.as_bytes()).expect("well formed").scenario).expect("possible")
}

fn line(at: u64, from: &str, to: &str, kind: &str, round: u32, value: &str) -> String {
    let to: Vec<String> = to.split(' ').map(|n| format!("{n:?}")).collect();
    format!(
        r#"{{"at_us":{at},"from":"{from}","to":[{}],"kind":"{kind}","height":1,"round":{round},"value":{value}}}"#,
        to.join(",")
    )
}

fn kinds(culprits: &[CulpritView], kind: &str) -> Vec<String> {
    let of_kind = culprits.iter().filter(|c| c.kind == kind);
    let mut names: Vec<String> = of_kind.map(|c| c.validator.clone()).collect();
    names.sort();
    names
}

fn verdict(session: &Session, monitor: &str) -> (VerdictKind, String) {
    let verdicts = session.frame().verdicts;
    let found = verdicts.into_iter().find(|v| v.monitor == monitor);
    found.map(|v| (v.kind, v.sentence)).expect("a monitor")
}

/// v5 to v7 lie. In round 0 they help v1 and v2 to lock A, and v2 alone to decide it. In round 1 v3 and v4
/// prevote B with them: v1 sees that quorum, turns to B as L36 says, and precommits it. So it stands under
/// both certificates, and has done nothing wrong.
#[test]
fn who_turns_to_another_block_as_the_rules_allow_is_not_named() {
    let a = r#"{"proposed":{"height":1,"round":0}}"#;
    let b = r#"{"block":"B"}"#;
    let nil = r#""nil""#;
    let mut script = vec![line(1_600_000, "v5", "v1 v3 v4", "proposal", 1, b)];
    for liar in ["v5", "v6", "v7"] {
        script.push(line(100_000, liar, "v1 v2", "prevote", 0, a));
        script.push(line(200_000, liar, "v2", "precommit", 0, a));
        script.push(line(200_000, liar, "v1 v3 v4", "precommit", 0, nil));
        script.push(line(1_000_000, liar, "v3 v4", "prevote", 0, nil));
        script.push(line(1_700_000, liar, "v1 v3 v4", "prevote", 1, b));
        script.push(line(1_800_000, liar, "v1 v3 v4", "precommit", 1, b));
    }
    let validators: Vec<String> = (1..=7)
        .map(|i| format!(r#"{{"name":"v{i}","stake":1}}"#))
        .collect();
    let mut session = opened(&format!(
        r#"{{"validators":[{}],"protocol":{{"proposer":{{"list":["v1","v5"]}},"resend":false}},
            "network":{{"latency":{{"constant":{{"us":10000}}}},"partitions":[
              {{"from_us":0,"until_us":1550000,"cut":{{"groups":[["v1","v2"],["v3","v4"]]}}}}]}},
            "workload":{{"tx_per_second":0}},
            "adversary":{{"who":{{"names":["v5","v6","v7"]}},"strategy":{{"puppet":{{"script":[{}]}}}}}}}}"#,
        validators.join(","),
        script.join(",")
    ));
    session.run_to(2_500_000);
    let (kind, sentence) = verdict(&session, "agreement");
    assert_eq!(kind, VerdictKind::Violated, "{sentence}");
    let lines: Vec<String> = session.trace_lines().collect();
    let signed_both = lines
        .iter()
        .filter(|l| l.contains(r#""event":"committed""#) && l.contains(r#""height":1"#))
        .filter(|l| l.contains(r#""node":"v2""#) || l.contains(r#""node":"v3""#));
    assert!(
        signed_both.clone().count() == 2 && signed_both.clone().all(|l| l.contains(r#""v1","#)),
        "v1 stands under both certificates"
    );
    assert_eq!(session.frame().guilty, ["v5", "v6", "v7"]);
    assert!(sentence.contains("alone prove nobody guilty"), "{sentence}");
    assert!(sentence.contains("v5, v6 and v7"), "{sentence}");
    let culprits = session.culprits();
    assert_eq!(kinds(&culprits, "equivocation"), ["v5", "v6", "v7"]);
    assert_eq!(kinds(&culprits, "amnesia"), ["v5", "v6", "v7"]);
    assert_eq!(session.fork_height(), Some(1));
}

#[test]
fn who_votes_against_its_lock_is_named_by_the_whole_record() {
    let preset = presets().into_iter().find(|p| p.id == "amnesia");
    let mut session = Session::open(preset.expect("a preset").scenario).expect("possible");
    session.run_to(6_000_000);
    assert_eq!(session.frame().guilty, ["v3", "v4"]);
    let culprits = session.culprits();
    assert_eq!(kinds(&culprits, "amnesia"), ["v3", "v4"]);
    assert_eq!(kinds(&culprits, "equivocation"), [""; 0]);
    for culprit in &culprits {
        let [lock, vote] = culprit.evidence.as_slice() else {
            panic!("two messages prove it: {culprit:?}");
        };
        assert_eq!(
            (lock.kind.as_str(), vote.kind.as_str()),
            ("precommit", "prevote")
        );
        assert!(lock.round < vote.round && lock.value != vote.value);
    }
}

/// v4 tells v1 one thing and v2 another, and nobody passes it on: no node can prove it, the record can.
#[test]
fn a_double_vote_that_no_single_node_holds_is_found() {
    let script = [
        line(20_000, "v4", "v1", "prevote", 0, r#"{"block":"X"}"#),
        line(20_000, "v4", "v2", "prevote", 0, r#"{"block":"Y"}"#),
        line(20_000, "v4", "v3", "precommit", 0, r#""nil""#),
    ];
    let mut session = opened(&format!(
        r#"{{"workload":{{"tx_per_second":0}},
            "adversary":{{"who":{{"names":["v4"]}},"strategy":{{"puppet":{{"script":[{}]}}}}}}}}"#,
        script.join(",")
    ));
    session.run_to(400_000);
    let frame = session.frame();
    assert!(frame.nodes.iter().all(|n| n.accuses.is_empty()));
    let culprits = session.culprits();
    assert_eq!(kinds(&culprits, "equivocation"), ["v4"]);
    assert_eq!(culprits.len(), 1, "{culprits:?}");
    assert_eq!(culprits[0].evidence[0].kind, "prevote");
}

/// In the round that is being worked on, and in one that nobody has entered yet.
#[test]
fn who_proposes_in_anothers_turn_is_named() {
    for round in [0, 1] {
        let script = [
            line(20_000, "v4", "v2 v3", "proposal", round, r#"{"block":"X"}"#),
            line(1_200_000, "v4", "v2 v3", "prevote", 0, r#""nil""#),
            line(1_300_000, "v4", "v2 v3", "precommit", 0, r#""nil""#),
        ];
        let mut session = opened(&format!(
            r#"{{"protocol":{{"proposer":{{"list":["v1","v2","v3"]}}}},"workload":{{"tx_per_second":0}},
                "faults":{{"crashes":[{{"validator":"v1","at_us":0}}]}},
                "adversary":{{"who":{{"names":["v4"]}},"strategy":{{"puppet":{{"script":[{}]}}}}}}}}"#,
            script.join(",")
        ));
        session.run_to(3_000_000);
        let culprits = session.culprits();
        assert_eq!(kinds(&culprits, "out of turn"), ["v4"], "round {round}");
        assert_eq!(culprits.len(), 1, "{culprits:?}");
        assert!(culprits[0].sentence.contains("proposed in another's turn"));
    }
}

#[test]
fn nil_is_no_block_that_a_stalled_validator_waits_for() {
    let mut session = opened(r#"{"network":{"latency":{"constant":{"us":2900000}}}}"#);
    session.run_to(23_000_000);
    let (kind, sentence) = verdict(&session, "progress");
    assert_eq!(kind, VerdictKind::Stalled, "{sentence}");
    assert!(
        !sentence.contains("the valid block they are for"),
        "{sentence}"
    );
    let stall = session.stalled().expect("it stands still");
    assert_eq!(stall.height, 1);
    assert!(
        sentence.contains(&format!("round {}", stall.round)),
        "{sentence}"
    );
    if stall.step == "precommit" {
        assert!(sentence.contains("are for nil"), "{sentence}");
    }
}

#[test]
fn what_liars_can_do_depends_on_how_the_honest_stake_can_be_split() {
    let sentence = |honest: &[u64]| {
        let mut validators = vec![r#"{"name":"liar","stake":335}"#.to_owned()];
        validators.extend(
            honest
                .iter()
                .enumerate()
                .map(|(i, s)| format!(r#"{{"name":"h{i}","stake":{s}}}"#)),
        );
        let session = opened(&format!(
            r#"{{"validators":[{}],"adversary":{{"who":{{"names":["liar"]}},"strategy":"coalition"}}}}"#,
            validators.join(",")
        ));
        session.frame().adversary.sentence
    };
    let cannot = sentence(&[222, 222, 222]);
    assert!(cannot.contains("cannot be split evenly enough"), "{cannot}");
    let can = sentence(&[333, 333]);
    assert!(can.contains("enough to fork the chain"), "{can}");
}

/// By record, whether a way leads from it to one of `ends` along nodes and messages: a search through a graph, where the
/// story's own past is one sweep.
fn leads_to(lines: &[Value], ends: &[usize]) -> Vec<bool> {
    let text = |i: usize, key: &str| lines[i][key].as_str().map(str::to_owned);
    let at = |i: usize| match lines[i]["event"].as_str() {
        Some("sent") => text(i, "from"),
        Some("delivered" | "lost") => text(i, "to"),
        Some("byzantine" | "changed") => None,
        _ => text(i, "node"),
    };
    let number = |i: usize, key: &str| lines[i][key].as_u64();
    let mut past = vec![false; lines.len()];
    let mut open = ends.to_vec();
    while let Some(i) = open.pop() {
        if std::mem::replace(&mut past[i], true) {
            continue;
        }
        let node = at(i);
        let lost = |j: usize| lines[j]["event"] == "lost";
        open.extend((0..i).filter(|j| !lost(*j) && (at(*j).is_none() || at(*j) == node)));
        if lines[i]["event"] == "delivered" {
            let left = number(i, "at_us").zip(number(i, "flight_us"));
            let left = left.map(|(at, flight)| at - flight);
            open.extend((0..i).filter(|j| {
                lines[*j]["event"] == "sent"
                    && number(*j, "at_us") == left
                    && lines[*j]["message"] == lines[i]["message"]
                    && lines[*j]["from"] == lines[i]["from"]
            }));
        }
    }
    past
}

/// Runs until agreement is violated.
fn forked(id: &str) -> Session {
    let preset = presets().into_iter().find(|p| p.id == id).expect(id);
    let mut session = Session::open(preset.scenario).expect("possible");
    while session.fork_height().is_none() {
        session.advance(5_000_000, 1);
    }
    session
}

#[test]
fn the_story_of_a_fork_names_exactly_the_guilty_and_tells_its_causal_past() {
    for (id, liars) in [
        ("fork", &["v1", "v2", "v3"][..]),
        ("amnesia", &["v3", "v4"]),
    ] {
        let session = forked(id);
        let story = session.story().expect("a fork is to be explained");
        assert_eq!(story.guilty, liars, "{id}");
        assert_eq!(session.frame().guilty, liars, "{id}");
        let told: Vec<&str> = story
            .sentences
            .iter()
            .map(|s| s.sentence.as_str())
            .collect();
        assert!((6..=10).contains(&told.len()), "{id}: {told:#?}");
        let guilty: Vec<&&str> = told.iter().filter(|s| s.starts_with("Guilty")).collect();
        let honest = session.frame().nodes;
        let honest = honest.iter().filter(|n| !n.byzantine);
        assert!(!guilty.is_empty(), "{id}: {told:#?}");
        for sentence in &guilty {
            assert!(
                liars.iter().all(|liar| sentence.contains(liar)),
                "{id}: {sentence}"
            );
            for node in honest.clone() {
                assert!(!sentence.contains(&node.name), "{id}: {sentence}");
            }
        }
        let decides = |s: &&&str| s.contains(" decides ") && s.contains("of the stake");
        assert_eq!(told.iter().filter(decides).count(), 2, "{id}: {told:#?}");

        let proposes = |s: &&&str| s.contains(" proposes ");
        assert_eq!(told.iter().filter(proposes).count(), 2, "{id}: {told:#?}");

        let lines: Vec<Value> = session
            .trace_lines()
            .map(|l| serde_json::from_str(&l).expect("JSON"))
            .collect();
        let is_end = |s: &&StorySentence| s.sentence.contains(" decides ");
        let ends = story.sentences.iter().filter(is_end);
        let ends: Vec<usize> = ends.map(|s| s.record as usize).collect();
        let past = leads_to(&lines, &ends);
        for s in &story.sentences {
            let record = &lines[s.record as usize];
            assert_eq!(record["at_us"], s.at_us, "{id}: {}", s.sentence);
            assert_eq!(record["message"].as_u64(), s.message.map(u64::from));
            assert!(past[s.record as usize], "{id}: {} ({record})", s.sentence);
        }
        assert!(past.iter().any(|p| !p), "{id}: some of the run led nowhere");
    }
}

#[test]
fn the_story_of_a_standstill_tells_who_is_missing_and_an_honest_run_has_none() {
    let opened = |id: &str| {
        let preset = presets().into_iter().find(|p| p.id == id).expect(id);
        Session::open(preset.scenario).expect("possible")
    };
    let mut stalled = opened("stall");
    stalled.run_to(30_000_000);
    let story = stalled.story().expect("nothing is ever decided");
    let told: Vec<&str> = story
        .sentences
        .iter()
        .map(|s| s.sentence.as_str())
        .collect();
    assert!(told.len() <= 10 && story.guilty.is_empty(), "{told:#?}");
    assert!(
        told.contains(&"v1 and v2 are silent: 33.3 % of the stake."),
        "{told:#?}"
    );
    let last = told.last().expect("told");
    assert_eq!(
        *last,
        "Without v1 and v2 only 66.7 % of the stake is left, and a quorum is more than two thirds."
    );
    let mut happy = opened("happy");
    happy.run_to(10_000_000);
    assert_eq!(happy.story(), None);
}
