//! What a preset's line promises, held against its run.

use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::presets;
use consensusforge_core::session::view::VerdictKind;

fn run(id: &str, until_us: u64) -> Session {
    let preset = presets()
        .into_iter()
        .find(|p| p.id == id)
        .expect("a preset");
    let mut session = Session::open(preset.scenario).expect("possible");
    while !session.advance(until_us, 10_000).reached {}
    session
}

/// "One block gets the 5 votes it needs and the other only 4. The chain does not fork, and evidence accumulates."
#[test]
fn below_a_third_one_of_two_blocks_is_decided_and_the_liars_are_proven() {
    let session = run("below-third", 20_000_000);
    let frame = session.frame();
    assert!(frame.verdicts.iter().all(|v| v.kind == VerdictKind::Holds));
    // Two blocks proposed in one round, of which one is decided and the other is not.
    let split = (1..=frame.metrics.height).find(|height| {
        let blocks = session.height_inside(*height).blocks;
        blocks.iter().any(|(one, round, _, decided)| {
            let rival = |b: &&(String, u32, u16, u32)| b.0 != *one && b.1 == *round && b.3 == 0;
            *decided > 0 && blocks.iter().find(rival).is_some()
        })
    });
    assert!(split.is_some(), "no height with two blocks in one round");
    assert!(session.chart(0, 1_000_000).marks.iter().any(|m| {
        matches!(
            m.what,
            consensusforge_core::session::view::MarkKind::Evidence { .. }
        )
    }));
}

/// The caption of a fork speaks of honest validators, and never of what a liar says that it decided.
#[test]
fn the_caption_of_a_fork_names_honest_validators_alone() {
    let preset = presets()
        .into_iter()
        .find(|p| p.id == "fork")
        .expect("a preset");
    let mut session = Session::open(preset.scenario).expect("possible");
    let mut forks = 0;
    for until in (0..10_000_000).step_by(20_000) {
        while !session.advance(until, 10_000).reached {}
        let frame = session.frame();
        let Some((who, _)) = frame.caption.split_once(" decided ") else {
            continue;
        };
        if frame.caption.contains("another honest validator") {
            forks += 1;
            assert!(!["v1", "v2", "v3"].contains(&who), "{}", frame.caption);
        }
    }
    assert!(forks > 0, "the fork was never in the caption");
}

/// A line of the trace, as JSON.
type Line = serde_json::Value;

/// Captions of a preset's first minute, each with the instant it was there and the records up to then.
fn captions(id: &str, mut see: impl FnMut(&Session, &str, &[Line])) {
    let preset = presets().into_iter().find(|p| p.id == id);
    let mut session = Session::open(preset.expect("a preset").scenario).expect("possible");
    let (mut cursor, mut last) = (0, String::new());
    let mut lines: Vec<Line> = Vec::new();
    for until in (0..60_000_000).step_by(50_000) {
        while !session.advance(until, 10_000).reached {}
        let new = session.trace_lines_since(cursor);
        // A caption may be of some time ago, but not of a minute ago.
        lines.extend(new.map(|l| serde_json::from_str::<Line>(&l).expect("JSON")));
        cursor = session.trace_end();
        let caption = session.frame().caption;
        if caption != last {
            see(&session, &caption, &lines);
            last = caption;
        }
    }
}

/// Whom the adversary has controlled in a preset so far.
fn liars(lines: &[Line]) -> Vec<String> {
    let changes = lines.iter().filter(|l| l["event"] == "byzantine");
    let nodes = changes.flat_map(|l| l["nodes"].as_array().cloned().unwrap_or_default());
    nodes
        .filter_map(|n| n.as_str().map(str::to_owned))
        .collect()
}

