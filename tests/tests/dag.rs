//! A DAG in the full simulator: several authors a round, several parents a block, many blocks a commit.

use consensusforge_core::base::hash_bytes;
use consensusforge_core::check::{FindingKind, Monitors};
use consensusforge_core::session::Session;
use consensusforge_core::session::inspect::Thing;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, CrashSpec, LatencySpec, StrategySpec, ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_core::trace::{Commit, Event, Trace};
use consensusforge_core::types::{BlockId, NodeId, ValidatorId};
use consensusforge_core::world::{Setup, Simulation, World, build};
use consensusforge_tests::dag::Dag;
use std::collections::{BTreeMap, BTreeSet};

const SECOND: u64 = 1_000_000;

fn scenario(validators: usize) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..validators)
            .map(|i| ValidatorSpec::numbered(i, 100))
            .collect(),
        workload: WorkloadSpec {
            tx_per_second: 20,
            accounts: 8,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Uniform {
        min_us: 10_000,
        max_us: 40_000,
    };
    scenario.protocol.block_interval_us = 100_000;
    scenario.protocol.resend_interval_us = 500_000;
    scenario
}

fn equivocating(validators: usize, who: &str) -> Scenario {
    Scenario {
        adversary: AdversarySpec {
            who: Who::Names(vec![who.into()]),
            strategy: StrategySpec::Coalition,
        },
        ..scenario(validators)
    }
}

fn world(scenario: Scenario) -> World<Dag> {
    let setup = Setup {
        scenario,
        contracts: Default::default(),
    };
    build::<Dag>(&setup).expect("possible")
}

fn run(scenario: Scenario, seconds: u64) -> (World<Dag>, Monitors) {
    let mut world = world(scenario);
    let mut monitors = Monitors::new(&Simulation::trace(&world).head);
    world.run(seconds * SECOND, u64::MAX);
    monitors.observe(Simulation::trace(&world));
    for finding in monitors.findings(Simulation::now(&world), Simulation::trace(&world)) {
        assert_eq!(finding.kind, FindingKind::Holds, "{}", finding.sentence);
    }
    (world, monitors)
}

fn commits(trace: &Trace) -> BTreeMap<NodeId, Vec<Commit>> {
    let mut by_node: BTreeMap<NodeId, Vec<Commit>> = BTreeMap::new();
    for record in trace.since(0) {
        if let Event::Committed(c) = &record.event {
            by_node.entry(c.node).or_default().push(c.as_ref().clone());
        }
    }
    by_node
}

fn order(commits: &[Commit]) -> Vec<BlockId> {
    commits.iter().map(|c| c.block).collect()
}

#[test]
fn all_decide_one_order_in_which_every_parent_comes_first() {
    let (world, monitors) = run(scenario(4), 20);
    let by_node = commits(Simulation::trace(&world));
    assert_eq!(by_node.len(), 4);
    let longest = by_node.values().max_by_key(|c| c.len()).expect("some");
    assert!(longest.len() > 300, "{}", longest.len());
    for commits in by_node.values() {
        assert!(commits.len() + 40 > longest.len());
        assert_eq!(order(commits), order(&longest[..commits.len()]));
        let mut seen = BTreeSet::from([Simulation::trace(&world).head.genesis]);
        for (place, c) in (1..).zip(commits) {
            assert_eq!(c.height, place, "places are counted from 1 without gaps");
            let further = c.further_parents.as_ref().expect("a block of a DAG");
            assert!(seen.contains(&c.parent) && further.iter().all(|p| seen.contains(p)));
            assert!(seen.insert(c.block), "ordered twice");
        }
    }
    // Several authors in one round, several parents a block, several blocks a commit with one proof.
    let several = longest
        .iter()
        .filter(|c| c.further_parents.as_ref().is_some_and(|p| p.len() >= 2));
    assert!(several.count() > 250);
    let authors: BTreeSet<u16> = longest.iter().map(|c| c.proposer.0).collect();
    assert_eq!(authors.len(), 4);
    let along = longest.iter().filter(|c| c.with != c.block);
    assert!(along.clone().count() > 150);
    assert!(along.clone().all(|c| c.signers.is_empty()));
    let proven = longest.iter().filter(|c| c.with == c.block);
    assert!(proven.clone().all(|c| c.signers.len() >= 3));
    // Where everybody may propose, everybody's proposals are counted.
    for duty in monitors.duties.of() {
        assert!(duty.proposed > 80 && duty.missed == 0, "{duty:?}");
    }
}

