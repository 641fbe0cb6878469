//! Monitors, session and page know a protocol by what it says of itself, never by its name, and assume no
//! threshold of their own.

use consensusforge_core::consensus::Awaited;
use consensusforge_core::consensus::registry::PROTOCOLS;
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::view::VerdictKind;
use consensusforge_tests::imports::sources;
use std::fs;
use std::path::Path;

/// Where a protocol is spoken of on purpose: what teaches people, by runs of one protocol.
const TEACHING: [&str; 3] = ["lessons", "glossary.rs", "panels/help.rs"];

/// Code of a file: without comments and without its tests.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = before_tests.lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_protocol_is_named_and_no_threshold_assumed_outside_its_own_room() {
    let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut words: Vec<&str> = PROTOCOLS.iter().map(|p| p.info.name).collect();
    words.extend([
        "two thirds",
        "66.7",
        "2/3",
        "is_quorum(",
        "set.quorum()",
        "validators::quorum",
    ]);
    let mut wrong = Vec::new();
    for room in ["core/src/check", "core/src/session", "web/src"] {
        for file in sources(&workspace.join(room)) {
            let shown = file.display().to_string();
            let teaches = TEACHING.iter().any(|part| shown.contains(part));
            if teaches || shown.ends_with("/tests.rs") {
                continue;
            }
            let text = code(&fs::read_to_string(&file).expect("a source")).to_lowercase();
            for word in words.iter().filter(|word| text.contains(**word)) {
                wrong.push(format!("{shown}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With two of four down neither protocol can go on; each says what it lacks in its own terms.
#[test]
fn a_stall_is_told_in_the_terms_of_the_protocol() {
    for facts in PROTOCOLS {
        let mut scenario = Scenario::default();
        let total = scenario.validators.iter().map(|v| v.stake).sum();
        scenario.protocol.name = facts.info.name.into();
        scenario.faults.crashed = 2;
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(40_300_000);
        let verdict = session.frame().verdicts[0].clone();
        assert_eq!(verdict.kind, VerdictKind::Stalled, "{}", facts.info.name);
        let said = &verdict.sentence;
        assert!(said.contains(facts.info.rounds.noun), "{said}");
        assert!(!said.contains('?'), "{said}");
        let awaited = facts.info.steps.iter().flat_map(|step| step.awaits);
        let mut needs = awaited.filter_map(|awaited| match awaited {
            Awaited::Stake { threshold, .. } => Some(format!("needs {}", threshold.words(total))),
            Awaited::Message { .. } => None,
        });
        let lacks = needs.any(|needs| said.contains(&needs));
        let votes = lacks && said.contains("has 50 %");
        let proposal = facts.info.kinds[0].name;
        let waits = said.contains(&format!("no {proposal} has arrived from v"));
        assert!(votes || waits, "{said}");
    }
}

#[test]
fn streamlet_runs_from_a_scenario_and_its_duties_and_captions_are_right() {
    let mut scenario = Scenario::default();
    scenario.protocol.name = "streamlet".into();
    scenario.protocol.params = [("epoch_us", 400_000)].into();
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(30_000_000);
    let frame = session.frame();
    // 75 epochs, of which the last two or three are not final.
    assert!(frame.metrics.height >= 70, "{}", frame.metrics.height);
    let worst = &frame.verdicts[0];
    assert_eq!(worst.kind, VerdictKind::Holds, "{}", worst.sentence);
    assert!(!frame.caption.contains("rounds"), "{}", frame.caption);
    let series = session.series(0).validators;
    for (name, duty) in frame.nodes.iter().map(|n| &n.name).zip(series) {
        assert_eq!(duty.missed, 0, "{name} missed none of its turns");
        assert!(duty.proposed >= 17, "{name}: {}", duty.proposed);
    }
    let link = session.link().fragment;
    let opened = consensusforge_core::session::open_link(&link).expect("opens");
    assert_eq!(opened.scenario.protocol.name, "streamlet");
    let epoch = opened.scenario.protocol.params.get("epoch_us").cloned();
    assert_eq!(epoch, Some(400_000.into()));
}
