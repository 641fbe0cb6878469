//! Validators that join, leave and change in a run: each height is voted on by its own set.

use consensusforge_core::base::{Hash, encode, hash_bytes};
use consensusforge_core::check::{FindingKind, Monitors};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::streamlet::Streamlet;
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, Command, LatencySpec, PuppetLine, StakeChange, StrategySpec, TimedCommand,
    ValidatorSpec, ValueSpec, Who,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_core::trace::{Commit, Event, Trace, ValidatorsChange};
use consensusforge_core::types::{
    Block, BlockId, DagLinks, Extension, Header, NodeId, PublicKey, Validator, ValidatorId,
    ValidatorSet, ValidatorSets,
};
use consensusforge_core::world::{Setup, Simulation, build, simulate};
use std::collections::BTreeMap;

const SECOND: u64 = 1_000_000;

fn change(validator: &str, stake: u64) -> StakeChange {
    StakeChange {
        validator: validator.into(),
        stake,
        new_key: false,
    }
}

fn at(seconds: u64, changes: Vec<StakeChange>) -> TimedCommand {
    TimedCommand {
        at_us: seconds * SECOND,
        command: Command::ChangeValidators { changes },
    }
}

/// Four of five vote. At five seconds v5 joins, v4 leaves, v1 gets 300 and v2 another key; at fifteen v4
/// comes back.
fn scenario() -> Scenario {
    let stakes = [100, 100, 100, 100, 0];
    let validators = stakes.iter().enumerate();
    let mut scenario = Scenario {
        validators: validators
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 20_000 };
    let new_key = StakeChange {
        new_key: true,
        ..change("v2", 100)
    };
    let first = vec![
        change("v5", 100),
        change("v4", 0),
        change("v1", 300),
        new_key,
    ];
    scenario.commands = vec![at(5, first), at(15, vec![change("v4", 100)])];
    scenario
}

fn setup(scenario: Scenario) -> Setup {
    Setup {
        scenario,
        contracts: Default::default(),
    }
}

fn run(scenario: Scenario, until: u64) -> (Box<dyn Simulation>, Monitors) {
    let mut world = simulate(&setup(scenario)).expect("possible");
    let mut monitors = Monitors::new(&world.trace().head);
    world.run(until * SECOND, u64::MAX);
    monitors.observe(world.trace());
    (world, monitors)
}

fn commits(trace: &Trace) -> Vec<Commit> {
    let commits = trace.since(0).filter_map(|r| match &r.event {
        Event::Committed(c) => Some(c.as_ref().clone()),
        _ => None,
    });
    commits.collect()
}

fn changes(trace: &Trace) -> Vec<ValidatorsChange> {
    let changes = trace.since(0).filter_map(|r| match &r.event {
        Event::Validators(change) => Some(change.as_ref().clone()),
        _ => None,
    });
    changes.collect()
}

fn hold(monitors: &Monitors, world: &dyn Simulation) {
    for finding in monitors.findings(world.now(), world.trace()) {
        assert_eq!(finding.kind, FindingKind::Holds, "{}", finding.sentence);
    }
}

#[test]
fn a_change_is_in_force_two_heights_after_the_block_that_carries_it() {
    let (world, monitors) = run(scenario(), 30);
    hold(&monitors, world.as_ref());
    let trace = world.trace();
    let changes = changes(trace);
    assert_eq!(changes.len(), 2, "each told once: {changes:?}");
    for change in &changes {
        let carrier = world.block(&change.block).expect("kept").block;
        assert_eq!(carrier.header.height + 2, change.height);
        let said = &carrier.header.extension.validators;
        assert!(!said.is_empty());
        for v in said {
            let now = change.set.get(v.id);
            assert_eq!(now.map_or(0, |v| v.stake), v.stake);
            assert!(now.is_none_or(|now| now.key == v.key));
        }
        let before = trace.validators(change.height - 1);
        assert_eq!(
            &before.changed(said).expect("possible"),
            change.set.as_ref()
        );
    }
    let names = |height| -> Vec<(u16, u64)> {
        let set = trace.validators(height);
        set.iter().map(|v| (v.id.0, v.stake)).collect()
    };
    let (first, second) = (changes[0].height, changes[1].height);
    assert_eq!(names(first - 1), [(0, 100), (1, 100), (2, 100), (3, 100)]);
    assert_eq!(names(first), [(0, 300), (1, 100), (2, 100), (4, 100)]);
    assert_eq!(
        names(second),
        [(0, 300), (1, 100), (2, 100), (3, 100), (4, 100)]
    );
    let key = |height| trace.validators(height).get(ValidatorId(1)).map(|v| v.key);
    assert_ne!(key(first - 1), key(first), "v2 has a new key");
    assert_eq!(key(first), key(second), "and keeps it");
    // No other block says anything of validators.
    for c in commits(trace) {
        let block = world.block(&c.block).expect("kept").block;
        let carries = changes.iter().any(|change| change.block == c.block);
        assert_eq!(!block.header.extension.is_empty(), carries);
    }
}

