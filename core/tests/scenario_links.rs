//! Links and files: what is written is read again exactly, old links open for ever, and whatever else
//! arrives ends in a sentence.

use consensusforge_core::base::{Hash, limits};
use consensusforge_core::scenario::codec::{
    Document, Expected, Stop, read, read_file, read_link, write_file, write_link,
};
use consensusforge_core::scenario::model::{SEMANTICS, *};
use consensusforge_core::scenario::validate::VERSION;
use consensusforge_core::scenario::{Scenario, presets, validate};
use consensusforge_core::session::Session;
use proptest::prelude::*;

fn document(scenario: Scenario) -> Document {
    Document {
        scenario,
        expected: Some(Expected {
            steps: 12_345,
            digest: "0123456789abcdef".repeat(4),
        }),
        stops: Vec::new(),
    }
}

/// A scenario that uses every part of the format.
fn full() -> Scenario {
    let names = |n: &[&str]| n.iter().map(ToString::to_string).collect::<Vec<_>>();
    let submit = |from, action| Command::Submit {
        from,
        action,
        gas_limit: None,
    };
    let copy = |from: &str, to: &str, nth| CopySpec {
        from: from.into(),
        to: to.into(),
        kind: "prevote".into(),
        height: 3,
        round: 1,
        nth,
    };
    let commands = vec![
        Command::SetLatency(LatencySpec::Normal {
            mean_us: 5,
            deviation_us: 2,
        }),
        Command::SetLoss { ppm: 1 },
        Command::SetDuplicate { ppm: 2 },
        Command::SetReorder { ppm: 3, by_us: 4 },
        Command::SetBlockInterval { us: 5 },
        Command::SetWorkload { tx_per_second: 6 },
        Command::SetCrashed { count: 1 },
        Command::Crash {
            validator: "v1".into(),
        },
        Command::Restart {
            validator: "v1".into(),
        },
        Command::SetAdversary(AdversarySpec {
            who: Who::Count(1),
            strategy: StrategySpec::Delay { by_us: 9 },
        }),
        Command::Partition(Cut::OneWay {
            from: names(&["v1"]),
            to: names(&["v2"]),
        }),
        Command::Heal,
        Command::Drop(copy("v1", "v2", 0)),
        Command::Delay {
            message: copy("v3'", "v1", 1),
            by_us: 5,
        },
        Command::Duplicate {
            message: copy("v1", "v3'", 0),
            after_us: 0,
        },
        Command::DeliverNow(copy("v4", "v2", 2)),
        Command::Isolate {
            validator: "v1".into(),
        },
        Command::Restore {
            validator: "v1".into(),
        },
        submit(0, SubmitSpec::Transfer { to: 1, amount: 7 }),
        submit(
            1,
            SubmitSpec::Deploy {
                contract: "mine".into(),
                input: InputSpec::Text("hé".into()),
            },
        ),
        submit(
            2,
            SubmitSpec::Call {
                address: Hash([7; 32]),
                input: InputSpec::Hex("00ff".into()),
                value: u64::MAX,
            },
        ),
    ];
    Scenario {
        title: "Everything".into(),
        seed: u64::MAX,
        twins: names(&["v3"]),
        protocol: ProtocolSpec {
            params: [("propose_timeout_us", 900_000)].into(),
            proposer: ProposerSpec::List(names(&["v1", "v2"])),
            ..ProtocolSpec::default()
        },
        network: NetworkSpec {
            latency: LatencySpec::LogNormal {
                median_us: 100,
                sigma_milli: 500,
            },
            partitions: vec![PartitionSpec {
                from_us: 1,
                until_us: None,
                cut: Cut::Groups(vec![names(&["v1"]), names(&["v2", "v3"])]),
            }],
            gst: Some(GstSpec {
                at_us: 1,
                max_before_us: 2,
                delta_us: 3,
            }),
            ..NetworkSpec::default()
        },
        faults: FaultSpec {
            crashed: 1,
            crashes: vec![CrashSpec {
                validator: "v4".into(),
                at_us: 5,
                restart_us: Some(6),
            }],
        },
        adversary: AdversarySpec {
            who: Who::Names(names(&["v2"])),
            strategy: StrategySpec::Amnesia,
        },
        contracts: vec![ContractSpec {
            name: "mine".into(),
            sha256: consensusforge_core::base::digest::sha256(b"\0asm"),
            wasm: Some("AGFzbQ==".into()),
        }],
        commands: commands
            .into_iter()
            .enumerate()
            .map(|(i, command)| TimedCommand {
                at_us: i as u64,
                command,
            })
            .collect(),
        ..Scenario::default()
    }
}

