//! Searches find what is there to be found, within a budget that is stated here, and what they find is an ordinary run.

use consensusforge_core::scenario::codec::read_link;
use consensusforge_core::search::grid::{Axis, Grid};
use consensusforge_core::search::{
    Ending, Found, Futures, Generator, Interval, Judged, Property, Search, Settings, Shrink, Space,
    part, run, wilson,
};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, Command, LatencySpec, ParamValue, ProposerSpec, StrategySpec, SubmitSpec,
    TimedCommand, ValidatorSpec, Who, WorkloadSpec,
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
        ("pbft, half is a quorum", half("pbft", 5), 1, 40),
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
    for (protocol, n) in [
        ("tendermint", 4),
        ("jolteon", 4),
        ("streamlet", 4),
        ("pbft", 4),
    ] {
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

/// Every trial with another seed and nothing else, judged by `property` until `end_us`.
fn likely(base: Scenario, property: Property, end_us: u64, trials: u64) -> Interval {
    let settings = Settings {
        base,
        space: Space {
            seed: true,
            calm_us: end_us,
            end_us,
            ..Space::nothing()
        },
        property,
        generator: Generator::Random,
        seed: 1,
        from: 0,
        trials,
    };
    let islands = part(0, 1).expect("there");
    let mut search = Search::over(settings, simulate, islands).expect("possible");
    search.count_all();
    while !search.advance(10_000).finished {}
    assert_eq!(search.progress().trials, trials);
    wilson(search.progress().broken, trials)
}

fn covers(found: Interval, exact: f64) {
    assert!(
        found.low < exact && exact < found.high,
        "{exact} is not in {found:?}"
    );
    assert!(found.high - found.low < 0.12, "{found:?} says little");
}

/// Leaders are drawn by stake, and one of four says nothing: with probability 1/4 a height takes more than one round, and
/// with 1/16 more than two.
#[test]
fn the_probability_of_later_rounds_is_that_of_silent_leaders() {
    let mut base = scene("tendermint", &[1; 4]);
    base.network.latency = LatencySpec::Constant { us: 1_000 };
    base.protocol.proposer = ProposerSpec::Draw;
    base.adversary = AdversarySpec {
        who: Who::Names(vec!["v1".into()]),
        strategy: StrategySpec::Silent,
    };
    for name in [
        "propose_timeout_us",
        "prevote_timeout_us",
        "precommit_timeout_us",
    ] {
        base.protocol.params.set(name, ParamValue::Number(20_000));
    }
    let params = &mut base.protocol.params;
    params.set("timeout_delta_us", ParamValue::Number(0));
    for (at_most, exact) in [(1, 1.0 / 4.0), (2, 1.0 / 16.0)] {
        let property = Property::Rounds { height: 1, at_most };
        covers(likely(base.clone(), property, 400_000, 300), exact);
    }
}

/// Two validators, both needed, and each copy arrives with probability q. Somebody decides in round 0 when the proposal
/// and both prevotes arrive, and one of the two precommits.
#[test]
fn the_probability_of_a_decision_is_that_of_its_messages() {
    let mut base = scene("tendermint", &[1; 2]);
    base.network.latency = LatencySpec::Constant { us: 1_000 };
    base.network.loss_ppm = 200_000;
    base.protocol.resend = false;
    let property = Property::Decided {
        height: 1,
        by_us: 100_000,
    };
    let q: f64 = 0.8;
    let exact = 1.0 - q * q * q * (1.0 - (1.0 - q) * (1.0 - q));
    covers(likely(base.clone(), property.clone(), 100_000, 400), exact);
    // A run in which nobody decides: at its beginning that is as likely as ever, at its end it is certain, and once the
    // messages of round 0 have arrived or not, nothing changes any more.
    let judged = Judged {
        property,
        calm_us: 100_000,
        end_us: 100_000,
    };
    let unlucky = (1..).find(|seed| {
        base.seed = *seed;
        let outcome = run(simulate, &judged, base.clone()).expect("possible");
        matches!(outcome.ending, Ending::Broken(_))
    });
    assert!(unlucky.is_some());
    let mut futures = Futures::new(base, &judged, simulate, (3, 300, 1)).expect("it breaks it");
    while !futures.advance(1_000) {}
    let points = futures.points();
    let at: Vec<u64> = points.iter().map(|p| p.at_us).collect();
    assert_eq!(at, [0, 50_000, 100_000]);
    covers(points[0].probability, exact);
    assert_eq!([points[1].broken, points[2].broken], [300, 300]);
}

#[test]
fn a_grid_shows_where_the_chain_stands_still_and_where_it_forks() {
    let mut base = scene("tendermint", &[1; 4]);
    base.checks.stall_after_us = 1_000_000;
    let grid = Grid {
        x: Axis::parse("loss=0,100", &base).expect("an axis"),
        y: Axis::parse("liars=0,2", &base).expect("an axis"),
        base,
        seeds: 4,
        seed: 1,
        until_us: 3_000_000,
    };
    grid.check().expect("fine");
    let cell = |x, y| {
        let mut run = grid.cell(x, y).expect("there");
        loop {
            if let Some(cell) = run.advance(500) {
                return cell;
            }
        }
    };
    let cells = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| cell(x, y));
    let counts = cells.each_ref().map(|c| (c.runs, c.violated, c.stalled));
    assert_eq!(counts[0], (4, 0, 0), "all is well");
    assert_eq!(counts[1], (4, 0, 4), "nothing arrives");
    assert!(counts[2].1 > 0, "half of the stake forks it: {counts:?}");
    assert!(cells[0].blocks_per_second > 1.0 && cells[1].blocks_per_second == 0.0);
    assert!(cells[0].commit_latency_us.is_some_and(|us| us > 60_000));
    assert_eq!(cells[1].commit_latency_us, None);
    // The worst run of a cell opens and is what the cell says.
    let opened = read_link(cells[2].worst_link.as_ref().expect("short")).expect("a link");
    let mut session = Session::open(opened.scenario).expect("possible");
    let replay = session.replay_to(&opened.expected.expect("its end"), u64::MAX);
    assert!(replay.expect("to the end").matches);
    assert_eq!(agreement(&session), VerdictKind::Violated);
    assert!(grid.cell(2, 0).is_none());
    let refused = |axis| Axis::parse(axis, &grid.base).expect_err(axis).sentence;
    assert!(refused("weather=1").contains("propose_timeout_us"));
    assert!(refused("loss=200").contains("percentage"));
    assert!(refused("loss").contains("write `loss=0,10,20`"));
}