#[test]
fn certificates_are_judged_by_the_set_of_their_height() {
    let (world, _) = run(scenario(), 30);
    let trace = world.trace();
    let (first, second) = (changes(trace)[0].height, changes(trace)[1].height);
    let commits = commits(trace);
    let newest = commits.iter().map(|c| c.height).max().unwrap_or(0);
    assert!(
        newest > second + 10,
        "the chain goes on: {newest}, {second}"
    );
    let mut signed: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
    for c in &commits {
        let set = trace.validators(c.height);
        let stake = c.signers.iter().map(|v| set.stake(*v)).sum();
        assert!(set.is_quorum(stake), "height {}: {stake}", c.height);
        for v in &c.signers {
            assert!(set.get(*v).is_some(), "{v} signed height {}", c.height);
            signed.entry(v.0).or_default().push(c.height);
        }
    }
    assert!(
        signed[&4].iter().all(|h| *h >= first),
        "v5 joins at {first}"
    );
    let away = |h: &u64| (first..second).contains(h);
    assert!(!signed[&3].iter().any(away), "v4 is away till {second}");
    assert!(signed[&3].iter().any(|h| *h < first) && signed[&3].iter().any(|h| *h >= second));
    // Who only follows decides and executes as well.
    let of = |node: u16| commits.iter().filter(move |c| c.node == NodeId(node));
    assert!(of(4).any(|c| c.height < first) && of(3).any(|c| away(&c.height)));
}

#[test]
fn proposers_follow_the_set_of_the_height() {
    let (world, _) = run(scenario(), 60);
    let trace = world.trace();
    let (first, second) = (changes(trace)[0].height, changes(trace)[1].height);
    let schedule = Schedule::new(Rule::Priority);
    let mut proposed: BTreeMap<u16, u64> = BTreeMap::new();
    for c in commits(trace).iter().filter(|c| c.node == NodeId(0)) {
        let turn = schedule.at(trace.validator_sets(), c.height, c.round);
        assert_eq!(c.proposer, turn, "height {}", c.height);
        if (first..second).contains(&c.height) {
            *proposed.entry(c.proposer.0).or_default() += 1;
        }
    }
    let n = second - first;
    assert!(!proposed.contains_key(&3), "v4 left: {proposed:?}");
    let half = proposed[&0] * 2;
    assert!(
        half.abs_diff(n) <= 3,
        "v1 holds half of the stake: {proposed:?} of {n}"
    );
}

#[test]
fn nobody_owes_votes_of_heights_it_does_not_vote_on() {
    let (world, monitors) = run(scenario(), 30);
    let trace = world.trace();
    let newest = monitors.metrics.decided.back().map_or(0, |d| d.height);
    for (i, duty) in monitors.duties.of().iter().enumerate() {
        let member = |h: &u64| trace.validators(*h).get(ValidatorId(i as u16)).is_some();
        // A height is settled when two later ones are decided, and asks for a prevote and a precommit.
        let due = 2 * (1..=newest - 2).filter(member).count() as u64;
        assert_eq!(
            duty.in_time + duty.late + duty.missing,
            due,
            "validator {i}"
        );
        assert_eq!((duty.missing, duty.missed), (0, 0), "validator {i}");
    }
}