fn samples() -> Vec<Scenario> {
    let mut all: Vec<Scenario> = presets().into_iter().map(|p| p.scenario).collect();
    all.push(full());
    all
}

#[test]
fn links_and_files_come_back_exactly() {
    for scenario in samples() {
        for document in [
            document(scenario.clone()),
            Document {
                scenario: scenario.clone(),
                expected: None,
                stops: Vec::new(),
            },
        ] {
            let link = write_link(&document);
            assert_eq!(link.bytes, link.fragment.len());
            assert_eq!(link.warning, None, "{}", scenario.title);
            assert_eq!(read_link(&link.fragment), Ok(document.clone()));
            let address = format!("https://example.org/forge/#{}\n", link.fragment);
            assert_eq!(read(address.as_bytes()), Ok(document.clone()));
            assert_eq!(read(link.fragment.as_bytes()), Ok(document.clone()));
            let file = write_file(&document);
            assert!(file.starts_with("{\n  \"consensusforge\": 2,"));
            assert_eq!(read_file(file.as_bytes()), Ok(document.clone()));
            assert_eq!(read(file.as_bytes()), Ok(document));
        }
    }
}

#[test]
fn the_scenario_that_uses_everything_is_possible() {
    assert_eq!(validate(&full()), Ok(()));
}

#[test]
fn a_plain_scenario_makes_a_short_link() {
    let link = write_link(&document(Scenario::default()));
    assert!(link.bytes < 200, "{} bytes: {}", link.bytes, link.fragment);
}

#[test]
fn what_a_file_leaves_out_takes_the_defaults() {
    let text = br#"{"consensusforge": 1, "scenario": {"network": {"loss_ppm": 5}}}"#;
    let mut expected = Scenario::default();
    expected.network.loss_ppm = 5;
    // The rules of a run's meaning are those of the format's day.
    expected.semantics = 1;
    assert_eq!(read_file(text).unwrap().scenario, expected);
}

/// A chain's rules of admission travel when they are not the usual, and else take no room.
#[test]
fn rules_of_admission_are_kept() {
    let mut scenario = Scenario::default();
    let plain = write_link(&document(scenario.clone())).fragment;
    assert!(!write_file(&document(scenario.clone())).contains("admission"));
    scenario.execution.admission = AdmissionSpec::Strict;
    let strict = document(scenario);
    let link = write_link(&strict).fragment;
    assert_ne!(link, plain);
    assert_eq!(read_link(&link), Ok(strict.clone()));
    assert_eq!(read_file(write_file(&strict).as_bytes()), Ok(strict));
    let text = br#"{"consensusforge": 1, "scenario": {"execution": {"admission": "lax"}}}"#;
    let why = read_file(text).unwrap_err().to_string();
    assert!(
        why.contains("execution.admission") && why.contains("`strict` or `modern`"),
        "{why}"
    );
}

/// Every link ever published opens, and to a scenario that can run. A fixture is never edited: a file
/// next to it holds the scenario it must open to.
#[test]
fn old_links_open() {
    let folder = LINKS;
    let mut opened = 0;
    for version in std::fs::read_dir(folder).unwrap() {
        for entry in std::fs::read_dir(version.unwrap().path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "txt") {
                continue;
            }
            let link = std::fs::read_to_string(&path).unwrap();
            let document = read_link(&link).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert_eq!(validate(&document.scenario), Ok(()), "{}", path.display());
            let file = std::fs::read(path.with_extension("json")).unwrap();
            assert_eq!(read_file(&file), Ok(document), "{}", path.display());
            opened += 1;
        }
    }
    assert!(opened >= 3, "{opened} fixtures");
}

