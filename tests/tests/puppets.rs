//! Puppets say what their script says, to whom it says, or it is told why they could not.

use consensusforge_core::session::{Session, open_bytes};

fn opened(scenario: &str) -> Session {
    let text = format!(r#"{{"consensusforge":2,"scenario":{scenario}}}"#);
    Session::open(open_bytes(text.as_bytes()).expect("well formed").scenario).expect("possible")
}

/// v4 says `lines`; the others are as ever, with a constant latency of 50 ms.
fn puppet(lines: &str, more: &str) -> Session {
    opened(&format!(
        r#"{{"network":{{"latency":{{"constant":{{"us":50000}}}}}},"workload":{{"tx_per_second":0}}{more},
            "adversary":{{"who":{{"names":["v4"]}},"strategy":{{"puppet":{{"script":[{lines}]}}}}}}}}"#
    ))
}

fn lines(session: &Session, event: &str) -> Vec<serde_json::Value> {
    let all = session
        .trace_lines()
        .map(|l| serde_json::from_str(&l).expect("a JSON line"));
    all.filter(|l: &serde_json::Value| l["event"] == event)
        .collect()
}

#[test]
fn a_line_that_cannot_be_spoken_is_told_like_a_command_whose_target_is_gone() {
    let proposed = r#"{"at_us":10000,"from":"v4","to":["v1"],"kind":"prevote","height":1,"round":7,"value":{"proposed":{"height":1,"round":7}}}"#;
    let nil = r#"{"at_us":20000,"from":"v4","to":["v1"],"kind":"proposal","height":1,"round":0,"value":"nil"}"#;
    let mut session = puppet(&format!("{proposed},{nil}"), "");
    session.run_to(100_000);
    let told: Vec<String> = session
        .frame()
        .vanished
        .iter()
        .map(|v| v.sentence.clone())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("v4 was to say a prevote of height 1, round 7"),
        "{}",
        told[0]
    );
    assert!(told[0].contains("nothing was proposed"), "{}", told[0]);
    assert!(told[1].contains("nil cannot be proposed"), "{}", told[1]);
}

#[test]
fn a_line_at_the_very_beginning_finds_validators_that_have_started() {
    let line = r#"{"at_us":0,"from":"v4","to":["v2"],"kind":"prevote","height":1,"round":0,"value":{"proposed":{"height":1,"round":0}}}"#;
    let mut session = puppet(
        line,
        r#","protocol":{"proposer":{"list":["v1","v2","v3","v4"]}}"#,
    );
    session.run_to(1_000);
    assert_eq!(session.frame().vanished, []);
    let sent = lines(&session, "sent");
    let vote = sent
        .iter()
        .find(|l| l["from"] == "v4" && l["kind"] == "prevote");
    assert_eq!(vote.expect("spoken")["height"], 1);
}

