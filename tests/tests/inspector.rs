//! What the inspector tells of a thing agrees with the trace, with the ledger, and with a run that
//! really stands at the instant shown.

use consensusforge_core::scenario::model::{AdversarySpec, Command, StrategySpec, SubmitSpec, Who};
use consensusforge_core::session::inspect::{SignatureVerdict, Thing};
use consensusforge_core::session::view::Fate;
use consensusforge_core::session::{Scenario, Session, presets};

fn run(scenario: Scenario, until: u64) -> Session {
    let mut session = Session::open(scenario).expect("possible");
    while !session.advance(until, 10_000).reached {}
    session
}

fn lossy() -> Scenario {
    let mut scenario = Scenario::default();
    scenario.network.loss_ppm = 200_000;
    scenario
}

#[test]
fn every_copy_of_every_message_is_accounted_for() {
    let session = run(lossy(), 8_000_000);
    let (mut lost, mut delivered, mut messages) = (0, 0, 0);
    for id in 0.. {
        let Some(m) = session.message_inside(id) else {
            break;
        };
        messages += 1;
        let sent: u64 = m.sendings.iter().map(|s| u64::from(s.copies)).sum();
        assert_eq!(sent, m.copies.len() as u64 + m.more, "message {id}");
        for copy in &m.copies {
            assert!(copy.sent_us <= copy.arrives_us);
            let left = m
                .sendings
                .iter()
                .any(|s| (s.at_us, s.from) == (copy.sent_us, copy.from));
            assert!(left, "{copy:?} left with a sending of message {id}");
            match copy.fate {
                Fate::Lost => lost += 1,
                Fate::Delivered => delivered += 1,
                Fate::InFlight => assert!(copy.arrives_us > session.now_us()),
                Fate::Cut | Fate::ReceiverDown | Fate::Dropped => panic!("{copy:?} without cause"),
            }
        }
        let signed = m.view.signer.is_some();
        assert_eq!(
            signed,
            m.signature != SignatureVerdict::Unsigned,
            "message {id}"
        );
    }
    let figures = session.frame().metrics;
    assert!(messages > 50 && lost > 20);
    assert_eq!((delivered, lost), (figures.delivered, figures.lost));
}

#[test]
fn a_lost_message_says_why() {
    let mut scenario = Scenario::default();
    scenario.faults.crashed = 1;
    let session = run(scenario, 1_000_000);
    let all: Vec<_> = (0..).map_while(|id| session.message_inside(id)).collect();
    let down = all
        .iter()
        .flat_map(|m| &m.copies)
        .filter(|c| c.fate == Fate::ReceiverDown);
    let to: std::collections::BTreeSet<u16> = down.map(|c| c.to).collect();
    let crashed: std::collections::BTreeSet<u16> = (0..4u16)
        .filter(|n| session.frame().nodes[usize::from(*n)].crashed)
        .collect();
    assert_eq!(to, crashed);
}

#[test]
fn a_validator_of_the_past_is_the_one_a_run_to_there_shows() {
    let session = run(lossy(), 5_000_000);
    for at in [1_000_000, 1_700_000, 3_210_000] {
        let thing = Thing::Node {
            node: 2,
            at_us: Some(at),
        };
        assert_eq!(session.moment_of(&thing), Some(at));
        let mut there = session.fork();
        while !there.seek(at, 777).reached {}
        let direct = run(lossy(), at);
        let (a, b) = (there.node_inside(2), direct.node_inside(2));
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
        assert_eq!(there.expected(), direct.expected());
    }
    assert_eq!(session.now_us(), 5_000_000, "looking moves nothing");
}

#[test]
fn votes_by_stake_name_their_voters_and_timers_lie_ahead() {
    let mut session = Session::open(Scenario::default()).expect("possible");
    let mut counted = 0;
    for at in (20_000..2_000_000).step_by(20_000) {
        while !session.advance(at, 10_000).reached {}
        for node in 0..4 {
            let n = session.node_inside(node).expect("a node");
            assert_eq!((n.votes_needed, n.validators), (Some(3), 4));
            for votes in &n.votes {
                assert_eq!(votes.stake, 100 * votes.voters.len() as u64);
                counted += 1;
            }
            assert!(n.timers.iter().all(|t| t.fires_us >= session.now_us()));
            assert!(n.timers.is_sorted_by_key(|t| t.fires_us));
        }
    }
    assert!(counted > 100);
}

