//! 5. Break it.

use super::{Observation, Stage, Step, StepCheck, equal, liars, listed, short_pauses, steady};
use crate::model::{AdversarySpec, Scenario, StrategySpec, Who};
use crate::words;
use consensusforge_core::session::view::VerdictKind;

pub fn step() -> Step {
    Step {
        id: "broken",
        title: "Break it",
        lead: "Now some validators lie on purpose and work together: when one of them proposes, it sends one block to half \
               of the honest validators and another to the rest, and all liars vote for both. No validator can forge \
               the signature of another.",
        question: "How many of the four must lie before two honest validators commit different blocks?",
        choices: ["One", "Two", "Three"],
        answer: 1,
        task: "Drag liars up, one at a time, until the verdict says that agreement is violated.",
        control: "byzantine",
        names: false,
        speed: 0.3,
        plays: true,
        scenario: || Scenario {
            protocol: short_pauses(),
            validators: equal(4),
            network: steady(),
            adversary: AdversarySpec {
                who: Who::Count(0),
                strategy: StrategySpec::Coalition,
            },
            ..Scenario::default()
        },
        check: || Box::new(Broken),
    }
}

struct Broken;

impl StepCheck for Broken {
    fn observe(&mut self, seen: &Observation) -> Stage {
        let frame = seen.frame;
        let liars = liars(frame);
        let broken = frame
            .verdicts
            .iter()
            .find(|v| v.monitor == "agreement" && v.kind == VerdictKind::Violated);
        let Some(verdict) = broken else {
            return Stage::Todo(match liars.len() {
                0 => "Everyone is honest. Drag liars to 1.".into(),
                1 => format!(
                    "{} lies, with 25 % of the stake, and all honest validators still agree. Let it try for \
                     a while, then add another.",
                    listed(&liars),
                ),
                _ => format!(
                    "{} lie together. Wait until one of them proposes …",
                    listed(&liars)
                ),
            });
        };
        let stake = &frame.adversary;
        let share = words::percent(stake.stake as f64 / stake.total.max(1) as f64);
        Stage::Done(format!(
            "{} The liars hold {share} of the stake. A quorum is {} of {}. Each side had its honest half and all of the \
             liars, and so it saw a quorum. With less than a third, liars can do neither; with exactly a third they can \
             stop the chain, and with more they can split it.",
            verdict.sentence, seen.world.quorum, seen.world.total,
        ))
    }
}
