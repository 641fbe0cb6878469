//! 1. A block commits.

use super::{MILLISECOND, Observation, Stage, Step, StepCheck, equal, height};
use crate::model::{ProtocolSpec, Scenario};
use crate::words;

pub fn step() -> Step {
    Step {
        id: "commit",
        title: "A block commits",
        lead: "Each vertical line is a validator: a computer that keeps its own copy of a ledger. Time flows down, and \
               an arrow is a message. One validator, the proposer, suggests the next block. Then all vote twice: \
               first a prevote, then a precommit. Here are four validators with equal stake, paused.",
        question: "How many of the four precommits must a validator hold before it commits the block?",
        choices: ["Two: one half", "Three: more than two thirds", "All four"],
        answer: 1,
        task: "Press play (or the space bar) and watch for the filled squares: they mark where a block is committed.",
        control: "play",
        names: false,
        speed: 0.06,
        plays: false,
        scenario: || Scenario {
            protocol: ProtocolSpec {
                block_interval_us: 150 * MILLISECOND,
                ..ProtocolSpec::default()
            },
            validators: equal(4),
            ..Scenario::default()
        },
        check: || Box::new(First::default()),
    }
}

#[derive(Default)]
struct First {
    /// Time and height when the prediction was made.
    from: Option<(u64, u64)>,
}

impl StepCheck for First {
    fn observe(&mut self, seen: &Observation) -> Stage {
        let frame = seen.frame;
        let (since, before) = *self.from.get_or_insert((frame.now_us, height(frame)));
        let fresh = frame.commits.iter().find(|c| c.height > before);
        let Some(commit) = fresh else {
            return Stage::Todo(if frame.now_us == since {
                "The run is paused. Press play.".into()
            } else {
                "The proposal has been sent, and votes are in flight …".into()
            });
        };
        let (quorum, total) = (seen.world.quorum, seen.world.total);
        Stage::Done(format!(
            "At {} the first validator had enough precommits for block {} and committed it: height {}, decided in \
             round {}. Enough means {quorum} of {total} stake, the least that is more than two thirds. With 100 each, that \
             is three of four; the fourth vote may come late, or never. A commit is final: there is no need to wait for \
             more blocks on top of it.",
            words::clock(commit.at_us),
            commit.block,
            commit.height,
            commit.round,
        ))
    }
}