#[test]
fn all_execute_the_order_to_equal_roots() {
    let (world, monitors) = run(scenario(4), 20);
    let mut roots = BTreeMap::new();
    let mut executed = BTreeMap::new();
    for record in Simulation::trace(&world).since(0) {
        if let Event::Executed(e) = &record.event {
            assert_eq!(
                *roots.entry(e.height).or_insert(e.root),
                e.root,
                "place {}",
                e.height
            );
            let place: &mut u64 = executed.entry(e.node).or_insert(0);
            assert_eq!(
                e.height,
                *place + 1,
                "each place is executed after the one before"
            );
            *place = e.height;
        }
    }
    assert!(roots.len() > 300);
    let distinct: BTreeSet<_> = roots.values().collect();
    assert!(
        distinct.len() > 100,
        "transfers change the state: {}",
        distinct.len()
    );
    assert!(monitors.metrics.transactions > 200);
    // A header names an executed state by its place and root, and none names a wrong one.
    let mut named = 0;
    for id in commits(Simulation::trace(&world))[&NodeId(0)]
        .iter()
        .map(|c| c.block)
    {
        let Some(kept) = consensusforge_core::world::Introspect::block(&world, &id) else {
            continue;
        };
        let header = &kept.block.header;
        let links = header.extension.dag.as_ref().expect("a block of a DAG");
        if links.executed_at > 0 {
            assert_eq!(roots[&links.executed_at], header.state_root);
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
}

#[test]
fn one_that_was_down_catches_up_with_the_order() {
    let mut scenario = scenario(4);
    scenario.faults.crashes.push(CrashSpec {
        validator: "v2".into(),
        at_us: 4 * SECOND,
        restart_us: Some(10 * SECOND),
    });
    let (world, _) = run(scenario, 20);
    let by_node = commits(Simulation::trace(&world));
    let (whole, late) = (&by_node[&NodeId(0)], &by_node[&NodeId(1)]);
    assert_eq!(order(late), order(&whole[..late.len()]));
    assert!(
        late.len() + 40 > whole.len(),
        "{} of {}",
        late.len(),
        whole.len()
    );
    assert!(late.iter().any(|c| c.caught_up), "from proofs of others");
    // It takes part again.
    let last = late.iter().rev().take(100);
    assert!(last.filter(|c| c.proposer.0 == 1).count() > 10);
}

#[test]
fn an_author_of_two_blocks_a_round_splits_nobody_and_is_accused() {
    for (validators, liar) in [(4, "v4"), (7, "v2")] {
        let (world, _) = run(equivocating(validators, liar), 20);
        let trace = Simulation::trace(&world);
        let by_node = commits(trace);
        let honest = |node: &NodeId| trace.head.node_name(*node) != liar;
        let longest = by_node.values().map(Vec::as_slice).max_by_key(|c| c.len());
        let longest = longest.expect("some");
        assert!(longest.len() > 100, "{}", longest.len());
        for (node, commits) in by_node.iter().filter(|(node, _)| honest(node)) {
            assert_eq!(order(commits), order(&longest[..commits.len()]), "{node}");
            assert!(commits.len() > 50, "{node}: {}", commits.len());
        }
        let mut proposals: BTreeMap<u64, BTreeSet<BlockId>> = BTreeMap::new();
        for m in trace.messages().filter(|m| m.signer.is_some()) {
            let name = m.signer.map(|v| trace.head.validators[v.index()].0.clone());
            if name.as_deref() == Some(liar) {
                proposals.entry(m.slot.height).or_default().extend(m.value);
            }
        }
        assert!(
            proposals.values().any(|blocks| blocks.len() == 2),
            "it lied"
        );
        let accused = trace.since(0).any(|r| {
            matches!(&r.event, Event::Evidence(a) if trace.head.validators[a.offender.index()].0 == liar)
        });
        assert!(accused, "{validators}: nobody holds both of its blocks");
    }
}

#[test]
fn it_is_shown_moved_in_and_saved_like_any_run() {
    let mut scenario = equivocating(4, "v3");
    scenario.faults.crashes.push(CrashSpec {
        validator: "v1".into(),
        at_us: 3 * SECOND,
        restart_us: Some(5 * SECOND),
    });
    let mut session = Session::over(scenario.clone(), Box::new(world(scenario)));
    while !session.advance(12 * SECOND, 10_000).reached {}
    let frame = session.frame();
    assert!(
        frame.verdicts.iter().all(|v| v.kind == VerdictKind::Holds),
        "{:?}",
        frame.verdicts
    );
    // Every card that can be opened.
    let tip = frame.nodes.iter().map(|n| n.decided).max().expect("nodes");
    let mut cards = 0;
    for node in 0..4 {
        assert!(session.node_inside(node).is_some());
    }
    for height in (1..=tip).rev().take(60) {
        let inside = session.height_inside(height);
        assert_eq!(inside.blocks.len(), 1, "one block a place");
        for (hex, ..) in &inside.blocks {
            let block = session.block_inside(hex).expect("kept");
            assert_eq!(block.position, Some(height));
            assert!(block.rivals.is_empty());
            cards += usize::from(!block.further_parents.is_empty());
            let _ = session.moment_of(&Thing::Block(hex.clone()));
        }
    }
    assert!(cards > 30, "{cards}");
    let tree = session.tree(None, None);
    let joins = tree.blocks.iter().filter(|b| b.parents.len() > 1).count();
    assert!(joins > 20, "{joins} blocks with several parents");
    // What is not ordered yet still may be, and two blocks of one round are no fork.
    assert!(tree.blocks.iter().all(|b| !b.abandoned && !b.forked));
    assert!(session.chart(0, 100_000).marks.len() > 100);
    assert!(session.heights_csv().lines().count() > 100);
    // There and back again.
    while !session.seek(4 * SECOND, 1_000).reached {}
    while !session.seek(12 * SECOND, 1_000).reached {}
    assert_eq!(session.frame().digest, frame.digest);
    // As a file.
    let (bytes, left_out) = session.save_trace();
    assert_eq!(left_out, "");
    let mut recorded = Session::open_trace(&bytes, u64::MAX)
        .map_err(|p| p.sentence)
        .expect("read");
    assert_eq!(recorded.complaints, Vec::<String>::new());
    while !recorded.session.advance(recorded.end_us, 10_000).reached {}
    assert_eq!(recorded.session.frame().verdicts, frame.verdicts);
    assert!(recorded.session.trace_lines().eq(session.trace_lines()));
    assert_eq!(recorded.session.heights_csv(), session.heights_csv());
    assert_eq!(recorded.session.validators_csv(), session.validators_csv());
}

#[test]
fn the_same_run_twice() {
    let (one, _) = run(equivocating(4, "v3"), 10);
    let (other, _) = run(equivocating(4, "v3"), 10);
    assert_eq!(Simulation::digest(&one), Simulation::digest(&other));
}

/// v1 decides A1 and A2 in one commit, v3 decides B1 and B2, and the proofs stand with A2 and B2: the fork is
/// at height 1.
#[test]
fn the_proof_of_a_commit_is_that_of_all_its_blocks() {
    let head = Simulation::trace(&world(scenario(4))).head.as_ref().clone();
    let block = |name: &str| hash_bytes("test", name.as_bytes());
    let genesis = head.genesis;
    let mut trace = Trace::new(head.clone());
    let mut decide = |node, height, name: &str, parent, with: &str, signers: &[u16]| {
        let commit = Commit {
            node: NodeId(node),
            height,
            round: 0,
            block: block(name),
            parent,
            further_parents: None,
            with: block(with),
            proposer: ValidatorId(0),
            built: 0,
            transactions: 0,
            mempool: 0,
            signers: signers.iter().map(|v| ValidatorId(*v)).collect(),
            caught_up: false,
            valid: true,
        };
        trace.push(1, Event::Committed(Box::new(commit)));
    };
    decide(0, 1, "A1", genesis, "A2", &[]);
    decide(0, 2, "A2", block("A1"), "A2", &[0, 1, 3]);
    decide(2, 1, "B1", genesis, "B2", &[]);
    decide(2, 2, "B2", block("B1"), "B2", &[1, 2, 3]);
    let mut monitors = Monitors::new(&head);
    monitors.observe(&trace);
    assert_eq!(monitors.forks(), [1, 2]);
    // The record holds none of their messages, and proofs alone name nobody.
    assert_eq!(monitors.guilty(), []);
    // Two heights of one commit close together.
    assert_eq!(monitors.heights.open().count(), 2);
}