/// Streamlet with a parameter of its own and a puppet whose block names its parent.
fn streamlet() -> Scenario {
    let mut scenario = Scenario::default();
    scenario.protocol.name = "streamlet".into();
    scenario.protocol.params = [("epoch_us", 400_000)].into();
    let line = PuppetLine {
        at_us: 1_700_000,
        from: "v4".into(),
        to: vec!["v1".into(), "v2".into()],
        kind: "propose".into(),
        height: 2,
        round: 5,
        value: ValueSpec::BlockOn {
            label: "X".into(),
            height: 1,
            round: 1,
        },
        valid_round: None,
        wrong_signature: false,
    };
    scenario.adversary = AdversarySpec {
        who: Who::Names(vec!["v4".into()]),
        strategy: StrategySpec::Puppet { script: vec![line] },
    };
    scenario
}

/// Writes fixtures for presets and for everything, where there are none yet:
/// `cargo test -p consensusforge-core --test scenario_links -- --ignored`.
#[test]
#[ignore = "writes new fixtures"]
fn write_new_fixtures() {
    let folder = format!("{LINKS}/v{VERSION}");
    std::fs::create_dir_all(&folder).unwrap();
    let mut all: Vec<(String, Scenario)> = presets()
        .into_iter()
        .map(|p| (p.id.to_string(), p.scenario))
        .collect();
    all.push(("everything".into(), full()));
    all.push(("hands".into(), full()));
    all.push(("streamlet".into(), streamlet()));
    for (id, scenario) in all {
        let path = format!("{folder}/{id}.txt");
        if !std::path::Path::new(&path).exists() {
            let document = document(scenario);
            std::fs::write(&path, write_link(&document).fragment + "\n").unwrap();
            std::fs::write(format!("{folder}/{id}.json"), write_file(&document)).unwrap();
        }
    }
}

const LINKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/links");