/// A third of the stake that says nothing stops the chain. The cuts and crashes that a trial also had are healed when the
/// network is calm, whatever is taken out: a cut that nobody heals would explain nothing.
#[test]
fn a_chain_that_stands_still_is_shrunk_to_its_liar_and_not_to_a_cut_that_stays() {
    let mut settings = settings(scene("tendermint", &[1; 3]), 1, Generator::Random, 60);
    settings.property = Property::Progress {
        within_us: 2_000_000,
    };
    settings.space.end_us = 3_500_000;
    let judged = settings.judged();
    let search = searched(settings);
    let found = search.found().expect("within 60 trials");
    assert!(
        found.broken.sentence.contains("has decided nothing beyond"),
        "{}",
        found.broken.sentence
    );
    replay(found);
    let mut shrink = Shrink::new(found.scenario.clone(), judged).expect("possible");
    while !shrink.advance(10_000) {}
    let best = shrink.best().expect("it stands still");
    let needs: Vec<&str> = shrink.needs().iter().map(|n| n.what.as_str()).collect();
    assert!(
        needs.iter().any(|what| what.ends_with(" lies")),
        "{needs:?}"
    );
    let cuts = |scenario: &Scenario| {
        let commands = scenario.commands.iter();
        let ends = |c: &Command| matches!(c, Command::Heal | Command::Restart { .. });
        let begins = |c: &Command| matches!(c, Command::Partition(_) | Command::Crash { .. });
        let (mut begun, mut ended) = (0, 0);
        for timed in commands {
            begun += u32::from(begins(&timed.command));
            ended += u32::from(ends(&timed.command));
        }
        (begun, ended)
    };
    let (begun, ended) = cuts(&best.scenario);
    assert!(begun == 0 || ended > 0, "{:?}", best.scenario.commands);
    replay(&best);
}

/// A transaction waits as long as a cut lasts.
#[test]
fn a_transaction_that_waits_too_long_is_found() {
    let mut base = scene("tendermint", &[1; 4]);
    base.commands.push(TimedCommand {
        at_us: 100_000,
        command: Command::Submit {
            from: 0,
            action: SubmitSpec::Transfer { to: 1, amount: 1 },
            gas_limit: None,
        },
    });
    let mut settings = settings(base, 0, Generator::Random, 60);
    settings.property = Property::Included {
        transaction: 1,
        within_us: 1_500_000,
    };
    settings.space.end_us = 2_000_000;
    let search = searched(settings);
    let found = search.found().expect("within 60 trials");
    assert!(found.trial.is_some(), "without a fault it is in time");
    assert_eq!(found.broken.at_us, 1_600_000);
    replay(found);
}
