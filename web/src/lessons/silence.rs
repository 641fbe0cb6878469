//! 3. A silent proposer.

use super::{
    Seen, Stage, Step, Watch, brisk, equal, gaps, height, liars, listed, middle, steady, took,
};
use crate::model::{AdversarySpec, ProposerSpec, ProtocolSpec, Scenario, StrategySpec, Who};
use consensusforge_core::session::scenario::params;

pub fn step() -> Step {
    Step {
        id: "silence",
        title: "A silent proposer",
        lead: "The four take turns at proposing. Nobody can tell a proposer that has died from one whose messages \
               are slow: silence has no sender.",
        question: "What happens when it is a silent validator's turn to propose?",
        choices: [
            "The chain stops for good",
            "Another proposes at once",
            "The others wait a while, then let the next one try",
        ],
        answer: 2,
        task: "Drag liars to 1: one validator, drawn by lot, says nothing from now on. Wait for \
               its turn.",
        control: "byzantine",
        names: false,
        speed: 0.3,
        plays: true,
        scenario: || Scenario {
            protocol: ProtocolSpec {
                proposer: ProposerSpec::Rotation,
                ..brisk()
            },
            validators: equal(4),
            network: steady(),
            adversary: AdversarySpec {
                who: Who::Count(0),
                strategy: StrategySpec::Silent,
            },
            ..Scenario::default()
        },
        watch: || Box::new(Silent::default()),
    }
}

#[derive(Default)]
struct Silent {
    /// The last height decided when somebody fell silent.
    since: Option<u64>,
    before: Option<u64>,
}

impl Watch for Silent {
    fn see(&mut self, seen: &Seen) -> Stage {
        let frame = seen.frame;
        let silent = liars(frame);
        if silent.is_empty() {
            self.since = None;
            let quick = gaps(frame).rev().take(8).map(|(_, us)| us).collect();
            self.before = middle(quick).or(self.before);
            return Stage::Todo("All four speak. Silence one: drag liars to 1.".into());
        }
        if silent.len() > 1 {
            self.since = None;
            return Stage::Todo(
                "Two are silent, and the chain stands still. One is enough here.".into(),
            );
        }
        let since = *self.since.get_or_insert(height(frame));
        let late = frame
            .commits
            .iter()
            .find(|c| c.height > since && c.round > 0);
        let (Some(late), Some(before)) = (late, self.before) else {
            return Stage::Todo(format!(
                "{} is silent. Others still propose: wait until it is {}'s turn …",
                listed(&silent),
                listed(&silent),
            ));
        };
        let gap = gaps(frame).find(|(h, _)| *h == late.height);
        Stage::Done(format!(
            "Height {} took {} where others took {}. It was {}'s turn, and nothing came. After the propose timeout \
             of {} the others prevoted nil (no block), precommitted nil, and went on to round {}: the next in turn \
             proposed, and that block was committed. Three of four still are more than two thirds, so the chain \
             lives; a silent validator only makes it stutter.",
            late.height,
            took(gap.map_or(0, |(_, us)| us)),
            took(before),
            listed(&silent),
            took(params::number(&seen.force.protocol, "propose_timeout_us").unwrap_or(0)),
            late.round,
        ))
    }
}
