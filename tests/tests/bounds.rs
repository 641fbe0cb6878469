//! Whatever a scenario asks for, what a run holds stays bounded.

use consensusforge_core::base::limits::{MAX_WAITING_IN_CHECKPOINTS, max_waiting};
use consensusforge_core::session::{Session, open_bytes, presets};
use consensusforge_tests::mutants::numbers;
use consensusforge_tests::swarm::Dice;
use serde_json::{Value, json};

/// Timers and answers a validator waits for, beside what is on the wire.
const TIMERS: usize = 16 * 128;

fn opened(scenario: &Value) -> Option<Session> {
    let text = json!({"consensusforge": 1, "scenario": scenario}).to_string();
    Session::open(open_bytes(text.as_bytes()).ok()?.scenario).ok()
}

#[test]
fn a_wire_that_is_full_loses_what_comes_and_says_so() {
    // An hour on the way, and everything sent again each quarter of a second.
    let validators: Vec<Value> = (0..128)
        .map(|i| json!({"name": format!("v{i}"), "stake": 1}))
        .collect();
    let mut session = opened(&json!({
        "validators": validators, "workload": {"tx_per_second": 0},
        "protocol": {"resend_interval_us": 250_000},
        "network": {"latency": {"constant": {"us": 3_600_000_000_u64}}},
    }))
    .expect("allowed");
    session.run_to(8_000_000);
    assert!(
        session.waiting() <= max_waiting(4) + TIMERS,
        "{}",
        session.waiting()
    );
    assert!(
        session.waiting() > max_waiting(4) / 2,
        "{}",
        session.waiting()
    );
    let held = session.checkpoints().len() * session.waiting();
    assert!(
        held <= MAX_WAITING_IN_CHECKPOINTS + 2 * max_waiting(4),
        "{held}"
    );
    let told: Vec<String> = session
        .trace_lines()
        .filter(|l| l.contains("copies of messages are on their way"))
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("network.latency") && told[0].contains("protocol.resend_interval_us"));
}

/// `MUTANTS` chooses how many.
#[test]
fn presets_with_extreme_numbers_stay_bounded_or_are_refused() {
    let given = std::env::var("MUTANTS").ok().and_then(|v| v.parse().ok());
    let count: u64 = given.unwrap_or(40);
    let presets = presets();
    let (mut ran, mut refused) = (0, 0);
    for seed in 0..count {
        let mut dice = Dice::new(seed);
        let preset = &presets[dice.below(presets.len() as u64) as usize];
        let mut scenario = serde_json::to_value(&preset.scenario).expect("a scenario");
        let mut paths = Vec::new();
        numbers(&scenario, "", &mut paths);
        paths.retain(|p| !p.ends_with("version") && !p.ends_with("semantics"));
        for _ in 0..=dice.below(3) {
            let path = &paths[dice.below(paths.len() as u64) as usize];
            let extremes = [
                0,
                1,
                2,
                160,
                1_000,
                100_000,
                1_000_000,
                3_600_000_000,
                u64::from(u32::MAX),
            ];
            let extreme = extremes[dice.below(extremes.len() as u64) as usize];
            if let Some(place) = scenario.pointer_mut(path) {
                *place = json!(extreme);
            }
        }
        let Some(mut session) = opened(&scenario) else {
            refused += 1;
            continue;
        };
        ran += 1;
        for _ in 0..20 {
            session.advance(60_000_000, 1_000);
            assert!(
                session.waiting() <= max_waiting(4) + TIMERS,
                "seed {seed}: {scenario}"
            );
        }
    }
    assert!(
        ran > count / 4 && refused > 0,
        "{ran} ran, {refused} were refused"
    );
}
