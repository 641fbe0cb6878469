//! Searches find what is there to be found, within a budget that is stated here, and what they find is an ordinary run.

use consensusforge_core::scenario::codec::read_link;
use consensusforge_core::search::{
    Found, Generator, Property, Search, Settings, Shrink, Space, part,
};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    LatencySpec, ParamValue, ValidatorSpec, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_core::world::simulate;
use std::collections::BTreeSet;

fn scene(protocol: &str, stakes: &[u64]) -> Scenario {
    let mut scenario = Scenario {
        validators: stakes
            .iter()
            .enumerate()
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Uniform {
        min_us: 20_000,
        max_us: 40_000,
    };
    scenario.protocol.name = protocol.into();
    scenario
}

fn with(mut scenario: Scenario, name: &str, choice: &str) -> Scenario {
    let value = ParamValue::Choice(choice.into());
    scenario.protocol.params.set(name, value);
    scenario
}

fn settings(base: Scenario, liars: u64, generator: Generator, trials: u64) -> Settings {
    Settings {
        base,
        space: Space {
            liars,
            calm_us: 1_500_000,
            end_us: 2_000_000,
            ..Space::default()
        },
        property: Property::Agreement,
        generator,
        seed: 1,
        from: 0,
        trials,
    }
}

fn searched(settings: Settings) -> Search {
    let mut search = Search::new(settings).expect("possible");
    while !search.advance(10_000).finished {}
    search
}

/// Opens the link of what was found, as anybody does, and replays it.
fn replay(found: &Found) -> Session {
    let link = found.link.as_ref().expect("short enough");
    let opened = read_link(link).expect("an ordinary link");
    let mut session = Session::open(opened.scenario).expect("possible");
    let expected = opened.expected.expect("where it was found");
    let replay = session.replay_to(&expected, u64::MAX).expect("to the end");
    assert!(replay.matches, "{}", replay.sentence);
    session
}

fn agreement(session: &Session) -> VerdictKind {
    let frame = session.frame();
    let verdict = frame.verdicts.iter().find(|v| v.monitor == "agreement");
    verdict.expect("always judged").kind
}

#[test]
fn too_many_liars_and_too_low_thresholds_are_found_out_and_the_link_replays() {
    let half = |protocol, n: usize| with(scene(protocol, &vec![1; n]), "quorum", "half");
    let low = with(scene("minimmit", &[1; 6]), "thresholds", "low");
    let pieces = [
        (
            "tendermint, 2 of 4 lie",
            scene("tendermint", &[1; 4]),
            2,
            40,
        ),
        (
            "tendermint, 3 of 7 lie",
            scene("tendermint", &[1; 7]),
            3,
            40,
        ),
        ("simplex, half is a quorum", half("simplex", 5), 1, 40),
        ("minimmit, three fifths decide", low, 1, 150),
    ];
    for (name, base, liars, budget) in pieces {
        let search = searched(settings(base, liars, Generator::Random, budget));
        let found = search.found();
        let found = found.unwrap_or_else(|| panic!("{name}: nothing in {budget} trials"));
        assert_eq!(agreement(&replay(found)), VerdictKind::Violated, "{name}");
    }
}

#[test]
fn within_its_bounds_nothing_is_found_in_a_protocol() {
    for (protocol, n) in [("tendermint", 4), ("jolteon", 4), ("streamlet", 4)] {
        for generator in Generator::ALL {
            let base = scene(protocol, &vec![1; n]);
            let mut settings = settings(base, 1, generator, 12);
            settings.property = Property::Safety;
            let search = searched(settings);
            let found = search.found().map(|f| (&f.broken, &f.link));
            assert_eq!(found, None, "{protocol} {}", generator.name());
            let progress = search.progress();
            assert_eq!(
                progress.trials + progress.skipped,
                12,
                "{}",
                generator.name()
            );
            assert!(progress.trials > 0, "{}", generator.name());
        }
    }
}

/// Sixteen families of trials, done by one worker or by three, are the same trials: the lowest that breaks the property
/// is the same, and so is what was seen until then.
#[test]
fn trials_are_the_same_whoever_runs_them() {
    for generator in [Generator::Random, Generator::Guided] {
        let settings = |from, trials| Settings {
            from,
            ..settings(scene("tendermint", &[1; 4]), 0, generator, trials)
        };
        let whole = searched(settings(0, 40));
        let mut states = BTreeSet::new();
        let mut trials = 0;
        for index in 0..3 {
            let islands = part(index, 3).expect("there");
            let mut search = Search::over(settings(0, 40), simulate, islands).expect("possible");
            while !search.advance(1_000).finished {}
            states.extend(search.states().iter().copied());
            trials += search.progress().trials;
        }
        assert_eq!(trials, whole.progress().trials);
        assert_eq!(&states, whole.states(), "{}", generator.name());
        // Taken up again half-way, the rest is the same too.
        let (first, rest) = (searched(settings(0, 24)), searched(settings(24, 16)));
        let both: BTreeSet<u64> = first.states().union(rest.states()).copied().collect();
        assert_eq!(&both, whole.states(), "{}", generator.name());
        assert_eq!(rest.progress().trials, 16);
    }
}

#[test]
fn a_found_run_is_shrunk_to_what_is_needed() {
    let settings = settings(scene("tendermint", &[1; 4]), 2, Generator::Random, 40);
    let judged = settings.judged();
    let search = searched(settings);
    let found = search.found().expect("within 40 trials");
    let mut shrink = Shrink::new(found.scenario.clone(), judged).expect("possible");
    while !shrink.advance(10_000) {}
    let best = shrink.best().expect("it breaks agreement");
    // Two equivocators and two victims: no fork has fewer.
    assert_eq!(best.scenario.validators.len(), 4);
    assert_eq!(best.scenario.commands, Vec::new(), "the lie is enough");
    assert_eq!(best.scenario.seed, 1);
    assert_eq!(agreement(&replay(&best)), VerdictKind::Violated);
    // Whatever is left is needed: without either liar agreement holds.
    let needs: Vec<&str> = shrink.needs().iter().map(|n| n.what.as_str()).collect();
    assert_eq!(needs.len(), 2, "{needs:?}");
    for need in shrink.needs() {
        assert!(need.what.ends_with(" lies"), "{need:?}");
        assert_eq!(need.without, "holds");
    }
}

#[test]
fn what_cannot_be_searched_is_refused_with_a_sentence() {
    let good = || settings(scene("tendermint", &[1; 4]), 1, Generator::Random, 10);
    let refused = |settings: Settings, words: &str| {
        let Err(problem) = Search::new(settings) else {
            panic!("not refused: {words}");
        };
        assert!(problem.sentence.contains(words), "{problem}");
    };
    refused(
        Settings {
            trials: 0,
            ..good()
        },
        "a budget of 0 trials",
    );
    let trials = 1_000_000_000_000;
    refused(Settings { trials, ..good() }, "give a smaller budget");
    let space = Space::nothing();
    refused(Settings { space, ..good() }, "nothing may vary");
    let within_us = 10_000_000;
    let property = Property::Progress { within_us };
    refused(Settings { property, ..good() }, "give it a later end");
    let property = Property::Included {
        transaction: 1,
        within_us: 1,
    };
    refused(
        Settings { property, ..good() },
        "send no transaction number 1",
    );
}

#[test]
fn a_property_that_the_scenario_itself_breaks_needs_no_search() {
    let mut settings = settings(scene("tendermint", &[1; 4]), 0, Generator::Random, 10);
    settings.property = Property::Decided {
        height: 1,
        by_us: 1_000,
    };
    let search = searched(settings);
    let found = search.found().expect("nobody is so fast");
    assert_eq!(found.trial, None);
    assert_eq!(search.progress().trials, 0);
    assert!(
        found
            .broken
            .sentence
            .contains("nobody has decided height 1")
    );
    replay(found);
}
