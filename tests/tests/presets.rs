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

/// Captions of a preset up to an instant, each with the records up to then.
fn captions(id: &str, end_us: u64, mut see: impl FnMut(&Session, &str, &[Line])) {
    let preset = presets().into_iter().find(|p| p.id == id);
    let mut session = Session::open(preset.expect("a preset").scenario).expect("possible");
    let (mut cursor, mut last) = (0, String::new());
    let mut lines: Vec<Line> = Vec::new();
    for until in (0..end_us).step_by(50_000) {
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
    for preset in presets() {
        let id = preset.id;
        // Executing contracts takes long here; all of theirs happens in the first seconds.
        let minute =
            preset.scenario.contracts.is_empty() || ["wrong-root", "escrow-liar"].contains(&id);
        let end_us = match id {
            "lossy" => 15_000_000,
            _ if minute => 60_000_000,
            _ => 4_000_000,
        };
        captions(id, end_us, |_, caption, lines| {
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
                let forks = ["fork", "double-spend"].contains(&id);
                assert!(caption.contains("a liar") || forks, "{place}");
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
        "happy" | "unequal" | "regions" | "simplex" | "minimmit" | "pbft" | "two-chain" => {
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

/// All records of a preset up to an instant.
fn records(id: &str, until_us: u64) -> (Session, Vec<Line>) {
    let session = run(id, until_us);
    let lines = session.trace_lines();
    let lines = lines.map(|l| serde_json::from_str::<Line>(&l).expect("JSON"));
    let lines = lines.collect();
    (session, lines)
}

fn names(line: &Line, field: &str) -> Vec<String> {
    let all = line[field].as_array().cloned().unwrap_or_default();
    all.iter()
        .filter_map(|n| n.as_str().map(str::to_owned))
        .collect()
}

/// "A quorum is 534 of 800: v2 needs only one of the others, and nothing is decided without v2. It proposes five of every
/// eight heights."
#[test]
fn with_unequal_stakes_v2_is_behind_every_decision_and_proposes_five_of_eight_heights() {
    let (session, lines) = records("unequal", 30_000_000);
    let info = session.world();
    assert_eq!((info.quorum, info.total), (534, 800));
    let commits: Vec<&Line> = lines.iter().filter(|l| l["event"] == "committed").collect();
    assert!(
        commits
            .iter()
            .all(|l| names(l, "signers").contains(&"v2".to_owned()))
    );
    let by = |height: u64| {
        let commit = commits.iter().find(|l| l["height"] == height);
        commit.expect("decided")["proposer"].as_str() == Some("v2")
    };
    for first in [1, 9, 17] {
        assert_eq!(
            (first..first + 8).filter(|h| by(*h)).count(),
            5,
            "from {first}"
        );
    }
}

/// "Whenever it is v1's turn, the others wait for the propose timeout, vote nil and decide in round 1."
#[test]
fn a_silent_proposer_costs_its_heights_one_round_and_no_others() {
    let (_, lines) = records("silent", 40_000_000);
    let turn = |height: &Line| {
        let first = lines
            .iter()
            .find(|l| l["event"] == "step" && l["height"] == *height && l["round"] == 0);
        first.map(|l| l["proposer"] == "v1")
    };
    let commits = lines.iter().filter(|l| l["event"] == "committed");
    let mut of_v1 = 0;
    for commit in commits {
        let silent = turn(&commit["height"]).expect("entered");
        of_v1 += u32::from(silent);
        assert_eq!(commit["round"], u64::from(silent), "{commit}");
    }
    assert!(of_v1 > 3);
}

/// "v4 crashes at 5 s and restarts at 12 s with everything it had promised. It fetches the blocks it missed and votes again."
#[test]
fn a_restarted_validator_fetches_what_it_missed_and_votes_again() {
    let (_, lines) = records("restart", 20_000_000);
    let at = |event: &str| {
        lines
            .iter()
            .find(|l| l["event"] == event)
            .map(|l| l["at_us"].clone())
    };
    assert_eq!(at("crashed"), Some(5_000_000.into()));
    assert_eq!(at("restarted"), Some(12_000_000.into()));
    let of_v4 = |l: &&Line| l["node"] == "v4" && l["event"] == "committed";
    let learned = lines
        .iter()
        .filter(of_v4)
        .filter(|l| l["caught_up"] == true);
    assert!(learned.count() > 3, "blocks it missed");
    let voted = lines
        .iter()
        .rfind(|l| l["event"] == "committed" && names(l, "signers").contains(&"v4".into()));
    assert!(voted.expect("with v4")["at_us"].as_u64() > Some(12_500_000));
}

/// "Before the global stabilisation time ... rounds end without a decision. After it, ... every height decides in its first
/// round."
#[test]
fn after_the_global_stabilisation_time_every_height_decides_in_its_first_round() {
    let (_, lines) = records("gst", 60_000_000);
    let late = |l: &&Line| l["at_us"].as_u64() > Some(20_000_000);
    let ended = lines.iter().filter(|l| !late(l) && l["event"] == "timeout");
    assert!(ended.count() > 0, "no round ended without a decision");
    let commits: Vec<&Line> = lines
        .iter()
        .filter(late)
        .filter(|l| l["event"] == "committed")
        .collect();
    let first = *commits.first().expect("it decides");
    let mut others = commits
        .iter()
        .filter(|l| l["height"].as_u64() > first["height"].as_u64());
    assert!(commits.len() > 20 && others.all(|l| l["round"] == 0));
}

/// "Two honest validators see one block and two the other. Three liars vote for both, so each side has its quorum of 5", and
/// "the chain forks, although nobody ever signed two votes for one round".
#[test]
fn both_sides_of_a_fork_have_their_quorum_and_amnesia_needs_no_double_vote() {
    let (session, lines) = records("fork", 10_000_000);
    let height = session.fork_height().expect("a fork");
    let liars = liars(&lines);
    let mut sides: Vec<(String, usize)> = Vec::new();
    for commit in lines
        .iter()
        .filter(|l| l["event"] == "committed" && l["height"] == height)
    {
        assert_eq!(names(commit, "signers").len(), 5, "{commit}");
        let who = commit["node"].as_str().unwrap_or_default().to_owned();
        if liars.contains(&who) {
            continue;
        }
        let block = commit["block"].as_str().unwrap_or_default().to_owned();
        match sides.iter_mut().find(|(b, _)| *b == block) {
            Some((_, count)) => *count += 1,
            None => sides.push((block, 1)),
        }
    }
    let counts: Vec<usize> = sides.iter().map(|s| s.1).collect();
    assert_eq!((liars.len(), counts), (3, vec![2, 2]));
    let amnesia = run("amnesia", 10_000_000);
    assert!(amnesia.fork_height().is_some());
    let culprits = amnesia.culprits();
    assert!(!culprits.is_empty() && culprits.iter().all(|c| c.kind == "amnesia"));
}
