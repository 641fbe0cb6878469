//! Small settings looked at whole: counts against closed forms, the same results with and without reduction, and forks
//! exactly where they can be.

use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::consensus::tendermint::Tendermint;
use consensusforge_core::consensus::{
    self, Context, Corruptible, Description, Effect, Input, NoParams, Protocol, ProtocolInfo,
    Resend, Rounds, Status, Timer, TimerInfo,
};
use consensusforge_core::scenario::codec::read_link;
use consensusforge_core::search::exhaust::{Bounds, Exhaust, Exhausted};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{ParamValue, ProposerSpec, ValidatorSpec};
use consensusforge_core::types::{BlockId, Signable, Slot};

fn scene(protocol: &str, stakes: &[u64]) -> Scenario {
    let mut scenario = Scenario {
        validators: stakes
            .iter()
            .enumerate()
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        ..Scenario::default()
    };
    scenario.protocol.name = protocol.into();
    scenario.protocol.proposer = ProposerSpec::Rotation;
    scenario
}

fn all(mut orders: Exhaust) -> Exhaust {
    while !orders.advance(10_000) {}
    orders
}

fn looked_at(scenario: Scenario, bounds: Bounds) -> Exhaust {
    all(Exhaust::new(scenario, bounds).expect("possible"))
}

const SLOT: Slot = Slot {
    height: 1,
    round: 0,
};

/// Each validator has `TIMERS` timers, which run out in any order and do nothing but be remembered; where it is `LOUD`, it
/// also tells everybody, who does not care.
#[derive(Clone)]
struct Toy<const TIMERS: u8, const LOUD: bool>;

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Tick(u8);

impl Signable for Tick {
    const DOMAIN: &'static str = "test/toy";
}

impl consensus::Message for Tick {
    fn describe(&self) -> Description {
        Description {
            kind: 0,
            slot: SLOT,
            value: None,
            fields: Vec::new(),
        }
    }
}

impl<const TIMERS: u8, const LOUD: bool> Protocol for Toy<TIMERS, LOUD> {
    type Message = Tick;
    type State = Vec<u8>;
    type Params = NoParams;
    const INFO: ProtocolInfo = ProtocolInfo {
        timers: &[TimerInfo {
            fired: None,
            ..Tendermint::INFO.timers[0]
        }; 4],
        rounds: Rounds {
            noun: "round",
            restart: true,
        },
        ..Tendermint::INFO
    };

    fn new(_: BlockId, _: &NoParams) -> Vec<u8> {
        Vec::new()
    }

    fn step(
        state: &mut Vec<u8>,
        _: &Context<NoParams>,
        input: Input<Tick>,
        out: &mut Vec<Effect<Tick>>,
    ) {
        if let Input::Start = input {
            let timers = (0..TIMERS).map(|kind| Timer { kind, slot: SLOT });
            out.extend(timers.map(|timer| Effect::SetTimer { timer, after: 1 }));
        } else if let Input::Timer(timer) = input {
            state.push(timer.kind);
            if LOUD {
                out.push(Effect::Broadcast(Tick(timer.kind)));
            }
        }
    }

    fn status(_: &Vec<u8>, _: &Context<NoParams>) -> Status {
        Status::default()
    }

    fn resend(_: &Vec<u8>, _: &Context<NoParams>) -> Resend<Tick> {
        Vec::new()
    }
}

impl<const TIMERS: u8, const LOUD: bool> Corruptible for Toy<TIMERS, LOUD> {}

fn toy<P: Corruptible>(validators: usize, reduce: bool) -> Exhausted {
    let bounds = Bounds {
        reduce,
        ..Bounds::default()
    };
    let scenario = scene("tendermint", &vec![1; validators]);
    let orders = all(Exhaust::over::<P>(scenario, bounds).expect("possible"));
    assert!(orders.progress().whole);
    orders.progress().clone()
}

/// n validators with k events each, all independent of those of others: (nk)! interleavings, (k!)^n of which nobody can tell
/// apart, and as many states as there are ordered choices of some of the k events, to the n.
#[test]
fn counts_of_a_toy_are_those_of_the_closed_forms() {
    let factorial = |n: u64| (1..=n).product::<u64>();
    let check = |seen: Exhausted, n: u32, k: u64| {
        let ordered = |j: u64| factorial(k) / factorial(k - j);
        let locals: u64 = (0..=k).map(ordered).sum();
        let steps: u64 = (0..k).map(|j| ordered(j) * (k - j)).sum();
        assert_eq!(seen.schedules, factorial(u64::from(n) * k), "{n}, {k}");
        assert_eq!(seen.ends, factorial(k).pow(n), "{n}, {k}");
        assert_eq!(seen.states, locals.pow(n), "{n}, {k}");
        assert_eq!(seen.steps, u64::from(n) * steps * locals.pow(n - 1));
    };
    // Everybody can tell when another speaks, so nothing can be left out.
    for reduce in [true, false] {
        check(toy::<Toy<2, true>>(3, reduce), 3, 2);
        check(toy::<Toy<3, true>>(2, reduce), 2, 3);
        check(toy::<Toy<1, true>>(4, reduce), 4, 1);
    }
    // Nobody can tell what goes on inside of another: all orders are one.
    check(toy::<Toy<2, false>>(3, false), 3, 2);
    let one = toy::<Toy<2, false>>(3, true);
    assert_eq!((one.schedules, one.states, one.steps), (1, 1, 0));
}