#[test]
fn votes_of_one_that_left_do_not_count() {
    // v4 goes on voting for what is proposed while it is away, as if it had not left.
    let puppet = |script| {
        let mut scenario = scenario();
        scenario.commands.truncate(1);
        scenario.adversary = AdversarySpec {
            who: Who::Names(vec!["v4".into()]),
            strategy: StrategySpec::Puppet { script },
        };
        scenario
    };
    let (silent, _) = run(puppet(Vec::new()), 25);
    let mut script = Vec::new();
    for record in silent.trace().since(0) {
        if let Event::Committed(c) = &record.event
            && c.node == NodeId(0)
            && c.height >= changes(silent.trace())[0].height
        {
            for kind in ["prevote", "precommit"] {
                script.push(PuppetLine {
                    // When the proposal is out and nobody has decided yet.
                    at_us: record.at - 10_000,
                    from: "v4".into(),
                    to: ["v1", "v2", "v3", "v5"].map(Into::into).to_vec(),
                    kind: kind.into(),
                    height: c.height,
                    round: c.round,
                    value: ValueSpec::Proposed {
                        height: c.height,
                        round: c.round,
                    },
                    valid_round: None,
                    wrong_signature: false,
                });
            }
        }
    }
    let scenario = puppet(script);
    let (world, monitors) = run(scenario, 25);
    hold(&monitors, world.as_ref());
    let trace = world.trace();
    let first = changes(trace)[0].height;
    let heard = trace.since(0).filter(|r| match &r.event {
        Event::Delivered { message, .. } => trace
            .find(*message)
            .is_some_and(|m| m.signer == Some(ValidatorId(3)) && m.slot.height >= first),
        _ => false,
    });
    assert!(heard.count() > 20, "its votes arrive");
    assert!(
        !trace
            .since(0)
            .any(|r| matches!(r.event, Event::BadSignature { .. }))
    );
    for c in commits(trace).iter().filter(|c| c.height >= first) {
        assert!(!c.signers.contains(&ValidatorId(3)), "height {}", c.height);
    }
}

#[test]
fn a_quorum_of_the_old_set_stalls_the_new_one() {
    // v1 has 300 of 600 from then on: without it three of the four old validators, and v5, are not enough.
    let mut scenario = scenario();
    scenario.commands.truncate(1);
    scenario.checks.stall_after_us = 5 * SECOND;
    scenario.commands.push(TimedCommand {
        at_us: 12 * SECOND,
        command: Command::Crash {
            validator: "v1".into(),
        },
    });
    let (world, monitors) = run(scenario, 30);
    let worst = &monitors.findings(world.now(), world.trace())[0];
    assert_eq!(worst.kind, FindingKind::Stalled);
    assert!(
        worst.sentence.contains("and has 50 %"),
        "{}",
        worst.sentence
    );
}

#[test]
fn one_that_was_down_through_a_change_catches_up_past_it() {
    let mut scenario = scenario();
    let act = |seconds: u64, command| TimedCommand {
        at_us: seconds * SECOND,
        command,
    };
    let validator = || "v3".to_owned();
    scenario.commands.insert(
        0,
        act(
            4,
            Command::Crash {
                validator: validator(),
            },
        ),
    );
    scenario.commands.push(act(
        20,
        Command::Restart {
            validator: validator(),
        },
    ));
    let (world, monitors) = run(scenario, 30);
    hold(&monitors, world.as_ref());
    assert_eq!(changes(world.trace()).len(), 2);
    let tips: Vec<u64> = (0..5).map(|n| world.node(NodeId(n)).tip_height).collect();
    assert!(tips.iter().all(|t| tips[0] - t <= 1), "{tips:?}");
}

