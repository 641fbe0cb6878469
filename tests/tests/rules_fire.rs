//! Which rules take effect in the runs of presets and in random storms: every rule of every protocol does in some run,
//! or there is a reason why not. `cargo test -p consensusforge-tests --test rules_fire -- --nocapture` prints the table.

use consensusforge_core::consensus::registry::{PROTOCOLS, Visitor, visit};
use consensusforge_core::consensus::{Corruptible, WaitsFor, read_params};
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::view::{RuleCount, Unit};
use consensusforge_core::session::{Session, presets};
use consensusforge_tests::staged::lost_with_its_voters;
use consensusforge_tests::swarm::storm_under;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Protocol, rule, and why no step of the protocol is by that rule.
const BY_NO_STEP: &[(&str, &str, &str)] = &[(
    "streamlet",
    "S5",
    "the node passes on what it holds by sending it again, which the trace tells as such",
)];

type Staged = fn() -> Scenario;

/// Protocols of which a rule needs what no storm brings, and a run that does.
const STAGED: &[(&str, Staged)] = &[("monadbft", lost_with_its_voters)];

/// Storms that are tried at most for one protocol.
const STORMS: u64 = 40;
/// Simulated time of a preset that is run, microseconds.
const OF_A_PRESET: u64 = 10_000_000;

fn run(session: &mut Session, until: u64) -> Vec<u64> {
    session.run_to(until);
    let counts = session.rules_at(None).counts;
    counts.iter().map(|c| c.fired).collect()
}

fn add(all: &mut [u64], run: Vec<u64>) {
    all.iter_mut().zip(run).for_each(|(sum, n)| *sum += n);
}

#[test]
fn every_rule_takes_effect_in_some_run_or_is_listed_with_a_reason() {
    // Modules take long to translate, and no rule depends on one.
    let presets = presets();
    let told = || presets.iter().filter(|p| p.scenario.contracts.is_empty());
    for facts in PROTOCOLS {
        let (name, rules) = (facts.info.name, facts.info.rules);
        let listed = |id: &str| BY_NO_STEP.iter().any(|(p, r, _)| (*p, *r) == (name, id));
        let (mut in_presets, mut in_storms) = (vec![0; rules.len()], vec![0; rules.len()]);
        for preset in told().filter(|p| p.scenario.protocol.name == name) {
            let mut session = Session::open(preset.scenario.clone()).expect("possible");
            add(&mut in_presets, run(&mut session, OF_A_PRESET));
        }
        for (_, staged) in STAGED.iter().filter(|(protocol, _)| *protocol == name) {
            let mut session = Session::open(staged()).expect("possible");
            add(&mut in_storms, run(&mut session, OF_A_PRESET));
        }
        let missing = |fired: &[u64]| {
            let all = rules.iter().zip(fired);
            all.filter(|(r, n)| **n == 0 && !listed(r.id)).count()
        };
        let mut seed = 0;
        while seed < STORMS && missing(&in_storms) > 0 {
            let scenario = storm_under(name, facts.info.bound.liars_below.of, seed);
            let mut session = Session::open(scenario).expect("possible");
            add(&mut in_storms, run(&mut session, 30_000_000));
            seed += 1;
        }
        println!("{name}: in its presets, and in {seed} storms");
        for ((rule, preset), storm) in rules.iter().zip(&in_presets).zip(&in_storms) {
            println!("  {:8} {preset:>8} {storm:>8}", rule.id);
            assert_ne!(rule.text, "", "{name} {}", rule.id);
            let reached = *storm > 0;
            assert_eq!(
                reached,
                !listed(rule.id),
                "{name} {}: {storm} times in {seed} storms",
                rule.id
            );
        }
    }
}

/// How often each rule stands in the lines of the trace from `cursor` on, and where they end.
fn counted(session: &Session, cursor: u64, into: &mut [u64]) -> u64 {
    let rules = session.world().rules;
    for line in session.trace_lines_since(cursor) {
        let line: Value = serde_json::from_str(&line).expect("a JSON line");
        if line["event"] == "rule" {
            let number = rules.iter().position(|r| line["rule"] == r.id.as_str());
            into[number.expect("a rule there is")] += 1;
        }
    }
    session.trace_end()
}

#[test]
fn rules_are_counted_as_the_trace_tells_them_and_go_back_with_a_seek() {
    let scenario = storm_under("jolteon", 3, 1);
    let mut session = Session::open(scenario).expect("possible");
    let (mut lines, mut cursor) = (vec![0; session.world().rules.len()], 0);
    let mut early = Vec::new();
    for until in (1..=12_000_000).step_by(1_000_000) {
        session.run_to(until);
        cursor = counted(&session, cursor, &mut lines);
        let counts = session.rules_at(None).counts;
        let told: Vec<u64> = counts.iter().map(|c| c.fired).collect();
        assert_eq!(told, lines, "at {until}");
        if until == 4_000_001 {
            early = counts;
        }
    }
    let late = session.rules_at(None).counts;
    assert_ne!(early, late);
    for used in late.iter().filter(|c| c.fired > 0) {
        let sum: u64 = used.nodes.iter().map(|(_, n)| u64::from(*n)).sum();
        assert_eq!(sum, used.fired);
        assert!(used.first <= used.last && used.last.is_some());
    }
    assert_eq!(session.fork().rules_at(None).counts, late);
    while !session.seek(4_000_001, 10_000).reached {}
    assert_eq!(session.rules_at(None).counts, early);
    while !session.seek(11_000_001, 10_000).reached {}
    assert_eq!(session.rules_at(None).counts, late);
}