/// The fixtures of one version by name, with what each holds.
fn fixtures(version: u32) -> Vec<(String, Document)> {
    let mut all: Vec<(String, Document)> = std::fs::read_dir(format!("{LINKS}/v{version}"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .map(|path| {
            let document = read_link(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, document)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Runs of CosmWasm contracts made under semantics 1: what contracts are told of their transaction has grown by
/// its hash, so their gas and the state roots differ.
const DEPARTED: &[&str] = &["auction-censored-run"];

/// The first fixtures were written before anything could run: they say so little of their runs. Those called
/// `...-run` were made by runs of the same scenarios.
#[test]
fn old_links_replay_to_their_digests() {
    let mut replayed = 0;
    for (name, document) in (1..=VERSION).flat_map(fixtures) {
        if !name.ends_with("-run") {
            continue;
        }
        let expected = document.expected.unwrap();
        let semantics = document.scenario.semantics;
        let mut session = Session::open(document.scenario).unwrap();
        let replay = loop {
            if let Some(replay) = session.replay_to(&expected, 100_000) {
                break replay;
            }
        };
        if DEPARTED.contains(&name.as_str()) && semantics < SEMANTICS {
            assert!(!replay.matches, "{name} does not depart any more");
            assert!(
                replay.sentence.contains("differently"),
                "{name}: {}",
                replay.sentence
            );
            continue;
        }
        assert!(replay.matches, "{name}: {}", replay.sentence);
        replayed += 1;
    }
    assert!(replayed >= 16, "{replayed} fixtures");
}

/// Writes a run's fixture for each scenario that has none yet:
/// `cargo test -p consensusforge-core --test scenario_links -- --ignored run_fixtures`.
#[test]
#[ignore = "writes new fixtures"]
fn write_run_fixtures() {
    let folder = format!("{LINKS}/v{VERSION}");
    for (name, document) in fixtures(VERSION) {
        let path = format!("{folder}/{name}-run");
        if name.ends_with("-run") || std::path::Path::new(&format!("{path}.txt")).exists() {
            continue;
        }
        let mut session = Session::open(document.scenario).unwrap();
        session.advance(4_000_000, 5_000);
        std::fs::write(format!("{path}.txt"), session.link().fragment + "\n").unwrap();
        std::fs::write(format!("{path}.json"), session.file()).unwrap();
    }
}

fn link_sentence(text: &str) -> String {
    read_link(text).unwrap_err().to_string()
}

/// (what arrives, what the sentence must say)
#[test]
fn every_spoiled_link_gets_its_own_sentence() {
    let good = write_link(&document(full())).fragment;
    let cut = &good[..good.len() - 20];
    let mut bad_character = good.clone();
    bad_character.replace_range(40..41, "!");
    // Two neighbours exchanged: every character is fine, the whole is not.
    let at = (10..good.len() - 1)
        .find(|i| good.as_bytes()[*i] != good.as_bytes()[i + 1])
        .unwrap();
    let mut swapped = good.clone().into_bytes();
    swapped.swap(at, at + 1);
    let swapped = String::from_utf8(swapped).unwrap();
    let too_long = format!("v1.{}", "A".repeat(limits::LINK_MAX_BYTES));
    let table: Vec<(&str, &[&str])> = vec![
        ("", &["empty", "Copy the whole link"]),
        ("   \n", &["empty"]),
        ("https://example.org/#", &["empty"]),
        (
            "hello",
            &["not a ConsensusForge link", "`v2.`", "\"hello\""],
        ),
        ("v", &["not a ConsensusForge link"]),
        ("v0.abc", &["not a ConsensusForge link"]),
        ("v01.abc", &["not a ConsensusForge link"]),
        ("v99999999999.abc", &["not a ConsensusForge link"]),
        ("v7.whatever", &["newer ConsensusForge", "v7", "v2"]),
        ("v1", &["cut off"]),
        ("v1.", &["cut off"]),
        ("v1.A", &["cut off"]),
        ("v1.AAAAAAAA", &["cut off"]),
        ("v1.\u{1F980}", &["damaged", "character 4"]),
        (&bad_character, &["damaged", "character 41", "\"!\""]),
        (cut, &["cut off"]),
        (&swapped, &["damaged"]),
        (&too_long, &["32768", "as a file"]),
    ];
    for (text, words) in table {
        let sentence = link_sentence(text);
        for word in words {
            assert!(sentence.contains(word), "{text:.60} -> {sentence}");
        }
    }
}

/// A well-formed link around any text.
fn link_around(json: &[u8]) -> String {
    use base64::Engine as _;
    let deflated = miniz_oxide::deflate::compress_to_vec(json, 9);
    let mut bytes = consensusforge_core::base::digest::sha256(&deflated).0[..6].to_vec();
    bytes.extend_from_slice(&deflated);
    format!(
        "v1.{}",
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    )
}

#[test]
fn a_link_that_unpacks_to_a_flood_is_refused() {
    let bomb = link_around(&vec![b' '; limits::MAX_SCENARIO_BYTES + 1]);
    assert!(bomb.len() < limits::LINK_MAX_BYTES);
    let sentence = link_sentence(&bomb);
    assert!(sentence.contains("16777216"), "{sentence}");
}

#[test]
fn a_document_that_does_not_fit_says_where() {
    let table: &[(&str, &[&str])] = &[
        ("{", &["cut off", "line 1"]),
        ("nonsense", &["not JSON", "line 1"]),
        ("[]", &["contains JSON, but no scenario"]),
        ("{}", &["no `scenario`"]),
        (r#"{"scenario": 5}"#, &["scenario: ", "object"]),
        (
            r#"{"scenario": {}, "extra": 1}"#,
            &["\"extra\"", "`expected`"],
        ),
        (
            r#"{"scenario": {"sed": 1}}"#,
            &["sed: ", "unknown field", "`seed`"],
        ),
        (
            r#"{"scenario": {"validators": 1000000000}}"#,
            &["validators: ", "1000000000", "list"],
        ),
        (
            r#"{"scenario": {"validators": [{"name": "a", "stake": -5}]}}"#,
            &["validators[0].stake", "-5", "18446744073709551615"],
        ),
        (
            r#"{"scenario": {"adversary": {"who": {"count": 1000000000}}}}"#,
            &["adversary.who.count", "1000000000", "65535"],
        ),
        (
            r#"{"scenario": {"network": {"latency": {"uniform": {"min_us": "x"}}}}}"#,
            &["network.latency", "\"x\""],
        ),
        (
            r#"{"scenario": {"network": {"latency": "warp"}}}"#,
            &["network.latency", "`warp`", "`uniform`"],
        ),
        (
            r#"{"scenario": {"network": []}}"#,
            &["network: ", "must be an object"],
        ),
        (
            r#"{"scenario": {}, "expected": {"steps": 1, "digest": "xyz"}}"#,
            &["expected.digest", "\"xyz\"", "hex"],
        ),
        (
            r#"{"scenario": {}, "expected": {"steps": 1}}"#,
            &["expected: ", "digest"],
        ),
    ];
    for (json, words) in table {
        let mut sentences = vec![link_sentence(&link_around(json.as_bytes()))];
        let file = json.replacen("{\"", "{\"consensusforge\": 1, \"", 1);
        sentences.push(read_file(file.as_bytes()).map(|_| ()).sentence());
        for sentence in sentences {
            for word in *words {
                // A bare `{}` has no place for the version, so a file complains of that first.
                let fine = sentence.contains(word) || sentence.contains("\"consensusforge\": 2");
                assert!(fine, "{json} -> {sentence} (wants {word})");
            }
        }
    }
}

trait Sentence {
    fn sentence(self) -> String;
}

impl<E: std::fmt::Display> Sentence for Result<(), E> {
    fn sentence(self) -> String {
        self.map_or_else(|e| e.to_string(), |()| "it opened".into())
    }
}

#[test]
fn every_spoiled_file_gets_its_own_sentence() {
    let large = vec![b' '; limits::MAX_SCENARIO_BYTES + 1];
    let deep = "[".repeat(100_000);
    let table: Vec<(&[u8], &[&str])> = vec![
        (b"", &["empty"]),
        (b" \n", &["empty"]),
        (b"\xff\xfe", &["not JSON"]),
        (
            b"{\"scenario\": {}}",
            &["not a scenario file", "`\"consensusforge\": 2`"],
        ),
        (
            br#"{"consensusforge": 9, "scenario": {}}"#,
            &["newer ConsensusForge", "v9"],
        ),
        (
            br#"{"consensusforge": 0, "scenario": {}}"#,
            &["no version 0"],
        ),
        (
            br#"{"consensusforge": "1", "scenario": {}}"#,
            &["must be a number"],
        ),
        (&large, &["16777217", "16777216"]),
        (deep.as_bytes(), &["recursion limit"]),
    ];
    for (bytes, words) in table {
        let sentence = read_file(bytes).unwrap_err().to_string();
        for word in words {
            assert!(sentence.contains(word), "{sentence} (wants {word})");
        }
    }
}

#[test]
fn long_links_warn_and_very_long_ones_become_files() {
    let with_title = |bytes: usize| {
        // Hex digits of a digest hardly compress.
        let mut noise = String::new();
        for i in 0.. {
            if noise.len() >= bytes {
                break;
            }
            noise += &consensusforge_core::base::hash_of("noise", &(i as u64)).to_string();
        }
        write_link(&document(Scenario {
            title: noise,
            ..Scenario::default()
        }))
    };
    let long = with_title(20_000);
    assert!(!long.fragment.is_empty());
    assert!(long.warning.unwrap().contains("8192"));
    let too_long = with_title(80_000);
    assert_eq!(too_long.fragment, "");
    assert!(too_long.bytes > limits::LINK_MAX_BYTES);
    assert!(too_long.warning.unwrap().contains("file"));
}

fn pick(which: prop::sample::Index) -> Scenario {
    let mut all = samples();
    all.swap_remove(which.index(all.len()))
}

/// Opens to the same scenario or to a sentence; anything else is a mistake.
fn equal_or_sentence(text: &str, original: &Document) -> Result<(), TestCaseError> {
    match read_link(text) {
        Ok(opened) => prop_assert_eq!(&opened, original),
        Err(e) => prop_assert!(e.sentence.ends_with('.') && e.sentence.len() < 1_000),
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = read_link(&text);
        let _ = read_link(&format!("v1.{text}"));
        let _ = read(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let _ = read_file(&bytes);
        // The check fits, so the bytes reach the parser.
        let _ = read_link(&link_around(&bytes));
    }

    #[test]
    fn a_flipped_bit_never_makes_another_scenario(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..7) {
        let original = document(pick(which));
        let mut bytes = write_link(&original).fragment.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        equal_or_sentence(&text, &original)?;
    }

    #[test]
    fn a_truncated_link_is_called_cut_off(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let original = document(pick(which));
        let link = write_link(&original).fragment;
        let cut = &link[..at.index(link.len() - 2).max(2)];
        let sentence = link_sentence(cut);
        prop_assert!(sentence.contains("cut off"), "{} -> {}", cut, sentence);
    }

    #[test]
    fn a_file_with_a_changed_byte_is_answered(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = write_file(&document(pick(which))).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(opened) = read_file(&bytes) {
            // It may well be another scenario; then it is possible or refused with a sentence.
            let _ = validate(&opened.scenario);
        }
    }

    #[test]
    fn numbers_come_back(seed in any::<u64>(), stake in any::<u64>(), loss in any::<u32>(), min in any::<u64>(), max in any::<u64>(), count in any::<u16>(), title in "\\PC{0,60}") {
        let mut scenario = Scenario { seed, title, ..Scenario::default() };
        scenario.validators[0].stake = stake;
        scenario.network.loss_ppm = loss;
        scenario.network.latency = LatencySpec::Uniform { min_us: min, max_us: max };
        scenario.adversary.who = Who::Count(count);
        let document = document(scenario);
        prop_assert_eq!(read_link(&write_link(&document).fragment), Ok(document.clone()));
        prop_assert_eq!(read_file(write_file(&document).as_bytes()), Ok(document));
    }
}

/// The example in docs/SCENARIO.md is a file that opens.
#[test]
fn the_documented_example_opens() {
    let text = include_str!("../../docs/SCENARIO.md");
    let example = text
        .split("```json")
        .nth(1)
        .and_then(|t| t.split("```").next());
    let document = read_file(example.unwrap().as_bytes()).unwrap();
    assert_eq!(document.scenario.seed, 7);
    assert_eq!(document.scenario.network.loss_ppm, 100_000);
    assert_eq!(validate(&document.scenario), Ok(()));
}

#[test]
fn a_link_may_stand_in_brackets_at_the_end_of_a_sentence_or_over_two_lines() {
    let scenario = Scenario {
        seed: 4711,
        ..Scenario::default()
    };
    let link = write_link(&Document {
        scenario: scenario.clone(),
        expected: None,
        stops: Vec::new(),
    });
    let link = link.fragment;
    let (front, back) = link.split_at(link.len() / 2);
    for text in [
        format!("<https://example.org/#{link}>"),
        format!("https://example.org/#{link}."),
        format!("(#{link}),"),
        format!("\"{link}\";"),
        format!("https://example.org/#{front}\r\n  {back}\n"),
    ] {
        let read = read_link(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(read.scenario, scenario, "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_number_is_said_as_a_person_would() {
    let refused = |field: &str| {
        let text = format!(r#"{{"consensusforge":1,"scenario":{{{field}}}}}"#);
        read(text.as_bytes()).expect_err("refused").to_string()
    };
    let large = refused(r#""seed":18446744073709551616"#);
    assert!(large.contains("a number that is too large"), "{large}");
    assert!(!large.contains("floating"), "{large}");
    let negative = refused(r#""protocol":{"resend_interval_us":-1}"#);
    assert!(!negative.contains("from 0"), "{negative}");
    let unknown = refused(r#""protocol":{"resend_intervall_us":1}"#);
    assert!(
        !unknown.contains('\u{2026}') || unknown.contains(" \u{2026}"),
        "{unknown}"
    );
}

/// A lecturer's notes are for people: the run does not depend on them, and a link without them is the link it was.
#[test]
fn stops_travel_with_a_link_and_a_file_and_change_neither_run_nor_older_links() {
    let scenario = Scenario::default();
    let stop = |at_us, note: &str| Stop {
        at_us,
        note: note.into(),
    };
    let stops = vec![
        stop(
            1_250_000,
            "v2 locks. \u{201c}Why here?\u{201d}\nThink of round 1.",
        ),
        stop(400_000, ""),
    ];
    let plain = document(scenario.clone());
    let noted = Document {
        stops: stops.clone(),
        ..plain.clone()
    };
    let sorted = vec![stops[1].clone(), stops[0].clone()];
    for text in [write_link(&noted).fragment, write_file(&noted)] {
        let read = read(text.as_bytes()).expect("opens");
        assert_eq!(read.stops, sorted);
        assert_eq!(
            (read.scenario, read.expected),
            (plain.scenario.clone(), plain.expected.clone())
        );
    }
    assert!(!write_file(&plain).contains("stops"));
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(1_000_000);
    let before = (session.expected(), session.link().fragment);
    session.set_stops(stops).expect("two short notes");
    assert_eq!(session.expected(), before.0);
    let with = session.link().fragment;
    assert_ne!(with, before.1);
    assert_eq!(read_link(&with).expect("opens").stops, sorted);
    // They stay whatever becomes of the run, and can be taken away.
    session
        .switch_to(
            Scenario {
                seed: 9,
                ..scenario
            },
            0,
            None,
        )
        .expect("possible");
    assert_eq!(session.stops(), sorted);
    assert_eq!(session.fork().stops(), sorted);
    session.set_stops(Vec::new()).expect("none");
    assert!(
        read_link(&session.link().fragment)
            .expect("opens")
            .stops
            .is_empty()
    );
}

#[test]
fn too_many_stops_and_notes_that_are_too_long_are_refused_with_the_limit() {
    let file = |stops: &str| {
        let text = format!(r#"{{"consensusforge":2,"scenario":{{}},"stops":{stops}}}"#);
        read_file(text.as_bytes()).expect_err(stops).to_string()
    };
    let long = "x".repeat(401);
    let many: Vec<String> = (0..65)
        .map(|k| format!(r#"{{"at_us":{k},"note":""}}"#))
        .collect();
    for (stops, parts) in [
        (format!("[{}]", many.join(",")), ["65 stops", "at most 64"]),
        (
            format!(r#"[{{"at_us":1,"note":"{long}"}}]"#),
            ["stops[0].note", "at most 400"],
        ),
        (
            r#"[{"at_us":1e30,"note":""}]"#.into(),
            ["stops[0]", "at_us"],
        ),
        (
            r#"[{"at_us":2000000000000000,"note":""}]"#.into(),
            ["stops[0].at_us", "too late"],
        ),
        (r#"[{"at_us":1}]"#.into(), ["stops[0]", "note"]),
        (
            r#"[{"at_us":1,"note":"","link":1}]"#.into(),
            ["stops[0]", "link"],
        ),
    ] {
        let refused = file(&stops);
        for part in parts {
            assert!(refused.contains(part), "{part}: {refused}");
        }
    }
}