#[test]
fn a_saved_trace_knows_the_sets_and_keys_of_its_heights() {
    let mut session = Session::open(scenario()).expect("possible");
    session.run_to(30 * SECOND);
    let (bytes, left_out) = session.save_trace();
    assert_eq!(left_out, "");
    let mut recorded = Session::open_trace(&bytes, u64::MAX)
        .map_err(|p| p.sentence)
        .expect("read");
    assert_eq!(recorded.complaints, Vec::<String>::new());
    assert!(recorded.sentence.contains("all"), "{}", recorded.sentence);
    while !recorded.session.advance(recorded.end_us, 10_000).reached {}
    let (was, is) = (session.frame(), recorded.session.frame());
    assert_eq!(is.verdicts, was.verdicts);
    assert_eq!(is.digest, was.digest);
    let stakes = |frame: &consensusforge_core::session::view::Frame| -> Vec<u64> {
        frame.nodes.iter().map(|n| n.stake).collect()
    };
    assert_eq!(stakes(&was), [300, 100, 100, 100, 100]);
    assert_eq!(stakes(&is), stakes(&was));
    assert!(recorded.session.trace_lines().eq(session.trace_lines()));
    assert_eq!(recorded.session.validators_csv(), session.validators_csv());
    let told = session
        .trace_lines()
        .find(|line| line.contains("\"validators\""));
    let told = told.expect("a line says it");
    assert!(
        told.contains("v4 does not vote and v5 votes with stake 100"),
        "{told}"
    );
}

#[test]
fn what_the_page_shows_follows_the_sets() {
    let mut session = Session::open(scenario()).expect("possible");
    session.run_to(4 * SECOND);
    assert_eq!((session.world().total, session.world().quorum), (400, 267));
    session.run_to(10 * SECOND);
    assert_eq!((session.world().total, session.world().quorum), (600, 401));
    let frame = session.frame();
    assert_eq!((frame.nodes[0].stake, frame.nodes[3].stake), (300, 0));
    assert!((frame.nodes[0].share - 0.5).abs() < 1e-9);
    let inside = session.node_inside(0).expect("there");
    assert_eq!(
        (inside.total, inside.quorum, inside.validators),
        (600, 401, 4)
    );
    session.run_to(20 * SECOND);
    let end = session.frame();
    assert!(end.verdicts.iter().all(|v| v.kind == VerdictKind::Holds));
    // There and back again is the same run.
    while !session.seek(4 * SECOND, 1_000).reached {}
    assert_eq!(session.world().quorum, 267);
    while !session.seek(20 * SECOND, 1_000).reached {}
    assert_eq!(session.frame().digest, end.digest);
}

#[test]
fn changes_that_cannot_be_are_refused_in_words() {
    let sentence = |changes: Vec<StakeChange>| {
        let mut scenario = scenario();
        scenario.commands = vec![at(2, changes)];
        let (world, _) = run(scenario, 5);
        let told = world.trace().since(0).filter_map(|r| match &r.event {
            Event::Changed(sentence) => Some(sentence.as_ref().clone()),
            _ => None,
        });
        told.last().expect("told")
    };
    let all = || (1..=4).map(|i| change(&format!("v{i}"), 0)).collect();
    assert!(sentence(all()).contains("at least one validator"));
    assert!(sentence(vec![change("v1", u64::MAX / 16)]).contains("the stakes add up to"));
    // Streamlet proposes on blocks that are not decided.
    let mut other = scenario();
    other.commands.truncate(1);
    let mut world = build::<Streamlet>(&setup(other)).expect("possible");
    world.run(30 * SECOND, u64::MAX);
    assert!(changes(world.trace()).is_empty());
    let told = world.trace().since(0).any(|r| {
        matches!(&r.event, Event::Changed(s) if s.contains("under streamlet they stay the same"))
    });
    assert!(told);
}

fn validator(id: u16, stake: u64) -> Validator {
    Validator {
        id: ValidatorId(id),
        key: PublicKey([id as u8; 32]),
        stake,
    }
}