#[test]
fn a_block_tells_who_decided_it_and_leads_to_its_transactions() {
    let mut session = run(Scenario::default(), 1_000_000);
    let action = SubmitSpec::Transfer { to: 1, amount: 5 };
    session
        .apply(Command::Submit {
            from: 0,
            action,
            gas_limit: None,
        })
        .expect("fine");
    while !session.advance(4_000_000, 10_000).reached {}
    let decisions = session.decisions();
    let mut seen = 0;
    for decision in &decisions {
        let b = session.block_inside(&decision.block).expect("kept");
        let own: Vec<_> = decisions
            .iter()
            .filter(|d| d.block == decision.block)
            .collect();
        assert_eq!(b.decided.len(), own.len());
        for d in own {
            let node = session.world().nodes.iter().position(|n| *n == d.validator);
            let told = b.decided.iter().find(|x| Some(usize::from(x.0)) == node);
            assert_eq!(told.map(|t| (t.1, t.2)), Some((Some(d.at_us), d.round)));
        }
        assert!(b.certificate_stake >= b.quorum);
        assert!(b.decided.iter().all(|d| b.holders.contains(&d.0)));
        assert_eq!(b.executions.len(), b.decided.len());
        assert!(b.executions.windows(2).all(|w| w[0].root == w[1].root));
        assert!(!b.proposals.is_empty());
        // The beginning of a digest is enough.
        assert_eq!(
            session.block_inside(&b.id[..8]).map(|x| x.id),
            Some(b.id.clone())
        );
        for tx in &b.transactions {
            let t = session.transaction_inside(&tx.id).expect("known");
            assert!(
                t.blocks
                    .iter()
                    .any(|x| x.id == b.id && x.height == b.height)
            );
            assert_eq!(t.receipt.map(|r| r.status), Some("ok".into()));
            assert_eq!(tx.succeeded, Some(true));
            assert!(!t.submitted.is_empty() && t.sender.is_some());
            assert!(!t.messages.is_empty(), "it was passed on");
            seen += 1;
        }
    }
    assert!(seen > 4);
    let own = session.receipts()[0].tx.clone();
    let t = session.transaction_inside(&own).expect("a person's");
    assert!(t.what.expect("told").contains("transfer of 5 forge"));
}

#[test]
fn a_block_long_forgotten_is_found_at_its_instant() {
    let session = run(Scenario::default(), 120_000_000);
    let first = session.decisions()[0].clone();
    assert!(
        session.block_inside(&first.block).is_none(),
        "kept for some heights only"
    );
    let at = session
        .moment_of(&Thing::Block(first.block.clone()))
        .expect("in the trace");
    let mut there = session.fork();
    while !there.seek(at, 10_000).reached {}
    assert_eq!(
        there.block_inside(&first.block).map(|b| b.height),
        Some(first.height)
    );
}

#[test]
fn evidence_names_offender_and_both_values() {
    let scenario = Scenario {
        adversary: AdversarySpec {
            who: Who::Count(1),
            strategy: StrategySpec::Coalition,
        },
        ..Scenario::default()
    };
    let session = run(scenario, 4_000_000);
    let proofs: Vec<_> = (0..4)
        .filter_map(|n| session.node_inside(n))
        .flat_map(|n| n.proofs)
        .collect();
    assert!(!proofs.is_empty());
    for proof in proofs {
        assert!(session.frame().nodes[usize::from(proof.offender)].byzantine);
        assert_ne!(proof.first, proof.second);
    }
}

#[test]
fn whatever_is_asked_there_is_an_answer() {
    for preset in presets() {
        let session = run(preset.scenario, 2_000_000);
        for hex in [
            "",
            "zz",
            "0",
            "deadbeef",
            "é",
            &"f".repeat(64),
            &"0".repeat(200),
        ] {
            assert!(session.block_inside(hex).is_none());
            assert!(session.transaction_inside(hex).is_none());
            assert_eq!(session.moment_of(&Thing::Block(hex.into())), None);
        }
        assert!(session.node_inside(u16::MAX).is_none());
        assert!(session.message_inside(u32::MAX).is_none());
        assert!(session.height_inside(u64::MAX).blocks.is_empty());
        assert_eq!(session.moment_of(&Thing::Height(u64::MAX)), None);
    }
}

#[test]
fn a_validator_shows_locks_and_marks_only_where_its_protocol_has_them() {
    for (protocol, expected) in [
        ("tendermint", &["locked", "valid"][..]),
        ("simplex", &[]),
        ("minimmit", &[]),
        ("votor", &[]),
        ("streamlet", &[]),
        ("pbft", &["prepared"]),
    ] {
        let mut scenario = Scenario::default();
        scenario.protocol.name = protocol.into();
        let mut session = Session::open(scenario).expect("possible");
        let mut held = 0;
        for now in (0..3_000_000).step_by(50_000) {
            session.run_to(now);
            let kept = session.node_inside(0).expect("a validator").kept;
            let names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, expected, "{protocol}");
            held += kept.iter().filter(|(_, block)| block.is_some()).count();
        }
        assert_eq!(held > 0, !expected.is_empty(), "{protocol}");
    }
}