/// What a caption says that a validator did, the trace has; and no liar is called honest, or is said to do what only
/// its machine did.
#[test]
fn captions_of_the_first_minute_are_borne_out_by_the_trace() {
    let (mut nil, mut doubles, mut rejections) = (0, 0, 0);
    let plain = presets()
        .into_iter()
        .filter(|p| p.scenario.contracts.is_empty());
    let ids = plain.map(|p| p.id).chain(["wrong-root", "escrow-liar"]);
    for id in ids.filter(|id| *id != "lossy") {
        captions(id, |_, caption, lines| {
            let liars = liars(lines);
            let who = caption.split([' ', ',']).next().unwrap_or_default();
            let lies = liars.iter().any(|l| l == who);
            let place = format!("{id}: {caption}");
            if caption.contains("honest") || caption.contains("in time") {
                assert!(!lies, "{place}");
            }
            if let Some((kind, _)) = [
                ("prevote", "it prevotes nil"),
                ("precommit", "it precommits nil"),
            ]
            .into_iter()
            .find(|(_, words)| caption.contains(words))
            {
                nil += 1;
                let sent = lines.iter().any(|l| {
                    l["event"] == "sent"
                        && l["from"] == who
                        && l["kind"] == kind
                        && l["value"].is_null()
                });
                assert!(sent, "no such vote: {place}");
            }
            if caption.contains("it proposes two different blocks") {
                doubles += 1;
                assert!(lies, "{place}");
                let number = |after: &str| -> u64 {
                    let rest = caption.split(after).nth(1).unwrap_or_default();
                    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    digits.parse().expect("a number")
                };
                let mut blocks: Vec<&str> = lines
                    .iter()
                    .filter(|l| l["event"] == "sent" && l["from"] == who && l["kind"] == "proposal")
                    .filter(|l| l["height"] == number("height ") && l["round"] == number("round "))
                    .filter_map(|l| l["value"].as_str())
                    .collect();
                blocks.sort_unstable();
                blocks.dedup();
                assert!(blocks.len() > 1, "{place}");
                assert!(blocks.iter().all(|b| caption.contains(&b[..8])), "{place}");
            }
            if caption.contains(" rejects block ") {
                rejections += 1;
                assert_eq!(
                    lies,
                    caption.starts_with(&format!("{who}, a liar,")),
                    "{place}"
                );
                let rejected = |l: &&Line| l["event"] == "rejected" && l["node"] == who;
                assert!(lines.iter().any(|l| rejected(&l)), "{place}");
                // Of two that disagree one lies, and the caption says who.
                // But after a fork honest ones disagree too.
                assert!(caption.contains("a liar") || id == "fork", "{place}");
            }
        });
    }
    assert!(
        nil > 0 && doubles > 0 && rejections > 0,
        "{nil} {doubles} {rejections}"
    );
}

/// "Nothing is ever decided, and the verdict says what is missing."
#[test]
fn a_stall_names_who_is_silent_and_which_timer_runs() {
    let frame = run("stall", 16_000_000).frame();
    let stalled = frame
        .verdicts
        .iter()
        .find(|v| v.kind == VerdictKind::Stalled);
    let told = &stalled.expect("a stall").sentence;
    assert!(told.contains("Silent since then: v1 and v2."), "{told}");
    assert!(told.contains("timer runs"), "{told}");
    assert_eq!(frame.metrics.height, 0);
}

/// "Neither has a quorum, so nothing is decided and nothing forks. Then the chain continues."
#[test]
fn a_partition_stops_the_chain_until_it_heals_and_the_verdict_names_the_cut() {
    let during = run("partition", 14_000_000).frame();
    let stalled = during
        .verdicts
        .iter()
        .find(|v| v.kind == VerdictKind::Stalled);
    let told = &stalled.expect("a stall").sentence;
    assert!(
        told.contains("The network is cut: nothing gets from v1 and v2 to v3 and v4, or from v3 and v4 to v1 and v2."),
        "{told}"
    );
    assert!(!told.contains("Silent"), "{told}");
    let after = run("partition", 30_000_000).frame();
    assert!(after.verdicts.iter().all(|v| v.kind == VerdictKind::Holds));
    assert!(after.metrics.height > during.metrics.height);
    let cut = after
        .commits
        .iter()
        .filter(|c| (5_200_000..15_000_000).contains(&c.at_us));
    assert_eq!(cut.count(), 0);
}