#[test]
fn a_set_may_have_gaps_and_a_validator_keeps_its_number() {
    let set = ValidatorSet::of([validator(7, 30), validator(0, 10), validator(3, 20)]);
    let set = set.expect("possible");
    let stakes: Vec<u64> = (0..9).map(|i| set.stake(ValidatorId(i))).collect();
    assert_eq!(stakes, [10, 0, 0, 20, 0, 0, 0, 30, 0]);
    assert_eq!((set.len(), set.places(), set.total()), (3, 8, 60));
    let next = set.changed(&[validator(0, 0), validator(1, 5), validator(7, 40)]);
    let next = next.expect("possible");
    let all: Vec<(u16, u64)> = next.iter().map(|v| (v.id.0, v.stake)).collect();
    assert_eq!(all, [(1, 5), (3, 20), (7, 40)]);
    let nobody = [validator(1, 0), validator(3, 0), validator(7, 0)];
    assert!(next.changed(&nobody).is_err());
    // Who has left still signs with the last key it had.
    let mut sets = ValidatorSets::new(set);
    sets.change(10, next);
    assert_eq!(sets.key(ValidatorId(0), 20), Some(PublicKey([0; 32])));
    assert_eq!(sets.key(ValidatorId(1), 9), None);
}

#[test]
fn a_list_of_proposers_passes_over_who_does_not_vote() {
    let mut sets =
        ValidatorSets::new(ValidatorSet::of((0..4).map(|i| validator(i, 1))).expect("possible"));
    let without = sets.at(1).changed(&[validator(1, 0)]).expect("possible");
    sets.change(5, without);
    let schedule = Schedule::new(Rule::List([1, 3].map(ValidatorId).to_vec()));
    let at = |height| schedule.at(&sets, height, 0).0;
    assert_eq!([1, 2, 3, 4].map(at), [1, 3, 1, 3]);
    assert_eq!([5, 6, 7].map(at), [3, 3, 3]);
}

#[test]
fn a_header_with_nothing_new_is_encoded_as_before_there_were_extensions() {
    let hash = |i: u8| hash_bytes("test", &[i]);
    let header = |extension| Header {
        chain: hash(1),
        height: 2,
        round: 3,
        proposer: ValidatorId(4),
        parent: hash(5),
        time: 6,
        executed: hash(7),
        state_root: hash(8),
        transactions: hash(9),
        salt: 10,
        extension,
    };
    let plain = encode(&header(Extension::default()));
    let by_hand: Vec<u8> = [
        encode(&(hash(1), 2u64, 3u32, 4u16, hash(5), 6u64)),
        encode(&(hash(7), hash(8), hash(9), 10u64)),
    ]
    .concat();
    assert_eq!(plain, by_hand);
    let links = |further_parents: Vec<BlockId>| DagLinks {
        further_parents,
        executed_at: 0,
    };
    let extended = [
        Extension {
            validators: vec![validator(1, 2)],
            ..Extension::default()
        },
        Extension {
            dag: Some(links(Vec::new())),
            ..Extension::default()
        },
        Extension {
            dag: Some(links(vec![hash(11)])),
            ..Extension::default()
        },
    ];
    let mut ids = vec![Block::new(header(Extension::default()), Vec::new()).id()];
    for extension in extended {
        let longer = encode(&header(extension.clone()));
        assert!(longer.len() > plain.len() && longer.starts_with(&plain));
        ids.push(Block::new(header(extension), Vec::new()).id());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each has an id of its own");
    assert_ne!(ids[0], Hash::ZERO);
}

#[test]
fn a_trace_whose_beginning_is_forgotten_still_knows_the_sets() {
    let (world, _) = run(scenario(), 60);
    let mut session = Session::over(scenario(), world.checkpoint(4_096));
    session.run_to(61 * SECOND);
    let (bytes, _) = session.save_trace();
    let mut recorded = Session::open_trace(&bytes, u64::MAX)
        .map_err(|p| p.sentence)
        .expect("read");
    assert!(
        recorded
            .sentence
            .contains("beginning of the run is not in the file"),
        "{}",
        recorded.sentence
    );
    assert_eq!(
        recorded.complaints,
        Vec::<String>::new(),
        "v2's new key is known"
    );
    while !recorded.session.advance(recorded.end_us, 10_000).reached {}
    let stakes: Vec<u64> = recorded
        .session
        .frame()
        .nodes
        .iter()
        .map(|n| n.stake)
        .collect();
    assert_eq!(stakes, [300, 100, 100, 100, 100]);
}