#[test]
fn a_wrong_signature_is_dropped_and_proves_nothing() {
    let vote = |value: &str, more: &str| {
        format!(
            r#"{{"at_us":10000,"from":"v4","to":["v1"],"kind":"prevote","height":1,"round":0,"value":{value}{more}}}"#
        )
    };
    let script =
        vote(r#"{"block":"X"}"#, "") + "," + &vote(r#""nil""#, r#","wrong_signature":true"#);
    let mut session = puppet(&script, "");
    session.run_to(2_000_000);
    assert_eq!(lines(&session, "bad signature").len(), 1);
    assert!(session.culprits().is_empty(), "{:?}", session.culprits());
    assert!(session.frame().nodes.iter().all(|n| n.accuses.is_empty()));
    assert!(session.frame().metrics.height > 0);
}

#[test]
fn an_invalid_block_is_rejected_by_whoever_is_asked_to_vote_for_it() {
    let line = r#"{"at_us":10000,"from":"v4","to":["v1","v2","v3"],"kind":"proposal","height":1,"round":0,"value":{"invalid_block":"X"}}"#;
    let mut session = puppet(
        line,
        r#","protocol":{"proposer":{"list":["v4","v1","v2","v3"]}}"#,
    );
    session.run_to(5_000_000);
    assert_eq!(lines(&session, "rejected").len(), 3);
    let first = &lines(&session, "committed")[0];
    assert_eq!(
        (&first["height"], &first["valid"]),
        (&1.into(), &true.into())
    );
    assert_ne!(first["round"], 0, "the next proposer's block is decided");
}

#[test]
fn a_valid_round_that_is_not_earlier_can_be_written_and_gets_no_vote() {
    let line = r#"{"at_us":10000,"from":"v4","to":["v1","v2","v3"],"kind":"proposal","height":1,"round":0,"value":{"block":"X"},"valid_round":3}"#;
    let mut session = puppet(
        line,
        r#","protocol":{"proposer":{"list":["v4","v1","v2","v3"]}}"#,
    );
    session.run_to(1_500_000);
    let sent = lines(&session, "sent");
    let votes = sent
        .iter()
        .filter(|l| l["kind"] == "prevote" && l["round"] == 0);
    assert!(votes.clone().count() >= 3 && votes.clone().all(|l| l["value"].is_null()));
    let proposal = sent
        .iter()
        .find(|l| l["kind"] == "proposal" && l["from"] == "v4");
    let proposal = proposal.expect("spoken");
    assert_eq!(
        (&proposal["signer"], &proposal["origin"]),
        (&"v4".into(), &"v4".into())
    );
    assert!(
        proposal.to_string().contains("valid_round\":3"),
        "{proposal}"
    );
}

#[test]
fn either_node_of_a_twin_can_be_crashed_and_cut_off_by_itself() {
    let with = |faults: &str, network: &str| {
        let mut session = opened(&format!(
            r#"{{"twins":["v4"],"workload":{{"tx_per_second":0}},{faults}
                "network":{{"latency":{{"constant":{{"us":50000}}}}{network}}}}}"#
        ));
        session.run_to(3_000_000);
        let frame = session.frame();
        frame
            .nodes
            .iter()
            .map(|n| (n.name.clone(), n.crashed, n.decided > 1))
            .collect::<Vec<_>>()
    };
    let node = |name: &str, down: bool, goes_on: bool| (name.to_owned(), down, goes_on);
    for (name, first, second) in [
        ("v4", true, true),
        ("v4'", false, true),
        ("'v4", true, false),
    ] {
        let faults = format!(r#""faults":{{"crashes":[{{"validator":"{name}","at_us":0}}]}},"#);
        let nodes = with(&faults, "");
        assert_eq!(nodes[3], node("v4", first, !first), "{name}");
        assert_eq!(nodes[4], node("v4'", second, !second), "{name}");
    }
    for (name, first, second) in [
        ("v4", false, false),
        ("v4'", true, false),
        ("'v4", false, true),
    ] {
        let cut = format!(r#","partitions":[{{"from_us":0,"cut":{{"groups":[["{name}"]]}}}}]"#);
        let nodes = with("", &cut);
        assert_eq!(nodes[3], node("v4", false, first), "{name}");
        assert_eq!(nodes[4], node("v4'", false, second), "{name}");
    }
}

/// `protocol` with six validators of which v4 is a puppet that leads the views (or epochs) 1 and 5. It is silent in
/// the first, and says `said` when the fifth has begun, where the chain has come to height 3.
fn leads_view_five(protocol: &str, at: u64, said: &[&str]) -> Session {
    let lines = said.iter().map(|said| {
        format!(r#"{{"at_us":{at},"from":"v4","to":["v1","v2","v3","v5","v6"],{said}}}"#)
    });
    let lines: Vec<String> = lines.collect();
    let names: Vec<String> = (1..=6)
        .map(|i| format!(r#"{{"name":"v{i}","stake":100}}"#))
        .collect();
    let more = format!(
        r#","validators":[{}],"protocol":{{"name":"{protocol}","proposer":{{"list":["v4","v1","v2","v3"]}}{}}}"#,
        names.join(","),
        // Leaders in turn, as in the others.
        if protocol == "votor" {
            r#","params":{"window":1}"#
        } else {
            ""
        }
    );
    let mut session = puppet(&lines.join(","), &more);
    session.run_to(20_000_000);
    session
}

const OTHERS: [(&str, &str, &str, u64); 4] = [
    ("streamlet", "propose", "vote", 4_010_000),
    ("simplex", "propose", "vote", 1_500_000),
    ("minimmit", "propose", "notarize", 1_200_000),
    ("votor", "propose", "notar", 2_900_000),
];

/// What was decided at a height, by v1.
fn decided(session: &Session, height: u64) -> Option<String> {
    let all = session.decisions();
    let here = all
        .iter()
        .find(|d| d.height == height && d.validator == "v1");
    here.map(|d| d.block.clone())
}

/// The first message v4 sent of that kind.
fn spoken(session: &Session, kind: &str) -> serde_json::Value {
    let sent = lines(session, "sent");
    let mut its = sent.into_iter().filter(|l| l["origin"] == "v4");
    its.find(|l| l["kind"] == kind)
        .unwrap_or_else(|| panic!("no {kind}: {:?}", session.frame().vanished))
}

#[test]
fn a_puppets_block_stands_on_what_an_honest_leader_would_extend() {
    for (protocol, propose, _, at) in OTHERS {
        let own = format!(r#""kind":"{propose}","height":4,"round":5,"value":{{"block":"X"}}"#);
        let session = leads_view_five(protocol, at, &[&own]);
        let block = spoken(&session, propose)["value"].clone();
        assert_eq!(
            decided(&session, 4),
            block.as_str().map(str::to_owned),
            "{protocol}"
        );
    }
}

#[test]
fn a_puppet_names_another_parent_and_nobody_honest_votes_for_a_branch_that_is_too_short() {
    for (protocol, propose, vote, at) in OTHERS {
        let on_two = r#"{"block_on":{"label":"X","height":2,"round":3}}"#;
        let branch = format!(r#""kind":"{propose}","height":3,"round":5,"value":{on_two}"#);
        let voted = format!(r#""kind":"{vote}","height":3,"round":5,"value":{on_two}"#);
        let session = leads_view_five(protocol, at, &[&branch, &voted]);
        let proposal = spoken(&session, propose);
        let parent = decided(&session, 2).expect("decided");
        assert!(
            parent.starts_with(proposal["parent"].as_str().expect("named")),
            "{protocol}"
        );
        // The puppet's vote is for the same block in the same place.
        assert_eq!(
            spoken(&session, vote)["value"],
            proposal["value"],
            "{protocol}"
        );
        let all = lines(&session, "sent");
        let honest = all
            .iter()
            .filter(|l| l["signer"] != "v4" && l["kind"] == vote);
        assert!(honest.clone().count() > 0);
        for line in honest {
            assert_ne!(line["value"], proposal["value"], "{protocol}: {line}");
        }
        assert_ne!(
            decided(&session, 3),
            proposal["value"].as_str().map(str::to_owned)
        );
        assert_eq!(session.frame().vanished, [], "{protocol}");
    }
}

#[test]
fn what_a_protocol_cannot_say_is_refused_in_words() {
    for (protocol, propose, vote, at) in OTHERS {
        let refused = |said: &str, why: &str| {
            let session = leads_view_five(protocol, at, &[said]);
            let told = &session.frame().vanished[0].sentence;
            assert!(told.contains(why), "{protocol}: {told}");
        };
        refused(
            &format!(r#""kind":"{vote}","height":4,"round":5,"value":"nil""#),
            &format!("a {vote} needs a value: it always names a block"),
        );
        refused(
            &format!(
                r#""kind":"{propose}","height":4,"round":5,"value":{{"block_on":{{"label":"X","height":2,"round":3}}}}"#
            ),
            "block X would have height 3 there",
        );
        refused(
            &format!(r#""kind":"{propose}","height":9,"round":5,"value":{{"block":"X"}}"#),
            "no honest validator stands at height 8, which block X is to follow",
        );
        refused(
            &format!(
                r#""kind":"{propose}","height":4,"round":5,"value":{{"block":"X"}},"valid_round":1"#
            ),
            "has no valid_round here",
        );
        refused(
            r#""kind":"prevote","height":4,"round":5,"value":{"block":"X"}"#,
            "\"prevote\" is no kind of message: there are propose",
        );
    }
    let certificate = r#""kind":"certificate","height":4,"round":5,"value":"nil""#;
    let told = leads_view_five("simplex", 1_500_000, &[certificate]).frame();
    assert!(
        told.vanished[0]
            .sentence
            .contains("consists of others' signed votes")
    );
    let skip = r#""kind":"nullify","height":4,"round":5,"value":{"block":"X"}"#;
    let told = leads_view_five("minimmit", 1_200_000, &[skip]).frame();
    assert!(
        told.vanished[0]
            .sentence
            .contains("names no block: its value is nil")
    );
}