#[test]
fn without_reduction_there_are_more_states_and_no_other_outcomes() {
    let cases = [
        (scene("tendermint", &[1, 1, 1]), 0, 0),
        (scene("tendermint", &[2, 2, 1]), 1, 0),
        (scene("tendermint", &[3, 1]), 0, 2),
        (scene("simplex", &[2, 2]), 0, 0),
    ];
    for (scenario, liars, timeouts) in cases {
        let name = format!("{} {:?}", scenario.protocol.name, scenario.validators.len());
        let look = |reduce| {
            let bounds = Bounds {
                liars,
                timeouts,
                reduce,
                ..Bounds::default()
            };
            looked_at(scenario.clone(), bounds)
        };
        let (with, without) = (look(true), look(false));
        assert!(with.progress().whole && without.progress().whole, "{name}");
        assert_eq!(with.progress().decided, 1, "{name}");
        assert_eq!(with.outcomes(), without.outcomes(), "{name}");
        assert!(with.outcomes().len() > 1, "{name}");
        assert!(
            with.progress().states < without.progress().states,
            "{name}: {:?} {:?}",
            with.progress(),
            without.progress()
        );
    }
}

#[test]
fn an_order_that_forks_is_found_where_there_is_one_and_plays_as_a_run() {
    let mut half = scene("simplex", &[1; 3]);
    let low = ParamValue::Choice("half".into());
    half.protocol.params.set("quorum", low);
    for (scenario, liars) in [(scene("tendermint", &[1; 4]), 2), (half, 1)] {
        let name = scenario.protocol.name.clone();
        let bounds = Bounds {
            liars,
            ..Bounds::default()
        };
        let orders = looked_at(scenario, bounds);
        let order = orders.progress().violation.as_ref();
        let order = order.unwrap_or_else(|| panic!("{name}: {:?}", orders.progress()));
        assert_eq!(order.liars.len() as u64, liars, "{name}");
        let found = orders.found().unwrap_or_else(|| panic!("{name}: no run"));
        let opened = read_link(found.link.as_ref().expect("short")).expect("a link");
        let mut session = Session::open(opened.scenario).expect("possible");
        let expected = opened.expected.expect("where it was found");
        assert!(
            session
                .replay_to(&expected, u64::MAX)
                .expect("there")
                .matches
        );
        assert!(session.fork_height().is_some(), "{name}");
    }
}

#[test]
fn within_its_bound_of_liars_no_order_forks() {
    let bounds = |liars| Bounds {
        liars,
        ..Bounds::default()
    };
    for (scenario, liars) in [
        (scene("tendermint", &[1; 4]), 1),
        (scene("simplex", &[1; 3]), 0),
    ] {
        let orders = looked_at(scenario, bounds(liars));
        let seen = orders.progress();
        assert!(seen.whole && seen.violation.is_none(), "{seen:?}");
        assert!(seen.decided == 1 && seen.schedules > 100, "{seen:?}");
    }
    // Of four with equal stakes only the one that proposes differs from the others: nobody, it, or one of them lies.
    let orders = looked_at(scene("tendermint", &[1; 4]), bounds(1));
    let seen = orders.progress();
    assert_eq!((seen.cases, seen.symmetric), (3, 2));
}

#[test]
fn what_cannot_be_looked_at_whole_is_refused_in_words() {
    let refused = |scenario: Scenario, bounds: Bounds| match Exhaust::new(scenario, bounds) {
        Ok(_) => panic!("possible"),
        Err(problem) => problem.sentence,
    };
    let usual = Bounds::default();
    let six = refused(scene("tendermint", &[1; 6]), usual);
    assert!(six.contains("at most 5"), "{six}");
    let bounds = Bounds {
        heights: 3,
        ..usual
    };
    let three = refused(scene("tendermint", &[1; 4]), bounds);
    assert!(three.contains("give 1 or 2"), "{three}");
    let bounds = Bounds { liars: 1, ..usual };
    let certificates = refused(scene("jolteon", &[1; 4]), bounds);
    assert!(
        certificates.contains("carry certificates"),
        "{certificates}"
    );
}
