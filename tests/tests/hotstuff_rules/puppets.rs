//! Puppets: what a script says, with the certificates that the puppet's node has been sent.

use super::times::{D, calm};
use super::*;
use consensusforge_core::session::open_bytes;
use serde_json::{Value, json};

/// v4 of four says `lines` and nothing else.
fn puppet(protocol: &str, lines: &Value) -> Session {
    let adversary = json!({"who": {"names": ["v4"]}, "strategy": {"puppet": {"script": lines}}});
    let mut scenario = calm(protocol, &[10; 4], [("delta_us", DELTA)]);
    let text = json!({"consensusforge": 2, "scenario": {"adversary": adversary}});
    let opened = open_bytes(text.to_string().as_bytes()).expect("well formed");
    scenario.adversary = opened.scenario.adversary;
    Session::open(scenario).expect("possible")
}

fn line(at: u64, kind: &str, height: u64, round: u64, value: Value) -> Value {
    json!({"at_us": at, "from": "v4", "to": ["v1", "v2", "v3"], "kind": kind,
           "height": height, "round": round, "value": value})
}

fn proposed(height: u64, round: u64) -> Value {
    json!({"proposed": {"height": height, "round": round}})
}

fn events(session: &Session, event: &str) -> Vec<Value> {
    let all = session
        .trace_lines()
        .map(|l| serde_json::from_str(&l).expect("a JSON line"));
    all.filter(|l: &Value| l["event"] == event).collect()
}

fn vanished(session: &Session) -> Vec<String> {
    let frame = session.frame();
    frame.vanished.iter().map(|v| v.sentence.clone()).collect()
}

/// The votes of view 3 come to v4, who leads view 4: its block carries their certificate, and is voted for.
#[test]
fn a_puppets_block_carries_the_certificate_that_its_node_collected() {
    for protocol in ["chained-hotstuff", "hotstuff-2", "jolteon", "monadbft"] {
        let block = json!({"block_on": {"label": "A", "height": 3, "round": 3}});
        let block = line(6 * D + 1_000, "propose", 4, 4, block);
        let mut session = puppet(protocol, &json!([block]));
        session.run_to(1_500_000);
        assert_eq!(vanished(&session), [] as [&str; 0], "{protocol}");
        let sent = events(&session, "sent");
        let own = sent
            .iter()
            .find(|l| l["from"] == "v4" && l["kind"] == "propose")
            .unwrap_or_else(|| panic!("{protocol}: it was sent"));
        assert_eq!((&own["parent_view"], &own["round"]), (&json!(3), &json!(4)));
        let committed = events(&session, "committed");
        let of_it = committed.iter().filter(|l| l["block"] == own["value"]);
        assert!(of_it.count() >= 3, "{protocol}: decided by the others");
    }
}

/// Before that there is nothing that others would believe.
#[test]
fn a_proposal_without_its_parents_certificate_is_not_said() {
    for protocol in ["jolteon", "monadbft", "basic-hotstuff-2"] {
        let early = line(
            10_000,
            "propose",
            2,
            2,
            json!({"block_on": {"label": "A", "height": 1, "round": 1}}),
        );
        let mut session = puppet(protocol, &json!([early]));
        session.run_to(20_000);
        let told = vanished(&session);
        assert_eq!(told.len(), 1, "{protocol}");
        let why = "but a propose carries certificates that the puppet has not been sent";
        assert!(told[0].contains(why), "{}", told[0]);
    }
}

#[test]
fn two_votes_of_a_puppet_are_evidence_in_every_protocol() {
    for protocol in schedules::ALL {
        let vote = if protocol == "basic-hotstuff" {
            "prepare vote"
        } else {
            "vote"
        };
        // Votes of view 1 go to its own leader or to the next one: both hear of both.
        let lines = json!([
            line(D + 1_000, vote, 1, 1, proposed(1, 1)),
            line(D + 2_000, vote, 1, 1, json!({"block": "X"})),
        ]);
        let mut session = puppet(protocol, &lines);
        session.run_to(D + 3_000);
        assert_eq!(vanished(&session), [] as [&str; 0], "{protocol}");
        let evidence = events(&session, "evidence");
        assert!(
            evidence.iter().any(|l| l["offender"] == "v4"),
            "{protocol}: {evidence:?}"
        );
    }
}

#[test]
fn timeouts_and_new_views_of_a_puppet_prove_where_it_is() {
    for protocol in schedules::ALL {
        let lines = json!([
            line(D + 1_000, "timeout", 1, 1, json!("nil")),
            line(D + 2_000, "new-view", 1, 1, json!("nil")),
            line(D + 3_000, "timeout", 1, 9, json!("nil")),
            line(D + 4_000, "new-view", 1, 1, proposed(1, 1)),
        ]);
        let mut session = puppet(protocol, &lines);
        session.run_to(D + 5_000);
        let said: Vec<Value> = events(&session, "sent")
            .into_iter()
            .filter(|l| l["from"] == "v4")
            .map(|l| l["kind"].clone())
            .collect();
        assert_eq!(said, ["timeout", "new-view"], "{protocol}");
        let told = vanished(&session);
        assert_eq!(told.len(), 2, "{protocol}");
        assert!(told[0].contains("certificates"), "{}", told[0]);
        assert!(told[1].contains("names no block"), "{}", told[1]);
    }
}