/// Half of the patience is over: the sentence says so before the chain counts as stalled.
#[test]
fn a_chain_that_waits_says_until_when_before_it_has_stalled() {
    let frame = run("stall", 8_000_000).frame();
    let progress = frame.verdicts.iter().find(|v| v.monitor == "progress");
    assert_eq!(
        progress.expect("there is one").sentence,
        "No block since 0.0 s; without one until 15.0 s the chain counts as stalled."
    );
}

/// When the validators first decided the height that holds the `nth` transaction of people.
fn decided(session: &Session, lines: &[Line], nth: usize) -> Option<u64> {
    let receipts = session.receipts();
    let height = receipts.iter().rev().nth(nth)?.height?;
    let commit = |l: &&Line| l["event"] == "committed" && l["height"] == height;
    lines.iter().find(commit)?["at_us"].as_u64()
}

/// The first instant at which what a preset's line says is seen in its trace.
fn point(id: &str, session: &Session, lines: &[Line]) -> Option<u64> {
    let first = |what: &dyn Fn(&Line) -> bool| lines.iter().find(|l| what(l))?["at_us"].as_u64();
    let frame = session.frame();
    let since = |kind: VerdictKind| {
        let bad = frame.verdicts.iter().find(|v| v.kind == kind);
        bad.and_then(|v| v.since_us)
    };
    let patience = session.scenario().checks.stall_after_us;
    match id {
        "happy" | "unequal" | "regions" | "simplex" | "minimmit" | "two-chain" => {
            first(&|l| l["event"] == "committed")
        }
        // What takes the height of round 6's block, and that block itself, are certified in round 8.
        "tail-forking" | "no-tail-forking" => {
            first(&|l| l["event"] == "committed" && l["round"] == 8)
        }
        "lossy" => first(&|l| l["event"] == "committed" && l["round"].as_u64() > Some(0)),
        "gst" => first(&|l| l["event"] == "committed" && l["at_us"].as_u64() > Some(20_000_000)),
        "votor" => first(&|l| l["event"] == "skipped"),
        "restart" => first(&|l| l["event"] == "restarted"),
        "silent" | "exact-third" => first(&|l| l["event"] == "timeout" && l["timer"] != "interval"),
        "below-third" => first(&|l| l["event"] == "evidence"),
        "partition" | "stall" | "three-chain" => {
            since(VerdictKind::Stalled).map(|at| at + patience)
        }
        "fork" | "amnesia" | "double-spend" => since(VerdictKind::Violated),
        "wrong-root" => first(&|l| l["event"] == "rejected"),
        "escrow-liar" | "wrong-answers" | "gas-burner" => decided(session, lines, 2),
        "factory" | "auction-censored" => decided(session, lines, 4),
        other => panic!("{other}: where is its point?"),
    }
}

/// The page opens each preset near this instant, and goes there on demand.
#[test]
fn every_preset_names_the_instant_at_which_its_line_comes_true() {
    let mut wrong = Vec::new();
    for preset in presets() {
        let mut session = Session::open(preset.scenario).expect("possible");
        let (mut cursor, mut found) = (0, None);
        let mut lines: Vec<Line> = Vec::new();
        for until in (0..40_000_000).step_by(250_000) {
            while !session.advance(until, 10_000).reached {}
            let new = session.trace_lines_since(cursor);
            lines.extend(new.map(|l| serde_json::from_str::<Line>(&l).expect("JSON")));
            cursor = session.trace_end();
            found = point(preset.id, &session, &lines);
            if found.is_some() {
                break;
            }
        }
        if found != Some(preset.point_us) {
            wrong.push((preset.id, preset.point_us, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
