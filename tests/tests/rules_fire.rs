//! Every rule of every protocol takes effect in some run and the trace says so, or there is a reason why not.

use consensusforge_core::consensus::registry::PROTOCOLS;
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_tests::staged::lost_with_its_voters;
use consensusforge_tests::swarm::storm_under;
use serde_json::Value;
use std::collections::BTreeSet;

/// Protocol, rule, and why no step of the protocol is by that rule.
const BY_NO_STEP: &[(&str, &str, &str)] = &[(
    "streamlet",
    "S5",
    "the node passes on what it holds by sending it again, which the trace tells as such",
)];

/// Protocols of which a rule needs what no storm brings, and a run that does.
const STAGED: &[(&str, fn() -> Scenario)] = &[("monadbft", lost_with_its_voters)];

/// Storms that are tried at most for one protocol.
const STORMS: u64 = 40;

/// The rules a run tells of, by id.
fn fired(session: &mut Session, until: u64) -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    let mut cursor = 0;
    for now in (1..=until).step_by(1_000_000) {
        session.run_to(now);
        for line in session.trace_lines_since(cursor) {
            let line: Value = serde_json::from_str(&line).expect("a JSON line");
            if line["event"] == "rule" {
                let id = line["rule"].as_str().expect("a rule there is");
                assert_ne!(line["text"], "", "{id}");
                rules.insert(id.to_owned());
            }
        }
        cursor = session.trace_end();
    }
    rules
}

#[test]
fn every_rule_takes_effect_in_some_run_or_is_listed_with_a_reason() {
    for facts in PROTOCOLS {
        let name = facts.info.name;
        let listed = |id: &str| BY_NO_STEP.iter().any(|(p, r, _)| (*p, *r) == (name, id));
        let all = facts.info.rules.iter().map(|r| r.id);
        let wanted: BTreeSet<&str> = all.filter(|id| !listed(id)).collect();
        let mut seen = BTreeSet::new();
        for (_, staged) in STAGED.iter().filter(|(protocol, _)| *protocol == name) {
            let mut session = Session::open(staged()).expect("possible");
            seen.extend(fired(&mut session, 30_000_000));
        }
        let mut seed = 0;
        while seed < STORMS && !wanted.iter().all(|id| seen.contains(*id)) {
            let scenario = storm_under(name, facts.info.bound.liars_below.of, seed);
            let mut session = Session::open(scenario).expect("possible");
            seen.extend(fired(&mut session, 30_000_000));
            seed += 1;
        }
        println!("{name}: {} rules in {seed} storms", seen.len());
        let seen: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
        assert_eq!(seen, wanted, "{name}");
    }
}