#[test]
fn a_rule_that_never_fired_is_known_by_its_count_and_a_fired_one_by_its_first_instant() {
    let happy = presets().into_iter().find(|p| p.id == "happy");
    let mut session = Session::open(happy.expect("a preset").scenario).expect("possible");
    assert!(session.rules_at(None).counts.iter().all(|c| c.fired == 0));
    session.run_to(5_000_000);
    let rules = session.world().rules;
    let view = session.rules_at(None);
    let of = |id: &str| -> &RuleCount {
        let number = rules.iter().position(|r| r.id == id);
        &view.counts[number.expect("a rule of Tendermint")]
    };
    // Nobody is silent, so no propose timer runs out.
    assert_eq!(of("L57-L60"), &RuleCount::default());
    assert_eq!(of("L1-L10").first, Some((0, 0)));
    assert_eq!(of("L1-L10").nodes.len(), 4);
}

/// Runs to the first event after which `told` finds what it looks for.
fn until<T>(session: &mut Session, mut told: impl FnMut(&Session) -> Option<T>) -> T {
    for _ in 0..20_000 {
        session.step(Unit::Event, 1);
        if let Some(found) = told(session) {
            return found;
        }
    }
    panic!("not found in 20,000 events");
}

#[test]
fn a_waiting_rule_says_how_many_votes_of_which_stake_it_lacks() {
    let happy = presets().into_iter().find(|p| p.id == "happy");
    let mut session = Session::open(happy.expect("a preset").scenario).expect("possible");
    let rules = session.world().rules;
    let number = |id: &str| rules.iter().position(|r| r.id == id).expect("a rule") as u8;
    let (lock, propose) = (number("L36-L43"), number("L57-L60"));
    let of = |session: &Session, rule: u8| {
        let waiting = session.rules_at(Some(1)).waiting;
        let found = waiting.into_iter().find(|(number, _)| *number == rule);
        found.map(|(_, sentence)| sentence)
    };
    let timer = until(&mut session, |s| of(s, propose));
    assert!(timer.starts_with("the propose timer, "), "{timer}");
    // Four validators of equal stake, three of which are more than two thirds.
    let two = until(&mut session, |s| of(s, lock));
    assert!(
        two.starts_with("2 more prevotes (50 % of the stake) for "),
        "{two}"
    );
    assert!(two.ends_with(" in round 0"), "{two}");
    let one = until(&mut session, |s| of(s, lock).filter(|now| *now != two));
    assert!(
        one.starts_with("1 more prevote (25 % of the stake) for "),
        "{one}"
    );
    // With the third it takes effect, and waits for nothing more.
    until(&mut session, |s| of(s, lock).is_none().then_some(()));
    let view = session.rules_at(Some(1));
    assert_eq!(view.node, Some(1));
    assert!(view.fired.iter().any(|f| f.rule == lock && f.round == 0));
    assert_eq!(view.at_us, Some(session.now_us()));
    assert_eq!(session.rules_at(Some(99)).waiting, []);
}

#[test]
fn a_validator_that_is_down_waits_for_nothing() {
    let mut scenario = storm_under("simplex", 3, 0);
    scenario.adversary = Default::default();
    let mut session = Session::open(scenario).expect("possible");
    until(&mut session, |s| {
        (!s.rules_at(Some(0)).waiting.is_empty()).then_some(())
    });
    let validator = session.world().nodes[0].clone();
    let crash = consensusforge_core::session::scenario::model::Command::Crash { validator };
    session.apply(crash).expect("it can crash");
    assert_eq!(session.rules_at(Some(0)).waiting, []);
}

/// Every purpose for which votes are counted belongs to a rule, by the protocol's `waits`.
struct Purposes;

impl Visitor for Purposes {
    type Output = BTreeSet<&'static str>;
    fn visit<P: Corruptible>(self) -> Self::Output {
        let params = read_params::<P::Params>(&Map::new()).expect("the defaults");
        let rules = P::info(&params).rules.len();
        let all = P::waits(&params).into_iter();
        let purposes = all.filter_map(|w| {
            assert!(usize::from(w.rule) < rules);
            match w.on {
                WaitsFor::Votes(purpose) => Some(purpose),
                WaitsFor::Voters(_) | WaitsFor::Timer(_) | WaitsFor::Message(_) => None,
            }
        });
        purposes.collect()
    }
}

#[test]
fn every_count_of_votes_is_what_some_rule_waits_for() {
    // In Tendermint a quorum of precommits for nil decides nothing: votes for whatever start the timer.
    let of_no_rule = ["wait for the next round"];
    for facts in PROTOCOLS {
        let name = facts.info.name;
        let known = visit(name, Purposes).expect("it is listed");
        let scenario = storm_under(name, facts.info.bound.liars_below.of, 2);
        let mut session = Session::open(scenario).expect("possible");
        let mut seen = BTreeSet::new();
        for now in (1..6_000_000).step_by(250_000) {
            session.run_to(now);
            for node in 0..session.world().nodes.len() as u16 {
                let inside = session.node_inside(node).expect("a node");
                seen.extend(inside.votes.into_iter().map(|v| v.purpose));
            }
        }
        seen.retain(|purpose| !of_no_rule.contains(&purpose.as_str()));
        assert!(!seen.is_empty(), "{name}");
        let missing: Vec<&String> = seen
            .iter()
            .filter(|p| !known.contains(p.as_str()))
            .collect();
        assert!(missing.is_empty(), "{name}: no rule waits to {missing:?}");
    }
}