#[test]
fn a_puppet_votes_in_later_phases_and_cannot_make_others_votes() {
    for (protocol, kinds) in [
        ("basic-hotstuff", &["pre-commit vote", "commit vote"][..]),
        ("basic-hotstuff-2", &["pre-commit vote"][..]),
    ] {
        let mut lines: Vec<Value> = (1..)
            .zip(kinds)
            .map(|(k, kind)| line(D + k * 1_000, kind, 1, 1, proposed(1, 1)))
            .collect();
        lines.push(line(D + 9_000, "certificate", 1, 1, proposed(1, 1)));
        let mut session = puppet(protocol, &json!(lines));
        session.run_to(D + 10_000);
        let sent = events(&session, "sent");
        for kind in kinds {
            let found = sent.iter().any(|l| l["from"] == "v4" && l["kind"] == *kind);
            assert!(found, "{protocol}: {kind}");
        }
        let told = vanished(&session);
        assert_eq!(told.len(), 1, "{protocol}");
        assert!(told[0].contains("others' signed votes"), "{}", told[0]);
    }
}

/// What a liar of MonadBFT needs to hide a block, or to have one proposed again.
#[test]
fn a_puppet_of_monadbft_names_a_tip_and_sends_no_endorsements() {
    let lines = json!([
        line(D + 1_000, "timeout", 1, 1, proposed(1, 1)),
        line(D + 2_000, "no-endorsement", 1, 2, proposed(1, 1)),
        line(
            D + 3_000,
            "no-endorsement",
            1,
            2,
            json!({"block": "unheard of"})
        ),
    ]);
    let mut session = puppet("monadbft", &lines);
    session.run_to(D + 4_000);
    let sent = events(&session, "sent");
    let of = |kind: &str| {
        let found = sent.iter().find(|l| l["from"] == "v4" && l["kind"] == kind);
        found.unwrap_or_else(|| panic!("{kind} was sent")).clone()
    };
    assert_eq!(of("timeout")["tip_view"], 1);
    assert_eq!(of("no-endorsement")["round"], 2);
    assert_eq!(vanished(&session).len(), 1);
    // And v2, who leads view 2, counts both.
    let inside = session.node_inside(1).expect("a node");
    let counted: Vec<&str> = inside.votes.iter().map(|v| v.purpose.as_str()).collect();
    assert!(counted.contains(&"end the view"), "{counted:?}");
    assert!(counted.contains(&"leave the block out"), "{counted:?}");
}

/// v4's block of view 4 has the votes of v3, v4 and the liar v1, who leads view 5 and keeps them. v2 missed the block
/// and leads view 6.
fn missed_by_the_next_leader(no_endorsements: &str) -> (bool, u32) {
    let mut scenario = calm("monadbft", &[10; 4], [("delta_us", DELTA)]);
    let params = json!({"delta_us": DELTA, "no_endorsements": no_endorsements});
    scenario.protocol.params = serde_json::from_value(params).expect("parameters");
    let v1 = |at: u64, kind: &str, round: u64, to: &str| {
        json!({"at_us": at, "from": "v1", "to": [to], "kind": kind,
               "height": 3, "round": round, "value": proposed(3, 4)})
    };
    let script = json!([
        v1(950_000, "vote", 4, "v1"),
        v1(2_251_000, "no-endorsement", 6, "v2"),
    ]);
    let text = json!({"consensusforge": 2, "scenario": {
        "adversary": {"who": {"names": ["v1"]}, "strategy": {"puppet": {"script": script}}},
        "network": {"partitions": [{"from_us": 840_000, "until_us": 910_000,
                                    "cut": {"one_way": {"from": ["v4"], "to": ["v2"]}}}]},
    }});
    let opened = open_bytes(text.to_string().as_bytes()).expect("well formed");
    scenario.adversary = opened.scenario.adversary;
    scenario.network.partitions = opened.scenario.network.partitions;
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(6_000_000);
    assert_eq!(vanished(&session), [] as [&str; 0]);
    let sent = events(&session, "sent");
    let block = sent
        .iter()
        .find(|l| l["from"] == "v4" && l["kind"] == "propose" && l["round"] == 4)
        .expect("v4 proposed in view 4")["value"]
        .clone();
    let votes = events(&session, "rule");
    let voted = votes
        .iter()
        .filter(|l| l["rule"] == "M5" && l["round"] == 4);
    let honest: Vec<&str> = voted.filter_map(|l| l["node"].as_str()).collect();
    assert!(honest.contains(&"v3") && honest.contains(&"v4") && !honest.contains(&"v2"));
    let committed = events(&session, "committed");
    assert!(committed.iter().any(|l| l["height"] == 3));
    let instead = votes.iter().filter(|l| l["rule"] == "M4");
    let instead = u32::try_from(instead.count()).expect("few");
    (committed.iter().any(|l| l["block"] == block), instead)
}

/// Why a quorum of no-endorsements is asked for: a liar and one who missed the block are more than a third.
#[test]
fn with_a_third_of_no_endorsements_a_liar_has_a_block_dropped_that_a_quorum_voted_for() {
    assert_eq!(missed_by_the_next_leader("third"), (false, 1));
    assert_eq!(missed_by_the_next_leader("quorum"), (true, 0));
}
